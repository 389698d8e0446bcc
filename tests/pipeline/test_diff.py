"""The difference of two runs: items matched, scores tested as plain calls test them."""

from pathlib import Path

import numpy as np
import pytest

from evalkit import registry
from evalkit.pipeline.diff import difference
from evalkit.pipeline.diff_tests import is_pure
from evalkit.records import Batch
from evalkit.results import Difference, Report, ScoreChange
from evalkit.stats.comparison import compare
from evalkit.stats.resampling import Resampling
from tests.pipeline.fleet import CONFIG, NAMES, REFERENCES, report_of, worse


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Report, Report]:
    """One system before and after it got better."""
    return (
        report_of(tmp_path_factory.mktemp("a"), worse(0.5, 1)),
        report_of(tmp_path_factory.mktemp("b"), worse(0.1, 2)),
    )


def scores(found: Difference, table: str = "summaries.short") -> dict[str, ScoreChange]:
    return {score.field: score for score in found.scores if score.table == table}


def test_a_run_and_itself(runs: tuple[Report, Report]) -> None:
    found = difference(runs[0], runs[0])
    assert not found.differs
    assert not found.items
    assert {score.note for score in found.scores if score.field == "rouge1"} == {
        "equal on every item of both runs"
    }


@pytest.mark.parametrize("metric", ["rouge1", "bleu", "chrf"])
def test_the_test_of_a_sum_is_that_of_the_plain_call(
    runs: tuple[Report, Report], metric: str
) -> None:
    scorer = registry.scorer(metric)
    references = tuple((REFERENCES[name],) for name in NAMES)
    a, b = (
        scorer.measure(Batch(tuple(made[name] for name in NAMES), references))
        for made in (worse(0.5, 1), worse(0.1, 2))
    )
    settings = Resampling(draws=200, seed=3, unit="document")
    expected = compare(scorer, (b, a), NAMES, settings=settings)[0]
    found = scores(difference(*runs))[metric]
    assert found.test == "score"
    assert found.test_delta == expected.difference == found.delta
    assert (found.p, found.low, found.high) == (
        expected.test.p, expected.interval.low, expected.interval.high,
    )  # fmt: skip
    assert (found.n_better, found.n_worse, found.n_equal) == (
        expected.n_won, expected.n_lost, expected.n_tied,
    )  # fmt: skip
    assert found.p is not None
    assert found.p < 0.05


def test_what_cannot_be_measured_again_is_tested_by_the_mean(
    runs: tuple[Report, Report],
) -> None:
    found = scores(difference(*runs), "fluency")["mechanics"]
    (documents, ours) = (
        s for s in difference(*runs).scores if s.field == "mechanics" and s.table == "fluency"
    )
    assert documents.note == "equal on every item of both runs"
    values = [
        np.array([d.scores["mechanics"] for d in run.documents if d.system == "ours, short"])
        for run in runs
    ]
    assert found == ours
    assert ours.test in ("mean", "")
    if ours.test:
        assert ours.test_delta == pytest.approx(float((values[1] - values[0]).mean()))


def test_a_measure_that_does_not_reproduce_is_tested_by_the_mean(
    runs: tuple[Report, Report],
) -> None:
    a, b = (run.model_copy(update={"items": tuple(map(_shifted, run.items))}) for run in runs)
    found = scores(difference(a, b))["bleu"]
    assert found.test == "mean"
    means = [np.mean([item.scores["bleu"] for item in run.items]) for run in (a, b)]
    assert found.test_delta == pytest.approx(means[1] - means[0])


def _shifted(item):
    values = {name: None if v is None else v / 2 for name, v in item.scores.items()}
    return item.model_copy(update={"scores": values})


