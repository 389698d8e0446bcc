"""Every item of a run in one Arrow file, ``items.arrow``, beside ``report.json``: for large runs.

The file is uncompressed Arrow IPC, read by memory map: numbers are used where they lie, and a
text is touched only when it is shown. A million segments open in milliseconds. Columns: ``table``,
``system``, ``document``, ``index``, ``id``, ``hypothesis``, ``source``, ``references``,
``reference_names``, ``more`` (notes, spans, matches and how the text came about, as JSON), and one
``score:FIELD`` per number, null where it is undefined. pandas, polars and DuckDB read it too.
"""

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evalkit.errors import StoreError
from evalkit.records import SCHEMA_VERSION
from evalkit.results import Item, MarkedDocument, Report

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ITEMS", "Row", "item_rows", "open_items", "rows_table", "write_items"]

ITEMS = "items.arrow"
SCORE = "score:"
ROWS_AT_ONCE = 16_384
"""Rows of a record batch: what is in memory while writing."""


@dataclass(frozen=True, slots=True)
class Row:
    """One item of one system."""

    table: str
    system: str
    document: str
    index: int
    id: str
    hypothesis: str
    scores: Mapping[str, float | None]
    """By field name; None where undefined."""
    source: str | None = None
    references: tuple[str, ...] = ()
    reference_names: tuple[str, ...] = ()
    more: Mapping[str, object] | None = None
    """Notes, spans, matches, output: JSON data."""


def item_rows(report: Report) -> Iterator[Row]:
    """The items of a report, and the sentences of its marked texts."""
    for item in report.items:
        yield _of_item(item)
    for document in report.documents:
        yield from _of_document(document)


def _of_item(item: Item) -> Row:
    more = item.model_dump(
        mode="json",
        include={"notes", "matches", "spans", "output"},
        exclude_defaults=True,
    )
    return Row(
        table=item.table,
        system=item.system,
        document=item.document,
        index=item.index,
        id=item.document if item.index == 0 else f"{item.document}#{item.index + 1}",
        hypothesis=item.hypothesis,
        scores=item.scores,
        references=tuple(reference.text for reference in item.references),
        reference_names=tuple(reference.name for reference in item.references),
        more=more or None,
    )


def _of_document(document: MarkedDocument) -> Iterator[Row]:
    for index, sentence in enumerate(document.sentences):
        spans = [
            {
                **span.model_dump(mode="json", exclude_defaults=True),
                "start": span.start - sentence.start,
                "end": span.end - sentence.start,
            }
            for span in document.spans
            if sentence.start <= span.start < sentence.end
        ]
        more: dict[str, object] = {"spans": spans} if spans else {}
        if sentence.notes:
            more["notes"] = list(sentence.notes)
        yield Row(
            table=document.table,
            system=document.system,
            document=document.id,
            index=index,
            id=f"{document.id}#{index + 1}",
            hypothesis=document.text[sentence.start : sentence.end],
            scores=sentence.scores,
            more=more or None,
        )


def write_items(path: Path, rows: Iterable[Row], fields: Sequence[str]) -> int:
    """Writes the rows, a batch in memory at a time; the file is there whole or not at all.

    Args:
        path: the file.
        rows: the items; scores that are not among ``fields`` are an error.
        fields: every field name that a score has.

    Returns:
        How many rows were written.

    Raises:
        StoreError: the folder cannot be written.
        ValueError: a row has a score that ``fields`` lacks.
    """
    import pyarrow as pa

    schema = _schema(fields)
    n = 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(handle)
        try:
            options = pa.ipc.IpcWriteOptions(emit_dictionary_deltas=True)
            with (
                pa.OSFile(name, "wb") as sink,
                pa.ipc.new_file(sink, schema, options=options) as writer,
            ):
                for batch in _batches(rows, schema):
                    writer.write_batch(batch)
                    n += batch.num_rows
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror or error}") from error
    return n


