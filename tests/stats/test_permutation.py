"""p-values: against exact enumeration, scipy, and what other tools got wrong."""

import hashlib
import itertools

import numpy as np
import pytest
import scipy.stats

from evalkit.stats import weights as room
from evalkit.stats.keyed import keys
from evalkit.stats.permutation import permutation
from evalkit.stats.resampling import Resampling


@pytest.fixture
def rng():
    return np.random.default_rng(12)


def mean(totals):
    with np.errstate(divide="ignore", invalid="ignore"):
        return totals[..., :1] / totals[..., 1:]


def ratio(totals):
    """A score that is no mean of item scores."""
    return (totals[..., :1] / totals[..., 1:]) ** 2


def rows_of(values):
    return np.column_stack([values, np.ones(len(values))])


def test_equals_exact_enumeration(rng):
    first = np.column_stack([rng.integers(1, 9, 10), rng.integers(9, 20, 10)]).astype(float)
    second = np.column_stack([rng.integers(1, 7, 10), rng.integers(9, 20, 10)]).astype(float)
    observed = abs(ratio(first.sum(0)) - ratio(second.sum(0)))[0]
    extreme = 0
    for pattern in itertools.product((0, 1), repeat=10):
        swap = np.array(pattern, dtype=bool)[:, None]
        a = np.where(swap, second, first).sum(0)
        b = np.where(swap, first, second).sum(0)
        extreme += abs(ratio(a) - ratio(b))[0] >= observed - 1e-12
    exact = extreme / 2**10
    draws = 20_000
    (found,) = permutation(ratio, (first, second), settings=Resampling(draws=draws))
    assert found.p == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / draws))


def test_equals_a_loop_over_the_swaps(rng):
    """The same swaps, made one by one and scored from the systems' own rows."""
    first, second = rows_of(rng.lognormal(0.4, 1, 30)), rows_of(rng.lognormal(0, 1, 30))
    names = [f"segment {i}" for i in range(30)]
    settings = Resampling(draws=130, seed=0)
    (found,) = permutation(ratio, (first, second), names, settings=settings)
    observed = ratio(first.sum(0)) - ratio(second.sum(0))
    extreme = 0
    for swap in room.swaps(keys(names, 0), 0, 130).T.astype(bool)[..., None]:
        a, b = np.where(swap, second, first), np.where(swap, first, second)
        drawn = ratio(a.sum(0)) - ratio(b.sum(0))
        extreme += int(abs(drawn[0]) >= abs(observed[0]) - 1e-12)
    assert 2 < extreme < 120
    assert found.p == (extreme + 1) / 131


