"""Modules of ``evaluate`` as metrics: by segment, of the whole set, wrong ones, and in commands."""

from pathlib import Path

import numpy as np
import pytest

from evalkit import registry
from evalkit.config.load import load
from evalkit.errors import ConfigError, PermissionNeededError
from evalkit.foreign.evaluate_module import EvaluateSegments, EvaluateSet, evaluate_module
from evalkit.pipeline.run import Options, evaluate
from evalkit.records import Batch
from evalkit.registry import Code
from evalkit.stages import Scorer, SetScorer
from evalkit.stats.estimate import estimate
from tests.foreign.written_modules import (
    BREAKS,
    LISTS,
    RANKED,
    SEVERAL,
    SHARED,
    TOTAL,
    evaluate_cache,
    write,
)
from tests.pipeline.harbour import CONFIG, write_harbour

__all__ = ["evaluate_cache"]
pytestmark = pytest.mark.usefixtures("evaluate_cache")

BATCH = Batch(
    ("the ferry is late", "nobody waited", "a bridge, Ça va 東京", ""),
    (("the ferry was late",), ("no one waited",), ("a bridge Ça va",), ("the ferry",)),
)
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def numbers(scorer: EvaluateSet) -> list[float]:
    return [score.value for score in scorer.measure_set(BATCH)]


def test_numbers_by_segment_make_a_scorer(tmp_path: Path) -> None:
    made = evaluate_module(module=str(write(tmp_path, "shared", SHARED)))
    assert isinstance(made, EvaluateSegments)
    assert isinstance(made, Scorer)
    assert [field.name for field in made.fields] == ["shared"]
    measured = made.measure(BATCH)
    assert measured.statistics.tolist() == [[3, 1], [1, 1], [3, 1], [0, 1]]
    assert made.score(measured.statistics.sum(axis=0)).tolist() == [7 / 4]
    (found,) = estimate(made, measured)
    assert found.value == 1.75
    assert all(part.count(":") == 1 for part in made.signature().split("|"))
    assert "|score:shared|of:segments|library:evaluate-0.4" in made.signature()


def test_lists_without_a_corpus_score_are_means(tmp_path: Path) -> None:
    home = write(tmp_path, "lists", LISTS, features=SEVERAL)
    with pytest.raises(ConfigError, match=r"several numbers \(f1, precision\): say which"):
        evaluate_module(module=str(home))
    made = evaluate_module(module=str(home), score="f1", name="words", higher_is_better=True)
    assert [field.name for field in made.fields] == ["words", "words.precision"]
    assert [field.higher_is_better for field in made.fields] == [True, None]
    references = (("the ferry was late", "x"), ("no one waited",), (), ("the ferry",))
    measured = made.measure(Batch(BATCH.hypotheses, references))
    assert measured.valid.tolist() == [True, True, False, True]
    assert measured.reasons == {2: "no reference"}
    assert made.score(measured.statistics.sum(axis=0)) == pytest.approx([4 / 3, 2 / 3])


def test_no_numbers_by_segment_make_a_set_scorer(tmp_path: Path) -> None:
    made = evaluate_module(module=str(write(tmp_path, "total", TOTAL)))
    assert isinstance(made, EvaluateSet)
    assert isinstance(made, SetScorer)
    assert not isinstance(made, Scorer)
    assert "gives no numbers by segment" in made.whole
    (found,) = made.measure_set(BATCH)
    assert (found.name, found.value, found.n_texts) == ("total", 49.0, 4)
    assert found.signature == made.signature()
    (nothing,) = made.measure_set(Batch(("a",), ((),)))
    assert np.isnan(nothing.value)
    assert (nothing.n_texts, nothing.reason) == (0, "there is nothing to score; no reference")
    with pytest.raises(ValueError, match="needs references"):
        made.measure_set(Batch(("a",)))


def test_the_key_called_score_is_the_headline(tmp_path: Path) -> None:
    made = evaluate_module(module=str(write(tmp_path, "keys", 'return {"b": 1.0, "score": 2.0}')))
    assert [field.name for field in made.fields] == ["keys", "keys.b"]
    assert numbers(made) == [2.0, 1.0]


def test_numbers_that_depend_on_other_segments_are_no_rows(tmp_path: Path) -> None:
    made = evaluate_module(module=str(write(tmp_path, "ranked", RANKED)))
    assert isinstance(made, EvaluateSet)
    assert "(ranks) change with the other segments" in made.whole


def test_a_corpus_score_that_is_no_mean_is_of_the_whole_set(tmp_path: Path) -> None:
    body = 'return {"longest": max(map(len, predictions)), "each": [len(p) for p in predictions]}'
    home = str(write(tmp_path, "longest", body))
    made = evaluate_module(module=home)
    assert isinstance(made, EvaluateSet)
    assert "longest is not the mean of its numbers by segment (each)" in made.whole
    assert isinstance(evaluate_module(module=home, score="each"), EvaluateSegments)


