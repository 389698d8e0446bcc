"""BLEU, chrF and TER against sacrebleu itself, over a grid of its settings: equal to the bit."""

import itertools
import logging
import random

import numpy as np
import pytest
from sacrebleu.metrics import BLEU, CHRF, TER

from evalkit.metrics.bleu import Bleu
from evalkit.metrics.chrf import Chrf, chrf_plus_plus
from evalkit.metrics.signature import with_references
from evalkit.metrics.ter import Ter
from evalkit.records import Batch
from tests.metrics.metric_samples import SEGMENTS, batch, streams

logging.getLogger("sacrebleu").setLevel(logging.ERROR)

BLEU_GRID = [
    {},
    {"lowercase": True},
    {"effective_order": True},
    {"max_order": 2},
    {"max_order": 6, "smooth": "add-k"},
    *({"tokenizer": name} for name in ("13a", "intl", "zh", "char", "none")),
    *(
        {"smooth": smooth, "smooth_value": value}
        for smooth, value in (
            ("none", None),
            ("floor", None),
            ("floor", 0.37),
            ("add-k", None),
            ("add-k", 0.5),
            ("exp", None),
        )
    ),
]
BLEU_NAMES = {"tokenizer": "tokenize", "smooth": "smooth_method", "max_order": "max_ngram_order"}
CHRF_GRID = [
    {},
    *({"word_order": order} for order in (1, 2)),
    {"char_order": 4},
    {"beta": 1, "word_order": 2},
    {"beta": 3},
    {"lowercase": True},
    {"whitespace": True},
    {"eps_smoothing": True},
    {"eps_smoothing": True, "word_order": 2, "lowercase": True},
]
TER_GRID = [
    dict(zip(("normalized", "no_punct", "asian_support", "case_sensitive"), values, strict=True))
    for values in itertools.product((False, True), repeat=4)
]


def random_batch(seed: int, n: int = 100) -> Batch:
    """Shuffled, cut and mixed words of the samples, with one to three references each."""
    rng = random.Random(seed)
    pool = " ".join(text for hypothesis, found in SEGMENTS for text in (hypothesis, *found))
    words = pool.split()
    hypotheses, references = [], []
    for _ in range(n):
        start = rng.randrange(len(words))
        hypothesis = words[start : start + rng.randrange(14)]
        hypotheses.append(" ".join(hypothesis))
        found = []
        for _ in range(rng.randint(1, 3)):
            changed = [word if rng.random() < 0.7 else rng.choice(words) for word in hypothesis]
            if rng.random() < 0.4:
                rng.shuffle(changed)
            found.append(" ".join(changed[rng.randrange(3) :]))
        references.append(tuple(found))
    return Batch(hypotheses=tuple(hypotheses), references=tuple(references))


BATCHES = {"samples": batch(), "random": random_batch(7)}


def check(scorer, reference, data, parts):
    """The same corpus score, segment scores, statistics and signature."""
    measured = scorer.measure(data)
    assert measured.valid.all()
    expected = reference.corpus_score(data.hypotheses, streams(data.references))
    totals = measured.statistics.sum(axis=0)
    assert scorer.score(totals).tolist() == parts(expected)
    assert with_references(scorer.signature(), data.references) == str(reference.get_signature())
    per_segment = getattr(scorer, "score_segments", scorer.score)(measured.statistics)
    reference.effective_order = True
    for row, hypothesis, found in zip(per_segment, data.hypotheses, data.references, strict=True):
        assert row.tolist() == parts(reference.sentence_score(hypothesis, found)), hypothesis


@pytest.mark.parametrize("data", BATCHES.values(), ids=BATCHES.keys())
@pytest.mark.parametrize("options", BLEU_GRID, ids=str)
def test_bleu(options, data, monkeypatch):
    scorer = Bleu(**options)
    reference = BLEU(**{BLEU_NAMES.get(name, name): value for name, value in options.items()})
    # sacrebleu's signature does not tell the n-gram order; ours does where it isn't 4.
    if "max_order" in options:
        part = f"order:{options['max_order']}|version"
        monkeypatch.setattr(
            BLEU, "get_signature", lambda self: get_signature(self).replace("version", part)
        )
    check(
        scorer,
        reference,
        data,
        lambda found: [found.score, *found.precisions, found.bp, found.ratio],
    )


def get_signature(metric):
    return metric._SIGNATURE_TYPE(metric.__dict__).format()


@pytest.mark.parametrize("data", BATCHES.values(), ids=BATCHES.keys())
@pytest.mark.parametrize("options", CHRF_GRID, ids=str)
def test_chrf(options, data, monkeypatch):
    if options.get("beta", 2) != 2:
        part = f"beta:{options['beta']}|version"
        monkeypatch.setattr(
            CHRF, "get_signature", lambda self: get_signature(self).replace("version", part)
        )
    check(Chrf(**options), CHRF(**options), data, lambda found: [found.score])


def test_chrf_plus_plus_is_chrf_with_word_bigrams():
    scorer = chrf_plus_plus()
    assert scorer == Chrf(word_order=2, name="chrf++")
    assert [field.name for field in scorer.fields] == ["chrf++"]


@pytest.mark.parametrize("options", TER_GRID, ids=str)
def test_ter(options):
    check(Ter(**options), TER(**options), batch(), lambda found: [found.score])


def test_ter_on_random_texts():
    check(Ter(), TER(), random_batch(8, n=50), lambda found: [found.score])


@pytest.mark.parametrize("scorer", [Bleu(), Chrf(word_order=2), Ter()], ids=lambda s: s.name)
def test_statistics_are_the_sum_of_any_cut(scorer):
    """Rows measured in one batch, or in batches of other sizes, are the same rows."""
    data = BATCHES["random"]
    whole = scorer.measure(data).statistics
    cut = [0, 1, 2, 40, len(data)]
    parts = [
        scorer.measure(
            Batch(hypotheses=data.hypotheses[a:b], references=data.references[a:b])
        ).statistics
        for a, b in itertools.pairwise(cut)
    ]
    assert np.array_equal(np.concatenate(parts), whole)


def test_scores_are_vectorised_over_leading_axes():
    rng = np.random.default_rng(3)
    for scorer in (Bleu(), Bleu(smooth="add-k"), Chrf(word_order=2), Ter()):
        rows = scorer.measure(BATCHES["random"]).statistics
        weights = rng.multinomial(len(rows), np.full(len(rows), 1 / len(rows)), size=(3, 4))
        totals = weights @ rows
        scores = scorer.score(totals)
        assert scores.shape == (3, 4, len(scorer.fields))
        for draw in np.ndindex(3, 4):
            assert scores[draw].tolist() == scorer.score(totals[draw]).tolist()


def test_resampled_scores_equal_sacrebleus_from_the_same_draws():
    """Full-size resamples of the rows score as sacrebleu scores the resampled texts."""
    data = random_batch(9, n=50)
    rng = np.random.default_rng(11)
    for scorer, reference in ((Bleu(), BLEU()), (Chrf(), CHRF()), (Ter(), TER())):
        rows = scorer.measure(data).statistics
        for _ in range(2):
            drawn = rng.integers(0, len(rows), len(rows))
            texts = [data.hypotheses[i] for i in drawn]
            found = streams(tuple(data.references[i] for i in drawn))
            expected = reference.corpus_score(texts, found).score
            assert scorer.score(rows[drawn].sum(axis=0))[0] == pytest.approx(expected, abs=1e-12)
