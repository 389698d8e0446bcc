"""Flat tables: every value of the report, typed, in CSV, Parquet, pandas and datasets alike."""

import csv
import io

import pyarrow as pa
import pytest
from pyarrow import parquet

from evalkit.errors import ConfigError
from evalkit.report.frames import FRAMES, frame
from tests.report import sample

REPORT = sample.report()


def test_scores_are_those_of_the_report() -> None:
    rows = frame(REPORT).to_arrow().to_pylist()
    scores = [(t.name, s) for t in REPORT.tables for s in t.scores]
    assert [(row["table"], row["system"], row["field"], row["value"], row["low"]) for row in rows] \
        == [(name, s.system, s.field, s.value, s.low) for name, s in scores]  # fmt: skip
    assert [row["higher_is_better"] for row in rows] == [s.higher_is_better for _, s in scores]


def test_items_have_their_texts_references_and_scores() -> None:
    rows = frame(REPORT, "items").to_arrow().to_pylist()
    assert len(rows) == len(REPORT.items)
    for row, item in zip(rows, REPORT.items, strict=True):
        assert row["hypothesis"] == item.hypothesis
        assert row["references"] == [reference.text for reference in item.references]
        found = {k.removeprefix("score."): v for k, v in row.items() if k.startswith("score.")}
        assert {name: found[name] for name in item.scores} == item.scores
        assert all(found[name] is None for name in found if name not in item.scores)


def test_sentences_are_cut_from_their_texts() -> None:
    rows = frame(REPORT, "sentences").to_arrow().to_pylist()
    assert len(rows) == sum(len(document.sentences) for document in REPORT.documents)
    by_place = {(d.system, d.id): d.text for d in REPORT.documents}
    for row in rows:
        assert row["text"] == by_place[row["system"], row["document"]][row["start"] : row["end"]]


@pytest.mark.parametrize("of", FRAMES)
@pytest.mark.parametrize("report", [REPORT, sample.empty()], ids=["whole", "empty"])
def test_every_frame_in_every_shape(of: str, report) -> None:
    found = frame(report, of)
    table = found.to_arrow()
    again = parquet.read_table(pa.BufferReader(found.to_parquet()))
    assert again.equals(table)
    assert all(pa.types.is_null(kind) is False for kind in table.schema.types)
    read = list(csv.reader(io.StringIO(found.to_csv(), newline="")))
    assert len(read) == table.num_rows + 1
    assert [len(row) for row in read] == [table.num_columns] * len(read)
    assert found.to_pandas().shape == table.shape
    dataset = found.to_dataset()
    assert dataset.num_rows == table.num_rows
    assert dataset.column_names == table.column_names
    if table.num_rows:
        assert dataset[0] == table.to_pylist()[0]


def test_an_unknown_frame_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"Did you mean 'items'\? There are: scores, comparisons"):
        frame(REPORT, "item")
