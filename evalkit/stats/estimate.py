"""The score of a set of items with its interval, for any scorer."""

from collections.abc import Sequence

import numpy as np

from evalkit.records import Measured
from evalkit.stages import Scorer
from evalkit.stats.bootstrap import replicated
from evalkit.stats.resampling import Resampling
from evalkit.stats.results import Estimate
from evalkit.stats.sample import sampled

__all__ = ["estimate"]


def estimate(
    scorer: Scorer,
    measured: Measured,
    clusters: Sequence[str] | None = None,
    *,
    settings: Resampling | None = None,
) -> tuple[Estimate, ...]:
    """One estimate per field of the scorer.

    The value is the score of the sum of the valid rows, never a mean or median of resamples.

    Args:
        scorer: what measured the items.
        measured: its rows, valid or not.
        clusters: the cluster of each item, valid or not; None resamples items, named by their
            places.
        settings: draws, seed, confidence, method, kind of interval, what a cluster is called.

    Raises:
        ValueError: not one cluster per item.
    """
    n = len(measured.valid)
    if clusters is not None and len(clusters) != n:
        raise ValueError(f"{n} items but {len(clusters)} clusters")
    kept = np.flatnonzero(measured.valid)
    rows = measured.statistics[kept]
    names = None if clusters is None else [clusters[place] for place in kept.tolist()]
    settings = settings or Resampling()
    (found,) = replicated(sampled([rows], names, kept.tolist()), scorer.score, settings)
    undefined = "no item could be scored" if not len(kept) else "there is nothing to score"
    return tuple(
        Estimate(
            field=field,
            value=value,
            interval=interval,
            n_scored=len(kept),
            n_skipped=n - len(kept),
            reason=undefined if np.isnan(value) else "",
        )
        for field, value, interval in zip(
            scorer.fields, found.observed.tolist(), found.intervals(settings), strict=True
        )
    )
