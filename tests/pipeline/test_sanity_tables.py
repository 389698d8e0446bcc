"""The guards in a whole run: counts, marks on items, warnings on top."""

import json
from pathlib import Path

import pytest

from evalkit.config.load import load
from evalkit.pipeline.measure import Hypotheses
from evalkit.pipeline.run import evaluate
from evalkit.pipeline.sanity_tables import Looked, aligned_warnings, sanity_table
from evalkit.results import Report
from tests.guard.test_shift import pair
from tests.pipeline.harbour import SHORT, write_harbour

BAD = {
    "ferry": "The storm broke the storm broke the storm broke the rudder of Bremen.",
    "library": "",
}


@pytest.fixture
def report(tmp_path: Path) -> Report:
    config = write_harbour(tmp_path / "in")
    rows = [json.dumps({"id": name, "text": text}) for name, text in BAD.items()]
    (tmp_path / "in" / "two.jsonl").write_text("\n".join(rows) + "\n")
    return evaluate(load(config), tmp_path / "run").report


def test_each_table_has_its_counts(report: Report) -> None:
    tables = [each.table for each in report.sanity]
    assert tables == ["fluency", "summaries.short", "post-edit"]
    (summaries,) = (each for each in report.sanity if each.table == "summaries.short")
    rows = {row.system: row for row in summaries.rows}
    assert {kind: n for kind, n in rows["two"].counts.items() if n} == {
        "empty": 1,
        "loop": 1,
        "name": 1,
    }
    assert not any(rows["lead"].counts.values())
    assert rows["two"].n_outputs == 2
    assert rows["two"].unchecked["term"] == "a summary may leave it out"


def test_items_bear_marks_and_notes(report: Report) -> None:
    items = {(item.system, item.document): item for item in report.items}
    ferry = items["two", "ferry"]
    marks = {
        mark.finder: ferry.hypothesis[mark.start : mark.end]
        for mark in ferry.spans
        if mark.scorer == "sanity"
    }
    assert marks["sanity.loop"] == "The storm broke the storm broke the storm broke"
    assert marks["sanity.name"] == "Bremen"
    assert "sanity: The output is empty." in items["two", "library"].notes
    assert not any(mark.scorer == "sanity" for mark in items["lead", "ferry"].spans)


def test_warnings_stand_on_top(report: Report) -> None:
    assert any(
        "sanity: two (Summaries: short), 2 outputs: empty 1, loop 1" in text
        for text in report.run.warnings
    )


def hypotheses(texts: list[str], references: list[str], languages: tuple[str, ...]) -> Hypotheses:
    n = len(texts)
    return Hypotheses(
        system="ours",
        documents=tuple(str(at) for at in range(n)),
        indices=(0,) * n,
        texts=tuple(texts),
        languages=languages,
        references=tuple((text,) for text in references),
    )


def test_outputs_in_the_wrong_order_are_warned_of() -> None:
    texts, references = pair(1, 120, 0.8)
    shifted = hypotheses([*texts[1:], "end"], references, ("en",) * 120)
    (warning,) = aligned_warnings(shifted)
    assert "belong to the references 1 line later" in warning
    assert aligned_warnings(hypotheses(texts, references, ("en",) * 120)) == ()


def test_each_language_is_looked_at_apart() -> None:
    german = "Der Wind ist heute zu stark, und die Fähre fährt deshalb nicht."
    english = "The wind is too strong today, and the ferry does not run."
    mixed = hypotheses([german, english, german, english], [""] * 4, ("de", "en", "en", "de"))
    table, warnings = sanity_table("t", "T", "document", [Looked(mixed)])
    assert [(f.document, f.kind) for f in table.findings] == [
        ("2", "wrong-language"),
        ("3", "wrong-language"),
    ]
    assert table.rows[0].counts["wrong-language"] == 2
    assert warnings == ("sanity: ours (T), 4 outputs: wrong language 2",)


def test_stopped_and_failed_outputs() -> None:
    texts = [SHORT["ferry"][0], ""]
    found = Hypotheses("x", ("a", "b"), (0, 0), tuple(texts), ("en", "en"), failures={1: "no"})
    table, _ = sanity_table("t", "T", "document", [Looked(found, stopped=frozenset({0}))])
    assert [finding.kind for finding in table.findings] == ["cut-ending"]
    assert table.rows[0].n_outputs == 1
