"""Significance clusters: what a ranking may say, after the findings of WMT (Bojar et al. 2016 on).

Systems are ordered by score. A line is drawn wherever every system above it is significantly
better than every system below it; what lies between two lines is a cluster, within which the
order means little. A system's rank is a range: from 1 and the number of systems significantly
better than it, to the number of systems less those that it is significantly better than.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

from evalkit.stats.power import LEVEL
from evalkit.stats.results import Comparison

__all__ = ["Ranked", "ranked"]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A system's place in one field."""

    system: str
    """Its name."""
    value: float
    """Its score, on the items of its first comparison; NaN where it has none."""
    cluster: int
    """From 1, the best; systems of one cluster were not told apart as groups."""
    best_rank: int
    """1 and the number of systems that are significantly better."""
    worst_rank: int
    """The number of systems less those that are significantly worse."""


def ranked(comparisons: Sequence[Comparison], *, level: float = LEVEL) -> tuple[Ranked, ...]:
    """The systems of one field, best first, in clusters.

    A pair without a p-value is not told apart, whatever its scores; a system without a score
    comes last. The corrected p counts where there is one.

    Args:
        comparisons: all pairs of named systems in one field, as ``compare_systems`` gives them.
        level: the p-value below which systems are told apart.

    Returns:
        Best first; systems of equal scores in the order of their first mention.

    Raises:
        ValueError: several fields, a field without a direction, or a pair that is missing.
    """
    higher = _direction(comparisons)
    values: dict[str, float] = {}
    better: set[tuple[str, str]] = set()
    for each in comparisons:
        values.setdefault(each.system_a, each.value_a)
        values.setdefault(each.system_b, each.value_b)
        if _decisive(each) < level:
            first = (each.difference > 0) == higher
            pair = (each.system_a, each.system_b)
            better.add(pair if first else pair[::-1])
    _check_complete(comparisons, list(values))
    order = sorted(values, key=lambda name: _rank_key(values[name], higher=higher))
    found = []
    cluster = 1
    for place, system in enumerate(order):
        above, below = order[:place], order[place:]
        if above and all(pair in better for pair in itertools.product(above, below)):
            cluster += 1
        n_better = sum((other, system) in better for other in order)
        n_worse = sum((system, other) in better for other in order)
        found.append(Ranked(system, values[system], cluster, 1 + n_better, len(order) - n_worse))
    return tuple(found)


def _direction(comparisons: Sequence[Comparison]) -> bool:
    fields = {each.field for each in comparisons}
    if len(fields) > 1:
        names = " and ".join(sorted(field.name for field in fields))
        raise ValueError(f"a ranking is of one field, not of {names}")
    for field in fields:
        if field.higher_is_better is None:
            raise ValueError(f"{field.name} has no better and worse, so that nothing can be ranked")
        return field.higher_is_better
    return True


def _decisive(comparison: Comparison) -> float:
    """The p-value that counts; above any level where there is none or no difference."""
    p = comparison.test.p if isnan(comparison.p_adjusted) else comparison.p_adjusted
    return 2.0 if isnan(p) or comparison.difference == 0 else p


def _check_complete(comparisons: Sequence[Comparison], systems: Sequence[str]) -> None:
    there = {frozenset((each.system_a, each.system_b)) for each in comparisons}
    for pair in itertools.combinations(systems, 2):
        if frozenset(pair) not in there:
            raise ValueError(
                f"{pair[0]} and {pair[1]} were not compared: a ranking needs all pairs, not those "
                "with a baseline alone"
            )


def _rank_key(value: float, *, higher: bool) -> tuple[bool, float]:
    if isnan(value):
        return True, 0.0
    return False, -value if higher else value
