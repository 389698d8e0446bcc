"""Significance clusters, from tables of who is better than whom."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from evalkit.records import Field
from evalkit.stats.comparison import compare_systems
from evalkit.stats.ranking import ranked
from evalkit.stats.results import Comparison, Interval, PairedTest
from tests.stats.means import Means, measured

NONE = Interval(np.nan, np.nan, np.nan, 40, "")


def pairs(values, p_values, *, higher_is_better=True):
    """Comparisons of systems a, b, c ... with the p of each pair; 1 where none is given."""
    field = Field("bleu", "0-100", higher_is_better)
    found = []
    for a, b in combinations(values, 2):
        p = p_values.get(a + b, 1.0)
        test = PairedTest(values[a] - values[b], p, 40, "")
        found.append(
            Comparison(field, values[a], values[b], test, NONE, 0, 0, 0, 40, 0, (), p, a, b)
        )
    return found


LADDER = {"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0}
ALL = dict.fromkeys(("ab", "ac", "ad", "bc", "bd", "cd"), 0.01)


@pytest.mark.parametrize(
    ("p_values", "clusters", "ranks"),
    [
        pytest.param({}, "d1 c1 b1 a1", "14 14 14 14", id="nothing told apart"),
        pytest.param(ALL, "d1 c2 b3 a4", "11 22 33 44", id="everything"),
        pytest.param(ALL | {"bc": 0.3}, "d1 c2 b2 a3", "11 23 23 44", id="two in the middle"),
        pytest.param(
            ALL | {"bc": 0.3, "ab": 0.3}, "d1 c2 b2 a2", "11 23 24 34",
            id="a chain holds together although its ends differ",
        ),
        pytest.param(
            ALL | {"ad": 0.3}, "d1 c1 b1 a1", "12 22 33 34", id="the ends not told apart",
        ),
        pytest.param({"ad": 0.01}, "d1 c1 b1 a1", "13 14 14 24", id="the ends alone"),
        pytest.param(ALL | {"cd": 0.05}, "d1 c1 b2 a3", "12 12 33 44", id="5 % is not below 5 %"),
        pytest.param(ALL | {"cd": np.nan}, "d1 c1 b2 a3", "12 12 33 44", id="one not tested"),
    ],
)  # fmt: skip
def test_clusters(p_values, clusters, ranks):
    found = ranked(pairs(LADDER, p_values))
    assert " ".join(f"{each.system}{each.cluster}" for each in found) == clusters
    assert " ".join(f"{each.best_rank}{each.worst_rank}" for each in found) == ranks


def test_lower_may_be_better():
    found = ranked(pairs(LADDER, ALL, higher_is_better=False))
    assert [each.system for each in found] == ["a", "b", "c", "d"]
    assert [each.cluster for each in found] == [1, 2, 3, 4]


def test_the_level_can_be_set():
    found = ranked(pairs(LADDER, ALL), level=0.005)
    assert {each.cluster for each in found} == {1}


def test_a_system_without_a_score_comes_last():
    found = ranked(pairs(LADDER | {"c": np.nan}, ALL | {"cd": np.nan, "ac": np.nan, "bc": np.nan}))
    assert [each.system for each in found] == ["d", "b", "a", "c"]
    assert [each.cluster for each in found] == [1, 1, 1, 1]


def test_the_corrected_p_counts_and_then_the_plain_one():
    adjusted = [replace(each, p_adjusted=0.2) for each in pairs(LADDER, ALL)]
    assert {each.cluster for each in ranked(adjusted)} == {1}
    plain = [replace(each, p_adjusted=float("nan")) for each in pairs(LADDER, ALL)]
    assert [each.cluster for each in ranked(plain)] == [1, 2, 3, 4]


def test_ranks_of_real_comparisons():
    rng = np.random.default_rng(1)
    noise = rng.normal(size=200)
    systems = {
        name: measured(noise + lead + rng.normal(0, 0.3, size=200))
        for name, lead in (("poor", 0.0), ("good", 2.0), ("fair", 1.0), ("as good", 2.0))
    }
    found = compare_systems(Means(), systems)
    ranks = ranked([each for each in found if each.field.name == "mean"])
    assert [each.cluster for each in ranks] == [1, 1, 2, 3]
    assert {each.system for each in ranks[:2]} == {"good", "as good"}
    assert [each.system for each in ranks[2:]] == ["fair", "poor"]


def test_what_cannot_be_ranked_is_refused():
    assert ranked([]) == ()
    found = compare_systems(Means(), {n: measured(np.arange(20.0)) for n in "abc"})
    with pytest.raises(ValueError, match=r"one field, not of mean and mean\.squared"):
        ranked(found)
    with pytest.raises(ValueError, match=r"mean\.squared has no better and worse"):
        ranked(found[3:])
    with pytest.raises(ValueError, match="b and c were not compared"):
        ranked(found[:2])
