"""How each kind of figure is drawn: from the records of a report to matplotlib figures.

Every function yields names and figures, one at a time, so that a large run holds one in memory.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from evalkit.report import visible
from evalkit.report.fields import Named, headline_fields
from evalkit.report.overview import Column, Grid, headlines
from evalkit.report.reading import telling
from evalkit.results import Item, MarkedDocument, Report, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["distributions", "intervals", "profiles", "scatters"]

_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_MARKERS = "osD^vPX"
_PANELS = 4
"""Panels side by side."""
_LONGEST = 32
"""Characters of a name on an axis; a longer one ends in …."""
_BOXED = 10
"""Items from which on a box is drawn over them: quartiles of fewer say little."""
_PAIRS = 10
"""Pairs of systems of one table that are drawn against each other."""

Found = Iterator[tuple[str, "Figure"]]


def intervals(report: Report) -> Found:
    """Each table's headline scores: a panel for each number, a line for each system."""
    for table in report.tables:
        grid = headlines(table)
        if not grid.columns:
            continue
        figure, axes = _panels(len(grid.columns), 1.0 + 0.24 * len(grid.rows))
        for at, (axis, column) in enumerate(zip(axes, grid.columns, strict=True)):
            _dots(axis, grid, at, column)
        figure.suptitle(visible.line(table.title))
        yield table.name, figure


def _dots(axis: "Axes", grid: Grid, at: int, column: Column) -> None:
    for line, row in enumerate(grid.rows):
        score = row.cells[at].score
        if score is None or score.value is None:
            continue
        colour, marker = _look(line)
        axis.plot(score.value, line, color=colour, marker=marker, markersize=5)
        if score.low is not None and score.high is not None:
            axis.plot([score.low, score.high], [line, line], color=colour, linewidth=1.5)
    axis.set_yticks(range(len(grid.rows)), [_short(row.system) for row in grid.rows])
    axis.set_ylim(len(grid.rows) - 0.5, -0.5)
    axis.grid(axis="x", color="0.9")
    axis.set_xlabel(_label(column.field, column.arrow, column.unit))
    _within(axis, column.unit)


def distributions(report: Report) -> Found:
    """Each table's items: for each headline number the items of each system, and a box."""
    for table in report.tables:
        items = [item for item in report.items if item.table == table.name]
        fields = headline_fields(table, (name for item in items for name in item.scores))
        if not fields:
            continue
        figure, axes = _panels(len(fields), 1.0 + 0.34 * len(table.systems))
        for axis, field in zip(axes, fields, strict=True):
            _boxes(axis, table, items, field)
        figure.suptitle(f"{visible.line(table.title)}: {table.unit}s")
        yield table.name, figure


def _boxes(axis: "Axes", table: Table, items: Sequence[Item], field: Named) -> None:
    for line, system in enumerate(table.systems):
        own = (item.scores.get(field.field) for item in items if item.system == system)
        values = [value for value in own if value is not None]
        if not values:
            continue
        colour, marker = _look(line)
        if len(values) >= _BOXED:
            axis.boxplot(
                [values], positions=[line], orientation="horizontal", widths=0.6, showfliers=False,
                medianprops={"color": "black"}, boxprops={"color": "0.5"},
                whiskerprops={"color": "0.5"}, capprops={"color": "0.5"}, manage_ticks=False,
            )  # fmt: skip
        axis.plot(
            values, [line] * len(values), color=colour, marker=marker, linestyle="none",
            markersize=3, alpha=max(0.15, min(0.8, 40 / len(values))),
        )  # fmt: skip
    axis.set_yticks(range(len(table.systems)), [_short(system) for system in table.systems])
    axis.set_ylim(len(table.systems) - 0.5, -0.5)
    axis.set_xlabel(_label(field.field, field.arrow, field.unit))
    _within(axis, field.unit)


def profiles(report: Report) -> Found:
    """Each text's sentences, by their place in it, on the number that tells most of them apart."""
    tables = {table.name: table for table in report.tables}
    for document in report.documents:
        same = [d for d in report.documents if d.table == document.table]
        field = telling(tables.get(document.table), [s for d in same for s in d.sentences])
        if field is not None and document.sentences:
            yield f"{document.table}.{document.system}.{document.id}", _profile(document, field)


