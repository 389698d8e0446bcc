"""Shards that are resampled apart: the merged answer is that of the whole, to the last bit."""

import functools
import operator

import numpy as np
import pytest

from evalkit.records import Measured
from evalkit.stats import weights as room
from evalkit.stats.bootstrap import bootstrap, bootstrap_difference, bootstrap_test
from evalkit.stats.estimate import estimate
from evalkit.stats.resampling import POISSON_FROM, Resampling
from evalkit.stats.shards import resample_shard, shard_difference
from tests.stats.means import Means, mean, measured, rows_of

POISSON = Resampling(method="poisson", draws=150, seed=4)
VALUES = np.random.default_rng(9).lognormal(size=90)
BOUNDS = [(90,), (1, 90), (30, 60, 90), (7, 8, 9, 50, 90)]


def merged(systems, bounds, clusters=None, settings=POISSON, order=1):
    """The systems' shards, cut at ``bounds`` and added from the first to the last or back."""
    parts = []
    for start, end in zip((0, *bounds), bounds, strict=False):
        part = [
            Measured(s.statistics[start:end], s.valid[start:end], dict.fromkeys(range(90), "x"))
            for s in systems
        ]
        names = None if clusters is None else clusters[start:end]
        parts.append(resample_shard(part, names, first=start, settings=settings))
    columns = zip(*parts[::order], strict=True)
    return [functools.reduce(operator.add, column) for column in columns]


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("bounds", BOUNDS)
def test_the_sharding_changes_no_bit(bounds, order):
    system = measured(VALUES, invalid=(3, 40))
    (whole,) = merged([system], bounds, order=order)
    found = whole.estimates(Means())
    expected = estimate(Means(), system, settings=POISSON)
    assert found[0] == expected[0]
    assert (found[1].value, found[1].interval) == (expected[1].value, expected[1].interval)
    assert (found[0].n_scored, found[0].n_skipped) == (88, 2)
    assert "bootstrap-percentile-poisson" in found[0].interval.signature


@pytest.mark.parametrize("bounds", BOUNDS)
def test_a_cluster_may_lie_in_several_shards(bounds):
    clusters = [f"document {i % 17}" for i in range(90)]
    (whole,) = merged([measured(VALUES)], bounds, clusters)
    (expected,) = bootstrap(mean, rows_of(VALUES), clusters, settings=POISSON)
    found = whole.replicates(mean).intervals(POISSON)[0]
    assert (found.low, found.high) == (expected.low, expected.high)


@pytest.mark.parametrize("bounds", BOUNDS)
def test_paired_systems_move_together(bounds):
    systems = measured(VALUES + 0.1), measured(VALUES)
    first, second = merged(systems, bounds)
    (interval,), (test,) = shard_difference(mean, first, second)
    rows = tuple(system.statistics for system in systems)
    assert interval == bootstrap_difference(mean, rows, settings=POISSON)[0]
    assert test == bootstrap_test(mean, rows, settings=POISSON)[0]
    assert interval.low == pytest.approx(0.1)
    assert interval.high == pytest.approx(0.1)


def test_shards_measured_apart_can_be_paired():
    """The weights are keyed, so two systems need not be in memory together."""
    together = merged([measured(VALUES), measured(VALUES[::-1])], (40, 90))
    (first,) = merged([measured(VALUES)], (40, 90))
    (second,) = merged([measured(VALUES[::-1])], (10, 90))
    assert shard_difference(mean, first, second) == shard_difference(mean, *together)


def test_chunks_change_nothing(monkeypatch):
    expected = bootstrap(mean, rows_of(VALUES), settings=POISSON)
    monkeypatch.setattr(room, "_CHUNK_CLUSTERS", 7)
    monkeypatch.setattr(room, "_CHUNK_DRAWS", 64)
    assert bootstrap(mean, rows_of(VALUES), settings=POISSON) == expected


def test_few_clusters_give_a_reason():
    (whole,) = resample_shard([measured(VALUES[:9])])
    assert whole.estimates(Means())[0].interval.reason.startswith("9 segments: too few")
    (more,) = resample_shard([measured(VALUES[:5])], first=9)
    assert (whole + more).estimates(Means())[0].interval.warning.startswith("only 14 segments")
    (empty,) = resample_shard([measured([])])
    assert (empty + whole).n_clusters == 9
    assert empty.estimates(Means())[0].reason == "no item could be scored"


@pytest.mark.parametrize(("n", "counted"), [(9, 9), (10, 10), (30, 30), (31, 90), (90, 90)])
def test_few_clusters_are_counted_once_however_they_are_cut(n, counted):
    """Above 30 it matters to nothing, and the shards' counts are added."""
    clusters = [f"document {i % n}" for i in range(90)]
    (whole,) = merged([measured(VALUES)], (30, 60, 90), clusters)
    assert whole.n_clusters == counted
    assert bool(whole.estimates(Means())[0].interval.reason) == (n < 10)


def test_the_interval_is_that_of_theory():
    """And of the multinomial bootstrap, which it stands in for."""
    theory = VALUES.std() / np.sqrt(len(VALUES))
    for method in ("poisson", "multinomial"):
        settings = Resampling(draws=4000, method=method, seed=0)
        (found,) = bootstrap(mean, rows_of(VALUES), settings=settings)
        assert found.standard_error == pytest.approx(theory, rel=0.06)


def test_intervals_cover_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(10)
    covered = 0
    for seed in range(200):
        values = rng.normal(5.0, 1.0, size=50)
        settings = Resampling(draws=200, seed=seed, method="poisson")
        (found,) = bootstrap(mean, rows_of(values), settings=settings)
        covered += found.low <= 5.0 <= found.high
    assert 180 <= covered <= 198


def test_poisson_from_a_hundred_thousand_on():
    settings = Resampling()
    assert settings.weights(POISSON_FROM - 1) == "multinomial"
    assert settings.weights(POISSON_FROM) == "poisson"
    assert POISSON_FROM == 100_000
    assert Resampling(method="poisson").weights(12) == "poisson"
    assert Resampling(method="multinomial").weights(10**6) == "multinomial"
    large = bootstrap(mean, np.ones((POISSON_FROM, 2)), settings=Resampling(draws=3))
    assert "poisson" in large[0].signature


def test_shards_that_do_not_belong_together_are_refused():
    (one,) = resample_shard([measured(VALUES)], settings=POISSON)
    (other,) = resample_shard([measured(VALUES)], settings=Resampling(draws=150, seed=5))
    with pytest.raises(ValueError, match="seed=5"):
        _ = one + other
    with pytest.raises(ValueError, match="same items"):
        shard_difference(mean, one, resample_shard([measured(VALUES[1:])], settings=POISSON)[0])
    with pytest.raises(ValueError, match="same items"):
        resample_shard([measured(VALUES), measured(VALUES[1:])])
    with pytest.raises(ValueError, match="same items"):
        resample_shard([measured(VALUES)], ["a"] * 89)
