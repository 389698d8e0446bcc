"""The score of a set of items with its interval, for any scorer."""

from collections.abc import Sequence

import numpy as np

from evalkit.records import Measured
from evalkit.stages import Scorer
from evalkit.stats.bootstrap import bootstrap
from evalkit.stats.resampling import Resampling
from evalkit.stats.results import Estimate

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
        clusters: the cluster of each item, valid or not; None resamples items.
        settings: draws, seed, confidence and what a cluster is called.

    Raises:
        ValueError: not one cluster per item.
    """
    if clusters is not None and len(clusters) != len(measured.valid):
        raise ValueError(f"{len(measured.valid)} items but {len(clusters)} clusters")
    kept = np.flatnonzero(measured.valid)
    rows = measured.statistics[kept]
    names = None if clusters is None else [clusters[place] for place in kept.tolist()]
    values = scorer.score(rows.sum(axis=0))
    intervals = bootstrap(scorer.score, rows, names, settings=settings)
    undefined = "no item could be scored" if not len(kept) else "there is nothing to score"
    return tuple(
        Estimate(
            field=field,
            value=float(value),
            interval=interval,
            n_scored=len(kept),
            n_skipped=len(measured.valid) - len(kept),
            reason=undefined if np.isnan(value) else "",
        )
        for field, value, interval in zip(scorer.fields, values, intervals, strict=True)
    )
