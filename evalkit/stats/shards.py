"""The bootstrap over more items than fit in memory: shards resampled apart, then added.

A shard's sums under Poisson weights are a small record, (draws, k) numbers. Weights are keyed by
seed, cluster and draw, and sums add without rounding, so the merged answer is the same, to the
last bit, whatever the sharding and its order, and equal to that of ``method="poisson"`` over all
items at once. Systems that were measured on the same items move together::

    shards = [resample_shard([measured], names) for measured, names in parts]
    whole = functools.reduce(operator.add, (shard[0] for shard in shards))
    whole.estimates(scorer)

Left out: BCa, which needs every row once more; permutation (``Shard.compared`` tests by paired
bootstrap).
"""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evalkit.records import FloatArray, Measured
from evalkit.stages import Scorer
from evalkit.stats.bootstrap import Replicates
from evalkit.stats.exact import ExactSums
from evalkit.stats.keyed import keys
from evalkit.stats.resampling import FEW_CLUSTERS, Resampling
from evalkit.stats.results import Estimate, Interval, PairedTest
from evalkit.stats.sample import Score, sampled
from evalkit.stats.weights import poisson_sums

__all__ = ["Shard", "resample_shard", "shard_difference"]


@dataclass(frozen=True, slots=True)
class Shard:
    """One system's sums over some items; add shards of different items with ``+``."""

    total: ExactSums
    """(1, k), every item once."""
    drawn: ExactSums
    """(draws, k), every item as often as its cluster's weight says."""
    least_keys: tuple[int, ...]
    """The 31 least keys of its clusters, so that few clusters are counted right however they lie
    in the shards."""
    n_parts: int
    """Clusters of the valid items; one whose items lie in several shards counts in each."""
    n_scored: int
    """Valid items."""
    n_skipped: int
    """Items left out."""
    settings: Resampling
    """Draws and seed, which must be those of all shards."""

    def __add__(self, other: "Shard") -> "Shard":
        """The sums over both shards' items.

        Raises:
            ValueError: other settings, or another number of columns.
        """
        if self.settings != other.settings:
            raise ValueError(f"shards of {self.settings} and of {other.settings} cannot be added")
        return Shard(
            self.total + other.total,
            self.drawn + other.drawn,
            _least({*self.least_keys, *other.least_keys}),
            self.n_parts + other.n_parts,
            self.n_scored + other.n_scored,
            self.n_skipped + other.n_skipped,
            self.settings,
        )

    @property
    def n_clusters(self) -> int:
        """Clusters of the valid items; above 30, one in several shards counts in each."""
        return len(self.least_keys) if len(self.least_keys) <= FEW_CLUSTERS else self.n_parts

    def replicates(self, score: Score) -> Replicates:
        """The scores of all items and of the draws."""
        few = self.settings.too_few(self.n_clusters, "an interval")
        drawn = None if few else score(self.drawn.values())
        return Replicates(score(self.total.values()[0]), drawn, None, self.n_clusters)

    def estimates(self, scorer: Scorer) -> tuple[Estimate, ...]:
        """One per field of the scorer; the value is the score of the sum of all valid rows."""
        replicates = self.replicates(scorer.score)
        values = replicates.observed.tolist()
        intervals = replicates.intervals(self.settings)
        undefined = "there is nothing to score" if self.n_scored else "no item could be scored"
        return tuple(
            Estimate(
                field=field,
                value=value,
                interval=interval,
                n_scored=self.n_scored,
                n_skipped=self.n_skipped,
                reason=undefined if np.isnan(value) else "",
            )
            for field, value, interval in zip(scorer.fields, values, intervals, strict=True)
        )


def resample_shard(
    measured: Sequence[Measured],
    clusters: Sequence[str] | None = None,
    *,
    first: int = 0,
    settings: Resampling | None = None,
) -> tuple[Shard, ...]:
    """Resample a shard: each system's sums, on the items valid for all of them.

    Args:
        measured: the systems' rows of the same items.
        clusters: the cluster of each item; None makes each item one, named by its place.
        first: the place of the shard's first item in the whole.
        settings: draws, seed, confidence, unit; the weights are Poisson's and the interval is
            the percentile one, whatever they say.

    Raises:
        ValueError: unequal numbers of items, or not one cluster per item.
    """
    settings = replace(
        settings or Resampling(), method="poisson", interval="percentile", test="bootstrap"
    )
    n = len(measured[0].valid)
    if any(len(system.valid) != n for system in measured) or len(clusters or range(n)) != n:
        raise ValueError("unequal numbers of items or clusters: the same items are needed")
    kept = np.flatnonzero(np.logical_and.reduce([system.valid for system in measured]))
    places = kept.tolist()
    names = [str(first + i) if clusters is None else clusters[i] for i in places]
    sample = sampled([system.statistics[kept] for system in measured], names)
    key = keys(sample.names, settings.seed)
    return tuple(
        Shard(
            total=rows.total(),
            drawn=rows.sums(_joined(poisson_sums(rows, key, settings.draws))),
            least_keys=_least(key.tolist()),
            n_parts=len(sample),
            n_scored=len(kept),
            n_skipped=n - len(kept),
            settings=settings,
        )
        for rows in sample.systems
    )


def shard_difference(
    score: Score, first: Shard, second: Shard
) -> tuple[tuple[Interval, ...], tuple[PairedTest, ...]]:
    """Intervals and paired bootstrap tests of score(first) - score(second).

    Raises:
        ValueError: the two are not of the same items with the same settings.
    """
    mine = (first.settings, first.n_clusters, first.n_scored)
    if mine != (second.settings, second.n_clusters, second.n_scored):
        raise ValueError("shards of different items or settings: the same items are needed")
    difference = first.replicates(score) - second.replicates(score)
    return difference.intervals(first.settings), difference.tests(first.settings)


def _least(keys: Iterable[int]) -> tuple[int, ...]:
    return tuple(heapq.nsmallest(FEW_CLUSTERS + 1, keys))


def _joined(chunks: Iterable[FloatArray]) -> FloatArray:
    return np.concatenate(list(chunks))
