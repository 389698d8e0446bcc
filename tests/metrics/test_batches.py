"""Empty, one, many, ragged and misaligned input for every scorer of this room."""

import subprocess
import sys

import numpy as np
import pytest

from evalkit.metrics.bleu import Bleu
from evalkit.metrics.chrf import Chrf, chrf_plus_plus
from evalkit.metrics.extractiveness import Extractiveness
from evalkit.metrics.faithfulness import Faithfulness
from evalkit.metrics.length import Length
from evalkit.metrics.repetition import Repetition
from evalkit.metrics.rouge import Rouge, rouge, rouge1, rouge2, rouge_l, rouge_lsum, rouge_n
from evalkit.metrics.ter import Ter
from evalkit.records import Batch
from evalkit.stages import Scorer, SegmentScorer
from evalkit.stats.estimate import estimate
from tests.metrics.metric_samples import batch

SURFACE = [
    Bleu(),
    Chrf(),
    chrf_plus_plus(),
    Ter(),
    rouge1(),
    rouge2(),
    rouge_l(),
    rouge_lsum(),
    rouge_n(n=3),
    Rouge(kind="1", references="mean", name="rouge1-mean"),
    Rouge(kind="2", references="jackknife", alpha=0.8, name="rouge2-jackknife"),
    rouge("rougeS"),
    rouge("rougeSU4"),
    rouge("rougeW"),
]
SOURCED = [Faithfulness(), Extractiveness()]
ALL = [*SURFACE, *SOURCED, Length(), Repetition()]


def ids(scorer):
    return scorer.name


@pytest.mark.parametrize("scorer", ALL, ids=ids)
def test_it_is_a_scorer(scorer):
    assert isinstance(scorer, Scorer)
    assert isinstance(scorer, SegmentScorer) == (scorer.name == "bleu")
    assert scorer.fields[0].name == scorer.name
    names = [field.name for field in scorer.fields]
    assert len(set(names)) == len(names)
    assert all(name == scorer.name or name.startswith(f"{scorer.name}.") for name in names)
    assert len(set(scorer.columns)) == len(scorer.columns)
    assert all(part.count(":") == 1 for part in scorer.signature().split("|"))


@pytest.mark.parametrize("scorer", ALL, ids=ids)
def test_an_empty_batch_and_an_empty_sum(scorer):
    measured = scorer.measure(Batch(hypotheses=(), references=(), sources=()))
    assert measured.statistics.shape == (0, len(scorer.columns))
    assert np.isnan(scorer.score(measured.statistics.sum(axis=0))).all()
    assert scorer.score(measured.statistics).shape == (0, len(scorer.fields))


@pytest.mark.parametrize("scorer", ALL, ids=ids)
def test_scores_stay_within_their_bounds(scorer):
    data = batch()
    sources = tuple(" ".join(found) or "a source" for found in data.references)
    data = Batch(hypotheses=data.hypotheses, references=data.references, sources=sources)
    measured = scorer.measure(data)
    assert measured.valid.all()
    scores = scorer.score(np.vstack([measured.statistics, measured.statistics.sum(axis=0)]))
    for field, column in zip(scorer.fields, scores.T, strict=True):
        defined = column[~np.isnan(column)]
        assert len(defined)
        assert (defined >= field.low - 1e-9).all(), field.name
        assert (defined <= field.high + 1e-9).all(), field.name


@pytest.mark.parametrize("scorer", ALL, ids=ids)
def test_a_perfect_copy_scores_best(scorer):
    """Also in scripts that ASCII-only tokenisers do not see, and by letters with accents."""
    for text in ("The ship sails at ten o'clock.", "Das Schiff fährt über den Fluß nach Köln.",
                 "Το πλοίο φεύγει αύριο το πρωί.", "Корабль уходит завтра утром рано.",
                 "船は明日の朝に出る。", "जहाज़ कल सुबह जाएगा ज़रूर।"):  # fmt: skip
        data = Batch(hypotheses=(text,), references=((text,),), sources=(text,))
        options = {"tokenizer": "zh"} if scorer.name == "bleu" and "船" in text else {}
        subject = Bleu(**options) if options else scorer
        value = subject.score(subject.measure(data).statistics.sum(axis=0))[0]
        best = {"ter": 0.0, "repetition": 0.0, "length": value}.get(scorer.name, 100.0)
        if not (scorer.name == "faithfulness" and np.isnan(value)):
            # sacrebleu's BLEU of a copy is exp(log 100) with rounding.
            assert value == pytest.approx(best, abs=1e-9), text