def _profile(document: MarkedDocument, field: Named) -> "Figure":
    figure, (axis,) = _panels(1, 2.4, width=6.3)
    for sentence in document.sentences:
        value = sentence.scores.get(field.field)
        if value is not None:
            axis.plot([sentence.start, sentence.end], [value, value], color=_COLOURS[0], lw=2)
    drawn = [sentence.scores.get(field.field) for sentence in document.sentences]
    floor = min((value for value in drawn if value is not None), default=0.0)
    for mark in document.spans:
        middle = (mark.start + mark.end) / 2
        axis.plot(middle, floor, color=_COLOURS[1], marker="|", markersize=7, clip_on=False)
    axis.set_xlim(0, max(1, len(document.text)))
    axis.set_xlabel("character (short upright lines: findings)")
    axis.set_ylabel(_label(field.field, field.arrow, field.unit))
    axis.set_title(_short(f"{document.title or document.id}, {document.system}", 80))
    return figure


def scatters(report: Report) -> Found:
    """The items of two systems against each other, on the first number with a direction."""
    for table in report.tables:
        items = [item for item in report.items if item.table == table.name]
        fields = headline_fields(table, (name for item in items for name in item.scores))
        field = next((each for each in fields if each.higher_is_better is not None), None)
        if field is None:
            continue
        by_system = {
            system: {
                (item.document, item.index): value
                for item in items
                if item.system == system and (value := item.scores.get(field.field)) is not None
            }
            for system in table.systems
        }
        for a, b in list(combinations(table.systems, 2))[:_PAIRS]:
            common = [place for place in by_system[a] if place in by_system[b]]
            if common:
                points = [(by_system[a][place], by_system[b][place]) for place in common]
                yield f"{table.name}.{a}.{b}", _scatter(table, field, (a, b), points)


def _scatter(
    table: Table, field: Named, systems: tuple[str, str], points: Sequence[tuple[float, float]]
) -> "Figure":
    figure, (axis,) = _panels(1, 3.4, width=3.4)
    x, y = zip(*points, strict=True)
    low, high = min(*x, *y), max(*x, *y)
    axis.plot([low, high], [low, high], color="0.7", linewidth=1, linestyle="--")
    axis.plot(
        x, y, linestyle="none", marker="o", markersize=4, color=_COLOURS[0],
        alpha=max(0.15, min(0.8, 60 / len(points))),
    )  # fmt: skip
    axis.set_aspect("equal", adjustable="datalim")
    axis.set_xlabel(_short(systems[0]))
    axis.set_ylabel(_short(systems[1]))
    axis.set_title(_short(f"{_label(field.field, field.arrow, field.unit)}, {table.title}", 60))
    return figure


def _panels(n: int, height: float, *, width: float = 2.6) -> tuple["Figure", list["Axes"]]:
    """A figure of n panels, at most four side by side, one scale of systems for all."""
    from matplotlib.figure import Figure

    across = min(n, _PANELS)
    down = -(-n // across)
    figure = Figure(figsize=(width * across + 1.0, height * down + 0.4))
    axes = figure.subplots(down, across, squeeze=False, sharey=n > 1)
    flat = [axis for row in axes for axis in row]
    for axis in flat[n:]:
        axis.set_visible(False)
    return figure, flat[:n]


def _within(axis: "Axes", unit: str) -> None:
    """No axis of percent goes far beyond them, as one does whose values are all 100."""
    low, high = axis.get_xlim()
    if unit in ("0-100", "%") and low < 100 < high:
        axis.set_xlim(low, min(high, 100 + 0.03 * (100 - low)))


def _look(number: int) -> tuple[str, str]:
    """A system's colour and marker."""
    return _COLOURS[number % len(_COLOURS)], _MARKERS[number % len(_MARKERS)]


def _label(field: str, arrow: str, unit: str) -> str:
    return f"{visible.line(field)} {arrow}".rstrip() + f" ({visible.line(unit)})"


def _short(name: str, longest: int = _LONGEST) -> str:
    shown = visible.line(name)
    return shown if len(shown) <= longest else f"{shown[: longest - 1]}…"
