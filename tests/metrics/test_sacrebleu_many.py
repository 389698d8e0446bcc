"""BLEU, chrF and TER against sacrebleu: thousands of hard segments over all settings, to the bit.

Every combination of settings gets segments of its own: counts, corpus score and sentence scores
must all be sacrebleu's. Differences by design, each tested here or in ``test_sacrebleu_parity``:
an item without reference is left out with a reason, where sacrebleu fails; a sentence BLEU always
has effective order, as sacrebleu advises; the signature also says an n-gram order other than 4
and a beta other than 2.
"""

import itertools
import logging

import numpy as np
import pytest
from sacrebleu.metrics import BLEU, CHRF, TER

from evalkit.metrics.bleu import Bleu
from evalkit.metrics.chrf import Chrf
from evalkit.metrics.ter import Ter
from evalkit.records import Batch
from tests.metrics.adversarial import adversarial
from tests.metrics.metric_samples import streams

SMOOTHING = (
    ("exp", None), ("none", None), ("floor", None), ("floor", 0.37), ("floor", 0), ("add-k", None),
    ("add-k", 0.5),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _quiet():
    """sacrebleu advises effective order at every sentence."""
    logger = logging.getLogger("sacrebleu")
    before = logger.level
    logger.setLevel(logging.ERROR)
    yield
    logger.setLevel(before)


def grid(**choices):
    return [
        dict(zip(choices, found, strict=True)) for found in itertools.product(*choices.values())
    ]


def check(scorer, reference, data, parts):
    """The same counts, corpus score and sentence scores; how many segments were compared."""
    measured = scorer.measure(data)
    assert measured.valid.all()
    expected = reference._extract_corpus_statistics(data.hypotheses, streams(data.references))
    rows = measured.statistics[:, :-1]  # ours count the segments too
    assert rows.tolist() == np.array(expected, dtype=float).tolist()
    corpus = reference._aggregate_and_compute(expected)
    assert scorer.score(measured.statistics.sum(axis=0)).tolist() == parts(corpus)
    reference.effective_order = True
    sentences = [parts(reference._compute_score_from_stats(row)) for row in expected]
    per_segment = getattr(scorer, "score_segments", scorer.score)(measured.statistics)
    assert per_segment.tolist() == sentences
    for row, hypothesis, found in zip(
        sentences[:2], data.hypotheses, data.references, strict=False
    ):
        assert row == parts(reference.sentence_score(hypothesis, found))
    return len(data)


def score_alone(found):
    return [found.score]


def test_bleu():
    settings = grid(
        tokenizer=("13a", "intl", "char", "zh", "none"),
        smoothing=SMOOTHING,
        lowercase=(False, True),
        effective_order=(False, True),
        max_order=(1, 4, 6),
    )
    n = 0
    for seed, options in enumerate(settings):
        smooth, value = options.pop("smoothing")
        theirs = {"tokenize": options["tokenizer"], "max_ngram_order": options["max_order"]}
        theirs |= {name: options[name] for name in ("lowercase", "effective_order")}
        n += check(
            Bleu(**options, smooth=smooth, smooth_value=value),
            BLEU(**theirs, smooth_method=smooth, smooth_value=value),
            adversarial(seed, 6),
            lambda found: [found.score, *found.precisions, found.bp, found.ratio],
        )
    assert n >= 2000


def test_chrf():
    settings = grid(
        char_order=(0, 1, 6),
        word_order=(0, 1, 2),
        beta=(1, 2, 3, 0.5),
        lowercase=(False, True),
        whitespace=(False, True),
        eps_smoothing=(False, True),
    )
    n = 0
    for seed, options in enumerate(settings):
        if options["char_order"] + options["word_order"]:
            n += check(Chrf(**options), CHRF(**options), adversarial(seed, 9), score_alone)
    assert n >= 2000


def test_ter():
    settings = grid(
        normalized=(False, True),
        no_punct=(False, True),
        asian_support=(False, True),
        case_sensitive=(False, True),
    )
    n = 0
    for seed, options in enumerate(settings):
        data = adversarial(seed, 130, longest=9)
        n += check(Ter(**options), TER(**options), data, score_alone)
    assert n >= 2000


@pytest.mark.parametrize(
    ("scorer", "reference"),
    [(Bleu(), BLEU()), (Chrf(word_order=2), CHRF(word_order=2)), (Ter(), TER())],
    ids=lambda metric: getattr(metric, "name", ""),
)
def test_very_long_segments(scorer, reference):
    data = adversarial(5, 6, longest=90 if scorer.name == "ter" else 2000, most_references=2)
    measured = scorer.measure(data)
    expected = reference.corpus_score(data.hypotheses, streams(data.references))
    assert scorer.score(measured.statistics.sum(axis=0))[0] == expected.score


@pytest.mark.parametrize(
    ("scorer", "reference"), [(Bleu(), BLEU()), (Chrf(), CHRF()), (Ter(), TER())]
)
def test_an_item_without_reference_is_left_out_where_sacrebleu_fails(scorer, reference):
    hypotheses, references = ("one two", "three four"), (("one two",), ())
    measured = scorer.measure(Batch(hypotheses=hypotheses, references=references))
    assert measured.valid.tolist() == [True, False]
    kept = reference.corpus_score(hypotheses[:1], streams(references[:1]))
    assert scorer.score(measured.statistics.sum(axis=0))[0] == kept.score
    with pytest.raises((TypeError, ZeroDivisionError, IndexError)):
        reference.corpus_score(hypotheses, streams(references))
