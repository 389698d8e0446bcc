"""Systems on the same items, two by two: difference, p-value, interval, and who won how many."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from evalkit.records import BoolArray, Field, FloatArray, Measured
from evalkit.stages import SegmentScorer
from evalkit.stats.bootstrap import Replicates, replicated
from evalkit.stats.correction import corrected
from evalkit.stats.permutation import permuted
from evalkit.stats.resampling import Resampling
from evalkit.stats.results import TOLERANCE, Comparison, Interval, PairedTest
from evalkit.stats.sample import sampled

__all__ = ["Additive", "compare", "compare_systems"]

_MAX_DROPPED = 0.01
"""Share of items left out from which on a comparison warns."""


class Additive(Protocol):
    """What a comparison needs of a scorer."""

    @property
    def fields(self) -> tuple[Field, ...]:
        """The m numbers that ``score`` gives."""
        ...

    def score(self, totals: FloatArray) -> FloatArray:
        """Scores (..., m) of summed statistics (..., k)."""
        ...


def compare(
    scorer: Additive,
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
        settings: draws, seed, confidence, test, and what a cluster is called.

    Raises:
        ValueError: the systems have unequal numbers of items, or not one cluster per item.
    """
    _check_items(measured, clusters)
    return _Pairs(scorer, measured, clusters, settings or Resampling()).compared([(0, 1)])[0]


def compare_systems(
    scorer: Additive,
    measured: Mapping[str, Measured],
    clusters: Sequence[str] | None = None,
    *,
    baseline: str | None = None,
    settings: Resampling | None = None,
) -> tuple[Comparison, ...]:
    """All pairs of n systems, or each against a baseline, in every field of the scorer.

    Each pair is compared on the items valid for both. All pairs with the same items share their
    draws, so that each system is resampled once. ``p_adjusted`` is filled in, with the pairs of
    one field as the family.

    Args:
        scorer: what measured the systems.
        measured: each system's rows of the same items in the same order, by name.
        clusters: the cluster of each item; None takes items, named by their places.
        baseline: compare every other system with this one (as ``system_b``), not all pairs.
        settings: draws, seed, confidence, method, interval, test, correction, unit.

    Returns:
        Field by field, in each the pairs in the order of ``measured``; none for fewer than two
        systems.

    Raises:
        ValueError: unequal numbers of items, not one cluster per item, or an unknown baseline.
    """
    settings = settings or Resampling()
    names = list(measured)
    if baseline is not None and baseline not in measured:
        raise ValueError(f"no system {baseline!r} to compare with; there are: {', '.join(names)}")
    pairs = list(itertools.combinations(range(len(names)), 2))
    if baseline is not None:
        base = names.index(baseline)
        pairs = [(place, base) for place in range(len(names)) if place != base]
    systems = tuple(measured.values())
    if not pairs:
        return ()
    _check_items(systems, clusters)
    found = _Pairs(scorer, systems, clusters, settings, names).compared(pairs)
    families = zip(*found, strict=True)
    return tuple(each for family in families for each in corrected(family, settings.correction))


class _Pairs:
    """Compares pairs of systems; those with the same items in common together."""

    def __init__(
        self,
        scorer: Additive,
        measured: Sequence[Measured],
        clusters: Sequence[str] | None,
        settings: Resampling,
        names: Sequence[str] | None = None,
    ) -> None:
        self._scorer = scorer
        self._measured = measured
        self._settings = settings
        self._names = names or [""] * len(measured)
        n = len(measured[0].valid)
        self._clusters = list(map(str, range(n))) if clusters is None else clusters

    def compared(self, pairs: Sequence[tuple[int, int]]) -> list[tuple[Comparison, ...]]:
        """For each pair a comparison per field."""
        groups: dict[bytes, list[tuple[int, int]]] = {}
        for pair in pairs:
            groups.setdefault(self._common(pair).tobytes(), []).append(pair)
        found: dict[tuple[int, int], tuple[Comparison, ...]] = {}
        for group in groups.values():
            found |= zip(group, self._group(group), strict=True)
        return [found[pair] for pair in pairs]

    def _common(self, pair: tuple[int, int]) -> BoolArray:
        a, b = (self._measured[place].valid for place in pair)
        return a & b

    def _group(self, pairs: Sequence[tuple[int, int]]) -> list[tuple[Comparison, ...]]:
        """Pairs that have the same items in common."""
        scorer, settings = self._scorer, self._settings
        kept = np.flatnonzero(self._common(pairs[0]))
        systems = sorted({place for pair in pairs for place in pair})
        rows = [self._measured[place].statistics[kept] for place in systems]
        items = [_item_scores(scorer, part) for part in rows]
        sample = sampled(rows, [self._clusters[place] for place in kept.tolist()])
        replicates = replicated(sample, scorer.score, settings)
        local = [(systems.index(a), systems.index(b)) for a, b in pairs]
        differences = [replicates[a] - replicates[b] for a, b in local]
        if settings.test == "bootstrap":
            tests = [difference.tests(settings) for difference in differences]
        else:
            tests = permuted(sample, scorer.score, local, settings)
        return [
            self._comparisons(
                pair,
                (replicates[a], replicates[b]),
                (items[a], items[b]),
                test,
                difference.intervals(settings),
            )
            for pair, (a, b), test, difference in zip(pairs, local, tests, differences, strict=True)
        ]

    def _comparisons(
        self,
        pair: tuple[int, int],
        replicates: tuple[Replicates, Replicates],
        items: tuple[FloatArray, FloatArray],
        tests: Sequence[PairedTest],
        intervals: Sequence[Interval],
    ) -> tuple[Comparison, ...]:
        n, n_items = len(self._measured[0].valid), len(items[0])
        dropped = _dropped(n - n_items, n)
        found = []
        for place, field in enumerate(self._scorer.fields):
            won, lost, tied = _outcomes(field, items[0][:, place], items[1][:, place])
            said = (dropped, tests[place].warning, intervals[place].warning)
            found.append(
                Comparison(
                    field=field,
                    value_a=float(replicates[0].observed[place]),
                    value_b=float(replicates[1].observed[place]),
                    test=tests[place],
                    interval=intervals[place],
                    n_won=won,
                    n_lost=lost,
                    n_tied=tied,
                    n_items=n_items,
                    n_dropped=n - n_items,
                    warnings=tuple(dict.fromkeys(filter(None, said))),
                    system_a=self._names[pair[0]],
                    system_b=self._names[pair[1]],
                )
            )
        return tuple(found)


def _check_items(measured: Sequence[Measured], clusters: Sequence[str] | None) -> None:
    first, *others = (len(system.valid) for system in measured)
    if any(n != first for n in others) or (clusters is not None and len(clusters) != first):
        raise ValueError(
            f"{first} items of the first system, {', '.join(map(str, others))} of the "
            + ("second" if len(others) == 1 else "others")
            + ("" if clusters is None else f", {len(clusters)} clusters")
            + ": the same items are needed"
        )


def _item_scores(scorer: Additive, rows: FloatArray) -> FloatArray:
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
