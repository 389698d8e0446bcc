"""What an ``evaluate`` module's answer holds: numbers of the whole set, and lists by segment.

The answer is a plain mapping that says neither what its lists are by nor how its corpus score is
made. Both are found out by asking: a list is taken as one by segment where it is as long as the
segments are many, and each of its numbers stays what it is when other segments are left out; a
corpus score is taken as the mean of such a list where it equals that mean, to 1e-6.
"""

import numbers
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from evalkit.records import FloatArray

__all__ = ["Answer", "Shape", "answer_of", "is_mean", "shape_of"]

TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Answer:
    """The numbers in one answer."""

    scalars: Mapping[str, float]
    lists: Mapping[str, FloatArray]
    """Lists of numbers, (n,) where n was the number of segments; NaN for None."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a module's answers hold, as its answers to questions of ours showed."""

    scalars: tuple[str, ...]
    """Keys of numbers of the whole set."""
    by_segment: tuple[str, ...]
    """Keys of lists that say something of each segment alone."""
    means: Mapping[str, str]
    """Key of a whole number -> key of the list that it is the mean of."""
    unsteady: tuple[str, ...]
    """Keys of lists whose numbers depend on the other segments."""

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key that can be a score: whole numbers, and lists that none is the mean of."""
        meant = set(self.means.values())
        return (*self.scalars, *(key for key in self.by_segment if key not in meant))

    def list_of(self, key: str) -> str | None:
        """The list by segment whose mean the score of that key is; None where there is none."""
        return key if key in self.by_segment else self.means.get(key)


def answer_of(found: object, n: int) -> Answer:
    """The numbers in a module's answer about n segments; what is no number is left out.

    Raises:
        ValueError: the answer is no mapping with texts as keys.
    """
    if not isinstance(found, Mapping) or not all(isinstance(key, str) for key in found):
        raise ValueError(f"the answer is {type(found).__name__}, not a mapping of names to numbers")
    scalars: dict[str, float] = {}
    lists: dict[str, FloatArray] = {}
    for key, value in found.items():
        if (number := _number(value)) is not None:
            scalars[key] = number
        elif (row := _row(value)) is not None and len(row) == n:
            lists[key] = row
    return Answer(scalars, lists)


def shape_of(whole: Answer, part: Answer, n_part: int) -> Shape:
    """The shape from two answers: about some segments, and about the first ``n_part`` of them."""
    same = {
        key: bool(np.allclose(row[:n_part], part.lists[key], TOLERANCE, TOLERANCE, equal_nan=True))
        for key, row in whole.lists.items()
        if key in part.lists
    }
    steady = tuple(key for key, kept in same.items() if kept)
    means = {}
    for key in whole.scalars:
        for other in steady:
            answers = (whole, part)
            if all(key in a.scalars and is_mean(a.scalars[key], a.lists[other]) for a in answers):
                means[key] = other
                break
    return Shape(
        scalars=tuple(whole.scalars),
        by_segment=steady,
        means=means,
        unsteady=tuple(key for key in whole.lists if key not in steady),
    )


def is_mean(value: float, row: FloatArray) -> bool:
    """Whether a score is the mean of a list, to 1e-6 of it (absolutely where it is below 1)."""
    return bool(abs(value - row.mean()) <= TOLERANCE * max(1.0, abs(value)))


def _number(value: object) -> float | None:
    if isinstance(value, bool | np.bool_):
        return None
    if isinstance(value, numbers.Real):
        return float(value)
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        return _number(value.item())  # an array or tensor of one number
    return None


def _row(value: object) -> FloatArray | None:
    if isinstance(value, str | bytes | Mapping) or not hasattr(value, "__len__"):
        return None
    items = [float("nan") if item is None else _number(item) for item in list(value)]  # type: ignore[call-overload]
    if any(item is None for item in items):
        return None
    return np.array(items, dtype=np.float64)
