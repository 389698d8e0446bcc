"""Weights of draws: their distribution, and that nothing but seed, name and draw decides them."""

import numpy as np
import pytest
import scipy.stats

from evalkit.stats.keyed import keys
from evalkit.stats.weights import POISSON_TABLE, poisson_weights, swaps

NAMES = tuple(f"item {i}" for i in range(4000))


def test_the_table_is_poissons():
    """Probabilities to within 2^-16, mean and variance exactly 1."""
    counts = np.array(POISSON_TABLE)
    values = np.arange(len(counts))
    assert counts.sum() == 1 << 16
    assert (counts * values).sum() == 1 << 16
    assert (counts * (values - 1) ** 2).sum() == 1 << 16
    exact = scipy.stats.poisson.pmf(values, 1) * (1 << 16)
    assert np.abs(counts - exact).max() < 1.5
    assert (counts * values**3).sum() / (1 << 16) == pytest.approx(5, abs=0.001)


def test_weights_are_poissons():
    weights = poisson_weights(keys(NAMES, 3), 0, 500)
    seen = np.bincount(weights.astype(int).ravel(), minlength=9)[:6]
    expected = scipy.stats.poisson.pmf(range(6), 1) * seen.sum()
    expected *= seen.sum() / expected.sum()
    assert scipy.stats.chisquare(seen, expected).pvalue > 0.001
    assert weights.mean() == pytest.approx(1, abs=0.005)
    assert weights.var() == pytest.approx(1, abs=0.005)


def test_weights_of_draws_and_of_clusters_are_independent():
    weights = poisson_weights(keys(NAMES, 3), 0, 64)
    for table in (weights, weights.T[:, :64]):
        correlations = np.corrcoef(table, rowvar=False)
        np.fill_diagonal(correlations, 0)
        assert np.abs(correlations).max() < 5 / np.sqrt(len(table))


def test_weights_do_not_follow_swaps():
    key = keys(NAMES, 3)
    weights, swapped = poisson_weights(key, 0, 64), swaps(key, 0, 64)
    for draw in range(64):
        assert abs(np.corrcoef(weights[:, draw], swapped[:, draw])[0, 1]) < 5 / np.sqrt(len(key))


@pytest.mark.parametrize("weigh", [poisson_weights, swaps])
def test_only_seed_name_and_draw_decide(weigh):
    whole = weigh(keys(NAMES, 0), 0, 200)
    assert np.array_equal(weigh(keys(NAMES[100:105], 0), 64, 70), whole[100:105, 64:134])
    assert not np.array_equal(weigh(keys(NAMES, 1), 0, 200), whole)
    assert weigh(keys((), 0), 0, 7).shape == (0, 7)
