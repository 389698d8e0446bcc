"""A table of scores, laid out for reading: systems by fields, with footnotes and a legend.

The same layout serves the page, Markdown and the terminal. Every cell is text that is ready to be
shown; what a format still does is escape it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from evalkit.report import numbers
from evalkit.report.footnotes import ALL, Footnotes
from evalkit.report.standing import Standing, standings
from evalkit.results import Score, Table

__all__ = [
    "Cell",
    "Column",
    "Grid",
    "Row",
    "all_numbers",
    "headlines",
    "is_headline",
    "lead",
    "secondary",
]

_DIRECTIONS = {
    True: ("↑", "higher is better"),
    False: ("↓", "lower is better"),
    None: ("", "neither direction is better"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One field."""

    field: str
    scorer: str
    unit: str
    arrow: str
    """↑, ↓ or ""."""
    direction: str
    """The arrow in words."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One number of one system."""

    value: str
    interval: str
    """In brackets, or "" where there is none."""
    note: str
    """Letters of the footnotes, joined by commas."""
    standing: Standing
    score: Score | None
    """What it shows; None where the system has no such score."""
    bar: tuple[float, float, float] | None = None
    """Low, value and high as shares of the column's scale, for a small picture."""


@dataclass(frozen=True, slots=True)
class Row:
    """One system."""

    system: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """Systems by fields."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    footnotes: tuple[tuple[str, str], ...]
    """Letters, or the names of the columns that a reason holds for, or ``all``; and the reason."""
    legend: tuple[Standing, ...]
    """The standings that occur."""


def is_headline(score: Score, table: Table) -> bool:
    """Whether a score is its scorer's main number: it bears the scorer's name, or comes first."""
    if score.field == score.scorer:
        return True
    fields = [s.field for s in table.scores if s.scorer == score.scorer]
    return score.scorer not in fields and score.field == fields[0]


def headlines(table: Table) -> Grid:
    """The scorers' main numbers."""
    return _grid(table, lambda score: is_headline(score, table), ranked=True)


def secondary(table: Table) -> Grid:
    """The numbers that are no scorer's main number."""
    return _grid(table, lambda score: not is_headline(score, table))


def all_numbers(table: Table) -> Grid:
    """Every number of the table."""
    return _grid(table, lambda _: True)


def lead(table: Table) -> str:
    """What stands behind the numbers, in a sentence."""
    sizes = {score.n_scored + score.n_skipped for score in table.scores} or {table.n_items}
    items = f"{numbers.count(max(sizes))} {_plural(table.unit, max(sizes))}"
    if len(sizes) > 1:
        items = f"{numbers.count(min(sizes))} to {items}, system by system"
    if table.cluster != table.unit:
        clusters = numbers.count(table.n_clusters)
        items += f" in {clusters} {_plural(table.cluster, table.n_clusters)}"
    made = []
    if any(score.low is not None for score in table.scores):
        made.append(f"{table.confidence:g} % intervals")
    if any(comparison.p is not None for comparison in table.comparisons):
        made.append("tests")
    if not made:
        return f"{items}; no intervals and no tests."
    drawn = f" ({numbers.count(table.draws)} draws, seed {table.seed})" if table.draws else ""
    return f"{items}; {' and '.join(made)} resample {_plural(table.cluster, 2)}{drawn}."


def _grid(table: Table, wanted: Callable[[Score], bool], *, ranked: bool = False) -> Grid:
    by_field: dict[str, list[Score]] = {}
    for score in table.scores:
        if wanted(score):
            by_field.setdefault(score.field, []).append(score)
    notes = Footnotes()
    shared = _shared(table, by_field)
    columns = tuple(_column(scores[0]) for scores in by_field.values())
    cells = []
    for field, scores in by_field.items():
        tests = [comparison for comparison in table.comparisons if comparison.field == field]
        # Only headline fields are compared; a best of the others would never be tested.
        standing = standings(scores, tests) if ranked else {}
        cells.append(_cells(table, scores, standing, notes, frozenset(shared)))
    rows = tuple(
        Row(system, tuple(column[index] for column in cells))
        for index, system in enumerate(table.systems)
    )
    said = tuple((label, reason) for reason, label in shared.items())
    met = {cell.standing for row in rows for cell in row.cells}
    legend = tuple(standing for standing in Standing if standing in met and standing.value)
    return Grid(columns, rows, (*said, *notes.entries), legend)


def _shared(table: Table, by_field: Mapping[str, list[Score]]) -> dict[str, str]:
    """Reasons that hold for whole columns, or for all, are said once, without a letter on each.

    Returns:
        The label of each such reason: the names of its columns, or ``all``.
    """
    holds: dict[str, dict[str, int]] = {}
    for field, scores in by_field.items():
        for score in scores:
            for reason in dict.fromkeys(filter(None, _reasons(score))):
                of_field = holds.setdefault(reason, {})
                of_field[field] = of_field.get(field, 0) + 1
    n = len(table.systems)
    whole = {r: list(found) for r, found in holds.items() if set(found.values()) == {n}}
    return {
        reason: ALL if len(fields) == len(by_field) else ", ".join(fields)
        for reason, fields in whole.items()
        if n > 1 or len(fields) == len(by_field)
    }


def _column(score: Score) -> Column:
    arrow, direction = _DIRECTIONS[score.higher_is_better]
    return Column(score.field, score.scorer, score.unit, arrow, direction)


def _cells(
    table: Table,
    scores: list[Score],
    standing: Mapping[str, Standing],
    notes: Footnotes,
    shared: frozenset[str],
) -> tuple[Cell, ...]:
    """One field's cells, in the order of the table's systems; shared reasons get no letter."""
    of_system = {score.system: score for score in scores}
    top = _scale(scores)
    cells = []
    for system in table.systems:
        score = of_system.get(system)
        if score is None:
            mark = notes.mark("not scored for this system")
            cells.append(Cell(numbers.DASH, "", mark, Standing.OTHER, None))
            continue
        reasons = _reasons(score)
        cells.append(
            Cell(
                value=numbers.score(score.value, score.unit),
                interval=numbers.interval(score.low, score.high, score.unit),
                note=",".join(filter(None, (notes.mark(r) for r in reasons if r not in shared))),
                standing=standing.get(system, Standing.OTHER),
                score=score,
                bar=_bar(score, top),
            )
        )
    return tuple(cells)


def _reasons(score: Score) -> list[str]:
    """What the footnotes of a score must say."""
    reasons = [score.note]
    if score.value is None and not score.note:
        reasons = ["undefined; the run gives no reason"]
    if score.n_skipped:
        total = score.n_scored + score.n_skipped
        reasons.append(
            f"{numbers.count(score.n_skipped)} of {numbers.count(total)} items could not be scored"
        )
    return reasons


def _scale(scores: list[Score]) -> float:
    """The value that fills a bar; 0 where a bar would mislead."""
    unit = scores[0].unit
    ends = [end for s in scores for end in (s.value, s.low, s.high) if end is not None]
    if not ends or min(ends) < 0:
        return 0.0
    full = {"0-100": 100.0, "0-1": 1.0, "edits per 100 reference words": 100.0}.get(unit, 0.0)
    return max(full, *ends)


def _bar(score: Score, top: float) -> tuple[float, float, float] | None:
    if score.value is None or not top > 0 or top == float("inf"):
        return None
    low = score.value if score.low is None else score.low
    high = score.value if score.high is None else score.high
    return low / top, score.value / top, high / top


def _plural(noun: str, number: int) -> str:
    return noun if number == 1 else f"{noun}s"
