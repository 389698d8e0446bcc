"""The paired permutation test (approximate randomisation; Riezler & Maxwell 2005), two-sided.

If the systems were alike, either's output could have come from the other: each draw swaps the two
in about half of the clusters and scores both again. Whether a draw swaps a cluster is a bit that
seed, the cluster's name and the draw's number decide alone (see ``keyed``), so neither the order
of items nor the cutting of the work into chunks can change an answer. For p see ``pvalues``.
"""

from collections.abc import Sequence
from dataclasses import replace

from evalkit.records import FloatArray
from evalkit.stats.pvalues import Extremes
from evalkit.stats.resampling import Resampling
from evalkit.stats.results import PairedTest
from evalkit.stats.sample import Sample, Score, sampled

__all__ = ["permutation", "permuted"]


def permutation(
    score: Score,
    statistics: tuple[FloatArray, FloatArray],
    clusters: Sequence[str] | None = None,
    *,
    settings: Resampling | None = None,
) -> tuple[PairedTest, ...]:
    """Test each of the m differences score(a) - score(b) against none.

    Args:
        score: the scorer's ``score``.
        statistics: rows (n, k) of the same items for two systems, valid for both.
        clusters: the cluster of each item; None swaps item by item, named by their places.
        settings: draws, seed and what a cluster is called.

    Returns:
        One test per score. With fewer than 10 clusters, or where either score is undefined, it
        has no p but a reason. A draw without a score counts against a difference.

    Raises:
        ValueError: the systems have unequal numbers of rows, or not one cluster per row.
    """
    settings = replace(settings or Resampling(), test="permutation")
    return permuted(sampled(statistics, clusters), score, [(0, 1)], settings)[0]


def permuted(
    sample: Sample, score: Score, pairs: Sequence[tuple[int, int]], settings: Resampling
) -> list[tuple[PairedTest, ...]]:
    """The tests of several pairs of the sample's systems, by their places, with the same swaps."""
    totals = sample.totals()
    counts = [Extremes(score(totals[a]) - score(totals[b])) for a, b in pairs]
    if not settings.too_few(len(sample), "a p-value"):
        for sums in sample.swapped(settings):
            for (a, b), extremes in zip(pairs, counts, strict=True):
                moved = sums[a] - sums[b]
                extremes.count(score(totals[a] - moved) - score(totals[b] + moved))
    return [extremes.tests(len(sample), settings) for extremes in counts]
