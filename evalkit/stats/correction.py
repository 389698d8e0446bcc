"""Corrections for several tests: Holm (1979), and Benjamini & Hochberg (1995).

Holm bounds the chance of any false alarm; Benjamini and Hochberg the share of false alarms among
the differences that are found, which finds more of them.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import isnan, nan

from evalkit.stats.resampling import Correction
from evalkit.stats.results import Comparison

__all__ = ["benjamini_hochberg", "corrected", "holm"]


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


def benjamini_hochberg(p_values: Sequence[float]) -> tuple[float, ...]:
    """Adjusted p-values, in the order given; NaN stays NaN and does not count as a test.

    >>> benjamini_hochberg([0.01, 0.04, 0.03, float("nan")])
    (0.03, 0.04, 0.04, nan)
    """
    tested = sorted((p, place) for place, p in enumerate(p_values) if not isnan(p))
    adjusted = [nan] * len(p_values)
    lowest = 1.0
    for rank, (p, place) in reversed(list(enumerate(tested, start=1))):
        lowest = min(lowest, len(tested) / rank * p)
        adjusted[place] = lowest
    return tuple(adjusted)


def corrected(
    comparisons: Sequence[Comparison], correction: Correction = "holm"
) -> tuple[Comparison, ...]:
    """The comparisons of one family with ``p_adjusted`` filled in.

    Args:
        comparisons: of one field, all pairs or all with the baseline.
        correction: ``holm``, ``bh``, or ``none``, which leaves the p-values as they are.
    """
    p_values = [comparison.test.p for comparison in comparisons]
    return tuple(
        replace(comparison, p_adjusted=value)
        for comparison, value in zip(comparisons, _adjusted(p_values, correction), strict=True)
    )


def _adjusted(p_values: Sequence[float], correction: Correction) -> tuple[float, ...]:
    if correction == "none":
        return tuple(p_values)
    return holm(p_values) if correction == "holm" else benjamini_hochberg(p_values)
