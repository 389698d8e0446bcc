"""Requirements of a run: judged on its scores, refused before anything is computed."""

import json
from pathlib import Path

import pytest

from evalkit.config.load import load
from evalkit.errors import ConfigError
from evalkit.pipeline.requirements import Target, demands, judged
from evalkit.pipeline.run import evaluate
from evalkit.records import Field
from evalkit.results import Requirement, Score, Table
from evalkit.store.folder import read_report
from tests.pipeline.harbour import CONFIG, write_harbour

ROUGE = Field("rougeL", "0-100", higher_is_better=True)
KNOWN = tuple(
    Target(table, system, field, field is ROUGE)
    for table in ("short", "long")
    for system in ("lead", "a/b", "long")
    for field in (ROUGE, Field("variety", "0-100", higher_is_better=None))
)


def chosen(text: str) -> set[tuple[str, str]]:
    (demand,) = demands([text], lambda: KNOWN)
    return {(target.table, target.system) for target, _ in demand.targets}


def test_what_a_requirement_is_about() -> None:
    everything = {(t.table, t.system) for t in KNOWN}
    assert chosen("rougeL >= 3") == everything
    assert chosen("*/*/rougeL >= 3") == everything
    assert chosen("short/rougeL >= 3") == {pair for pair in everything if pair[0] == "short"}
    assert chosen("lead/rougeL >= 3") == {("short", "lead"), ("long", "lead")}
    assert chosen("a/b/rougeL >= 3") == {("short", "a/b"), ("long", "a/b")}
    assert chosen("short/a/b/rougeL >= 3") == {("short", "a/b")}
    assert chosen("*/long/rougeL >= 3") == {("short", "long"), ("long", "long")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rogueL >= 3", "no score 'rogueL'. Did you mean 'rougeL'?"),
        ("short/led/rougeL >= 3", "no table or system 'short/led'"),
        ("shrt/rougeL >= 3", "Did you mean 'short'?"),
        ("long/rougeL >= 3", "is a table and a system"),
        ("rougeL >= 101", "lies between 0 and 100"),
        ("rougeL >= 1", "1% or 100"),
        ("variety@low >= 30", "will have no interval"),
    ],
)
def test_what_cannot_be_is_a_config_error(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        demands([text], lambda: KNOWN)
    assert said in str(error.value)


def test_without_requirements_no_scorer_is_asked_for_its_scores() -> None:
    def known() -> tuple[Target, ...]:
        raise AssertionError

    assert demands((), known) == ()


def score(system: str, value: float | None, low: float | None = None, note: str = "") -> Score:
    high = None if low is None or value is None else 2 * value - low
    return Score(
        system=system, scorer="rougeL", field="rougeL", unit="0-100", higher_is_better=True,
        value=value, low=low, high=high, note=note, n_scored=20, n_skipped=0, signature="s",
    )  # fmt: skip


def outcomes(text: str, *scores: Score) -> list[Requirement]:
    table = Table(
        name="short", title="", unit="document", cluster="document", n_items=20, n_clusters=20,
        systems=tuple(s.system for s in scores), scores=scores,
    )  # fmt: skip
    known = [Target("short", name, ROUGE, resampled=True) for name in ("a", "b", "c")]
    return list(judged(demands([text], lambda: known), [table]))


def test_each_end_is_what_is_compared() -> None:
    sample = (score("a", 30.0, 28.0), score("b", 30.0, 27.9), score("c", 29.999, 29.0))
    assert [each.met for each in outcomes("rougeL >= 30", *sample)] == [True, True, False]
    assert [each.met for each in outcomes("rougeL@low >= 28", *sample)] == [True, False, True]
    values = [each.value for each in outcomes("rougeL@worst<=9", *sample)]
    assert values == pytest.approx([32.0, 32.1, 30.998])
    assert [each.met for each in outcomes("rougeL >= 0.3", *sample)] == [True, True, False]


def test_what_is_undefined_or_missing_falls_short_with_the_reason() -> None:
    sample = (score("a", None, note="no text"), score("b", 50.0, note="too few"))
    a, b, c = outcomes("rougeL@low >= 2", *sample)
    assert not any(each.met for each in (a, b, c))
    assert (a.reason, b.reason) == ("undefined: no text", "no interval: too few")
    assert c.reason == "the run has no such score"
    assert outcomes("rougeL >= 2", *sample)[1].met


def test_a_run_judges_its_config_and_keeps_the_outcome(tmp_path: Path) -> None:
    config = CONFIG + 'require: ["rouge1 >= 0.30", "fluency/mechanics@low >= 90"]\n'
    loaded = load(write_harbour(tmp_path / "in", config), require=["lead, short/mechanics>=50"])
    report = evaluate(loaded, tmp_path / "run").report
    assert read_report(tmp_path / "run") == report
    assert report.run.warnings[0].startswith("4 of 7 required scores fall short: fluency/")
    by_text: dict[str, list[Requirement]] = {}
    for each in report.requirements:
        by_text.setdefault(each.text, []).append(each)
    rouge, low, own = by_text.values()
    assert [(r.table, r.system, r.limit, r.met) for r in rouge] == [
        ("summaries.short", "lead", 30.0, True),
        ("summaries.short", "two", 30.0, True),
    ]
    assert {r.system for r in low} == {"documents", "post-edit", "lead, short", "two, short"}
    assert not any(r.met for r in low)
    assert "too few for an interval" in low[0].reason
    assert [r.system for r in own] == ["lead, short"]


def test_a_wrong_name_is_found_before_anything_is_computed(tmp_path: Path) -> None:
    loaded = load(write_harbour(tmp_path / "in"), require=["rogue1>=3"])
    with pytest.raises(ConfigError, match="Did you mean 'rouge1'"):
        evaluate(loaded, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_single_requirement_needs_no_list(tmp_path: Path) -> None:
    path = write_harbour(tmp_path / "in", CONFIG + "require: rouge1 >= 3\n")
    assert load(path, require=["bleu>=2"]).config.require == ("rouge1 >= 3", "bleu>=2")
    with pytest.raises(ConfigError, match=r"require\.1: 'bleu' is no requirement"):
        load(path, require=["bleu"])


def test_reports_of_an_earlier_evalkit_have_none(tmp_path: Path) -> None:
    evaluate(load(write_harbour(tmp_path / "in")), tmp_path / "run")
    path = tmp_path / "run" / "report.json"
    raw = json.loads(path.read_text())
    del raw["requirements"]
    path.write_text(json.dumps(raw))
    assert read_report(tmp_path / "run").requirements == ()
