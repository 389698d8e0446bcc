"""The full-size bootstrap (Efron 1979) over items or clusters of items, also paired.

A draw takes as many clusters as there are, with replacement (or each on its own, see ``weights``);
what it takes is a vector of weights, and its statistics are weights times rows, so nothing is
measured or tokenised again. Draws come in chunks of bounded memory that cannot change an answer.

The paired test is Koehn's (2004), two-sided: the scatter of the resampled differences around the
observed one shows how far they would lie from 0 if the systems were alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from evalkit.records import FloatArray
from evalkit.stats.intervals import intervals
from evalkit.stats.pvalues import Extremes
from evalkit.stats.resampling import Resampling
from evalkit.stats.results import Interval, PairedTest
from evalkit.stats.sample import Sample, Score, sampled

__all__ = ["Replicates", "bootstrap", "bootstrap_difference", "bootstrap_test", "replicated"]


@dataclass(frozen=True, slots=True)
class Replicates:
    """What one system, or the difference of two, scores on the whole sample and on resamples."""

    observed: FloatArray
    """(m,), of all clusters."""
    drawn: FloatArray | None
    """(draws, m); None where there are too few clusters."""
    left_out: FloatArray | None
    """(clusters, m), without one cluster each; None where they were not asked for."""
    n_clusters: int
    """Clusters of the sample."""

    def __sub__(self, other: "Replicates") -> "Replicates":
        """The difference of two systems of one sample."""
        return Replicates(
            self.observed - other.observed,
            _less(self.drawn, other.drawn),
            _less(self.left_out, other.left_out),
            self.n_clusters,
        )

    def intervals(self, settings: Resampling) -> tuple[Interval, ...]:
        """One for each of the m numbers."""
        return intervals(self.observed, self.drawn, self.n_clusters, settings, self.left_out)

    def tests(self, settings: Resampling) -> tuple[PairedTest, ...]:
        """Each of the m differences against none."""
        extremes = Extremes(self.observed)
        if self.drawn is not None:
            extremes.count(self.drawn - self.observed)
        return extremes.tests(self.n_clusters, settings)


def _less(one: FloatArray | None, other: FloatArray | None) -> FloatArray | None:
    return None if one is None or other is None else one - other


def replicated(sample: Sample, score: Score, settings: Resampling) -> list[Replicates]:
    """Each system's scores on the whole sample and, where it is large enough, on resamples."""
    observed = [score(total) for total in sample.totals()]
    drawn: list[FloatArray] | list[None] = [None] * len(observed)
    left_out: list[FloatArray] | list[None] = [None] * len(observed)
    if not settings.too_few(len(sample), "an interval"):
        drawn = sample.resampled_scores(score, settings)
        if settings.interval == "bca":
            left_out = sample.jackknifed(score)
    return [
        Replicates(*parts, len(sample)) for parts in zip(observed, drawn, left_out, strict=True)
    ]


def bootstrap(
    score: Score,
    statistics: FloatArray,
    clusters: Sequence[str] | None = None,
    *,
    settings: Resampling | None = None,
) -> tuple[Interval, ...]:
    """Intervals of the m scores of the sum of rows.

    Args:
        score: the scorer's ``score``.
        statistics: (n, k), valid rows only.
        clusters: the cluster of each row; None resamples rows.
        settings: draws, seed, confidence, method, kind of interval, what a cluster is called.

    Returns:
        One interval per score. With fewer than 10 clusters, or where more than 5 % of the draws
        have no score, it has no ends but a reason.

    Raises:
        ValueError: not one cluster per row.
    """
    settings = settings or Resampling()
    (found,) = replicated(sampled([statistics], clusters), score, settings)
    return found.intervals(settings)


def bootstrap_difference(
    score: Score,
    statistics: tuple[FloatArray, FloatArray],
    clusters: Sequence[str] | None = None,
    *,
    settings: Resampling | None = None,
) -> tuple[Interval, ...]:
    """Intervals of score(a) - score(b), both resampled together; else like ``bootstrap``.

    Args:
        score: the scorer's ``score``.
        statistics: rows (n, k) of the same items for two systems.
        clusters: the cluster of each item; None resamples items.
        settings: draws, seed, confidence, method, kind of interval, what a cluster is called.

    Raises:
        ValueError: the systems have unequal numbers of rows, or not one cluster per row.
    """
    settings = settings or Resampling()
    first, second = replicated(sampled(statistics, clusters), score, settings)
    return (first - second).intervals(settings)


def bootstrap_test(
    score: Score,
    statistics: tuple[FloatArray, FloatArray],
    clusters: Sequence[str] | None = None,
    *,
    settings: Resampling | None = None,
) -> tuple[PairedTest, ...]:
    """Test each of the m differences score(a) - score(b) against none, by paired bootstrap.

    p = (c + 1) / (draws + 1), where c counts draws whose signed difference lies at least as far
    from the observed one as that lies from 0, within 1e-12: identical systems give p = 1.

    Args:
        score: the scorer's ``score``.
        statistics: rows (n, k) of the same items for two systems, valid for both.
        clusters: the cluster of each item; None resamples items.
        settings: draws, seed, method and what a cluster is called.

    Returns:
        One test per score. With fewer than 10 clusters, or where either score is undefined, it
        has no p but a reason. A draw without a score counts against a difference.

    Raises:
        ValueError: the systems have unequal numbers of rows, or not one cluster per row.
    """
    settings = replace(settings or Resampling(), test="bootstrap")
    first, second = replicated(sampled(statistics, clusters), score, settings)
    return (first - second).tests(settings)
