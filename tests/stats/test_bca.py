"""BCa intervals: against scipy, and where they cannot be had."""

import numpy as np
import pytest
import scipy.stats

from evalkit.stats.bootstrap import bootstrap, bootstrap_difference
from evalkit.stats.resampling import Resampling
from tests.stats.means import mean, ratio, rows_of

SKEWED = np.random.default_rng(4).lognormal(size=60)


@pytest.mark.parametrize("confidence", [0.95, 0.8])
@pytest.mark.parametrize(
    ("score", "statistic"),
    [(mean, np.mean), (ratio, lambda x, axis: np.mean(x, axis=axis) ** 2)],
    ids=["mean", "squared mean"],
)
def test_equals_scipy_on_the_same_draws(score, statistic, confidence):
    settings = Resampling(draws=999, seed=8, confidence=confidence, interval="bca")
    (found,) = bootstrap(score, rows_of(SKEWED), settings=settings)
    expected = scipy.stats.bootstrap(
        (SKEWED,),
        statistic,
        n_resamples=999,
        confidence_level=confidence,
        method="BCa",
        rng=np.random.default_rng(8),
    )
    assert [found.low, found.high] == pytest.approx(tuple(expected.confidence_interval), rel=1e-12)
    assert found.signature.startswith("bootstrap-bca-multinomial|draws:999|seed:8")


def test_a_difference_equals_scipys_paired_bootstrap():
    rng = np.random.default_rng(5)
    first, second = SKEWED + rng.normal(0.3, 0.2, 60), SKEWED * rng.uniform(0.8, 1.1, 60)
    settings = Resampling(draws=800, seed=2, interval="bca")
    (found,) = bootstrap_difference(ratio, (rows_of(first), rows_of(second)), settings=settings)
    expected = scipy.stats.bootstrap(
        (first, second),
        lambda x, y, axis: np.mean(x, axis=axis) ** 2 - np.mean(y, axis=axis) ** 2,
        paired=True,
        n_resamples=800,
        method="BCa",
        rng=np.random.default_rng(2),
    )
    assert [found.low, found.high] == pytest.approx(tuple(expected.confidence_interval), rel=1e-10)
    assert found.standard_error == pytest.approx(expected.standard_error)


def test_clusters_are_left_out_whole():
    """As if each cluster's sum were one row."""
    rng = np.random.default_rng(6)
    rows = np.column_stack([rng.lognormal(size=100), np.ones(100)])
    clusters = [f"d{i:02}" for i in range(20) for _ in range(5)]
    settings = Resampling(interval="bca", seed=1)
    whole = bootstrap(mean, rows.reshape(20, 5, 2).sum(axis=1), settings=settings)
    (found,) = bootstrap(mean, rows, clusters, settings=settings)
    assert (found.low, found.high) == pytest.approx((whole[0].low, whole[0].high))


def test_it_misses_a_skewed_mean_on_both_sides_alike():
    """The percentile interval lies too low for it; 15 of 300 samples should be missed in all."""
    rng = np.random.default_rng(12)
    missed = {"percentile": [0, 0], "bca": [0, 0]}
    for seed in range(300):
        values = rng.exponential(size=25)
        for kind, sides in missed.items():
            settings = Resampling(draws=400, seed=seed, interval=kind)
            (found,) = bootstrap(mean, rows_of(values), settings=settings)
            sides[0] += found.low > 1.0
            sides[1] += found.high < 1.0
    lopsided = {kind: abs(low - high) for kind, (low, high) in missed.items()}
    assert lopsided["bca"] < lopsided["percentile"] / 2
    assert 10 <= sum(missed["bca"]) <= 33


def test_no_difference_is_no_width():
    same = (rows_of(SKEWED), rows_of(SKEWED))
    (found,) = bootstrap_difference(mean, same, settings=Resampling(interval="bca"))
    assert (found.low, found.high, found.standard_error) == (0.0, 0.0, 0.0)


def test_where_there_is_none_it_says_why():
    def whole_only(totals):
        return np.where(totals[..., 1:] < 60, np.nan, totals[..., :1])

    settings = Resampling(interval="bca", draws=200)
    rows = rows_of(SKEWED)
    (lacking,) = bootstrap(whole_only, rows, settings=settings)
    assert lacking.reason == "no BCa interval: without one of the clusters there is no score"
    assert np.isnan(lacking.low)

    def only_once(totals):
        return np.where(totals[..., 2:] == 1770, 0.0, 1.0)

    rows = np.column_stack([rows, np.arange(60.0)])
    (beyond,) = bootstrap(only_once, rows, settings=settings)
    assert beyond.reason == "no BCa interval: the score lies outside all of its resamples"
    (few,) = bootstrap(mean, rows_of(SKEWED[:9]), settings=settings)
    assert few.reason == "9 segments: too few for an interval; 10 are needed"
