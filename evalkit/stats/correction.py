"""Holm's correction for several tests (Holm 1979), which bounds the chance of any false alarm."""

from collections.abc import Sequence
from dataclasses import replace
from math import isnan, nan

from evalkit.stats.results import Comparison

__all__ = ["corrected", "holm"]


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p-values, in the order given; NaN stays NaN and does not count as a test.

    >>> holm([0.01, 0.04, 0.03, float("nan")])
    (0.03, 0.06, 0.06, nan)
    """
    tested = sorted((p, place) for place, p in enumerate(p_values) if not isnan(p))
    adjusted = [nan] * len(p_values)
    highest = 0.0
    for rank, (p, place) in enumerate(tested):
        highest = max(highest, min(1.0, (len(tested) - rank) * p))
        adjusted[place] = highest
    return tuple(adjusted)


def corrected(comparisons: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """The comparisons of one family (one field, all pairs) with ``p_adjusted`` filled in."""
    values = holm([comparison.test.p for comparison in comparisons])
    return tuple(
        replace(comparison, p_adjusted=value)
        for comparison, value in zip(comparisons, values, strict=True)
    )
