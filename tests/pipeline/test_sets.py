"""Summaries as a set, in a run: a metric like any other, without an interval."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from evalkit.config.load import load
from evalkit.errors import UnknownNameError
from evalkit.metrics.sets import set_score
from evalkit.pipeline.run import Options, evaluate
from evalkit.pipeline.run_tables import read_tables
from evalkit.registry import Code
from evalkit.report import render
from evalkit.report.overview import headlines
from evalkit.report.terminal import show
from evalkit.results import Report, Score
from tests.pipeline.harbour import CONFIG, write_harbour

SETS = ("distinct1", "distinct2", "self-bleu")


def run(folder: Path, text: str = CONFIG, metrics: str = ", ".join(SETS)) -> Report:
    settings = [f"summaries.metrics=[rouge1, {metrics}]"]
    loaded = load(write_harbour(folder / "in", text), settings=settings)
    code = Code(allowed=True, folder=loaded.folder)
    return evaluate(loaded, folder / "run", options=Options(code=code)).report


def scores(report: Report) -> list[Score]:
    table = next(table for table in report.tables if table.name == "summaries.short")
    return [score for score in table.scores if score.field in SETS]


def test_a_run_measures_every_systems_summaries_together(tmp_path: Path) -> None:
    report = run(tmp_path)
    table = next(table for table in report.tables if table.name == "summaries.short")
    found = [(score.system, score.field) for score in scores(report)]
    assert found == [(system, name) for system in table.systems for name in SETS]
    for score in scores(report):
        texts = [item.hypothesis for item in report.items if item.system == score.system
                 and item.table == table.name]  # fmt: skip
        expected = set_score(score.field, texts)
        assert (score.value, score.n_scored) == (expected.value, 2)
        assert (score.low, score.high) == (None, None)
        assert "no interval" in score.note
        assert score.signature == expected.signature


def test_they_are_measured_on_request_only(tmp_path: Path) -> None:
    assert not scores(run(tmp_path, metrics="chrf"))


def test_a_wrong_name_is_an_error_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="self-bleu"):
        run(tmp_path, metrics="self-blue")
    assert not (tmp_path / "run").exists()


def test_failed_summaries_are_not_in_the_set(tmp_path: Path) -> None:
    text = CONFIG.replace("kind: lead", "kind: 'half_failing:Fails'")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "half_failing.py").write_text(
        "from evalkit.records import Output\n"
        "class Fails:\n"
        "    name, languages = 'fails', None\n"
        "    def generate(self, batch):\n"
        "        return tuple(Output('', 'error', error='out of luck') if i == 'ferry' else "
        "Output('One summary.', 'end') for i in batch.ids)\n"
        "    def signature(self):\n"
        "        return 'fails'\n"
    )
    (found,) = [
        s for s in scores(run(tmp_path, text)) if s.field == "self-bleu" and "fail" in s.system
    ]
    assert (found.value, found.n_scored, found.n_skipped) == (None, 1, 1)
    assert "a set of two texts or more is needed" in found.note


def test_every_format_shows_them_with_the_reason(tmp_path: Path) -> None:
    report = run(tmp_path, metrics="self-bleu")
    console = Console(file=io.StringIO(), width=160)
    show(report, console, document=None, worst=None)
    reason = "self-bleu is of all texts together"
    assert console.file.getvalue().count(reason) == 1  # a footnote, not a word in each cell
    for kind in ("md", "html", "csv"):
        assert reason in render(report, kind)
    assert Report.model_validate_json(render(report, "json")) == report


def test_a_reason_of_a_whole_column_has_no_letter_in_each_cell(tmp_path: Path) -> None:
    grid = headlines(next(t for t in run(tmp_path).tables if t.name == "summaries.short"))
    reasons = dict(grid.footnotes)
    assert "self-bleu is of all texts together" in reasons["self-bleu"]
    at = next(n for n, column in enumerate(grid.columns) if column.field == "self-bleu")
    assert {row.cells[at].note for row in grid.rows} == {""}


def test_they_need_no_references(tmp_path: Path) -> None:
    text = CONFIG.replace("{kind: lead, length: short}", "{kind: lead, words: 9}")
    (table,) = [t for t in run(tmp_path, text).tables if t.title == "Summaries: 9 words"]
    assert [score.field for score in table.scores] == list(SETS)


def test_comparing_a_run_leaves_them_out_and_says_why(tmp_path: Path) -> None:
    run(tmp_path)
    (table,) = read_tables(tmp_path / "run", table="summaries.short", code=Code())
    assert list(table.measured.signatures) == ["rouge1"]
    assert "self-bleu is not compared: self-bleu is of all texts" in " ".join(table.warnings)


def test_a_label_names_the_column(tmp_path: Path) -> None:
    report = run(tmp_path, metrics="{name: distinct2, label: variety}")
    (table,) = [t for t in report.tables if t.name == "summaries.short"]
    found = [score for score in table.scores if score.scorer == "variety"]
    assert [(s.field, s.system) for s in found] == [("variety", s) for s in table.systems]
