"""Error annotations: every row is held to its text."""

import json
from pathlib import Path

import pytest

from evalkit.corpus.annotations import read_annotations
from evalkit.errors import InputError
from evalkit.records import Document, Span

DOCUMENT = Document("d", "The boats 😀 was late .\r\nNobody have come.")


def row(start: int, end: int, /, **values: object) -> dict[str, object]:
    return {
        "start": start,
        "end": end,
        "category": "grammar",
        "severity": "minor",
        "correction": "x",
        "text": DOCUMENT.text[start:end],
        **values,
    }


def spans_of(tmp_path: Path, rows: list[dict[str, object]]) -> tuple[Span, ...]:
    path = tmp_path / "errors.jsonl"
    path.write_text("".join(json.dumps(part) + "\n" for part in rows), encoding="utf-8")
    return read_annotations(path, DOCUMENT, annotator="first")


def test_rows_become_spans_by_start(tmp_path: Path) -> None:
    rows = [
        row(32, 36, severity="major", correction="has", note="plural"),
        row(12, 15, correction="were"),
        row(20, 21, category="punctuation", correction=""),
        row(22, 22, category="punctuation", correction=None),
    ]
    assert spans_of(tmp_path, rows) == (
        Span(12, 15, "grammar", "minor", None, "first", "", "were"),
        Span(20, 21, "punctuation", "minor", None, "first", "", ""),
        Span(22, 22, "punctuation", "minor", None, "first", "", None),
        Span(32, 36, "grammar", "major", None, "first", "plural", "has"),
    )
    assert spans_of(tmp_path, []) == ()


def test_spans_that_touch_do_not_overlap(tmp_path: Path) -> None:
    assert len(spans_of(tmp_path, [row(4, 9), row(9, 12), row(12, 12), row(12, 15)])) == 4


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (row(12, 15, text="were"), r"errors\.jsonl:2: text is 'were', but 'd' has 'was' at 12-15"),
        (row(13, 16, text="was"), "has 'as ' at 13-16; it stands at 12"),
        (row(12, 99, text="was"), r"12-99 does not lie in 'd' \(41 code points\)"),
        (row(15, 12), "15-12 does not lie in"),
        (row(-3, 12), "start is -3, not a whole number from 0"),
        (row(12, 15, start="12"), "start is '12', not a whole number"),
        (row(12, 15, end=15.0), r"end is 15\.0, not a whole number"),
        (row(12, 15, start=True), "start is True, not a whole number"),
        (row(12, 15, category="gramar"), "category is 'gramar'. Did you mean 'grammar'"),
        (
            row(12, 15, severity="critical"),
            "severity is 'critical'. It must be one of: minor, major",
        ),
        (row(12, 15, severity=None), "column 'severity' holds null"),
        (row(12, 15, correction="was"), "the correction is the text that it corrects"),
        (row(12, 15, correction=3), "column 'correction' holds int"),
        (row(12, 15, Note="x"), "unknown key 'Note'. Did you mean 'note'"),
        (row(8, 13), r"errors\.jsonl:2: .* 8-13 overlaps 4-9 \(errors\.jsonl:1\)"),
        (row(2, 5), r"errors\.jsonl:1: .* 4-9 overlaps 2-5 \(errors\.jsonl:2\)"),
        (row(6, 6), "6-6 overlaps 4-9"),
        ({"start": 1, "end": 2}, r"errors\.jsonl:2 has no column 'text'"),
    ],
)
def test_a_bad_row_is_refused_with_its_line(
    tmp_path: Path, bad: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        spans_of(tmp_path, [row(4, 9), bad])


def test_the_same_empty_span_twice_is_an_overlap(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="12-12 overlaps 12-12"):
        spans_of(tmp_path, [row(12, 12), row(12, 12)])
