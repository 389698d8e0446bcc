"""Modules of ``evaluate`` as metrics: by segment, of the whole set, wrong ones, and in commands."""

from pathlib import Path

import numpy as np
import pytest

from evalkit import registry
from evalkit.errors import ConfigError
from evalkit.foreign.evaluate_module import EvaluateSegments, EvaluateSet, evaluate_module
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
