"""Who beats whom: a field's paired tests as a square of systems by systems.

Nothing is tested here; the comparisons of the table are read, the corrected p first.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from evalkit.report import numbers
from evalkit.report.standing import UNDECIDED, verdict
from evalkit.results import Comparison, Score, Table

__all__ = ["Match", "Matrix", "matrices", "small"]

_WORDS = {
    "better": "is better than",
    "worse": "is worse than",
    "different": "differs from",
    "level": "was not told apart from",
    "untested": "was not tested against",
    "self": "",
}
_SYMBOLS = {
    "better": "▲", "worse": "▽", "different": "≠", "level": "≈", "untested": "·", "self": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Match:
    """One system against another."""

    other: str
    kind: str
    """``better``, ``worse``, ``different``, ``level``, ``untested`` or ``self``."""
    symbol: str
    words: str
    delta: str
    """Of the row's system less the column's."""
    p: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """All pairs of systems in one field."""

    field: str
    rows: tuple[tuple[str, tuple[Match, ...]], ...]
    could_show: str
    """What difference the items could show, in words; "" where that is unknown."""


def matrices(table: Table) -> tuple[Matrix, ...]:
    """A square for each field in which some pair was tested."""
    scores = {score.field: score for score in table.scores}
    fields = dict.fromkeys(c.field for c in table.comparisons if c.p is not None)
    return tuple(_matrix(table, field, scores.get(field)) for field in fields)


def small(table: Table) -> str:
    """What is too small to tell in a table of several systems, in a sentence or two."""
    if len(table.systems) < 2:
        return ""
    if not table.comparisons:
        return "The systems were not tested against each other."
    tested = [c for c in table.comparisons if c.p is not None]
    if not tested:
        reasons = dict.fromkeys(c.note for c in table.comparisons if c.note)
        return f"Too little to tell: no pair could be tested ({'; '.join(reasons) or 'no reason'})."
    level = [c for c in tested if verdict(c, higher_is_better=True) == UNDECIDED[0]]
    if not level:
        return "Every pair that was tested was told apart."
    words = f"{len(level)} of {len(tested)} tested pairs were not told apart."
    hidden = [c for c in level if _hidden(c)]
    if hidden:
        words += (
            f" In {len(hidden)} of them the difference is smaller than these items could show: "
            "that is no sign that the systems are equal."
        )
    return words


def _hidden(comparison: Comparison) -> bool:
    smallest, delta = comparison.smallest_difference, comparison.delta
    return smallest is not None and delta is not None and abs(delta) < smallest


def _matrix(table: Table, field: str, score: Score | None) -> Matrix:
    pairs = {(c.system_a, c.system_b): c for c in table.comparisons if c.field == field}
    unit = score.unit if score else ""
    direction = score.higher_is_better if score else None
    rows = tuple(
        (a, tuple(_match(a, b, pairs, unit, direction) for b in table.systems))
        for a in table.systems
    )
    sizes = [c.smallest_difference for c in pairs.values() if c.smallest_difference is not None]
    could = ""
    if sizes:
        ends = dict.fromkeys(numbers.score(end, unit) for end in (min(sizes), max(sizes)))
        could = f"These items could show a true difference of {' to '.join(ends)}, pair by pair."
    return Matrix(field, rows, could)


def _match(
    a: str,
    b: str,
    pairs: Mapping[tuple[str, str], Comparison],
    unit: str,
    direction: bool | None,
) -> Match:
    found = pairs.get((a, b)) or pairs.get((b, a))
    if a == b or found is None:
        kind = "self" if a == b else "untested"
        return Match(b, kind, _SYMBOLS[kind], _WORDS[kind], "", "")
    said = verdict(found, higher_is_better=direction)
    kinds = {
        UNDECIDED[0]: "level",
        UNDECIDED[1]: "untested",
        "different": "different",
        f"{a} is better": "better",
        f"{b} is better": "worse",
    }
    delta = found.delta
    if delta is not None and found.system_a != a:
        delta = -delta
    p = found.p if found.p_adjusted is None else found.p_adjusted
    kind = kinds[said]
    return Match(
        other=b,
        kind=kind,
        symbol=_SYMBOLS[kind],
        words=_WORDS[kind],
        delta=numbers.difference(delta, unit),
        p=numbers.p_value(p),
    )
