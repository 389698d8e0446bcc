"""Estimates and comparisons of whole scorers, wins and ties, and Holm's correction."""

from dataclasses import replace

import numpy as np
import pytest

from evalkit.records import Batch, Field, Measured
from evalkit.stats.comparison import compare
from evalkit.stats.correction import corrected, holm
from evalkit.stats.estimate import estimate
from evalkit.stats.resampling import Resampling
from evalkit.stats.totals import aggregate


class Mean:
    """A scorer of ready-made rows (sum, n): it cannot measure, so nothing can measure again."""

    name = "mean"
    needs = frozenset()
    languages = None
    columns = ("sum", "n")

    def __init__(self, *, higher_is_better=True):
        self.fields = (Field("mean", "0-100", higher_is_better),)

    def measure(self, batch: Batch) -> Measured:
        raise AssertionError("statistics were measured already")

    def score(self, totals):
        with np.errstate(divide="ignore", invalid="ignore"):
            return totals[..., :1] / totals[..., 1:]

    def signature(self):
        return "mean"


class MeanWithItemScore(Mean):
    def score_segments(self, statistics):
        return np.floor(self.score(statistics))


def measured(values, invalid=()):
    statistics = np.column_stack([np.asarray(values, float), np.ones(len(values))])
    valid = np.ones(len(values), dtype=bool)
    valid[list(invalid)] = False
    statistics[~valid] = 0
    return Measured(statistics, valid, dict.fromkeys(invalid, "empty"))


def test_the_estimate_is_the_score_of_the_corpus():
    """Not the median or mean of resamples, which lies elsewhere for a skewed statistic."""
    values = np.exp(np.random.default_rng(1).normal(0, 3, size=40))
    (found,) = estimate(Mean(), measured(values))
    assert found.value == values.sum() / 40
    assert found.interval.low < found.value < found.interval.high
    (other,) = estimate(Mean(), measured(values), settings=Resampling(draws=3, seed=99))
    assert other.value == found.value


def test_invalid_items_are_left_out_and_counted():
    (found,) = estimate(Mean(), measured([1.0] * 20 + [50.0] * 5, invalid=range(20, 25)))
    assert (found.value, found.n_scored, found.n_skipped) == (1.0, 20, 5)
    assert found.interval.n_clusters == 20
    (none,) = estimate(Mean(), measured([1.0, 2.0], invalid=(0, 1)))
    assert np.isnan(none.value)
    assert none.reason == "no item could be scored"
    assert none.interval.reason.startswith("0 segments")


def test_a_cluster_of_invalid_items_does_not_count():
    clusters = [f"d{i // 2}" for i in range(20)]
    settings = Resampling(unit="document")
    (all_valid,) = estimate(Mean(), measured(range(20)), clusters, settings=settings)
    assert all_valid.interval.n_clusters == 10
    (found,) = estimate(Mean(), measured(range(20), invalid=(0, 1)), clusters, settings=settings)
    assert found.interval.reason == "9 documents: too few for an interval; 10 are needed"


def test_wins_ties_and_losses_add_up():
    """A win is no tie as well, and rounding is no win."""
    first = [2.0, 2.0, 2.0, 1.0, 1.0 + 1e-14, 0.3] + [0.0] * 10
    second = [1.0, 1.0, 1.0, 2.0, 1.0, 0.1 + 0.2] + [0.0] * 10
    (found,) = compare(Mean(), (measured(first), measured(second)))
    assert (found.n_won, found.n_lost, found.n_tied, found.n_items) == (3, 1, 12, 16)
    assert (found.share_won, found.share_tied) == (3 / 16, 12 / 16)


@pytest.mark.parametrize(
    ("higher_is_better", "outcome"), [(True, (1, 9, 2)), (False, (9, 1, 2)), (None, (0, 0, 0))]
)
def test_the_field_says_who_wins(higher_is_better, outcome):
    pair = (measured([5.0] + [1.0] * 11), measured([4.0] + [2.0] * 9 + [1.0] * 2))
    (found,) = compare(Mean(higher_is_better=higher_is_better), pair)
    assert (found.n_won, found.n_lost, found.n_tied) == outcome


