"""Intervals: against scipy, against theory, and against what other tools got wrong."""

import numpy as np
import pytest
import scipy.stats

from evalkit.stats import weights as room
from evalkit.stats.bootstrap import bootstrap, bootstrap_difference
from evalkit.stats.resampling import Resampling, scope_note

SKEWED = np.random.default_rng(4).lognormal(size=(60, 1))


def mean(totals):
    """The mean of a column beside a column of ones."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return totals[..., :1] / totals[..., 1:]


def rows_of(values):
    return np.column_stack([values, np.ones(len(values))])


@pytest.mark.parametrize("confidence", [0.95, 0.9])
def test_equals_scipy_on_the_same_draws(confidence):
    """scipy.stats.bootstrap, percentile, draws the same indices from the same seed."""
    settings = Resampling(draws=500, seed=8, confidence=confidence)
    (found,) = bootstrap(mean, rows_of(SKEWED), settings=settings)
    expected = scipy.stats.bootstrap(
        (SKEWED[:, 0],),
        np.mean,
        n_resamples=500,
        confidence_level=confidence,
        method="percentile",
        rng=np.random.default_rng(8),
    )
    interval = expected.confidence_interval
    np.testing.assert_allclose([found.low, found.high], interval, rtol=1e-13)
    np.testing.assert_allclose(found.standard_error, expected.standard_error, rtol=1e-13)


def test_standard_error_is_that_of_a_full_size_sample():
    """Not of 40 % or 50 % of the items, and not divided by the root of the number of draws."""
    for draws in (400, 4000):
        (found,) = bootstrap(mean, rows_of(SKEWED), settings=Resampling(draws=draws))
        theory = SKEWED.std() / np.sqrt(len(SKEWED))
        assert found.standard_error == pytest.approx(theory, rel=0.1)


def test_intervals_cover_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(10)
    covered = 0
    for seed in range(200):
        values = rng.normal(5.0, 1.0, size=(50, 1))
        (found,) = bootstrap(mean, rows_of(values), settings=Resampling(draws=200, seed=seed))
        covered += found.low <= 5.0 <= found.high
    assert 180 <= covered <= 198


def test_memory_chunks_do_not_change_the_answer(monkeypatch):
    whole = bootstrap(mean, rows_of(SKEWED))
    monkeypatch.setattr(room, "_CHUNK_VALUES", 7 * len(SKEWED))
    assert bootstrap(mean, rows_of(SKEWED)) == whole


def test_nothing_is_scored_draw_by_draw():
    """A call scores a chunk of draws at once: the corpus is not gone through again for each."""
    calls = []

    def counted(totals):
        calls.append(totals.shape)
        return mean(totals)

    bootstrap(counted, rows_of(SKEWED), settings=Resampling(draws=300))
    assert sorted(calls) == [(2,), (300, 2)]


def test_every_seed_is_a_seed():
    default, zero, again, other = (
        bootstrap(mean, rows_of(SKEWED), settings=settings)
        for settings in (
            None,
            Resampling(seed=0),
            Resampling(seed=0),
            Resampling(seed=1),
        )
    )
    assert zero == again
    assert len({found[0].low for found in (default, zero, other)}) == 3
    assert "seed:0|" in zero[0].signature


@pytest.mark.parametrize(
    ("n", "has_interval", "says"),
    [
        (0, False, "0 documents: too few for an interval; 10 are needed"),
        (1, False, "1 document: too few for an interval; 10 are needed"),
        (9, False, "9 documents: too few for an interval; 10 are needed"),
        (10, True, "only 10 documents: read it with care"),
        (30, True, "only 30 documents: read it with care"),
        (31, True, ""),
    ],
)
def test_few_clusters(n, has_interval, says):
    clusters = [f"d{i}" for i in range(n) for _ in range(4)]
    rows = rows_of(np.arange(4 * n, dtype=float))
    (found,) = bootstrap(mean, rows, clusters, settings=Resampling(unit="document"))
    assert np.isnan(found.low) != has_interval
    assert np.isnan(found.high) != has_interval
    assert found.n_clusters == n
    assert (found.warning if has_interval else found.reason) == says


def test_clusters_are_drawn_whole_and_in_any_order():
    rng = np.random.default_rng(6)
    clusters = [f"d{i:02}" for i in range(20) for _ in range(5)]
    rows = rows_of(rng.normal(size=100) + np.repeat(rng.normal(size=20), 5))
    whole = bootstrap(mean, rows.reshape(20, 5, 2).sum(axis=1))
    found = bootstrap(mean, rows, clusters)
    # Summing in another order may change the last digit.
    assert [found[0].low, found[0].high] == pytest.approx([whole[0].low, whole[0].high], abs=1e-12)
    order = np.argsort(rng.random(20))
    shuffled = np.concatenate([np.arange(5 * i, 5 * i + 5) for i in order])
    assert bootstrap(mean, rows[shuffled], [clusters[i] for i in shuffled]) == found
    single = bootstrap(mean, rows)
    assert found[0].high - found[0].low > 1.3 * (single[0].high - single[0].low)


def test_draws_without_a_score_are_told():
    values = np.array([[1.0, 1.0]] * 3 + [[0.0, 0.0]] * 9)
    settings = Resampling(draws=1000, seed=2)
    (found,) = bootstrap(mean, values, settings=settings)
    # (9/12)^12 = 3 % of the draws take none of the three rows that can be scored.
    n = int(found.warning.split("; ")[1].split()[0])
    assert 15 < n < 50
    assert "resamples have no score and were left out" in found.warning
    (refused,) = bootstrap(mean, values[2:], settings=settings)
    assert np.isnan(refused.low)
    assert "of 1000 resamples have no score" in refused.reason
    (none,) = bootstrap(mean, np.zeros((12, 2)), settings=settings)
    assert none.reason == "there is no score"


def test_several_scores_at_once():
    def both(totals):
        return np.concatenate([mean(totals), 2 * mean(totals)], axis=-1)

    one, two = bootstrap(both, rows_of(SKEWED))
    assert (two.low, two.high) == pytest.approx((2 * one.low, 2 * one.high))


def test_paired_systems_move_together():
    noise = np.random.default_rng(3).normal(size=(50, 1))
    first, second = rows_of(noise + 0.1), rows_of(noise)
    (found,) = bootstrap_difference(mean, (first, second))
    assert found.low == pytest.approx(0.1)
    assert found.high == pytest.approx(0.1)


@pytest.mark.parametrize("wrong", [["a"] * 59, ["a"] * 61])
def test_misaligned_clusters_are_refused(wrong):
    with pytest.raises(ValueError, match="60 rows of statistics"):
        bootstrap(mean, rows_of(SKEWED), wrong)
    with pytest.raises(ValueError, match="the same items"):
        bootstrap_difference(mean, (rows_of(SKEWED), rows_of(SKEWED[1:])))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"draws": 0}, "0 draws"),
        ({"seed": -1}, "negative"),
        ({"confidence": 95}, "between 0 and 1"),
    ],
)
def test_impossible_settings_are_refused(options, says):
    with pytest.raises(ValueError, match=says):
        Resampling(**options)


def test_scope_note_names_few_documents_only():
    assert scope_note("paragraph", 1) == (
        "intervals over the paragraphs of 1 document describe this document only"
    )
    assert scope_note("sentence", 10) == scope_note("document", 2) == ""
