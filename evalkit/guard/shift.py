"""Hypotheses that seem to belong to other lines of the reference: shifts, found and named.

For every offset k up to ten lines, and every line i, the gain is how much more hypothesis i looks
like reference i + k than like its own (``resemblance``), less a margin. Where lines are in place
the gain is far below zero, and where the text is hopeless it is noise below zero; only where the
lines are shifted does its running sum climb. A stretch is reported when the sum climbs higher than
noise does: the threshold is Siegmund's bound for a random walk with the file's own variance, such
that fewer than one file in a thousand without a shift would reach it anywhere (CUSUM; Page 1954).
So a shift is found wherever it starts and ends, if it holds for some five lines of ordinary
translation, or some dozens of very free ones. Time and memory are linear in the lines.

Left out: shifts by more than ten lines and shuffled files (``fits`` notices those), and references
in another order than one shift explains.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit.guard.resemblance import Sketches, alike, sketch

__all__ = ["FURTHEST", "Fit", "Shift", "fit"]

FURTHEST = 10
"""The largest shift that is looked for, in lines."""

_MARGIN = 0.06
_LEAST = 1.2
_RARE = 1e-3
"""Files without a shift in which one would be reported, at most."""
_FULL_SIZE = 8
"""Bits from which on a text counts in full; of a shorter one little can be said."""
_LEAST_LINES = 3
_ENOUGH = 50
"""Lines from which on "no better than chance" can be said of a file."""
_CHANCE = 0.02


@dataclass(frozen=True, slots=True)
class Shift:
    """A stretch of hypotheses that seem to belong to other lines."""

    start: int
    """First hypothesis, from 0."""
    end: int
    """One past the last."""
    by: int
    """Where its reference stands: 1 for the line after, -1 for the line before."""
    gain: float
    """How much more alike they are there, summed over the lines."""

    def __len__(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Fit:
    """How hypotheses and references lie side by side."""

    n: int
    """Lines."""
    shifts: tuple[Shift, ...]
    """In order, none overlapping another."""
    own: float
    """Mean resemblance to the line's own reference, 0-1; NaN without two texts to compare."""
    other: float
    """Mean resemblance to the neighbours' references, 0-1; NaN likewise."""

    @property
    def n_shifted(self) -> int:
        """Lines in a shifted stretch."""
        return sum(len(shift) for shift in self.shifts)

    @property
    def is_chance(self) -> bool:
        """Whether the hypotheses look no more like their own references than like others'.

        Never said of fewer than 50 lines, nor where shifts explain it.
        """
        return self.n >= _ENOUGH and not self.shifts and self.own - self.other < _CHANCE


def fit(hypotheses: Sequence[str], references: Sequence[str]) -> Fit:
    """How the hypotheses lie beside one file of references; blank lines say nothing.

    Raises:
        ValueError: there are not as many of the one as of the other.
    """
    n = len(hypotheses)
    if n != len(references):
        raise ValueError(f"{n} hypotheses for {len(references)} references")
    first, second = sketch(hypotheses, references)
    furthest = min(FURTHEST, n - 1)
    offsets = [k for k in range(-furthest, furthest + 1) if k]
    there = (first.sizes > 0) & (second.sizes > 0)
    if not offsets or not there.any():
        return Fit(n, (), math.nan, math.nan)
    own = alike(first, second, 0)
    threshold, other = _noise(first, second, n, furthest)
    found = [
        shift
        for offset in offsets
        for shift in _climbs(_gains(first, second, own, offset), threshold, offset)
    ]
    return Fit(n, _without_overlaps(found), float(own[there].mean()), other)


def _gains(
    first: Sketches, second: Sketches, own: NDArray[np.float32], offset: int
) -> NDArray[np.float64]:
    """(n,) gain of each line at an offset; minus the margin where nothing can be said."""
    n = len(first)
    start, end = max(0, -offset), min(n, n - offset)
    weight = np.minimum(first.sizes[start:end] / np.float32(_FULL_SIZE), 1)
    weight[(second.sizes[start:end] == 0) | (second.sizes[start + offset : end + offset] == 0)] = 0
    gains = np.full(n, -_MARGIN)
    gains[start:end] += weight * (alike(first, second, offset) - own[start:end])
    return gains


def _noise(first: Sketches, second: Sketches, n: int, furthest: int) -> tuple[float, float]:
    """How high a sum of gains may climb by chance, and the mean resemblance to neighbours."""
    far, near = (alike(first, second, sign * furthest) for sign in (1, -1))
    weights = np.minimum(first.sizes / np.float32(_FULL_SIZE), 1)
    # The two stand for two lines that a hypothesis does not belong to.
    n_between = max(0, n - 2 * furthest)
    differ = weights[furthest : n - furthest] * (far[furthest:] - near[:n_between])
    variance = float(np.square(differ).mean()) if len(differ) else _MARGIN * _LEAST
    tries = 2 * furthest * n
    climb = variance / (2 * _MARGIN) * math.log(tries / _RARE)
    return max(_LEAST, climb), float(np.concatenate([far, near]).mean())


def _climbs(gains: NDArray[np.float64], threshold: float, offset: int) -> Iterator[Shift]:
    """The stretches over which the sum of gains climbs to the threshold."""
    sums = np.concatenate([[0.0], np.cumsum(gains)])
    height = sums - np.minimum.accumulate(sums)
    floors = np.flatnonzero(height == 0)
    tops = np.maximum.reduceat(height, floors)
    for at in np.flatnonzero(tops >= threshold).tolist():
        start = int(floors[at])
        stop = int(floors[at + 1]) if at + 1 < len(floors) else len(height)
        end = start + int(height[start:stop].argmax())
        if end - start >= _LEAST_LINES:
            yield Shift(start, end, offset, float(tops[at]))


def _without_overlaps(found: Sequence[Shift]) -> tuple[Shift, ...]:
    """The strongest of those that overlap, in order."""
    kept: list[Shift] = []
    for shift in sorted(found, key=lambda each: -each.gain):
        if all(shift.end <= other.start or other.end <= shift.start for other in kept):
            kept.append(shift)
    return tuple(sorted(kept, key=lambda each: each.start))