def rows_table(rows: Iterable[Row], fields: Sequence[str]) -> "pa.Table":
    """The rows as a table in memory, as ``open_items`` would read them."""
    import pyarrow as pa

    schema = _schema(fields)
    return pa.Table.from_batches(list(_batches(rows, schema)), schema)


def open_items(path: Path) -> "pa.Table":
    """The table of a file that ``write_items`` wrote, memory-mapped.

    Raises:
        StoreError: the file is damaged, or of a newer evalkit.
    """
    import pyarrow as pa

    try:
        table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
        version = int((table.schema.metadata or {})[b"evalkit"])
    except (OSError, pa.ArrowException, KeyError, ValueError) as error:
        raise StoreError(f"{path} is damaged ({error}). Delete it and run again.") from error
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"{path} has schema {version}; this evalkit reads up to {SCHEMA_VERSION}. "
            "Update evalkit."
        )
    return table


def _schema(fields: Sequence[str]) -> "pa.Schema":
    import pyarrow as pa

    names = pa.dictionary(pa.int32(), pa.string())
    columns = [
        ("table", names),
        ("system", names),
        ("document", pa.string()),
        ("index", pa.int64()),
        ("id", pa.string()),
        ("hypothesis", pa.string()),
        ("source", pa.string()),
        ("references", pa.list_(pa.string())),
        ("reference_names", pa.list_(pa.string())),
        ("more", pa.string()),
        *((f"{SCORE}{field}", pa.float64()) for field in fields),
    ]
    return pa.schema(columns, metadata={"evalkit": str(SCHEMA_VERSION)})


def _batches(rows: Iterable[Row], schema: "pa.Schema") -> "Iterator[pa.RecordBatch]":
    waiting: list[Row] = []
    codes: dict[str, dict[str, int]] = {"table": {}, "system": {}}
    for row in rows:
        waiting.append(row)
        if len(waiting) == ROWS_AT_ONCE:
            yield _batch(waiting, schema, codes)
            waiting = []
    if waiting:
        yield _batch(waiting, schema, codes)


def _batch(
    rows: Sequence[Row], schema: "pa.Schema", codes: Mapping[str, dict[str, int]]
) -> "pa.RecordBatch":
    import pyarrow as pa

    fields = [name.removeprefix(SCORE) for name in schema.names if name.startswith(SCORE)]
    known = set(fields)
    for row in rows:
        if unknown := set(row.scores) - known:
            raise ValueError(f"the row {row.id!r} has scores that are not declared: {unknown}")
    columns: dict[str, Any] = {
        "table": _coded([row.table for row in rows], codes["table"]),
        "system": _coded([row.system for row in rows], codes["system"]),
        "document": [_unicode(row.document) for row in rows],
        "index": [row.index for row in rows],
        "id": [_unicode(row.id) for row in rows],
        "hypothesis": [_unicode(row.hypothesis) for row in rows],
        "source": [None if row.source is None else _unicode(row.source) for row in rows],
        "references": [[_unicode(text) for text in row.references] for row in rows],
        "reference_names": [[_unicode(text) for text in row.reference_names] for row in rows],
        "more": [None if row.more is None else json.dumps(row.more) for row in rows],
    }
    for field in fields:
        columns[f"{SCORE}{field}"] = [row.scores.get(field) for row in rows]
    arrays = [
        column if isinstance(column, pa.Array) else pa.array(column, type=schema.field(name).type)
        for name, column in columns.items()
    ]
    return pa.record_batch(arrays, schema=schema)


def _coded(values: Sequence[str], codes: dict[str, int]) -> "pa.Array":
    """Names as numbers into a dictionary that only grows, so that all batches share its start."""
    import pyarrow as pa

    numbers = [codes.setdefault(_unicode(value), len(codes)) for value in values]
    return pa.DictionaryArray.from_arrays(pa.array(numbers, pa.int32()), pa.array(list(codes)))


def _unicode(text: str) -> str:
    """The text with lone surrogates, which UTF-8 cannot hold, written as U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= mark <= "\udfff" else mark for mark in text)
    return text
