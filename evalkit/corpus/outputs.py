"""Outputs that a system has already written, aligned with the documents by their ids; and lines.

A folder of ``.txt`` files gives one output per file (its name the id), a table one per row and a
translation file (XLIFF, TMX) one per unit, in any order. A plain ``.txt`` file has no ids: it is
taken line by line, and only when it has as many lines as there are documents. A line break at a
file's end is no part of an output. An output may be empty: that is a result, and scored as one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from evalkit.corpus.documents import id_cell, sha256_of, stem_of, text_files
from evalkit.corpus.files import existing, read_text, split_lines, without_final_newline
from evalkit.corpus.rows import ROW_KINDS, Row, kind_of, read_rows, text_cell
from evalkit.corpus.segments import XLIFF_SUFFIXES, read_segments
from evalkit.errors import AlignmentError, InputError

__all__ = ["Outputs", "read_lines", "read_outputs"]

_LISTED = 10
"""How many ids a message lists."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """One text per document, in the order of the documents."""

    texts: tuple[str, ...]
    """The outputs; "" where the system wrote nothing."""
    sources: tuple[str, ...] | None
    """What each was made from, where a source column was named."""
    sha256: str
    """SHA-256 of the texts and sources, in order."""


def read_outputs(
    path: str | Path,
    ids: Sequence[str],
    *,
    root: Path,
    id_column: str = "id",
    text_column: str = "text",
    source_column: str | None = None,
) -> Outputs:
    """Reads a system's outputs and puts them beside the documents ``ids``.

    Args:
        path: a folder of .txt files, or a .txt, .jsonl, .csv, .tsv, .parquet, XLIFF or TMX file.
        ids: the documents' ids, in order; the units' ids in XLIFF and TMX.
        root: the folder that a relative path starts from.
        id_column: column with the document's id.
        text_column: column with the output.
        source_column: column with the text it was made from; None where there is none.

    Raises:
        AlignmentError: documents without an output, outputs without a document, two outputs for
            one document, or another number of lines.
        InputError: the file is missing or damaged.
    """
    found = existing(path, root=root, what="outputs")
    kind = kind_of(found)
    if source_column is not None and kind not in ROW_KINDS:
        raise InputError(f"{found.name}: a source column needs a table ({', '.join(ROW_KINDS)})")
    if kind in (*XLIFF_SUFFIXES, "tmx"):
        units = read_segments(found, root=root)
        named = zip(units.ids or (), units.texts, strict=True)
        rows = [Row({"id": key, "text": text}, f"{found.name} {key}") for key, text in named]
        return _aligned(rows, ids, found.name, "id", "text", None)
    if kind == "folder":
        files = text_files(found)
        rows = [Row({"id": stem_of(file), "text": _whole(file)}, file.name) for file in files]
        return _aligned(rows, ids, found.name, "id", "text", None)
    if kind in ROW_KINDS:
        rows = list(read_rows(found, kind=kind, name=found.name))
        return _aligned(rows, ids, found.name, id_column, text_column, source_column)
    lines = split_lines(read_text(found, name=found.name))
    if len(lines) != len(ids):
        raise AlignmentError(
            f"{found.name} has {len(lines)} lines for {len(ids)} documents; give one line per "
            "document in the corpus's order, or a table with an id column"
        )
    return _outputs(lines, None)


def read_lines(
    path: str | Path,
    *,
    root: Path,
    text_column: str = "text",
    stream: BinaryIO | None = None,
) -> tuple[str, ...]:
    """Segments of a file: its lines, or the texts of a table's rows; empty ones stay.

    Args:
        path: a .jsonl, .csv, .tsv or .parquet file, or any other as plain lines; ``-`` reads
            ``stream`` as plain lines.
        root: the folder that a relative path starts from.
        text_column: column of the text, in a table.
        stream: standard input, as bytes.

    Raises:
        InputError: the file is missing, damaged or empty.
    """
    piped = str(path) == "-" and stream is not None
    found = Path("-") if piped else existing(path, root=root, what="file")
    name = "standard input" if piped else found.name
    kind = kind_of(found)
    if kind == "folder":
        raise InputError(f"{name} is a folder; a file is needed")
    if kind in ROW_KINDS:
        rows = read_rows(found, kind=kind, name=name)
        lines = tuple(text_cell(row, text_column) for row in rows)
    else:
        lines = split_lines(read_text(found, name=name, stream=stream))
    if not lines:
        raise InputError(f"{name} is empty: it holds no segments")
    return lines


def _whole(file: Path) -> str:
    return without_final_newline(read_text(file, name=file.name))


def _aligned(
    rows: Sequence[Row],
    ids: Sequence[str],
    name: str,
    id_column: str,
    text_column: str,
    source_column: str | None,
) -> Outputs:
    by_id: dict[str, Row] = {}
    for row in rows:
        key = id_cell(row, id_column)
        if key in by_id:
            places = f"{by_id[key].origin} and {row.origin}"
            raise AlignmentError(f"{name}: two outputs for {key!r}: {places}")
        by_id[key] = row
    _check_ids(by_id, ids, name)
    texts = [text_cell(by_id[key], text_column) for key in ids]
    if source_column is None:
        return _outputs(texts, None)
    return _outputs(texts, [text_cell(by_id[key], source_column) for key in ids])


def _check_ids(by_id: Mapping[str, Row], ids: Sequence[str], name: str) -> None:
    missing = [key for key in ids if key not in by_id]
    known = set(ids)
    extra = [key for key in by_id if key not in known]
    parts = [
        f"{len(keys)} {what}: {_listed(keys)}"
        for keys, what in (
            (missing, "documents without an output"),
            (extra, "outputs without a document"),
        )
        if keys
    ]
    if parts:
        raise AlignmentError(f"{name} does not fit the corpus. " + "; ".join(parts))


def _listed(keys: Sequence[str]) -> str:
    shown = ", ".join(repr(key) for key in keys[:_LISTED])
    return shown if len(keys) <= _LISTED else f"{shown} and {len(keys) - _LISTED} more"


def _outputs(texts: Sequence[str], sources: Sequence[str] | None) -> Outputs:
    # Neither separator can stand in a text: a NUL is refused by every reader.
    digest = sha256_of("\0".join([*texts, "", *(sources or ())]))
    return Outputs(tuple(texts), None if sources is None else tuple(sources), digest)