def test_a_mean_that_stops_being_one_is_an_error_with_the_way_out(tmp_path: Path) -> None:
    home = str(write(tmp_path, "breaks", BREAKS))
    made = evaluate_module(module=home, score="words")
    with pytest.raises(ConfigError, match=r"words is 99 for 4 segments, but the mean of its each"):
        made.measure(BATCH)
    whole = evaluate_module(module=home, score="words", segments=False)
    assert isinstance(whole, EvaluateSet)
    assert numbers(whole) == [99.0]


def test_settings_go_to_the_module_and_into_the_signature(tmp_path: Path) -> None:
    body = 'return {"scaled": scale * len(predictions[0])}'
    home = str(write(tmp_path, "scaled", body, arguments="predictions, references, scale=1"))
    plain, tripled = evaluate_module(module=home), evaluate_module(module=home, scale=3)
    assert numbers(tripled) == [3 * number for number in numbers(plain)]
    assert "|set.scale:3|" in tripled.signature()
    assert plain.signature() != tripled.signature()
    with pytest.raises(ConfigError, match="unexpected keyword argument 'skale'"):
        evaluate_module(module=home, skale=3)


def test_the_signature_hashes_the_script_and_what_it_imports_beside_it(tmp_path: Path) -> None:
    body = 'return {"words": float(N)}'
    home = write(tmp_path, "words", body, imports="from .constants import N")
    (home / "constants.py").write_text("N = 3\n")
    first = evaluate_module(module=str(home))
    assert numbers(first) == [3.0]
    (home / "constants.py").write_text("N = 4\n")
    second = evaluate_module(module=str(home / "words.py"))
    assert numbers(second) == [4.0]
    assert first.signature() != second.signature()


def test_other_inputs(tmp_path: Path) -> None:
    alone = evaluate_module(
        module=str(
            write(
                tmp_path, "alone", 'return {"n": [len(d) for d in data]}',
                features='{"data": TEXT}', arguments="data",
            )
        )
    )  # fmt: skip
    assert alone.needs == frozenset()
    assert alone.measure(Batch(("ab", "c"))).statistics.tolist() == [[2, 1], [1, 1]]
    sourced = evaluate_module(
        module=str(
            write(
                tmp_path, "sourced", 'return {"n": [len(s) for s in sources]}',
                features='{"predictions": TEXT, "sources": TEXT}', arguments="predictions, sources",
            )
        )
    )  # fmt: skip
    assert sourced.needs == {"sources"}
    assert sourced.measure(Batch(("ab",), sources=("xyz",))).statistics.tolist() == [[3, 1]]


def test_empty_batches_ask_nothing(tmp_path: Path) -> None:
    made = evaluate_module(module=str(write(tmp_path, "shared", SHARED)))
    measured = made.measure(Batch((), ()))
    assert measured.statistics.shape == (0, 2)
    assert np.isnan(made.score(measured.statistics.sum(axis=0))).all()


def test_a_number_that_is_missing_masks_its_segment(tmp_path: Path) -> None:
    body = 'return {"n": [len(p) or None for p in predictions]}'
    made = evaluate_module(module=str(write(tmp_path, "gaps", body)))
    measured = made.measure(BATCH)
    assert measured.valid.tolist() == [True, True, True, False]
    assert measured.reasons[3] == "the module gives no number for this segment"


@pytest.mark.parametrize(
    ("body", "options", "message"),
    [
        ('return {"note": "fine"}', {}, "gives no number"),
        ("return [1.0]", {}, "the answer is list, not a mapping"),
        ("return 1 / 0", {}, "failed on 7 segments: ZeroDivisionError"),
        (SHARED, {"score": "shred"}, "gives no 'shred'. Did you mean 'shared'"),
        (SHARED, {"segments": "no"}, "must be bool"),
    ],
)
def test_a_module_that_answers_wrongly_is_named(
    tmp_path: Path, body: str, options: dict[str, object], message: str
) -> None:
    home = write(tmp_path, "wrong", body)
    with pytest.raises(ConfigError, match=message):
        registry.metric("evaluate", code=Code(True), module=str(home), **options)


def test_several_references_for_a_module_of_one_are_an_error(tmp_path: Path) -> None:
    made = evaluate_module(module=str(write(tmp_path, "shared", SHARED)))
    with pytest.raises(ConfigError, match="one reference per segment, and 'b' has 2"):
        made.measure(Batch(("a", "b"), (("a",), ("a", "b"))))


def test_a_module_of_labels_is_refused(tmp_path: Path) -> None:
    features = '{"predictions": datasets.Value("int32"), "references": datasets.Value("int32")}'
    home = write(tmp_path, "labels", 'return {"labels": 1.0}', features=features)
    with pytest.raises(ConfigError, match="evalkit has texts: predictions"):
        evaluate_module(module=str(home))


