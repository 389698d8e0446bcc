"""From the scores of bootstrap draws to an interval: percentile (Efron 1979) or BCa (Efron 1987).

Standard errors are the standard deviation over the draws, not that divided by the root of their
number. BCa is that of scipy 1.17, with clusters left out one by one in place of items, and draws
within 1e-12 of the score counted as equal to it, so that rounding makes no bias.
"""

from statistics import NormalDist

import numpy as np

from evalkit.records import FloatArray
from evalkit.stats.resampling import Resampling
from evalkit.stats.results import TOLERANCE, Interval

__all__ = ["intervals"]

_MAX_UNDEFINED = 0.05
"""Share of draws without a score from which on there is no interval."""
_NAN = float("nan")
_NORMAL = NormalDist()


def intervals(
    observed: FloatArray,
    drawn: FloatArray | None,
    n_clusters: int,
    settings: Resampling,
    left_out: FloatArray | None = None,
) -> tuple[Interval, ...]:
    """An interval for each of m scores.

    Args:
        observed: the scores (m,) of all clusters.
        drawn: the scores (draws, m) of the draws; None where there are too few clusters.
        n_clusters: how many clusters were drawn.
        settings: confidence, kind of interval, and what a cluster is called.
        left_out: the scores (clusters, m) without one cluster; BCa needs them.
    """
    found = []
    for place, value in enumerate(observed.tolist()):
        if drawn is None or settings.too_few(n_clusters, "an interval"):
            reason = settings.too_few(n_clusters, "an interval")
            found.append(_none(reason, n_clusters, settings))
        elif np.isnan(value):
            found.append(_none("there is no score", n_clusters, settings))
        else:
            jackknife = None if left_out is None else left_out[:, place]
            found.append(_interval(value, drawn[:, place], jackknife, n_clusters, settings))
    return tuple(found)


def _none(reason: str, n_clusters: int, settings: Resampling, error: float = _NAN) -> Interval:
    signature = settings.interval_signature(n_clusters)
    return Interval(_NAN, _NAN, error, n_clusters, signature, reason)


def _interval(
    value: float,
    drawn: FloatArray,
    left_out: FloatArray | None,
    n_clusters: int,
    settings: Resampling,
) -> Interval:
    undefined = int(np.isnan(drawn).sum())
    lacking = f"{undefined} of {settings.draws} resamples have no score" if undefined else ""
    if undefined > _MAX_UNDEFINED * settings.draws:
        return _none(lacking, n_clusters, settings)
    kept = drawn[~np.isnan(drawn)]
    error = float(np.std(kept, ddof=1)) if len(kept) > 1 else _NAN
    tail = (1 - settings.confidence) / 2
    tails = (tail, 1 - tail)
    if settings.interval == "bca":
        if left_out is None:
            raise ValueError("a BCa interval needs the scores without one cluster")
        corrected = _corrected(value, kept, left_out, tails)
        if isinstance(corrected, str):
            return _none(corrected, n_clusters, settings, error)
        tails = corrected
    low, high = np.quantile(kept, tails)
    dropped = f"{lacking} and were left out" if lacking else ""
    warning = "; ".join(filter(None, [settings.few(n_clusters), dropped]))
    signature = settings.interval_signature(n_clusters)
    return Interval(float(low), float(high), error, n_clusters, signature, warning=warning)


def _corrected(
    value: float, drawn: FloatArray, left_out: FloatArray, tails: tuple[float, float]
) -> tuple[float, float] | str:
    """Where BCa cuts the draws, or why it cannot."""
    if np.isnan(left_out).any():
        return "no BCa interval: without one of the clusters there is no score"
    below = float((drawn < value - TOLERANCE).sum())
    equal = float((np.abs(drawn - value) <= TOLERANCE).sum())
    share = (below + equal / 2) / len(drawn)
    if not 0 < share < 1:
        return "no BCa interval: the score lies outside all of its resamples"
    bias = _NORMAL.inv_cdf(share)
    pull = left_out.mean() - left_out
    spread = float((pull**2).sum()) ** 1.5
    skew = float((pull**3).sum()) / (6 * spread) if spread > 0 else 0.0
    moved = [bias + _NORMAL.inv_cdf(tail) for tail in tails]
    if any(skew * z >= 1 for z in moved):
        return "no BCa interval: the scores without one cluster are too skewed"
    low, high = (_NORMAL.cdf(bias + z / (1 - skew * z)) for z in moved)
    return low, high
