"""Two systems on the same items: difference, p-value, interval, and who won how many items."""

from collections.abc import Sequence

import numpy as np

from evalkit.records import Field, FloatArray, Measured
from evalkit.stages import Scorer, SegmentScorer
from evalkit.stats.bootstrap import bootstrap_difference
from evalkit.stats.permutation import TOLERANCE, permutation
from evalkit.stats.resampling import Resampling
from evalkit.stats.results import Comparison

__all__ = ["compare"]

_MAX_DROPPED = 0.01
"""Share of items left out from which on a comparison warns."""


def compare(
    scorer: Scorer,
    measured: tuple[Measured, Measured],
    clusters: Sequence[str] | None = None,
    *,
    settings: Resampling | None = None,
) -> tuple[Comparison, ...]:
    """One comparison per field of the scorer, on the items that are valid for both systems.

    Args:
        scorer: what measured both systems.
        measured: the first and the second system's rows of the same items in the same order.
        clusters: the cluster of each item; None takes items, named by their places.
        settings: draws, seed, confidence and what a cluster is called.

    Raises:
        ValueError: the systems have unequal numbers of items, or not one cluster per item.
    """
    first, second = measured
    n = len(first.valid)
    if len(second.valid) != n or (clusters is not None and len(clusters) != n):
        raise ValueError(
            f"{n} items of the first system, {len(second.valid)} of the second"
            + ("" if clusters is None else f", {len(clusters)} clusters")
            + ": the same items are needed"
        )
    kept = np.flatnonzero(first.valid & second.valid)
    names = [str(i) if clusters is None else clusters[i] for i in kept.tolist()]
    rows = (first.statistics[kept], second.statistics[kept])
    tests = permutation(scorer.score, rows, names, settings=settings)
    intervals = bootstrap_difference(scorer.score, rows, names, settings=settings)
    values_a, values_b = (scorer.score(part.sum(axis=0)) for part in rows)
    items_a, items_b = (_item_scores(scorer, part) for part in rows)
    dropped = _dropped(n - len(kept), n)
    found = []
    for place, field in enumerate(scorer.fields):
        won, lost, tied = _outcomes(field, items_a[:, place], items_b[:, place])
        said = (dropped, tests[place].warning, intervals[place].warning)
        found.append(
            Comparison(
                field=field,
                value_a=float(values_a[place]),
                value_b=float(values_b[place]),
                test=tests[place],
                interval=intervals[place],
                n_won=won,
                n_lost=lost,
                n_tied=tied,
                n_items=len(kept),
                n_dropped=n - len(kept),
                warnings=tuple(dict.fromkeys(filter(None, said))),
            )
        )
    return tuple(found)


def _item_scores(scorer: Scorer, rows: FloatArray) -> FloatArray:
    """Scores (n, m) of single items, as the scorer defines them for one item."""
    if isinstance(scorer, SegmentScorer):
        return scorer.score_segments(rows)
    return scorer.score(rows)


def _outcomes(field: Field, a: FloatArray, b: FloatArray) -> tuple[int, int, int]:
    """Items won by a, won by b, and tied; items without a score for both are in none."""
    if field.higher_is_better is None:
        return 0, 0, 0
    lead = a - b if field.higher_is_better else b - a
    lead = lead[~np.isnan(lead)]
    won, lost = int((lead > TOLERANCE).sum()), int((lead < -TOLERANCE).sum())
    return won, lost, len(lead) - won - lost


def _dropped(n_dropped: int, n: int) -> str:
    if n_dropped <= _MAX_DROPPED * n:
        return ""
    share = 100 * n_dropped / n
    return f"{n_dropped} of {n} items ({share:.1f} %) are not valid for both and were left out"