def test_equals_scipys_exact_test(rng):
    """scipy.stats.permutation_test over all 4,096 swaps of 12 pairs."""
    first, second = rng.normal(0.5, 1, size=12), rng.normal(0, 1, size=12)
    expected = scipy.stats.permutation_test(
        (first, second),
        lambda x, y, axis: np.mean(x, axis=axis) - np.mean(y, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=np.inf,
    )
    settings = Resampling(draws=20_000, seed=3)
    (found,) = permutation(mean, (rows_of(first), rows_of(second)), settings=settings)
    assert found.difference == pytest.approx(expected.statistic)
    assert found.p == pytest.approx(expected.pvalue, abs=0.015)


def test_identical_systems_give_p_1(rng):
    rows = rows_of(rng.normal(size=40))
    (found,) = permutation(mean, (rows, rows.copy()))
    assert found.p == 1.0
    assert found.difference == 0.0


def test_the_smallest_p_is_one_over_draws_plus_one(rng):
    rows = rows_of(rng.normal(size=60))
    better = rows + np.array([5.0, 0.0])
    for pair in ((rows, better), (better, rows)):
        (found,) = permutation(mean, pair, settings=Resampling(draws=500))
        assert found.p == 1 / 501


def test_pairing_is_used(rng):
    """Items differ much more than systems: an unpaired test of the same data sees nothing."""
    difficulty = rng.normal(0, 10, size=100)
    first = difficulty + rng.normal(0.5, 0.5, size=100)
    second = difficulty + rng.normal(0.0, 0.5, size=100)
    (found,) = permutation(mean, (rows_of(first), rows_of(second)))
    assert found.p < 0.01
    assert scipy.stats.ttest_ind(first, second).pvalue > 0.3


def test_p_values_of_equal_systems_are_uniform(rng):
    p_values = []
    for seed in range(300):
        first, second = rng.normal(size=(2, 15))
        settings = Resampling(draws=99, seed=seed)
        (found,) = permutation(mean, (rows_of(first), rows_of(second)), settings=settings)
        p_values.append(found.p)
    assert scipy.stats.kstest(p_values, "uniform").pvalue > 0.01


def test_neither_order_nor_chunks_change_the_answer(rng, monkeypatch):
    clusters = [f"document {i % 25}" for i in range(100)]
    first, second = (rows_of(rng.normal(size=100)) for _ in range(2))
    whole = permutation(mean, (first, second), clusters)
    order = rng.permutation(100)
    shuffled = (first[order], second[order])
    assert permutation(mean, shuffled, [clusters[i] for i in order]) == whole
    monkeypatch.setattr(room, "_CHUNK_CLUSTERS", 4)
    monkeypatch.setattr(room, "_CHUNK_DRAWS", 64)
    assert permutation(mean, (first, second), clusters) == whole


def test_more_draws_go_on_where_fewer_end(rng):
    """The first draws of a long test are the draws of a short one."""
    key = keys(["a", "b"], 1)
    assert not np.array_equal(room.swaps(key, 0, 64), room.swaps(key, 64, 64))
    assert np.array_equal(room.swaps(key, 0, 70)[:, :64], room.swaps(key, 0, 64))
    rows = rows_of(rng.normal(size=20)), rows_of(rng.normal(size=20))
    counts = [
        round(permutation(mean, rows, settings=Resampling(draws=n))[0].p * (n + 1)) - 1
        for n in (1, 10, 70, 200)
    ]
    assert counts == sorted(counts)


def test_swaps_equal_splitmix64():
    """Against Steele et al.'s generator written out for one key, in Python's integers."""
    mask = (1 << 64) - 1

    def splitmix(seed, n):
        state = seed
        for _ in range(n):
            state = (state + 0x9E3779B97F4A7C15) & mask
            word = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & mask
            word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & mask
            yield word ^ (word >> 31)

    for name in ("0", "news-7", "Ω"):
        digest = hashlib.blake2b(f"5:{name}".encode(), digest_size=8).digest()
        words = splitmix(int.from_bytes(digest, "little"), 3)
        for block, word in enumerate(words):
            bits = [(word >> place) & 1 for place in range(64)]
            assert room.swaps(keys([name], 5), 64 * block, 64)[0].tolist() == bits


def test_swaps_are_fair_and_independent():
    swaps = room.swaps(keys(map(str, range(20_000)), 0), 0, 64).T
    assert np.abs(swaps.mean(axis=1) - 0.5).max() < 0.02
    correlations = np.corrcoef(swaps)
    np.fill_diagonal(correlations, 0)
    assert np.abs(correlations).max() < 0.04


def test_too_few_clusters_give_a_reason_and_no_p():
    rows = rows_of(np.arange(9.0))
    (found,) = permutation(mean, (rows, rows), settings=Resampling(unit="document"))
    assert np.isnan(found.p)
    assert found.reason == "9 documents: too few for a p-value; 10 are needed"
    (found,) = permutation(mean, (rows_of(np.arange(10.0)),) * 2)
    assert found.warning == "only 10 segments: read it with care"


def test_what_cannot_be_scored_is_told():
    rows = rows_of(np.arange(40.0))
    (found,) = permutation(mean, (rows, np.zeros((40, 2))))
    assert np.isnan(found.p)
    assert found.reason == "one system or both have no score"
    # One row has all of a's and one all of b's weight: half of the draws leave a side without.
    first, second = np.zeros((40, 2)), np.zeros((40, 2))
    first[0], second[1] = (3.0, 1.0), (1.0, 1.0)
    (found,) = permutation(mean, (first, second), settings=Resampling(draws=200))
    assert "of 200 draws have no score and count against it" in found.warning
    assert found.p == 1.0


def test_misaligned_rows_are_refused():
    with pytest.raises(ValueError, match="the same items"):
        permutation(mean, (np.zeros((20, 2)), np.zeros((19, 2))))
    with pytest.raises(ValueError, match="20 rows of statistics"):
        permutation(mean, (np.zeros((20, 2)), np.zeros((20, 2))), ["a"] * 19)
