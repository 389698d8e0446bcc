"""Which system stands best in a column, and whether the tests that were made bear it out.

Nothing is tested here: the comparisons of the table are read, the corrected p first. A best
estimate that no test stands behind is called just that. Fields without a direction have no best.
"""

import math
from collections.abc import Mapping, Sequence
from enum import Enum

from evalkit.report import numbers
from evalkit.results import Comparison, Score

__all__ = ["LEVEL", "UNDECIDED", "Standing", "standings", "verdict"]

LEVEL = 0.05
"""A difference with a p-value below this is called a difference."""

UNDECIDED = ("not told apart", "not tested")
"""What ``verdict`` says where no system is called better."""


class Standing(Enum):
    """Where a system stands in one column; the value is the symbol for it."""

    BEST = "●"
    """Better than every other system, by test."""
    UNTESTED = "○"
    """The best estimate, but not tested against every other system."""
    LEVEL = "≈"
    """Has the best estimate or was not told apart from it by test."""
    OTHER = ""
    """Not the best, or nothing to compare."""

    @property
    def words(self) -> str:
        """The symbol in words, for legends and screen readers."""
        return _WORDS[self]


_WORDS = {
    Standing.BEST: f"best: better than every other system by test (p < {LEVEL})",
    Standing.UNTESTED: "best estimate, not tested against every other system",
    Standing.LEVEL: "equal best estimate, or not told apart from the best by test",
    Standing.OTHER: "",
}


def standings(scores: Sequence[Score], comparisons: Sequence[Comparison]) -> dict[str, Standing]:
    """How each system of one column stands.

    Args:
        scores: one field's score of each system.
        comparisons: the table's comparisons of this field.
    """
    found = dict.fromkeys((score.system for score in scores), Standing.OTHER)
    direction = next((s.higher_is_better for s in scores), None)
    values = {s.system: s.value for s in scores if s.value is not None and math.isfinite(s.value)}
    if direction is None or len(values) < 2:
        return found
    best = (max if direction else min)(values.values())
    leaders = [system for system, value in values.items() if value == best]
    if len(leaders) > 1:
        return found | dict.fromkeys(leaders, Standing.LEVEL)
    tests = _tests_of(leaders[0], comparisons)
    level = [system for system in values if tests.get(system) == Standing.LEVEL]
    others = set(values) - set(leaders)
    if level:
        return found | dict.fromkeys([*leaders, *level], Standing.LEVEL)
    if all(tests.get(system) == Standing.BEST for system in others):
        return found | {leaders[0]: Standing.BEST}
    # A difference that the table doesn't show makes nobody best.
    unit = scores[0].unit
    alike = [s for s in values if numbers.score(values[s], unit) == numbers.score(best, unit)]
    standing = Standing.UNTESTED if len(alike) == 1 else Standing.LEVEL
    return found | dict.fromkeys(alike, standing)


def verdict(comparison: Comparison, *, higher_is_better: bool | None) -> str:
    """What a comparison says, in words."""
    p = _decisive(comparison)
    if p is None or comparison.delta is None:
        return UNDECIDED[1]
    if p >= LEVEL or comparison.delta == 0:
        return UNDECIDED[0]
    if higher_is_better is None:
        return "different"
    first_wins = (comparison.delta > 0) == higher_is_better
    return f"{comparison.system_a if first_wins else comparison.system_b} is better"


def _tests_of(leader: str, comparisons: Sequence[Comparison]) -> Mapping[str, Standing]:
    """For each system that was tested against the leader: BEST where the leader is better."""
    found = {}
    for comparison in comparisons:
        pair = {comparison.system_a, comparison.system_b}
        p = _decisive(comparison)
        if leader in pair and len(pair) == 2 and p is not None:
            (other,) = pair - {leader}
            found[other] = Standing.BEST if p < LEVEL else Standing.LEVEL
    return found


def _decisive(comparison: Comparison) -> float | None:
    """The p-value that counts: the corrected one where there is one."""
    p = comparison.p if comparison.p_adjusted is None else comparison.p_adjusted
    return None if p is None or math.isnan(p) else p
