"""Koehn's paired bootstrap test: rebuilt by hand, on sacrebleu's own draws, and under the null."""

import random

import numpy as np
import pytest
import scipy.stats
from sacrebleu.metrics import BLEU, CHRF, TER
from sacrebleu.significance import _bootstrap_resample

from evalkit.metrics.bleu import Bleu
from evalkit.metrics.chrf import Chrf, chrf_plus_plus
from evalkit.metrics.ter import Ter
from evalkit.records import Batch
from evalkit.stats.bootstrap import bootstrap_test
from evalkit.stats.resampling import Resampling
from evalkit.stats.sample import sampled
from tests.stats.means import mean, ratio, rows_of

WORDS = ("the", "harbour", "ferry", "stopped", "on", "Monday", "after", "a", "storm", ",", ".")


def draws_of(seed, draws, n):
    return np.random.default_rng(seed).integers(0, n, size=(draws, n))


def test_equals_a_loop_over_the_draws():
    rng = np.random.default_rng(2)
    first, second = rng.lognormal(0.12, 0.5, 40), rng.lognormal(0, 0.5, 40)
    settings = Resampling(draws=300, seed=11)
    (found,) = bootstrap_test(ratio, (rows_of(first), rows_of(second)), settings=settings)
    observed = first.mean() ** 2 - second.mean() ** 2
    extreme = 0
    for taken in draws_of(11, 300, 40):
        drawn = first[taken].mean() ** 2 - second[taken].mean() ** 2
        extreme += abs(drawn - observed) >= abs(observed) - 1e-12
    assert 3 < extreme < 290
    assert found.p == (extreme + 1) / 301
    assert found.difference == pytest.approx(observed)
    assert found.signature == "bootstrap-paired-multinomial|draws:300|seed:11|unit:segment"


def test_a_tiny_case_by_hand():
    """Ten differences of 1 or 0: a draw's is a tenth of the ones taken, whatever their places."""
    first = rows_of([1.0] * 3 + [0.0] * 7)
    second = rows_of([0.0] * 10)
    (found,) = bootstrap_test(mean, (first, second), settings=Resampling(draws=2000, seed=0))
    # |k/10 - 3/10| >= 3/10 holds for k = 0 and for k >= 6 of 10 taken, each a one by chance 0.3.
    exact = scipy.stats.binom.pmf(0, 10, 0.3) + scipy.stats.binom.sf(5, 10, 0.3)
    counted = ((draws_of(0, 2000, 10) < 3).sum(axis=1)).tolist()
    extreme = sum(k == 0 or k >= 6 for k in counted)
    assert found.p == (extreme + 1) / 2001
    assert found.p == pytest.approx(exact, abs=0.015)


@pytest.mark.parametrize("method", ["multinomial", "poisson"])
def test_identical_systems_give_p_1(method):
    rows = rows_of(np.random.default_rng(1).normal(size=40))
    (found,) = bootstrap_test(mean, (rows, rows.copy()), settings=Resampling(method=method))
    assert (found.p, found.difference) == (1.0, 0.0)
    assert method in found.signature


@pytest.mark.parametrize("method", ["multinomial", "poisson"])
def test_a_clear_difference_has_the_smallest_p(method):
    noise = np.random.default_rng(1).normal(size=60)
    for pair in ((noise + 5, noise), (noise, noise + 5)):
        rows = tuple(map(rows_of, pair))
        settings = Resampling(draws=500, method=method)
        assert bootstrap_test(mean, rows, settings=settings)[0].p == 1 / 501


@pytest.mark.parametrize("method", ["multinomial", "poisson"])
def test_p_values_of_equal_systems_are_uniform(method):
    rng = np.random.default_rng(12)
    p_values = []
    for seed in range(300):
        first, second = rng.normal(size=(2, 60))
        settings = Resampling(draws=99, seed=seed, method=method)
        (found,) = bootstrap_test(mean, (rows_of(first), rows_of(second)), settings=settings)
        p_values.append(found.p)
    assert scipy.stats.kstest(p_values, "uniform").pvalue > 0.01


def test_few_clusters_and_undefined_scores_have_no_p():
    rows = rows_of(np.arange(9.0))
    (found,) = bootstrap_test(mean, (rows, rows), settings=Resampling(unit="document"))
    assert found.reason == "9 documents: too few for a p-value; 10 are needed"
    (found,) = bootstrap_test(mean, (rows_of(np.arange(40.0)), np.zeros((40, 2))))
    assert np.isnan(found.p)
    assert found.reason == "one system or both have no score"


@pytest.mark.parametrize(
    ("scorer", "metric"),
    [
        (Bleu(), BLEU()),
        (Chrf(), CHRF()),
        (chrf_plus_plus(), CHRF(word_order=2)),
        (Ter(), TER()),
    ],
    ids=["bleu", "chrf", "chrf++", "ter"],
)
def test_resampled_scores_equal_sacrebleus(scorer, metric, monkeypatch):
    """The same seed draws the same indices there (numpy's choice), so each draw can be compared.

    Its own scores are computed from float32 sums, which are exact but make it divide in float32:
    they agree to six digits, and to the last ones where it is given the same sums as floats.
    """
    monkeypatch.setenv("SACREBLEU_SEED", "7")
    rng = random.Random(3)
    hypotheses = [" ".join(rng.choices(WORDS, k=rng.randrange(1, 20))) for _ in range(80)]
    references = [" ".join(rng.choices(WORDS, k=rng.randrange(4, 20))) for _ in range(80)]
    rows = scorer.measure(Batch(tuple(hypotheses), tuple((text,) for text in references)))
    settings = Resampling(draws=150, seed=7)
    (found,) = sampled([rows.statistics]).resampled_scores(scorer.score, settings)
    cached = metric._extract_corpus_statistics(hypotheses, [references])
    sums = np.array(cached)[draws_of(7, 150, 80)].sum(axis=1)
    exact = [metric._compute_score_from_stats(row.tolist()).score for row in sums]
    assert found[:, 0] == pytest.approx(exact, rel=1e-14)
    _, own = _bootstrap_resample(cached, metric, 150)
    assert found[:, 0] == pytest.approx([score.score for score in own], rel=1e-6)
