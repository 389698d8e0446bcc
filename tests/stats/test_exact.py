"""Sums that no order can change: against exact fractions."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.stats.exact import sliced

NUMBERS = st.floats(-1e6, 1e6, allow_subnormal=False) | st.integers(-(10**6), 10**6).map(float)
TABLES = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=30).map(np.array)


def fraction_sums(weights, rows):
    return [
        [
            sum(Fraction(int(w)) * Fraction(x) for w, x in zip(draw, column, strict=True))
            for column in rows.T.tolist()
        ]
        for draw in weights.tolist()
    ]


@settings(max_examples=200, deadline=None)
@given(TABLES, st.integers(0, 2**32 - 1))
def test_sums_are_those_of_exact_fractions(rows, seed):
    """Off by no more than what the lowest slice rounds: 2^-48 of the largest value, each row."""
    weights = np.random.default_rng(seed).integers(0, 9, size=(3, len(rows))).astype(float)
    cut = sliced(rows)
    found = cut.sums(weights @ cut.matrix).values()
    largest = np.abs(rows).max(axis=0)
    for draw, exact in enumerate(fraction_sums(weights, rows)):
        for column, value in enumerate(exact):
            allowed = weights[draw].sum() * largest[column] * 2.0**-47
            assert abs(found[draw, column] - float(value)) <= allowed


@settings(max_examples=200, deadline=None)
@given(TABLES, st.integers(0, 2**32 - 1))
def test_neither_order_nor_shards_change_a_bit(rows, seed):
    rng = np.random.default_rng(seed)
    weights = rng.integers(0, 9, size=(2, len(rows))).astype(float)
    cut = sliced(rows)
    whole = cut.sums(weights @ cut.matrix).values()
    order = rng.permutation(len(rows))
    bounds = [0, *sorted(rng.integers(0, len(rows) + 1, size=2)), len(rows)]
    parts = []
    for start, end in pairwise(bounds):
        places = order[start:end]
        part = sliced(rows[places])
        parts.append(part.sums(weights[:, places] @ part.matrix))
    for merged in (parts[0] + parts[1] + parts[2], parts[2] + (parts[1] + parts[0])):
        assert np.array_equal(merged.values(), whole)


def test_shards_of_very_different_sizes_of_numbers():
    """What a large number pushes off the grid is dropped whatever the sharding."""
    rows = np.array([[1e-9], [3.1], [7e11], [-7e11], [2.5e-10]])
    whole = sliced(rows).total().values()
    for cut in range(1, 5):
        merged = sliced(rows[:cut]).total() + sliced(rows[cut:]).total()
        assert np.array_equal(merged.values(), whole)
    assert whole[0, 0] == pytest.approx(3.1, abs=7e11 * 2**-47)


def test_counts_take_one_slice_and_are_exact():
    rows = np.random.default_rng(1).integers(0, 2**23, size=(1000, 4)).astype(float)
    cut = sliced(rows)
    assert cut.grid == (0, 0, 0, 0)
    assert np.array_equal(cut.total().values()[0], rows.sum(axis=0))
    assert np.array_equal(cut.values(), rows)


@pytest.mark.parametrize("value", [2.0**23, -(2.0**23), 2.0**24, 2.0**-24, 1e300, -1e-300, 0.1])
def test_single_values_come_back(value):
    assert sliced(np.array([[value]])).values()[0, 0] == pytest.approx(value, rel=2**-48, abs=0)


def test_clusters_add_up():
    rows = np.random.default_rng(2).normal(size=(50, 2))
    index = np.arange(50) % 7
    found = sliced(rows).by_cluster(index, 7).values()
    assert found == pytest.approx(np.array([rows[index == i].sum(axis=0) for i in range(7)]))


def test_nothing_adds_up_to_nothing():
    for rows in (np.zeros((0, 2)), np.zeros((3, 2))):
        assert sliced(rows).total().values().tolist() == [[0.0, 0.0]]
    rows = np.array([[0.1, 5.0]])
    merged = sliced(np.zeros((0, 2))).total() + sliced(rows).total()
    assert merged.values() == pytest.approx(rows)


def test_other_shapes_are_refused():
    with pytest.raises(ValueError, match="cannot be added"):
        _ = sliced(np.ones((3, 2))).total() + sliced(np.ones((3, 1))).total()