@pytest.mark.parametrize("scorer", SURFACE, ids=ids)
def test_an_item_without_reference_is_invalid_and_leaves_the_others_alone(scorer):
    hypotheses = ("one two three four", "five six seven", "one two")
    references = (("one two three five",), (), ("one two", "two one", "one"))
    measured = scorer.measure(Batch(hypotheses=hypotheses, references=references))
    assert measured.valid.tolist() == [True, False, True]
    assert measured.reasons == {1: "no reference"}
    kept = Batch(hypotheses=hypotheses[::2], references=references[::2])
    assert np.array_equal(measured.statistics[[0, 2]], scorer.measure(kept).statistics)
    (headline, *_) = estimate(scorer, measured)
    assert (headline.n_scored, headline.n_skipped) == (2, 1)


@pytest.mark.parametrize("scorer", SURFACE, ids=ids)
def test_without_references_it_says_so(scorer):
    with pytest.raises(ValueError, match=r"needs references and the batch has none"):
        scorer.measure(Batch(hypotheses=("a",)))


@pytest.mark.parametrize("scorer", SURFACE, ids=ids)
def test_references_nested_the_wrong_way_are_refused(scorer):
    """A text in a tuple's place would be taken letter by letter: sacrebleu's API scores it 100."""
    with pytest.raises(ValueError, match="bare text"):
        scorer.measure(Batch(hypotheses=("a b", "c"), references=("a b", "c")))
    with pytest.raises(ValueError, match="one tuple for each hypothesis"):
        scorer.measure(Batch(hypotheses=("a b",), references=((("a b",),),)))


def test_unequal_numbers_are_refused():
    with pytest.raises(ValueError, match="2 hypotheses but 1 references"):
        Batch(hypotheses=("a", "b"), references=(("a",),))
    with pytest.raises(ValueError, match="2 hypotheses but 3 sources"):
        Batch(hypotheses=("a", "b"), sources=("a", "b", "c"))


@pytest.mark.parametrize("scorer", SOURCED, ids=ids)
def test_an_item_without_source_is_invalid(scorer):
    data = Batch(hypotheses=("In Rome 5 men sat.",) * 2, sources=("In Rome five men sat.", " "))
    measured = scorer.measure(data)
    assert measured.reasons == {1: "the source is empty"}
    with pytest.raises(ValueError, match="needs sources and the batch has none"):
        scorer.measure(Batch(hypotheses=("a",)))


@pytest.mark.parametrize(
    ("scorer", "score"),
    [*((scorer, 100.0 if scorer.name == "ter" else 0.0) for scorer in SURFACE),
     (Faithfulness(), None), (Extractiveness(), None), (Length(), 0.0), (Repetition(), None)],
    ids=lambda value: getattr(value, "name", None),
)  # fmt: skip
def test_an_empty_hypothesis_scores_as_in_the_reference_implementation(scorer, score):
    """And never NaN instead of 0, or 0 where there is nothing to measure."""
    data = Batch(hypotheses=("",), references=(("A reference.",),), sources=("A source.",))
    measured = scorer.measure(data)
    assert measured.valid.all()
    value = scorer.score(measured.statistics.sum(axis=0))[0]
    assert np.isnan(value) if score is None else value == score


def test_start_up_is_light():
    modules = (
        "bleu",
        "chrf",
        "extractiveness",
        "faithfulness",
        "length",
        "repetition",
        "rouge",
        "sets",
        "ter",
    )
    imports = "; ".join(f"import evalkit.metrics.{module}" for module in modules)
    heavy = "{'sacrebleu', 'torch', 'nltk', 'sentencex', 'scipy', 'pandas'} & set(sys.modules)"
    command = f"import sys; {imports}; import evalkit.stats.comparison; print({heavy})"
    done = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
