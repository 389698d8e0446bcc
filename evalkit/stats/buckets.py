"""Items in buckets by a number or a label, and the scores of each bucket: pure grouping.

A bucket's score is the score of the sum of its rows, as for the whole; nothing is averaged. An
interval resamples within the bucket. After compare-mt (Neubig et al. 2019), whose buckets have
neither.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from evalkit.records import FloatArray, Measured
from evalkit.stages import Scorer
from evalkit.stats.estimate import estimate
from evalkit.stats.resampling import Resampling
from evalkit.stats.results import Estimate

__all__ = ["BucketScore", "BucketTable", "Buckets", "bucket_estimates", "by_label", "by_number"]


@dataclass(frozen=True, slots=True)
class Buckets:
    """A bucket for each of n items."""

    names: tuple[str, ...]
    """Of the b buckets, in order."""
    index: NDArray[np.int64]
    """(n,), for each item its bucket."""

    def sizes(self) -> tuple[int, ...]:
        """Items in each bucket."""
        return tuple(np.bincount(self.index, minlength=len(self.names)).tolist())


@dataclass(frozen=True, slots=True)
class BucketScore:
    """One number of one system in one bucket."""

    bucket: str
    n: int
    """Segments (words, in a table of words) of the bucket."""
    system: str
    scorer: str
    estimate: Estimate
    signature: str


@dataclass(frozen=True, slots=True)
class BucketTable:
    """Every system's scores in every bucket."""

    by: str
    title: str
    unit: str
    """What is counted: ``segments`` or ``words``."""
    systems: tuple[str, ...]
    buckets: tuple[str, ...]
    scores: tuple[BucketScore, ...]
    """By system, then bucket, then scorer: headline fields."""
    warnings: tuple[str, ...] = ()
    """What a user must know before they trust a score."""


def by_number(values: FloatArray, edges: Sequence[float], *, lacking: str = "none") -> Buckets:
    """Half-open buckets: below the first edge, from each edge up to the next, from the last on.

    Args:
        values: (n,); NaN where an item has no number: those are in a last bucket of their own.
        edges: rising; an item that equals an edge is in the bucket that starts there.
        lacking: what the last bucket is called.

    Raises:
        ValueError: no edges, or edges that do not rise.

    >>> by_number(np.array([3.0, 10.0, 99.0]), [10, 20]).names
    ('<10', '10-19', '>=20')
    >>> by_number(np.array([0.5]), [0.25, 0.75]).names
    ('<0.25', '[0.25, 0.75)', '>=0.75')
    """
    steps = [float(edge) for edge in edges]
    if not steps or any(not low < high for low, high in pairwise(steps)):
        raise ValueError(f"the edges {steps} do not rise; write for example 10,20,30")
    undefined = np.isnan(values)
    index = np.searchsorted(np.array(steps), values, side="right").astype(np.int64)
    whole = bool(np.all(values[~undefined] % 1 == 0))
    names = _names(steps, whole=whole)
    if steps[0] == 1 and whole and not np.any(values < 0):
        names[0] = "0"
    if undefined.any():
        index = np.where(undefined, len(names), index)
        names.append(lacking)
    return Buckets(tuple(names), index)


def by_label(labels: Sequence[str]) -> Buckets:
    """A bucket per label, in order of first appearance.

    >>> by_label(["news", "web", "news"]).sizes()
    (2, 1)
    """
    places: dict[str, int] = {}
    index = [places.setdefault(label, len(places)) for label in labels]
    return Buckets(tuple(places), np.array(index, dtype=np.int64))


def bucket_estimates(
    scorer: Scorer,
    measured: Measured,
    buckets: Buckets,
    clusters: Sequence[str] | None = None,
    *,
    settings: Resampling | None = None,
) -> tuple[tuple[Estimate, ...], ...]:
    """For each bucket an estimate per field of the scorer.

    An empty bucket has no score, and one of fewer than 10 clusters no interval; the estimate says
    so. Weights are those of the items' own names or places, whatever the bucket.

    Args:
        scorer: what measured the items.
        measured: their rows (n, k), valid or not.
        buckets: the bucket of each item.
        clusters: the cluster of each item; None resamples items.
        settings: draws, seed, confidence, and what a cluster is called.

    Raises:
        ValueError: not one bucket (one cluster) per item.
    """
    n = len(measured.valid)
    if len(buckets.index) != n or (clusters is not None and len(clusters) != n):
        raise ValueError(f"{n} items but {len(buckets.index)} buckets, or as many clusters")
    found = []
    for place in range(len(buckets.names)):
        kept = np.flatnonzero(buckets.index == place)
        valid = measured.valid[kept]
        part = Measured(
            statistics=measured.statistics[kept],
            valid=valid,
            reasons={at: measured.reasons[int(kept[at])] for at in np.flatnonzero(~valid).tolist()},
        )
        names = [str(at) if clusters is None else clusters[at] for at in kept.tolist()]
        found.append(estimate(scorer, part, names, settings=settings))
    return tuple(found)


def _names(steps: Sequence[float], *, whole: bool) -> list[str]:
    """``10-19`` for whole numbers, ``[0.5, 0.75)`` for others."""
    whole = whole and all(step % 1 == 0 for step in steps)
    names = [f"<{steps[0]:g}"]
    for low, high in pairwise(steps):
        if whole and math.isclose(high - low, 1):
            names.append(f"{low:g}")
        else:
            names.append(f"{low:g}-{high - 1:g}" if whole else f"[{low:g}, {high:g})")
    return [*names, f">={steps[-1]:g}"]