def test_the_scorers_own_item_score_decides_items():
    pair = (measured([1.9] * 12), measured([1.1] * 12))
    assert compare(Mean(), pair)[0].n_won == 12
    assert compare(MeanWithItemScore(), pair)[0].n_tied == 12


def test_items_valid_for_one_system_only_are_dropped_from_both():
    first = measured([10.0] * 30, invalid=(0,))
    second = measured([5.0] * 28 + [100.0, 100.0], invalid=(28, 29))
    (found,) = compare(Mean(), (first, second))
    assert (found.value_a, found.value_b) == (10.0, 5.0)
    assert (found.n_items, found.n_dropped) == (27, 3)
    assert "3 of 30 items (10.0 %) are not valid for both and were left out" in found.warnings
    hundred = measured([1.0] * 100, invalid=(4,))
    (quiet,) = compare(Mean(), (hundred, hundred))
    assert (quiet.n_dropped, quiet.warnings) == (1, ())


def test_identical_systems():
    same = measured(np.random.default_rng(0).normal(size=50))
    (found,) = compare(Mean(), (same, same))
    assert (found.difference, found.test.p) == (0.0, 1.0)
    assert (found.interval.low, found.interval.high) == (0.0, 0.0)
    assert np.isnan(found.effect)
    assert found.share_tied == 1.0


def test_effect_is_the_difference_in_standard_errors():
    noise = np.random.default_rng(5).normal(size=400)
    (found,) = compare(Mean(), (measured(noise + 0.2), measured(np.zeros(400))))
    expected = (noise.mean() + 0.2) / (noise.std() / 20)
    assert found.effect == pytest.approx(expected, rel=0.1)
    assert found.interval.low < found.difference < found.interval.high


def test_unequal_systems_are_refused():
    with pytest.raises(ValueError, match="12 items of the first system, 11 of the second"):
        compare(Mean(), (measured([1.0] * 12), measured([1.0] * 11)))
    with pytest.raises(ValueError, match="11 clusters"):
        compare(Mean(), (measured([1.0] * 12),) * 2, ["a"] * 11)
    with pytest.raises(ValueError, match="12 items but 11 clusters"):
        estimate(Mean(), measured([1.0] * 12), ["a"] * 11)


def test_holm():
    """By hand: 5 x 0.01, 4 x 0.02, 3 x 0.03, then no step may fall below the one before."""
    adjusted = holm([0.04, 0.01, 0.03, 0.02, 0.05])
    assert adjusted == pytest.approx([0.09, 0.05, 0.09, 0.08, 0.09])
    assert holm([0.6, 0.7]) == (1.0, 1.0)
    assert holm([]) == ()


def test_corrected_fills_in_the_family():
    same = measured(np.arange(40.0))
    (plain,) = compare(Mean(), (same, same))
    family = [replace(plain, test=replace(plain.test, p=p)) for p in (0.02, float("nan"), 0.01)]
    values = [comparison.p_adjusted for comparison in corrected(family)]
    assert values[0] == pytest.approx(0.02)
    assert np.isnan(values[1])
    assert values[2] == pytest.approx(0.02)


def test_aggregate():
    rows = np.arange(12.0).reshape(6, 2)
    found = aggregate(
        rows, ["b", "a", "b", "c", "a", "b"], valid=np.array([1, 1, 1, 0, 1, 1], bool)
    )
    assert found.groups == ("b", "a", "c")
    assert found.totals.tolist() == [[14.0, 17.0], [10.0, 12.0], [0.0, 0.0]]
    assert found.n_items == (3, 2, 0)
    empty = aggregate(np.zeros((0, 2)), [])
    assert (empty.groups, empty.totals.shape) == ((), (0, 2))
    with pytest.raises(ValueError, match="6 rows of statistics but 5 groups"):
        aggregate(rows, ["a"] * 5)
