"""Segments of a file, one after the other, as often as they are asked for.

Plain lines and JSON Lines are never held in memory: each pass reads the file anew, so what a job
needs does not grow with the texts. Standard input and named pipes can be read once only and are
copied to a temporary file first. CSV, TSV, Parquet, XLIFF, TMX and two-column TSV without column
names (source, target) are read whole.
"""

import gzip
import io
import os
import shutil
import stat
import tempfile
import weakref
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from evalkit.corpus.entries import KEYS, Entry, Role, file_entries, row_entries
from evalkit.corpus.files import existing
from evalkit.corpus.rows import ROW_KINDS, Row, json_row, kind_of, read_rows
from evalkit.corpus.segments import XLIFF_SUFFIXES, Reading, Side, read_segments
from evalkit.errors import InputError, UnknownNameError

__all__ = ["SegmentStream", "open_stream"]

_SIGNATURE = b"\xef\xbb\xbf"
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_LONGEST_LINE = 1 << 26
"""Bytes; a longer line means that this is no text of segments."""


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
    language: str | None = None,
) -> SegmentStream:
    """The segments of a file, for any number of passes.

    Args:
        path: plain lines, JSON Lines, CSV, TSV, Parquet, XLIFF or TMX, by its suffix; ``-`` is
            ``stdin``.
        role: what the file is for, which decides the keys.
        root: where a relative path starts.
        kind: ``lines``, ``xliff``, ``tmx`` or one of ``ROW_KINDS``, instead of the suffix.
        stdin: standard input, as bytes.
        language: of the hypotheses: the target in a TMX of several languages.

    Raises:
        InputError: there is no such file, it is a folder, or (once it is read) it is damaged.
        UnknownNameError: no such kind.
    """
    piped = path == "-" and stdin is not None
    found = Path("-") if piped else existing(path, root=root, what="file")
    name = "standard input" if piped else found.name
    if not piped and found.is_dir():
        raise InputError(f"{path} is a folder; a file is needed")
    known = ("lines", "tmx", "xliff", *ROW_KINDS)
    if kind is not None and kind not in known:
        raise UnknownNameError("kind of file", kind, known)
    how = kind or _kind(found)
    if piped and stdin is not None:
        return _read_once(stdin, how, name, role, language)
    if _is_pipe(found):
        with found.open("rb") as pipe:
            return _read_once(pipe, how, name, role, language)
    if how in ("lines", "jsonl"):
        return _stream(_opener(found, name), how, name, role)
    return _whole(found, how, name, role, language=language)


def _kind(path: Path) -> str:
    found = kind_of(path)
    if found in XLIFF_SUFFIXES:
        return "xliff"
    return found if found in ("tmx", *ROW_KINDS) else "lines"


def _read_once(
    stream: BinaryIO, how: str, name: str, role: Role, language: str | None
) -> SegmentStream:
    if how in ("lines", "jsonl"):
        return _stream(_spooled(stream), how, name, role)
    content = io.BytesIO(stream.read())
    return _whole(Path("-"), how, name, role, content=content, language=language)


def _whole(
    path: Path,
    how: str,
    name: str,
    role: Role,
    *,
    content: io.BytesIO | None = None,
    language: str | None = None,
) -> SegmentStream:
    """A file that is held in memory."""
    if how in ROW_KINDS:
        rows = read_rows(path, kind=how, name=name, stream=content)
        named = not rows or any(key in rows[0].values for key in KEYS[role])
        if named or how != "tsv" or len(rows[0].values) != 2:
            return SegmentStream(name, lambda: row_entries(iter(rows), role))
    if content is not None:
        content.seek(0)
    side: Side = "source" if role == "sources" else "target"
    reading = Reading(side=side, kind=how, target_language=language)
    file = read_segments(path, root=Path(), reading=reading, stream=content)
    return SegmentStream(name, lambda: file_entries(file), file.notes)


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
                if offset or raw != _SIGNATURE:  # a signature alone is an empty file
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
    return row_entries(_json_rows(opened, name), role)


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
