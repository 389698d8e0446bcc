"""What the statistics say: frozen records, one per field of a scorer.

A number that does not exist is NaN, and the record says why.
"""

from dataclasses import dataclass

from evalkit.records import Field
from evalkit.stats.power import smallest_difference

__all__ = ["TOLERANCE", "Comparison", "Estimate", "Interval", "PairedTest"]

TOLERANCE = 1e-12
"""Differences of scores this small are rounding."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A bootstrap interval."""

    low: float
    """Lower end; NaN where there is no interval."""
    high: float
    """Upper end; NaN where there is no interval."""
    standard_error: float
    """Standard deviation over the resamples; NaN where they are too few or lack scores."""
    n_clusters: int
    """Clusters that were resampled."""
    signature: str
    """Kind of interval, weights, draws, seed, unit, confidence."""
    reason: str = ""
    """Why there is no interval; "" where there is one."""
    warning: str = ""
    """What a reader must mind; "" for nothing."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """The score of a set of items."""

    field: Field
    """Name, unit and direction."""
    value: float
    """The score of the sum of all valid rows; NaN where it is undefined."""
    interval: Interval
    """How far it might be off had other clusters been drawn."""
    n_scored: int
    """Items behind the value."""
    n_skipped: int
    """Items that could not be measured."""
    reason: str = ""
    """Why the value is undefined; "" where it is defined."""


@dataclass(frozen=True, slots=True)
class PairedTest:
    """The outcome of a paired permutation or bootstrap test."""

    difference: float
    """Score of a minus score of b; NaN where either is undefined."""
    p: float
    """Two-sided p-value, (c + 1) / (draws + 1); NaN where there is none."""
    n_clusters: int
    """Clusters that were swapped or resampled."""
    signature: str
    """Kind of test, weights, draws, seed, unit."""
    reason: str = ""
    """Why there is no p-value."""
    warning: str = ""
    """What a reader must mind."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two systems on the items valid for both; where the difference is positive, a's is larger."""

    field: Field
    """Name, unit and direction."""
    value_a: float
    """Score of the first system on the common items."""
    value_b: float
    """Score of the second system on the common items."""
    test: PairedTest
    """Difference and p-value."""
    interval: Interval
    """Of the difference, from resamples in which both systems have the same clusters."""
    n_won: int
    """Items on which a is better; 0 where neither direction is."""
    n_lost: int
    """Items on which b is better."""
    n_tied: int
    """Items on which they are equal to within 1e-12."""
    n_items: int
    """Items valid for both."""
    n_dropped: int
    """Items left out because one system or both had no valid row."""
    warnings: tuple[str, ...] = ()
    """What a reader must mind, all of it."""
    p_adjusted: float = float("nan")
    """After the correction for several comparisons; NaN before it, or without a p-value."""
    system_a: str = ""
    """Name of the first system, where it has one."""
    system_b: str = ""
    """Name of the second system."""

    @property
    def difference(self) -> float:
        """Score of a minus score of b."""
        return self.test.difference

    @property
    def effect(self) -> float:
        """The difference in standard errors; NaN where the standard error is 0 or unknown."""
        error = self.interval.standard_error
        return self.difference / error if error > 0 else float("nan")

    @property
    def smallest_difference(self) -> float:
        """The smallest difference that these items could show: (z.975 + z.80) standard errors."""
        return smallest_difference(self.interval.standard_error)

    @property
    def share_won(self) -> float:
        """Share of the decided and tied items on which a is better, 0-1; NaN without any."""
        return self._share(self.n_won)

    @property
    def share_tied(self) -> float:
        """Share of the items on which they are equal, 0-1; NaN without any."""
        return self._share(self.n_tied)

    def _share(self, n: int) -> float:
        total = self.n_won + self.n_lost + self.n_tied
        return n / total if total else float("nan")