def test_where_a_module_may_be(tmp_path: Path) -> None:
    home = write(tmp_path, "shared", SHARED)
    with pytest.raises(ConfigError, match=r"Did you mean .*shared"):
        evaluate_module(module=str(tmp_path / "sharde"))
    with pytest.raises(ConfigError, match="is for the hub"):
        evaluate_module(module=str(home), revision=COMMIT)
    (home / "shared.py").rename(home / "other.py")
    with pytest.raises(ConfigError, match=r"must be shared\.py, .* it holds other\.py"):
        evaluate_module(module=str(home))
    (tmp_path / "a.txt").write_text("a")
    with pytest.raises(ConfigError, match="a Python file is needed"):
        evaluate_module(module=str(tmp_path / "a.txt"))
    missing = write(tmp_path, "needy", "return {}", imports="import no_such_package")
    with pytest.raises(ConfigError, match="no_such_package"):
        evaluate_module(module=str(missing))


def test_code_from_a_url_is_refused_before_it_is_run(tmp_path: Path) -> None:
    home = write(
        tmp_path, "remote", "return {}", imports="import .far  # From: http://127.0.0.1:9/far.py"
    )
    with pytest.raises(ConfigError, match="code that no revision pins"):
        evaluate_module(module=str(home))


@pytest.mark.parametrize("revision", [None, "main", "v0.4.0"])
def test_a_hub_module_must_be_pinned(revision: str | None) -> None:
    with pytest.raises(ConfigError, match="a commit of 40"):
        evaluate_module(module="rouge", revision=revision)


def test_offline_says_how_to_bring_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    message = f"this run is offline. Bring it with: hf download evaluate-metric/rouge .*{COMMIT}"
    with pytest.raises(ConfigError, match=message):
        evaluate_module(module="rouge", revision=COMMIT, offline=True)


def test_a_cached_hub_module_is_loaded_at_its_commit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from huggingface_hub import constants

    cache = tmp_path / "hub"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    snapshot = cache / "spaces--somebody--shared" / "snapshots" / COMMIT
    snapshot.parent.mkdir(parents=True)
    write(tmp_path, "shared", SHARED).rename(snapshot)
    made = evaluate_module(module="somebody/shared", revision=COMMIT, offline=True)
    assert f"evaluate:shared|version:{COMMIT}|" in made.signature()
    assert made.measure(BATCH).statistics[0].tolist() == [3, 1]


def test_it_needs_permission(tmp_path: Path) -> None:
    home = write(tmp_path, "shared", "raise SystemExit")
    with pytest.raises(PermissionNeededError, match="--allow-code"):
        registry.metric("evaluate", module=str(home))
    total = write(tmp_path, "total", TOTAL)
    with pytest.raises(ConfigError, match="measures a whole set"):
        registry.scorer("evaluate", code=Code(True), module=str(total))


def test_what_a_module_prints_stays_out_of_the_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluate_module(module=str(write(tmp_path, "loud", 'print("hello")\nreturn {"loud": 1.0}')))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "hello" in captured.err


METRICS = "{name: evaluate, module: shared, label: common}, {name: evaluate, module: total}"


def test_in_a_config(tmp_path: Path) -> None:
    text = CONFIG.replace("[rouge1, bleu, faithfulness]", f"[rouge1, {METRICS}]")
    text = text.replace("metrics: [ter]", "metrics: [{name: evaluate, module: total}]")
    config = write_harbour(tmp_path / "in", text)
    write(config.parent, "total", TOTAL.replace("(r.split())", "(r[0].split())"), features=SEVERAL)
    write(
        config.parent, "shared", SHARED.replace("(r.split())", "(r[0].split())"), features=SEVERAL
    )
    loaded = load(config)
    with pytest.raises(PermissionNeededError):
        evaluate(loaded, tmp_path / "run")
    assert not (tmp_path / "run").exists()
    options = Options(offline=True, code=Code(True, loaded.folder))
    report = evaluate(loaded, tmp_path / "run", options=options).report
    again = evaluate(loaded, tmp_path / "run", options=options).report
    assert report.run.code == ("evaluate:shared", "evaluate:total")
    (table,) = [table for table in report.tables if table.name == "summaries.short"]
    by_field = {score.field: score for score in table.scores if score.system == "two"}
    assert by_field["common"].n_scored == 2
    total = by_field["total"]
    assert total.value == round(total.value) > 0
    assert (total.low, total.high) == (None, None)
    assert "no interval: the module gives no numbers by segment" in total.note
    assert [t.scores for t in again.tables] == [t.scores for t in report.tables]
    assert {c.field for c in table.comparisons} == {"rouge1", "common"}
    (post_edit,) = [table for table in report.tables if table.name == "post-edit"]
    assert [score.field for score in post_edit.scores] == ["total"]


def test_no_set_measure_among_fluency_scorers(tmp_path: Path) -> None:
    text = CONFIG.replace("[mechanics]", "[{name: evaluate, module: total}]")
    config = write_harbour(tmp_path / "in", text)
    write(config.parent, "total", TOTAL)
    loaded = load(config)
    with pytest.raises(ConfigError, match="fluency needs scorers that read"):
        evaluate(loaded, tmp_path / "run", options=Options(code=Code(True, loaded.folder)))
