"""The full-size percentile bootstrap (Efron 1979), over items or clusters of items, also paired.

A draw takes as many clusters as there are, with replacement; what it takes is a vector of weights,
and its statistics are weights times rows, so nothing is measured or tokenised again. Draws come in
chunks of bounded memory from one generator, whose stream does not depend on the chunks. The sums
avoid BLAS, so they do not depend on its threads. Standard errors are the standard deviation over
the draws, not that divided by the root of their number.

Left out: BCa intervals, and Poisson weights for data that do not fit in memory.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from evalkit.records import FloatArray
from evalkit.stats.resampling import Resampling
from evalkit.stats.results import Interval
from evalkit.stats.totals import cluster_rows

__all__ = ["Score", "bootstrap", "bootstrap_difference", "weighted_sums"]

Score = Callable[[FloatArray], FloatArray]
"""From sums (..., k) to scores (..., m)."""

_CHUNK_VALUES = 1 << 22
"""Weights that are in memory at a time: 32 MiB of integers and as much of floats."""
_MAX_UNDEFINED = 0.05
"""Share of draws without a score from which on there is no interval."""


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
        settings: draws, seed, confidence and what a cluster is called.

    Returns:
        One interval per score. With fewer than 10 clusters, or where more than 5 % of the draws
        have no score, it has no ends but a reason.

    Raises:
        ValueError: not one cluster per row.
    """
    settings = settings or Resampling()
    rows, names = cluster_rows(statistics, clusters)
    scores = _draws(score, [rows], settings) if _enough(names, settings) else None
    return _intervals(score(rows.sum(axis=0)), scores, len(names), settings)


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
        settings: draws, seed, confidence and what a cluster is called.

    Raises:
        ValueError: the systems have unequal numbers of rows, or not one cluster per row.
    """
    settings = settings or Resampling()
    check_paired(*statistics)
    found = [cluster_rows(rows, clusters) for rows in statistics]
    (rows_a, names), (rows_b, _) = found
    observed = score(rows_a.sum(axis=0)) - score(rows_b.sum(axis=0))
    scores = _draws(score, [rows_a, rows_b], settings) if _enough(names, settings) else None
    return _intervals(observed, scores, len(names), settings)


def check_paired(statistics_a: FloatArray, statistics_b: FloatArray) -> None:
    """Hold two systems' rows against each other.

    Raises:
        ValueError: they are not of one shape.
    """
    if statistics_a.shape != statistics_b.shape:
        raise ValueError(
            f"statistics of shapes {statistics_a.shape} and {statistics_b.shape}: the same items "
            "by the same scorer are needed"
        )


def weighted_sums(weights: FloatArray, rows: FloatArray) -> FloatArray:
    """(draws, k) from weights (draws, c) and rows (c, k).

    By einsum, which adds in one order whatever the number of threads; a matrix product may not.
    """
    sums: FloatArray = np.einsum("dc,kc->dk", weights, np.ascontiguousarray(rows.T))
    return sums


def _enough(names: Sequence[str], settings: Resampling) -> bool:
    return not settings.too_few(len(names), "an interval")


def _draws(score: Score, systems: list[FloatArray], settings: Resampling) -> FloatArray:
    """Scores (draws, m) of resamples; with two systems the first's less the second's."""
    parts = []
    for weights in _weights(len(systems[0]), settings):
        scores = [score(weighted_sums(weights, rows)) for rows in systems]
        parts.append(scores[0] - scores[1] if len(scores) > 1 else scores[0])
    return np.concatenate(parts)


def _weights(n: int, settings: Resampling) -> Iterator[FloatArray]:
    rng = np.random.default_rng(settings.seed)
    chunk = max(1, _CHUNK_VALUES // n)
    for start in range(0, settings.draws, chunk):
        n_draws = min(chunk, settings.draws - start)
        drawn = rng.integers(0, n, size=(n_draws, n))
        drawn += np.arange(n_draws)[:, None] * n
        counts = np.bincount(drawn.ravel(), minlength=n_draws * n)
        yield counts.reshape(n_draws, n).astype(np.float64)


def _intervals(
    observed: FloatArray, scores: FloatArray | None, n_clusters: int, settings: Resampling
) -> tuple[Interval, ...]:
    columns = [None] * len(observed) if scores is None else list(scores.T)
    return tuple(
        _interval(float(value), column, n_clusters, settings)
        for value, column in zip(observed, columns, strict=True)
    )


def _interval(
    value: float, scores: FloatArray | None, n_clusters: int, settings: Resampling
) -> Interval:
    nan = float("nan")
    signature = settings.signature("bootstrap-percentile", confidence=True)
    if scores is None:
        reason = settings.too_few(n_clusters, "an interval")
        return Interval(nan, nan, nan, n_clusters, signature, reason)
    if np.isnan(value):
        return Interval(nan, nan, nan, n_clusters, signature, "there is no score")
    undefined = int(np.isnan(scores).sum())
    lacking = f"{undefined} of {settings.draws} resamples have no score" if undefined else ""
    if undefined > _MAX_UNDEFINED * settings.draws:
        return Interval(nan, nan, nan, n_clusters, signature, lacking)
    kept = scores[~np.isnan(scores)]
    tail = (1 - settings.confidence) / 2
    low, high = np.quantile(kept, [tail, 1 - tail])
    error = float(np.std(kept, ddof=1)) if len(kept) > 1 else nan
    left_out = f"{lacking} and were left out" if lacking else ""
    warning = "; ".join(filter(None, [settings.few(n_clusters), left_out]))
    return Interval(float(low), float(high), error, n_clusters, signature, warning=warning)
