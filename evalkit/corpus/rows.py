"""Rows of named cells: JSON Lines, CSV, TSV and Parquet, each row with its place for messages.

CSV is quoted as RFC 4180 has it; its cells may hold line breaks. TSV is not quoted: a quotation
mark is text, and a cell holds neither tab nor line break. ``.gz`` is unpacked. Left out: other
tables (Excel, Arrow streams); turn them into one of these.
"""

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from evalkit.corpus.files import read_text, split_lines
from evalkit.errors import InputError, UnknownNameError, nearest

__all__ = [
    "ROW_KINDS",
    "Row",
    "cell",
    "columns_of",
    "json_row",
    "kind_of",
    "read_rows",
    "suffix_of",
    "text_cell",
]

ROW_KINDS = ("csv", "jsonl", "parquet", "tsv")
"""The kinds of file that hold rows; also their suffixes."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it was read."""

    values: Mapping[str, object]
    """Column name -> value."""
    origin: str
    """File and line or row, for messages."""


def kind_of(path: Path) -> str:
    """``folder``, or what ``suffix_of`` says of the file's name."""
    return "folder" if path.is_dir() else suffix_of(path.name)


def suffix_of(name: str) -> str:
    """A file name's suffix in lower case, without its dot and a ``.gz`` behind it.

    >>> suffix_of("news.jsonl.gz"), suffix_of("README")
    ('jsonl', '')
    """
    return Path(name.lower().removesuffix(".gz")).suffix.removeprefix(".")


def read_rows(
    path: Path, *, kind: str, name: str, stream: BinaryIO | None = None
) -> tuple[Row, ...]:
    """Every row of a file, in order; () for a table without rows.

    Args:
        path: the file; ``-`` reads ``stream`` instead.
        kind: one of ``ROW_KINDS``.
        name: what messages call the file.
        stream: standard input, as bytes.

    Raises:
        InputError: the file is damaged; names file and line.
        UnknownNameError: no such kind.
    """
    if kind == "parquet":
        return tuple(_parquet_rows(path, name))
    if kind not in ROW_KINDS:
        raise UnknownNameError("kind of table", kind, ROW_KINDS)
    text = read_text(path, name=name, stream=stream)
    if kind == "jsonl":
        return tuple(_json_rows(text, name))
    if kind == "tsv":
        lines = split_lines(text)
        return tuple(_table_rows(((n, line.split("\t")) for n, line in enumerate(lines, 1)), name))
    return tuple(_table_rows(_csv_cells(text, name), name))


def cell(row: Row, column: str) -> object:
    """The value in a column.

    Raises:
        InputError: the row has no such column; lists those that it has.
    """
    if column in row.values:
        return row.values[column]
    guess = nearest(column, row.values)
    hint = f" Did you mean {guess!r}?" if guess else ""
    names = ", ".join(row.values) or "none"
    raise InputError(f"{row.origin} has no column {column!r}.{hint} Its columns: {names}.")


def text_cell(row: Row, column: str) -> str:
    """The text in a column; "" stays "".

    Raises:
        InputError: it is missing, not a string, or not Unicode text.
    """
    value = cell(row, column)
    if not isinstance(value, str):
        found = "null" if value is None else type(value).__name__
        raise InputError(f"{row.origin}: column {column!r} holds {found}, not a text")
    if "\0" in value:
        raise InputError(f"{row.origin}: column {column!r} holds a NUL character")
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise InputError(f"{row.origin}: column {column!r} holds half of a surrogate pair")
    return value


def columns_of(row: Row, *, but: Iterable[str]) -> dict[str, str]:
    """Every other column as text: strings as they are, the rest as JSON; nulls left out.

    Raises:
        InputError: a string is not Unicode text.
    """
    left = set(but)
    return {
        column: text_cell(row, column)
        if isinstance(value, str)
        else json.dumps(value, ensure_ascii=False, default=str)
        for column, value in row.values.items()
        if column not in left and value is not None
    }


def json_row(line: str, origin: str) -> Row:
    """One line of JSON Lines.

    Raises:
        InputError: it is not one JSON object.
    """
    try:
        value = json.loads(line, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        found = "a blank line" if not line.strip() else f"invalid JSON ({error})"
        raise InputError(f"{origin}: {found}; every line must be one JSON object") from error
    if not isinstance(value, dict):
        found = type(value).__name__
        raise InputError(f"{origin}: a JSON {found}; every line must be one JSON object")
    return Row(value, origin)


def _json_rows(text: str, name: str) -> Iterator[Row]:
    for number, line in enumerate(split_lines(text.rstrip()), 1):
        yield json_row(line, f"{name}:{number}")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [key for key, _ in pairs]
        twice = next(key for key in names if names.count(key) > 1)
        raise ValueError(f"the key {twice!r} stands twice in one object")
    return found


def _csv_cells(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    limit = csv.field_size_limit(sys.maxsize)  # the default refuses documents over 128 KiB
    # Lines are cut at "\n" alone: io.StringIO would also cut inside a cell at a lone "\r".
    reader = csv.reader((line + "\n" for line in text.removesuffix("\n").split("\n")), strict=True)
    start = 1
    try:
        for cells in reader:
            yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"{name}:{start}: not a CSV row ({error})") from error
    finally:
        csv.field_size_limit(limit)


def _table_rows(numbered: Iterable[tuple[int, list[str]]], name: str) -> Iterator[Row]:
    rows = iter(numbered)
    _, header = next(rows, (1, []))
    twice = [column for column in header if header.count(column) > 1]
    if not any(header) or twice:
        found = f"the column {twice[0]!r} twice" if twice else "no column names"
        raise InputError(f"{name}:1: {found}; the first line must name every column once")
    for number, cells in rows:
        if len(cells) != len(header):
            raise InputError(
                f"{name}:{number}: {len(cells)} cells under {len(header)} columns "
                f"({', '.join(header)}); a cell that holds the separator must be quoted in CSV"
            )
        yield Row(dict(zip(header, cells, strict=True)), f"{name}:{number}")


def _parquet_rows(path: Path, name: str) -> Iterator[Row]:
    import pyarrow
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.read_table(path)
    except (pyarrow.ArrowException, OSError) as error:
        raise InputError(f"{name} is not a Parquet file that can be read: {error}") from error
    for number, values in enumerate(table.to_pylist(), 1):
        yield Row(values, f"{name} row {number}")
