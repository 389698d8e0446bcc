"""Weighted sums of rows that no order of adding can change, so that BLAS may add them.

A float sum's last digit depends on the order of its terms, and a matrix product's order depends
on its library, threads and shapes. Here each column is cut into slices: integers of at most 24
bits on a fixed grid of powers of 2^24 (as in the reproducible sums of Demmel & Nguyen 2013 and
the exact products of Ozaki et al. 2012). Integers below 2^53 add up exactly, so the sums are the
same whatever the chunks, shards, threads or order. Counts need one slice and lose nothing; other
columns keep the three topmost, 48 bits or more of the largest value.

Left out: more than about 10^9 rows (2^30 of them could outgrow 53 bits).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit.records import FloatArray

__all__ = ["ExactSums", "Slices", "sliced"]

_BITS = 24
_KEPT = 3
_NOTHING = -(1 << 20)
"""The topmost grid place of a column of zeros."""


@dataclass(frozen=True, slots=True)
class Slices:
    """Rows, cut into integers. Slice i is worth ``matrix[:, i] * 2 ** (24 * grid[i])``."""

    matrix: FloatArray
    """(n, s) integers."""
    grid: tuple[int, ...]
    """For each slice its place on the grid."""
    column: tuple[int, ...]
    """For each slice the column that it is a part of."""
    top: tuple[int, ...]
    """For each of the k columns the topmost place that any row has."""

    def by_cluster(self, index: NDArray[np.int64], n_clusters: int) -> "Slices":
        """The sums of the rows of each cluster, (n_clusters, s), by the cluster of each row."""
        summed = np.zeros((n_clusters, len(self.grid)))
        for place, part in enumerate(self.matrix.T):
            summed[:, place] = np.bincount(index, weights=part, minlength=n_clusters)
        return Slices(summed, self.grid, self.column, self.top)

    def values(self) -> FloatArray:
        """The rows again, (n, k)."""
        return self.sums(self.matrix).values()

    def total(self) -> "ExactSums":
        """The sum of all rows, (1, k)."""
        return self.sums(self.matrix.sum(axis=0, keepdims=True))

    def sums(self, weighted: FloatArray) -> "ExactSums":
        """What weighted sums of the slices (draws, s) are worth."""
        return ExactSums(weighted, self.grid, self.column, self.top)


@dataclass(frozen=True, slots=True)
class ExactSums:
    """Sums of rows with integer weights, as slices; they add without rounding."""

    slices: FloatArray
    """(draws, s) integers."""
    grid: tuple[int, ...]
    """For each slice its place on the grid."""
    column: tuple[int, ...]
    """For each slice the column that it is a part of."""
    top: tuple[int, ...]
    """For each of the k columns the topmost place that any row had."""

    def __add__(self, other: "ExactSums") -> "ExactSums":
        """The sums over both sets of rows.

        Raises:
            ValueError: unequal numbers of draws or of columns.
        """
        mine, its = (len(self.slices), len(self.top)), (len(other.slices), len(other.top))
        if mine != its:
            raise ValueError(f"sums of {mine} draws and columns and of {its} cannot be added")
        places = sorted({*self._places(), *other._places()})
        added = np.zeros((len(self.slices), len(places)))
        for part in (self, other):
            at = {place: index for index, place in enumerate(places)}
            added[:, [at[place] for place in part._places()]] += part.slices
        top = tuple(map(max, self.top, other.top))
        grid, column = (tuple(place[side] for place in places) for side in (1, 0))
        return ExactSums(added, grid, column, top)

    def values(self) -> FloatArray:
        """The sums (draws, k), rounded in one way whatever they were added up from."""
        values = np.zeros((len(self.slices), len(self.top)))
        # From the lowest place up; what rows of other shards pushed off the grid does not count.
        for index in sorted(range(len(self.grid)), key=self.grid.__getitem__):
            column, place = self.column[index], self.grid[index]
            if place > self.top[column] - _KEPT:
                values[:, column] += np.ldexp(self.slices[:, index], _BITS * place)
        return values

    def _places(self) -> list[tuple[int, int]]:
        return list(zip(self.column, self.grid, strict=True))


def sliced(rows: FloatArray) -> Slices:
    """Cut finite rows (n, k) into slices; a column of zeros has none."""
    parts: list[FloatArray] = []
    grid: list[int] = []
    column: list[int] = []
    tops = []
    for index, values in enumerate(rows.T):
        top = _top(values)
        tops.append(top)
        for place, part in _column(values, top):
            parts.append(part)
            grid.append(place)
            column.append(index)
    matrix = np.column_stack(parts) if parts else np.zeros((len(rows), 0))
    return Slices(matrix, tuple(grid), tuple(column), tuple(tops))


def _top(values: FloatArray) -> int:
    """The lowest place whose 24 bits, a sign among them, hold every value."""
    largest = max(values.max(), -values.min()) if len(values) else 0.0
    if largest == 0:
        return _NOTHING
    exponent = int(np.frexp(largest)[1])
    return -((_BITS - 1 - exponent) // _BITS)


def _column(values: FloatArray, top: int) -> Sequence[tuple[int, FloatArray]]:
    found = []
    rest = np.ldexp(values, -_BITS * top) if top > _NOTHING else np.zeros(0)
    for place in range(top, top - _KEPT, -1):
        part = np.rint(rest)
        if part.any():
            found.append((place, part))
        rest = (rest - part) * 2.0**_BITS
        if not rest.any():
            break
    return found
