"""A whole evaluation: its report, resuming, and what it refuses."""

from pathlib import Path

import pytest

from evalkit.config.load import load
from evalkit.errors import (
    AlignmentError,
    ConfigError,
    InputError,
    LanguageError,
    PermissionNeededError,
)
from evalkit.pipeline.run import Options, evaluate
from evalkit.registry import Code
from evalkit.results import Report, Score
from evalkit.store.folder import read_report
from evalkit.summarize.lead import Lead
from tests.pipeline.harbour import CONFIG, SHORT, TEXTS, write_harbour


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write_harbour(tmp_path / "in")


def run(config: Path, output: Path, **options: object) -> Report:
    settings = options.pop("settings", ())
    loaded = load(config, settings=settings)  # type: ignore[arg-type]
    return evaluate(loaded, output, options=Options(**options)).report  # type: ignore[arg-type]


def score(report: Report, table: str, system: str, field: str) -> Score:
    (found,) = (
        s
        for t in report.tables
        if t.name == table
        for s in t.scores
        if (s.system, s.field) == (system, field)
    )
    return found


def timeless(report: Report) -> dict[str, object]:
    whole = report.model_dump()
    for key in ("created", "finished", "seconds"):
        whole["run"].pop(key)
    return whole


def test_the_report_holds_every_part(config: Path, tmp_path: Path) -> None:
    report = run(config, tmp_path / "run")
    assert [t.name for t in report.tables] == ["fluency", "summaries.short", "post-edit"]
    fluency = report.tables[0]
    assert fluency.systems == ("documents", "post-edit", "lead, short", "two, short")
    assert report.tables[1].systems == ("lead", "two")
    assert read_report(tmp_path / "run") == report


def test_fluency_sees_the_slips_and_the_post_edit_has_none(config: Path, tmp_path: Path) -> None:
    report = run(config, tmp_path / "run")
    before = score(report, "fluency", "documents", "mechanics.errors")
    after = score(report, "fluency", "post-edit", "mechanics.errors")
    assert before.value is not None
    assert before.value > 0
    assert after.value == 0.0
    (ferry,) = (d for d in report.documents if (d.system, d.id) == ("documents", "ferry"))
    found = {ferry.text[m.start : m.end]: m.category for m in ferry.spans}
    assert any("the" in text.lower() for text in found)
    for sentence in ferry.sentences:
        assert ferry.text[sentence.start : sentence.end].strip()


def test_a_summary_that_is_a_reference_scores_100(config: Path, tmp_path: Path) -> None:
    report = run(config, tmp_path / "run")
    best = score(report, "summaries.short", "two", "rouge1")
    assert best.value == pytest.approx(100.0)
    (item,) = (i for i in report.items if (i.system, i.document) == ("two", "ferry"))
    assert item.hypothesis == SHORT["ferry"][0]
    assert [r.name for r in item.references] == ["short.a", "short.b"]
    assert item.matches
    assert item.output is not None
    assert item.output.target_words == 12 or item.output.target_words > 8


def test_scorers_that_differ_in_name_alone_are_kept_apart(config: Path, tmp_path: Path) -> None:
    settings = ["summaries.metrics=[rouge1, rouge2, rougeL]"]
    report = run(config, tmp_path / "run", settings=settings)
    values = {
        score(report, "summaries.short", "lead", field).value
        for field in ("rouge1", "rouge2", "rougeL")
    }
    assert len(values) == 3


def test_one_metric_stands_twice_under_two_labels(config: Path, tmp_path: Path) -> None:
    settings = ["summaries.metrics=[rouge1, {name: rouge1, label: stemmed, stemmer: true}]"]
    report = run(config, tmp_path / "run", settings=settings)
    plain = score(report, "summaries.short", "lead", "rouge1")
    stemmed = score(report, "summaries.short", "lead", "stemmed")
    assert "stem" in stemmed.signature
    assert stemmed.signature != plain.signature


def test_two_documents_give_no_interval_and_no_p_but_the_reason(
    config: Path, tmp_path: Path
) -> None:
    report = run(config, tmp_path / "run")
    value = score(report, "summaries.short", "lead", "rouge1")
    assert (value.low, value.high) == (None, None)
    assert "2 documents" in value.note
    (comparison,) = (c for c in report.tables[1].comparisons if c.field == "rouge1")
    assert comparison.p is None
    assert comparison.delta is not None
    assert comparison.note


def test_post_edit_is_by_paragraph(config: Path, tmp_path: Path) -> None:
    report = run(config, tmp_path / "run")
    pairs = [i for i in report.items if i.table == "post-edit"]
    assert len(pairs) == 5
    untouched = [i for i in pairs if i.hypothesis == i.references[0].text]
    assert all(i.scores["ter"] == 0.0 for i in untouched)
    assert 0 < len(untouched) < 5


