"""A run as flat tables for programs: scores, comparisons, items, sentences, requirements.

Each is one frame of typed columns, which becomes CSV, Parquet, a pandas DataFrame or a ``datasets``
Dataset. Values are those of ``report.json``, unrounded and unescaped (but for CSV, whose texts no
spreadsheet runs); what is undefined is null. Scores of items stand in columns ``score.NAME``.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from evalkit.errors import ConfigError, MissingExtraError, nearest
from evalkit.report.long_form import safe
from evalkit.results import Item, MarkedDocument, Report

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from datasets import Dataset

__all__ = ["FRAMES", "Frame", "frame"]

Kind = Literal["text", "number", "count", "flag", "texts"]
Cell = str | float | int | bool | list[str] | None


@dataclass(frozen=True, slots=True)
class Frame:
    """Rows of typed columns."""

    kinds: Mapping[str, Kind]
    """Every column and what it holds."""
    rows: Sequence[Mapping[str, Cell]]
    """A missing column is null."""

    def columns(self) -> dict[str, list[Cell]]:
        """The cells, column by column."""
        return {name: [row.get(name) for row in self.rows] for name in self.kinds}

    def to_csv(self) -> str:
        """CSV with a header (RFC 4180); lists are JSON, null is an empty cell."""
        file = io.StringIO(newline="")
        writer = csv.writer(file)
        writer.writerow(map(safe, self.kinds))
        for row in self.rows:
            writer.writerow([_written(row.get(name)) for name in self.kinds])
        return file.getvalue()

    def to_arrow(self) -> "pa.Table":
        """A pyarrow table."""
        import pyarrow as pa

        types = {
            "text": pa.string(), "number": pa.float64(), "count": pa.int64(),
            "flag": pa.bool_(), "texts": pa.list_(pa.string()),
        }  # fmt: skip
        schema = pa.schema([(name, types[kind]) for name, kind in self.kinds.items()])
        return pa.table(self.columns(), schema=schema)

    def to_parquet(self) -> bytes:
        """The bytes of a Parquet file."""
        import pyarrow as pa
        from pyarrow import parquet

        sink = pa.BufferOutputStream()
        parquet.write_table(self.to_arrow(), sink)
        return bytes(sink.getvalue().to_pybytes())

    def to_pandas(self) -> "pd.DataFrame":
        """A pandas DataFrame.

        Raises:
            MissingExtraError: pandas is not installed.
        """
        try:
            import pandas  # noqa: F401
        except ImportError:
            raise MissingExtraError("pandas", "models", "make a DataFrame") from None
        return self.to_arrow().to_pandas()

    def to_dataset(self) -> "Dataset":
        """A Dataset of the ``datasets`` library.

        Raises:
            MissingExtraError: datasets is not installed.
        """
        try:
            from datasets import Dataset, Features
        except ImportError:
            raise MissingExtraError("datasets", "models", "make a Dataset") from None
        features = Features.from_arrow_schema(self.to_arrow().schema)
        return Dataset.from_dict(self.columns(), features=features)


def frame(report: Report, of: str = "scores") -> Frame:
    """A frame of a run.

    Args:
        report: the run.
        of: a key of ``FRAMES``.

    Raises:
        ConfigError: there is no such frame.
    """
    if of not in FRAMES:
        guess = nearest(of, FRAMES)
        hint = f" Did you mean {guess!r}?" if guess else ""
        raise ConfigError(f"a run has no table of {of!r}.{hint} There are: {', '.join(FRAMES)}")
    return FRAMES[of](report)


def _scores(report: Report) -> Frame:
    kinds: dict[str, Kind] = {
        "table": "text", "system": "text", "scorer": "text", "field": "text", "unit": "text",
        "higher_is_better": "flag", "value": "number", "low": "number", "high": "number",
        "n_scored": "count", "n_skipped": "count", "note": "text", "signature": "text",
        "interval_signature": "text",
    }  # fmt: skip
    rows = [{"table": t.name, **score.model_dump()} for t in report.tables for score in t.scores]
    return Frame(kinds, rows)


def _comparisons(report: Report) -> Frame:
    kinds: dict[str, Kind] = {
        "table": "text", "field": "text", "system_a": "text", "system_b": "text",
        "delta": "number", "low": "number", "high": "number", "p": "number",
        "p_adjusted": "number", "correction": "text", "effect": "number",
        "smallest_difference": "number", "wins": "count", "losses": "count", "ties": "count",
        "n_items": "count", "note": "text", "signature": "text",
    }  # fmt: skip
    rows = [
        {"table": table.name, "correction": table.correction, **pair.model_dump()}
        for table in report.tables
        for pair in table.comparisons
    ]
    return Frame(kinds, rows)


def _items(report: Report) -> Frame:
    kinds: dict[str, Kind] = {
        "table": "text", "system": "text", "document": "text", "index": "count",
        "hypothesis": "text", "references": "texts", "notes": "texts", "stop": "text",
        "cut": "text", "error": "text",
    }  # fmt: skip
    fields = dict.fromkeys(name for item in report.items for name in item.scores)
    return Frame(kinds | _columns(fields), list(map(_item, report.items)))


def _item(item: Item) -> dict[str, Cell]:
    output = item.output
    return {
        "table": item.table,
        "system": item.system,
        "document": item.document,
        "index": item.index,
        "hypothesis": item.hypothesis,
        "references": [reference.text for reference in item.references],
        "notes": list(item.notes),
        "stop": output.stop if output else None,
        "cut": output.cut if output else None,
        "error": output.error if output else None,
        **{f"score.{name}": value for name, value in item.scores.items()},
    }


def _sentences(report: Report) -> Frame:
    kinds: dict[str, Kind] = {
        "table": "text", "system": "text", "document": "text", "index": "count",
        "paragraph": "count", "start": "count", "end": "count", "text": "text", "notes": "texts",
    }  # fmt: skip
    rows = [row for document in report.documents for row in _sentence_rows(document)]
    fields = dict.fromkeys(
        name for d in report.documents for sentence in d.sentences for name in sentence.scores
    )
    return Frame(kinds | _columns(fields), rows)


def _sentence_rows(document: MarkedDocument) -> Iterator[dict[str, Cell]]:
    for index, sentence in enumerate(document.sentences):
        yield {
            "table": document.table,
            "system": document.system,
            "document": document.id,
            "index": index,
            "paragraph": sentence.paragraph,
            "start": sentence.start,
            "end": sentence.end,
            "text": document.text[sentence.start : sentence.end],
            "notes": list(sentence.notes),
            **{f"score.{name}": value for name, value in sentence.scores.items()},
        }


def _requirements(report: Report) -> Frame:
    kinds: dict[str, Kind] = {
        "text": "text", "table": "text", "system": "text", "field": "text", "unit": "text",
        "end": "text", "operator": "text", "limit": "number", "value": "number", "met": "flag",
        "reason": "text",
    }  # fmt: skip
    return Frame(kinds, [each.model_dump() for each in report.requirements])


FRAMES: dict[str, Callable[[Report], Frame]] = {
    "scores": _scores,
    "comparisons": _comparisons,
    "items": _items,
    "sentences": _sentences,
    "requirements": _requirements,
}
"""Every frame of a run by its name."""


def _columns(fields: Iterable[str]) -> dict[str, Kind]:
    return {f"score.{name}": "number" for name in fields}


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, list):
        return safe(json.dumps(cell, ensure_ascii=False))
    return safe(cell) if isinstance(cell, str) else str(cell)
