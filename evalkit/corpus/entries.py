"""One segment as its file has it: rows of tables and units of translation files as entries.

Keys of a row (columns of a table), by what the file is for; the first that is there counts:

===========  ============================================================================
hypotheses   ``hypothesis``, ``text``, ``target``
references   ``references`` (a text, or a list of any number of them), ``reference``,
             ``text``, ``target``
sources      ``source``, ``text``
===========  ============================================================================

Beside them ``id``, ``document``, and in hypotheses also ``references`` (or ``reference``) and
``source``; whatever else a row has are further columns, by which ``buckets`` and ``compare`` can
group. The first row of a file decides which keys every row must have.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from evalkit.corpus.documents import id_cell
from evalkit.corpus.rows import Row, columns_of, text_cell
from evalkit.corpus.segments import SegmentFile
from evalkit.errors import AlignmentError, InputError

__all__ = ["KEYS", "Entry", "Role", "file_entries", "row_entries"]

Role = Literal["hypotheses", "references", "sources"]
"""What a file is for."""

KEYS: Mapping[Role, tuple[str, ...]] = {
    "hypotheses": ("hypothesis", "text", "target"),
    "references": ("references", "reference", "text", "target"),
    "sources": ("source", "text"),
}
"""Where the text of a row is: the first of these keys that it has."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One segment as its file has it."""

    texts: tuple[str, ...]
    """The hypothesis or the source (one), or the references (any number)."""
    id: str | None = None
    """Its id; None where the file has none."""
    references: tuple[str, ...] | None = None
    """The references that stand beside a hypothesis."""
    source: str | None = None
    """The source that stands beside a hypothesis."""
    document: str | None = None
    """The document that it belongs to."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Every other column, as text."""
    tags: tuple[str, ...] | None = None
    """The inline tags of the text, in a translation file."""
    source_tags: tuple[str, ...] | None = None
    """The inline tags of the source beside it."""


def file_entries(file: SegmentFile) -> Iterator[Entry]:
    """The segments of a translation file."""
    for at, text in enumerate(file.texts):
        yield Entry(
            texts=(text,),
            id=None if file.ids is None else file.ids[at],
            source=None if file.sources is None else file.sources[at],
            document=None if file.documents is None else file.documents[at],
            tags=None if file.tags is None else file.tags[at],
            source_tags=None if file.source_tags is None else file.source_tags[at],
        )


def row_entries(rows: Iterator[Row], role: Role) -> Iterator[Entry]:
    """The segments of a table.

    Raises:
        InputError: the first row has no key for the role, or a row lacks one that the first has.
        AlignmentError: references are nested the wrong way.
    """
    first: Mapping[str, object] | None = None
    for row in rows:
        if first is None:
            first = row.values
        yield _entry(row, role, first)


def _entry(row: Row, role: Role, first: Mapping[str, object]) -> Entry:
    """A row by its role; the first row decides which keys there are."""
    key = next((known for known in KEYS[role] if known in first), None)
    if key is None:
        wanted = " or ".join(map(repr, KEYS[role]))
        raise InputError(
            f"{row.origin} has no key {wanted}: no {role} can be read. "
            f"Its keys: {', '.join(first) or 'none'}."
        )
    used = {key, "id", "document"}
    beside: tuple[str, ...] | None = None
    source: str | None = None
    if role == "hypotheses":
        if "references" in first or "reference" in first:
            own = "references" if "references" in first else "reference"
            beside = _texts(row, own)
            used.add(own)
        if "source" in first:
            source = text_cell(row, "source")
            used.add("source")
    return Entry(
        texts=_texts(row, key) if role == "references" else (text_cell(row, key),),
        id=id_cell(row, "id") if "id" in first else None,
        references=beside,
        source=source,
        document=id_cell(row, "document") if "document" in first else None,
        columns=columns_of(row, but=used),
    )


def _texts(row: Row, key: str) -> tuple[str, ...]:
    """The text, or the list of texts, in a row."""
    value = row.values.get(key)
    if isinstance(value, str):
        return (text_cell(row, key),)
    if not isinstance(value, list | tuple):
        found = "nothing" if value is None else f"a {type(value).__name__}"
        raise InputError(
            f"{row.origin}: {key!r} holds {found}; a text or a list of texts is needed "
            "([] for a segment without a reference)"
        )
    for text in value:
        if not isinstance(text, str):
            raise AlignmentError(
                f"{row.origin}: {key!r} holds a list of {type(text).__name__}; it must be a list "
                "of texts, the references of this one segment"
            )
    return tuple(text_cell(Row({key: text}, row.origin), key) for text in value)
