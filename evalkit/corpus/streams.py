"""Segments of a file, one after the other, as often as they are asked for.

Plain lines and JSON Lines are never held in memory: each pass reads the file anew, so what a job
needs does not grow with the texts. Standard input and named pipes can be read once only and are
copied to a temporary file first. CSV, TSV and Parquet are read whole.

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

import gzip
import os
import shutil
import stat
import tempfile
import weakref
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal, cast

from evalkit.corpus.documents import id_cell
from evalkit.corpus.files import existing
from evalkit.corpus.rows import ROW_KINDS, Row, columns_of, json_row, kind_of, read_rows, text_cell
from evalkit.errors import AlignmentError, InputError, UnknownNameError

__all__ = ["KEYS", "Entry", "Role", "SegmentStream", "open_stream"]

Role = Literal["hypotheses", "references", "sources"]
"""What a file is for."""

KEYS: Mapping[Role, tuple[str, ...]] = {
    "hypotheses": ("hypothesis", "text", "target"),
    "references": ("references", "reference", "text", "target"),
    "sources": ("source", "text"),
}
"""Where the text of a row is: the first of these keys that it has."""

_SIGNATURE = b"\xef\xbb\xbf"
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_LONGEST_LINE = 1 << 26
"""Bytes; a longer line means that this is no text of segments."""


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


@dataclass(frozen=True, slots=True)
class SegmentStream:
    """The segments of a file; every iteration starts at its beginning."""

    name: str
    """What messages call it."""
    entries: Callable[[], Iterator[Entry]]
    """Starts a pass."""
    notes: tuple[str, ...] = ()
    """What a user must know of how it is read."""

    def __iter__(self) -> Iterator[Entry]:
        return self.entries()


def open_stream(
    path: str,
    role: Role,
    *,
    root: Path,
    kind: str | None = None,
    stdin: BinaryIO | None = None,
) -> SegmentStream:
    """The segments of a file, for any number of passes.

    Args:
        path: plain lines, JSON Lines, CSV, TSV or Parquet, by its suffix; ``-`` is ``stdin``.
        role: what the file is for, which decides the keys.
        root: where a relative path starts.
        kind: ``lines`` or one of ``ROW_KINDS``, instead of the suffix.
        stdin: standard input, as bytes.

    Raises:
        InputError: there is no such file, it is a folder, or (once it is read) it is damaged.
        UnknownNameError: no such kind.
    """
    piped = path == "-" and stdin is not None
    found = Path("-") if piped else existing(path, root=root, what="file")
    name = "standard input" if piped else found.name
    if not piped and found.is_dir():
        raise InputError(f"{path} is a folder; a file is needed")
    known = ("lines", *ROW_KINDS)
    if kind is not None and kind not in known:
        raise UnknownNameError("kind of file", kind, known)
    of_suffix = kind_of(found)
    how = kind or (of_suffix if of_suffix in ROW_KINDS else "lines")
    if piped and stdin is not None:
        return _read_once(stdin, how, name, role)
    if _is_pipe(found):
        with found.open("rb") as pipe:
            return _read_once(pipe, how, name, role)
    if how in ("lines", "jsonl"):
        return _stream(_opener(found, name), how, name, role)
    whole = read_rows(found, kind=how, name=name)
    return SegmentStream(name, lambda: _row_entries(iter(whole), role))


def _read_once(stream: BinaryIO, how: str, name: str, role: Role) -> SegmentStream:
    if how in ("lines", "jsonl"):
        return _stream(_spooled(stream), how, name, role)
    whole = read_rows(Path("-"), kind=how, name=name, stream=stream)
    return SegmentStream(name, lambda: _row_entries(iter(whole), role))


def _stream(opened: Callable[[], BinaryIO], how: str, name: str, role: Role) -> SegmentStream:
    read = _line_entries if how == "lines" else _json_entries
    return SegmentStream(name, lambda: read(opened, name, role))


def _is_pipe(path: Path) -> bool:
    """Whether it is a named pipe (``<(command)`` in a shell), which can be read once only."""
    try:
        return stat.S_ISFIFO(path.stat().st_mode)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error


def _spooled(stream: BinaryIO) -> Callable[[], BinaryIO]:
    """Copies a stream to a nameless temporary file, which goes away with its last reader."""
    handle, path = tempfile.mkstemp(prefix="evalkit-")
    Path(path).unlink()
    with os.fdopen(os.dup(handle), "wb") as kept:
        shutil.copyfileobj(stream, kept)

    def rewound() -> BinaryIO:
        again = cast(BinaryIO, os.fdopen(os.dup(handle), "rb"))
        again.seek(0)
        return again

    weakref.finalize(rewound, os.close, handle)
    return rewound


def _opener(path: Path, name: str) -> Callable[[], BinaryIO]:
    def opened() -> BinaryIO:
        try:
            if path.suffix.lower() == ".gz":
                return cast(BinaryIO, gzip.open(path, "rb"))
            return path.open("rb")
        except OSError as error:
            raise InputError(f"{name} cannot be read: {error.strerror}") from error

    return opened


def _lines(opened: Callable[[], BinaryIO], name: str) -> Iterator[str]:
    """The lines of a file, ended by LF or CR LF only; a final line break adds none.

    Raises:
        InputError: it is not UTF-8 text; names the byte offset and line.
    """
    offset = 0
    with opened() as file:
        try:
            number = 0
            while raw := file.readline(_LONGEST_LINE):
                number += 1
                yield _decoded(raw, name, offset, number)
                offset += len(raw)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise InputError(f"{name} is not a whole gzip file ({error}); copy it again") from error
        except OSError as error:
            raise InputError(f"{name} cannot be read: {error.strerror or error}") from error


def _decoded(raw: bytes, name: str, offset: int, number: int) -> str:
    if offset == 0:
        if raw.startswith(_WIDE):
            raise InputError(f"{name} is UTF-16, not UTF-8 (byte 0, line 1); save it as UTF-8")
        raw = raw.removeprefix(_SIGNATURE)
    nul = raw.find(b"\0")
    if nul >= 0:
        raise InputError(
            f"{name} holds a NUL byte at byte {offset + nul} (line {number}): it is not plain "
            "text, or not UTF-8"
        )
    if len(raw) == _LONGEST_LINE:
        raise InputError(
            f"{name}: line {number} is longer than {_LONGEST_LINE >> 20} MiB; a segment per line "
            "is needed"
        )
    try:
        return raw.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{name} is not UTF-8: byte 0x{raw[error.start]:02x} at byte {offset + error.start} "
            f"(line {number}); save it as UTF-8"
        ) from error


def _line_entries(opened: Callable[[], BinaryIO], name: str, role: Role) -> Iterator[Entry]:
    del role
    for line in _lines(opened, name):
        yield Entry((line,))


def _json_entries(opened: Callable[[], BinaryIO], name: str, role: Role) -> Iterator[Entry]:
    return _row_entries(_json_rows(opened, name), role)


def _json_rows(opened: Callable[[], BinaryIO], name: str) -> Iterator[Row]:
    """A row per line; blank lines may stand at the end alone."""
    blank: list[int] = []
    for number, line in enumerate(_lines(opened, name), 1):
        if not line.strip():
            blank.append(number)
            continue
        if blank:
            json_row("", f"{name}:{blank[0]}")  # raises
        yield json_row(line, f"{name}:{number}")


def _row_entries(rows: Iterator[Row], role: Role) -> Iterator[Entry]:
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
