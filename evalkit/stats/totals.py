"""Sums of rows by group: by document, by bucket."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evalkit.records import BoolArray, FloatArray

__all__ = ["Totals", "aggregate"]


@dataclass(frozen=True, slots=True)
class Totals:
    """Summed statistics of groups of items."""

    groups: tuple[str, ...]
    """The g groups, in order of first appearance."""
    totals: FloatArray
    """(g, k)"""
    n_items: tuple[int, ...]
    """Valid items in each group; a group of invalid items has 0 and a row of zeros."""


def aggregate(
    statistics: FloatArray, groups: Sequence[str], *, valid: BoolArray | None = None
) -> Totals:
    """Sum rows (n, k) by group.

    Args:
        statistics: one row per item.
        groups: the group of each item.
        valid: which rows count; all where None.

    Raises:
        ValueError: not one group (one flag) per row.
    """
    n = len(statistics)
    if len(groups) != n or (valid is not None and len(valid) != n):
        raise ValueError(f"{n} rows of statistics but {len(groups)} groups or as many flags")
    places: dict[str, int] = {}
    index = np.array([places.setdefault(group, len(places)) for group in groups], dtype=np.int64)
    counts = np.ones(n) if valid is None else valid.astype(np.float64)
    totals = [
        np.bincount(index, weights=counts * column, minlength=len(places))
        for column in statistics.T
    ]
    n_items = np.bincount(index, weights=counts, minlength=len(places))
    table = np.array(totals, dtype=np.float64).reshape(statistics.shape[1], len(places)).T
    return Totals(tuple(places), table, tuple(int(count) for count in n_items))
