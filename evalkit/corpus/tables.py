"""Tables of segments: which column is what, and two-column TSV, which has no names.

The text is in the column that is named, else in ``text``, else in the side's own (``target`` or
``source``), else in ``references`` (a text, or a list of them in JSON Lines and Parquet). A
``.tsv`` of two columns whose first line has none of these names is a file of pairs: source, target.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from evalkit.corpus.documents import id_cell
from evalkit.corpus.files import read_text, split_lines
from evalkit.corpus.rows import Row, cell, columns_of, read_rows, text_cell
from evalkit.errors import AlignmentError, InputError

__all__ = ["Columns", "SegmentTable", "read_table"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Names of a table's columns."""

    id: str = "id"
    """The segment's id; read where the table has it."""
    text: str | None = None
    """The text; None: ``text``, else the side's own name, else ``references``."""
    source: str = "source"
    """The source; read where the table has it."""
    document: str = "document"
    """The segment's document; read where the table has it."""


@dataclass(frozen=True, slots=True)
class SegmentTable:
    """The rows of a table, column by column."""

    texts: tuple[str, ...]
    ids: tuple[str, ...] | None
    sources: tuple[str, ...] | None
    documents: tuple[str, ...] | None
    others: tuple[tuple[str, ...], ...]
    """Further texts, where a cell holds a list."""
    rest: tuple[Mapping[str, str], ...] | None
    """Every other column."""
    notes: tuple[str, ...] = ()


def read_table(
    path: Path,
    *,
    kind: str,
    name: str,
    side: str,
    columns: Columns,
    stream: BinaryIO | None = None,
) -> SegmentTable:
    """The segments of a table.

    Raises:
        InputError: the file is damaged, or has no column of text.
        AlignmentError: a list of references is nested the wrong way.
    """
    if kind == "tsv":
        text = read_text(path, name=name, stream=stream)
        lines = split_lines(text)
        if _is_nameless(lines, side, columns):
            return _pairs(lines, name, side)
    rows = read_rows(path, kind=kind, name=name, stream=stream)
    return _table(rows, side, columns) if rows else SegmentTable((), None, None, None, (), None)


def _known(side: str, columns: Columns) -> tuple[str, ...]:
    if columns.text is not None:
        return (columns.text,)
    return ("text", side, "references") if side == "target" else ("text", side)


def _is_nameless(lines: Sequence[str], side: str, columns: Columns) -> bool:
    """Whether the first line is a pair of texts, and not the names of two columns."""
    first = lines[0].split("\t") if lines else []
    names = {*_known(side, columns), columns.id, columns.source, columns.document, "target"}
    return len(first) == 2 and columns.text is None and names.isdisjoint(first)


def _pairs(lines: Sequence[str], name: str, side: str) -> SegmentTable:
    cut = [line.split("\t") for line in lines]
    for number, cells in enumerate(cut, 1):
        if len(cells) != 2:
            raise InputError(
                f"{name}:{number}: {len(cells)} columns where the lines before have two (source "
                "and target); a text may hold no tab"
            )
    sources, targets = tuple(c[0] for c in cut), tuple(c[1] for c in cut)
    note = (
        f"{name}: its first line names no column, so each line was read as source and target; "
        "name the columns (id, source, target) to be sure"
    )
    texts = sources if side == "source" else targets
    return SegmentTable(texts, None, sources, None, (), None, (note,))


def _table(rows: Sequence[Row], side: str, columns: Columns) -> SegmentTable:
    present = rows[0].values
    text = next((known for known in _known(side, columns) if known in present), None)
    if text is None:
        cell(rows[0], _known(side, columns)[0])  # raises, and names the columns that there are
    found = [_texts(row, text or "") for row in rows]
    widest = max(map(len, found))
    used = (text or "", columns.id, columns.source, columns.document)
    rest = tuple(columns_of(row, but=used) for row in rows)
    has_source = columns.source in present and text != columns.source
    return SegmentTable(
        texts=tuple(texts[0] if texts else "" for texts in found),
        ids=tuple(id_cell(row, columns.id) for row in rows) if columns.id in present else None,
        sources=tuple(text_cell(row, columns.source) for row in rows) if has_source else None,
        documents=_documents(rows, columns.document),
        others=tuple(
            tuple(texts[at] if at < len(texts) else "" for texts in found)
            for at in range(1, widest)
        ),
        rest=rest if any(rest) else None,
    )


def _documents(rows: Sequence[Row], column: str) -> tuple[str, ...] | None:
    if column not in rows[0].values:
        return None
    return tuple(id_cell(row, column) for row in rows)


def _texts(row: Row, column: str) -> tuple[str, ...]:
    """The text in a column, or the texts of a list."""
    value = cell(row, column)
    if not isinstance(value, (list, tuple)):
        return (text_cell(row, column),)
    for text in value:
        if not isinstance(text, str):
            raise AlignmentError(
                f"{row.origin}: column {column!r} holds a list of {type(text).__name__}; it must "
                "be a list of texts, the references of this one segment"
            )
    return tuple(text_cell(Row({column: text}, row.origin), column) for text in value)