def test_items_are_listed_by_their_difference(runs: tuple[Report, Report]) -> None:
    found = difference(*runs, n_items=5)
    assert (len(found.items), found.n_listed) == (5, 5)
    assert found.n_items > 5
    gaps = [abs(item.b - item.a) for item in found.items if item.a is not None and item.b]
    assert gaps == sorted(gaps, reverse=True)
    (outputs,) = (o for o in found.outputs if o.table == "summaries.short")
    changed = sum(worse(0.5, 1)[n] != worse(0.1, 2)[n] for n in NAMES)
    assert (outputs.n_changed, outputs.n_same) == (changed, len(NAMES) - changed)
    assert [c.name for c in found.config] == []
    assert found.generators, "the file's hash is in its signature"


def test_another_reference_or_source_makes_another_item(
    runs: tuple[Report, Report], tmp_path: Path
) -> None:
    references = REFERENCES | {NAMES[0]: "Something else was said of it."}
    texts = {NAMES[1]: "The boat of another text came back late."}
    other = report_of(tmp_path, worse(0.5, 1), references=references, texts=texts)
    found = difference(runs[0], other)
    (outputs,) = (o for o in found.outputs if o.table == "summaries.short")
    assert (outputs.n_other, outputs.n_same, outputs.n_changed) == (2, 14, 0)
    assert {change.name for change in found.inputs} == {NAMES[1], "references"}
    assert scores(found)["rouge1"].note == "equal on every item of both runs"
    assert scores(found)["rouge1"].delta != 0
    assert found.differs


def test_what_only_one_run_has(runs: tuple[Report, Report], tmp_path: Path) -> None:
    config = CONFIG.replace("of: [documents, summaries]", "of: [documents]")
    config = config.replace("rouge1, bleu", "rouge1, ter").replace("seed: 3", "seed: 4")
    config = config.replace("systems: [", "systems: [{kind: lead, length: short}, ")
    other = report_of(tmp_path, worse(0.5, 1), config=config)
    found = difference(runs[0], other)
    assert found.only_a[0] == "fluency/ours, short"
    assert "summaries.short/ours/bleu" in found.only_a
    assert set(found.only_b) == {"summaries.short/lead", "summaries.short/ours/ter"}
    settings = {change.name: (change.a, change.b) for change in found.config}
    assert settings["statistics.seed"] == ("3", "4")
    assert settings["summaries.systems.lead.kind"] == (None, '"lead"')
    assert not any(name.startswith("summaries.systems.ours") for name in settings)


def test_other_settings_are_another_measure(runs: tuple[Report, Report], tmp_path: Path) -> None:
    config = CONFIG.replace("bleu,", "{name: bleu, lowercase: true},")
    found = scores(difference(runs[0], report_of(tmp_path, worse(0.1, 2), config=config)))
    assert found["bleu"].note == "measured differently: the signatures differ"
    assert found["bleu"].p is None
    assert found["bleu"].signature_a != found["bleu"].signature_b
    assert found["rouge1"].p is not None
    assert found["distinct2"].note.startswith("the items have no such score")


def test_paragraphs_that_moved_are_matched_by_their_text(tmp_path: Path) -> None:
    from evalkit.config.load import load
    from evalkit.pipeline.run import evaluate
    from tests.pipeline.harbour import write_harbour

    reports = []
    for name in ("a", "b"):
        path = write_harbour(tmp_path / name)
        if name == "b":
            for file in (tmp_path / "b").glob("**/ferry*"):
                for each in [file] if file.is_file() else list(file.glob("post-edit.txt")):
                    each.write_text(f"A new paragraph.\n\n{each.read_text()}")
        reports.append(evaluate(load(path), tmp_path / f"run-{name}").report)
    found = difference(*reports)
    (outputs,) = (o for o in found.outputs if o.table == "post-edit")
    assert (outputs.n_same, outputs.n_changed, outputs.n_only_b) == (5, 0, 1)


@pytest.mark.parametrize(
    ("name", "pure"),
    [("bleu", True), ("rouge3", True), ("rougeSU4", True), ("faithfulness", True),
     ("bertscore", False), ("evaluate", False), ("process", False), ("mine:Metric", False)],
)  # fmt: skip
def test_only_arithmetic_on_texts_is_made_again(name: str, pure: bool) -> None:
    assert is_pure(name) == pure