def test_running_again_computes_nothing_again(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run(config, tmp_path / "run")

    def never(self: Lead, batch: object) -> None:
        raise AssertionError("generated again")

    monkeypatch.setattr(Lead, "generate", never)
    settings = ["summaries.metrics=[rouge1, bleu, faithfulness, chrf]"]
    again = run(config, tmp_path / "run", settings=settings)
    assert [i.hypothesis for i in again.items] == [i.hypothesis for i in first.items]
    assert score(again, "summaries.short", "lead", "chrf").value is not None


def test_a_killed_run_goes_on_to_the_same_report(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = run(config, tmp_path / "whole")
    told = []

    def killer(stage: str, done: int, total: int) -> None:
        told.append(stage)
        if len(told) == 9:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate(load(config), tmp_path / "killed", progress=killer)
    assert list((tmp_path / "killed" / "parts").rglob("*.jsonl"))
    assert not (tmp_path / "killed" / "report.json").exists()
    assert timeless(run(config, tmp_path / "killed")) == timeless(whole)


def test_limit_takes_the_first_documents(config: Path, tmp_path: Path) -> None:
    report = run(config, tmp_path / "run", limit=1)
    assert {d.id for d in report.documents} == {"ferry"}


@pytest.mark.parametrize(
    ("change", "error", "expected"),
    [
        (("path: texts", "path: textes"), InputError, "textes"),
        (("length: short}\n    - {name", "length: shrt}\n    - {name"), ConfigError, "shrt"),
        (("kind: lead", "kind: laed"), Exception, "Did you mean 'lead'"),
        (("[mechanics]", "[mechanics, mechanics]"), ConfigError, "stands twice"),
        (("name: two, ", "name: lead, "), ConfigError, "called 'lead'"),
        (("path: two.jsonl", "path: three.jsonl"), InputError, "three.jsonl"),
        (("path: two.jsonl, ", ""), ConfigError, "needs 'path"),
        (("path: two.jsonl", "path: two.jsonl, text: x"), ConfigError, "no option 'text'"),
        (("kind: lead", "kind: 'mine:Mine'"), PermissionNeededError, "--allow-code"),
    ],
)
def test_bad_input_is_named_before_anything_is_written(
    tmp_path: Path, change: tuple[str, str], error: type[Exception], expected: str
) -> None:
    assert change[0] in CONFIG
    config = write_harbour(tmp_path / "in", CONFIG.replace(*change))
    with pytest.raises(error, match=expected):
        run(config, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_outputs_that_miss_a_document_are_refused(config: Path, tmp_path: Path) -> None:
    outputs = config.parent / "two.jsonl"
    outputs.write_text(outputs.read_text().splitlines()[0] + "\n")
    with pytest.raises(AlignmentError, match="ferry"):
        run(config, tmp_path / "run")


def test_a_document_in_another_language_is_refused_by_name(tmp_path: Path) -> None:
    alone = CONFIG.replace("    - {name: two, kind: file, path: two.jsonl, length: short}\n", "")
    config = write_harbour(tmp_path / "in", alone)
    (config.parent / "texts" / "fleuve.txt").write_text(
        "Le bateau du port est arrêté depuis lundi, car la tempête a cassé son gouvernail.",
        encoding="utf-8",
    )
    with pytest.raises(LanguageError, match=r"'fleuve'.*French.*mechanics reads only English"):
        run(config, tmp_path / "run")


SHOUT = """
from evalkit.records import Output

class Shout:
    name = "shout"
    languages = None
    def generate(self, batch):
        return tuple(
            Output("", "error", error="lost its voice") if "spade" in text
            else Output(text.split(".")[0].upper() + ".", "end")
            for text in batch.texts
        )
    def signature(self):
        return "shout|v:1"
"""


def test_foreign_code_runs_when_allowed_and_its_failures_are_counted(tmp_path: Path) -> None:
    text = CONFIG.replace("kind: lead", "name: shout, kind: 'shouting_for_test:Shout'")
    config = write_harbour(tmp_path / "in", text)
    (config.parent / "shouting_for_test.py").write_text(SHOUT)
    evaluated = evaluate(
        load(config), tmp_path / "run", options=Options(code=Code(True, config.parent))
    )
    report = evaluated.report
    assert evaluated.n_failed >= 1
    assert report.run.code == ("shouting_for_test:Shout",)
    assert any("lost its voice" in warning for warning in report.run.warnings)
    value = score(report, "summaries.short", "shout", "rouge1")
    assert (value.n_scored, value.n_skipped) == (1, 1)
    assert len(TEXTS) == 2
