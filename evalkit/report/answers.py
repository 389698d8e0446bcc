"""The answers of a report in short: for each table who stands best, and whether a test says so."""

from dataclasses import dataclass, replace

from evalkit.report import numbers
from evalkit.report.overview import Column, Grid, Row, headlines
from evalkit.report.standing import Standing
from evalkit.results import Report

__all__ = ["Answer", "answers"]

_FIELDS = 2
"""Main numbers of a table that are told."""
_NAMED = 3
"""Systems that are named one by one."""
_SAID = {
    Standing.BEST: "better than all others by test",
    Standing.UNTESTED: "best estimate, not tested",
    Standing.LEVEL: "equal, or not told apart",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One number of one table."""

    table: int
    """The table's place in the report, from 1."""
    title: str
    """Its title; "" where the answer before has the same."""
    field: str
    arrow: str
    direction: str
    who: str
    """The systems that stand best."""
    value: str
    """Of the best, with its interval."""
    symbol: str
    said: str
    """What stands behind it."""


def answers(report: Report) -> tuple[Answer, ...]:
    """Every table's answer, by its first two main numbers that have a direction."""
    found: list[Answer] = []
    for place, table in enumerate(report.tables, start=1):
        grid = headlines(table)
        told = [at for at, column in enumerate(grid.columns) if column.arrow][:_FIELDS]
        named = filter(None, (_answer(place, table.title, grid, at) for at in told))
        found += [replace(a, title="") if at else a for at, a in enumerate(named)]
    return tuple(found)


def _answer(place: int, title: str, grid: Grid, at: int) -> Answer | None:
    """One column's answer; None where no system has a value."""
    column = grid.columns[at]
    rows = [row for row in grid.rows if row.cells[at].standing is not Standing.OTHER]
    rows = list(grid.rows) if len(grid.rows) == 1 else rows
    if not rows or rows[0].cells[at].value == numbers.DASH:
        return None
    cell = _best(column, rows, at).cells[at]
    return Answer(
        table=place,
        title=title,
        field=column.field,
        arrow=column.arrow,
        direction=column.direction,
        who=_who(rows),
        value=f"{cell.value} {cell.interval}".rstrip(),
        symbol=cell.standing.value,
        said=_SAID.get(cell.standing, "the only system"),
    )


def _best(column: Column, rows: list[Row], at: int) -> Row:
    """Of the systems that are level the one with the best estimate."""

    def value(row: Row) -> float:
        score = row.cells[at].score
        return score.value if score is not None and score.value is not None else float("nan")

    return max(rows, key=value) if column.arrow == "↑" else min(rows, key=value)


def _who(rows: list[Row]) -> str:
    names = [row.system for row in rows]
    if len(names) <= _NAMED:
        return " · ".join(names)
    return f"{' · '.join(names[:_NAMED])} and {len(names) - _NAMED} more"
