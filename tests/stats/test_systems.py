"""Many systems at once: all pairs or against a baseline, corrected, and what they could show."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
import scipy.stats

from evalkit.stats.comparison import compare, compare_systems
from evalkit.stats.correction import benjamini_hochberg, corrected, holm
from evalkit.stats.power import smallest_difference
from evalkit.stats.resampling import Resampling
from tests.stats.means import Means, measured

SETTINGS = Resampling(draws=200, seed=0)


@pytest.fixture
def systems():
    rng = np.random.default_rng(3)
    noise = rng.normal(20, 5, size=60)
    return {
        name: measured(noise + rng.normal(lead, 1.0, size=60), invalid=invalid)
        for name, lead, invalid in (("a", 0, ()), ("b", 0.2, (5,)), ("c", 1, (5,)), ("d", 0, ()))
    }


@pytest.mark.parametrize("test", ["permutation", "bootstrap"])
@pytest.mark.parametrize("clustered", [False, True])
def test_all_pairs_are_as_if_compared_one_by_one(systems, test, clustered):
    clusters = [f"document {i // 3}" for i in range(60)] if clustered else None
    settings = replace(SETTINGS, test=test, interval="bca")
    found = compare_systems(Means(), systems, clusters, settings=settings)
    pairs = list(itertools.combinations(systems, 2))
    assert [(each.field.name, each.system_a, each.system_b) for each in found] == [
        (field, *pair) for field in ("mean", "mean.squared") for pair in pairs
    ]
    for each in found:
        alone = compare(
            Means(), (systems[each.system_a], systems[each.system_b]), clusters, settings=settings
        )
        (same,) = (other for other in alone if other.field == each.field)
        assert (each.test, each.interval, each.n_items) == (same.test, same.interval, same.n_items)
        assert (each.value_a, each.value_b, each.n_won) == (same.value_a, same.value_b, same.n_won)


def test_a_baseline_is_compared_with_every_other(systems):
    found = compare_systems(Means(), systems, baseline="b", settings=SETTINGS)
    pairs = [(each.system_a, each.system_b) for each in found if each.field.name == "mean"]
    assert pairs == [("a", "b"), ("c", "b"), ("d", "b")]
    every = compare_systems(Means(), systems, settings=SETTINGS)
    (same,) = (e for e in every if (e.field.name, e.system_a, e.system_b) == ("mean", "b", "c"))
    assert found[1].difference == -same.difference
    assert found[1].test.p == same.test.p
    with pytest.raises(ValueError, match="no system 'e' to compare with; there are: a, b, c, d"):
        compare_systems(Means(), systems, baseline="e")


def test_items_are_dropped_pair_by_pair(systems):
    found = compare_systems(Means(), systems, settings=SETTINGS)[:6]
    assert [each.n_items for each in found] == [59, 59, 60, 59, 59, 59]
    assert [bool(each.warnings) for each in found] == [True, True, False, True, True, True]


def test_each_system_is_scored_once_for_all_its_pairs():
    rng = np.random.default_rng(3)
    systems = {str(i): measured(rng.normal(size=60)) for i in range(6)}
    scorer = Means()
    compare_systems(scorer, systems, settings=replace(SETTINGS, test="bootstrap"))
    # Of each system: the whole, all draws at once, and its items.
    assert scorer.n_calls == 6 * 3


def test_one_system_or_none_has_no_pairs():
    assert compare_systems(Means(), {}) == ()
    assert compare_systems(Means(), {"a": measured([1.0])}) == ()
    assert compare_systems(Means(), {"a": measured([1.0])}, baseline="a") == ()


def test_unequal_systems_are_refused():
    with pytest.raises(ValueError, match="3 items of the first system, 3, 2 of the others"):
        compare_systems(Means(), {str(i): measured([1.0] * n) for i, n in enumerate((3, 3, 2))})


@pytest.mark.parametrize(
    ("correction", "adjust"),
    [("holm", holm), ("bh", benjamini_hochberg), ("none", tuple)],
)
def test_the_family_is_the_pairs_of_one_field(systems, correction, adjust):
    settings = replace(SETTINGS, correction=correction)
    found = compare_systems(Means(), systems, settings=settings)
    for family in (found[:6], found[6:]):
        p_values = [each.test.p for each in family]
        assert tuple(each.p_adjusted for each in family) == adjust(p_values)


def test_benjamini_hochberg_equals_scipy():
    rng = np.random.default_rng(4)
    for n in (1, 2, 7, 40):
        p_values = rng.uniform(size=n) ** 3
        expected = scipy.stats.false_discovery_control(p_values, method="bh")
        assert benjamini_hochberg(p_values.tolist()) == pytest.approx(expected)
    assert benjamini_hochberg([]) == ()


def test_corrected_leaves_what_was_not_tested():
    few = compare_systems(Means(), {n: measured([1.0] * 5) for n in "abc"})
    for correction in ("holm", "bh", "none"):
        assert all(np.isnan(each.p_adjusted) for each in corrected(few, correction))


def test_the_smallest_difference_is_found_four_times_of_five():
    """Simulated: a true difference of that size, in samples of the size that it was made for."""
    assert smallest_difference(1.0) == pytest.approx(1.959964 + 0.841621, abs=1e-6)
    rng = np.random.default_rng(8)
    true = smallest_difference(1 / np.sqrt(60))
    found = 0
    for seed in range(200):
        pair = measured(rng.normal(true, 1, size=60)), measured(np.zeros(60))
        (each, _) = compare(Means(), pair, settings=Resampling(draws=200, seed=seed))
        found += each.test.p < 0.05
        assert each.smallest_difference == pytest.approx(true, rel=0.4)
    assert 145 <= found <= 175


def test_what_cannot_be_known_is_nan():
    same = measured(np.arange(40.0))
    (each, _) = compare(Means(), (same, same))
    assert np.isnan(each.smallest_difference)
    few = measured(np.arange(9.0))
    (each, _) = compare(Means(), (few, few))
    assert np.isnan(each.smallest_difference)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"method": "jackknife"}, "method is 'jackknife'; it may be auto, multinomial, poisson"),
        ({"interval": "t"}, "interval is 't'; it may be percentile, bca"),
        ({"test": "sign"}, "test is 'sign'; it may be permutation, bootstrap"),
        ({"correction": "bonferroni"}, "correction is 'bonferroni'; it may be holm, bh, none"),
    ],
)
def test_unknown_words_are_refused(options, says):
    with pytest.raises(ValueError, match=says):
        Resampling(**options)


def test_systems_without_a_common_item_have_a_reason():
    values = np.arange(40.0)
    pair = measured(values, range(20)), measured(values, range(20, 40))
    (each, _) = compare(Means(), pair)
    assert (each.n_items, each.n_dropped) == (0, 40)
    assert np.isnan(each.value_a)
    assert each.test.reason == "0 segments: too few for a p-value; 10 are needed"
    assert each.interval.reason == "0 segments: too few for an interval; 10 are needed"


@pytest.mark.parametrize("interval", ["percentile", "bca"])
@pytest.mark.parametrize("method", ["multinomial", "poisson"])
@pytest.mark.parametrize("test", ["permutation", "bootstrap"])
def test_every_setting_works_with_every_other(systems, interval, method, test):
    settings = Resampling(draws=300, seed=0, interval=interval, method=method, test=test)
    clusters = [f"document {i // 2}" for i in range(60)]
    found = compare_systems(Means(), systems, clusters, baseline="c", settings=settings)
    for each in found[:3]:
        assert each.interval.low < each.difference < each.interval.high
        assert each.interval.signature.startswith(f"bootstrap-{interval}-{method}|draws:300|seed:0")
        assert each.test.signature.startswith(f"{test}-paired")
        assert 1 / 301 <= each.test.p < 0.05
        assert "only 30 segments: read it with care" in each.warnings


def test_order_and_threads_cannot_matter(systems):
    """The sums are exact, so items in another order give the same bits."""
    order = np.random.default_rng(0).permutation(60)
    clusters = [f"document {i // 2}" for i in range(60)]
    shuffled = {
        name: measured(each.statistics[order, 0], np.flatnonzero(~each.valid[order]).tolist())
        for name, each in systems.items()
    }
    for settings in (SETTINGS, replace(SETTINGS, method="poisson", test="bootstrap")):
        found = compare_systems(Means(), systems, clusters, settings=settings)
        other = compare_systems(
            Means(), shuffled, [clusters[place] for place in order.tolist()], settings=settings
        )
        assert found == other
