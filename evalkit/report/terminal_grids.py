"""Score tables and comparisons for a terminal: numbers are never cut, names may wrap.

Whichever there are more of, systems or fields, stands in rows. Where systems stand in columns, as
many as fit go side by side and the others follow below.
"""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table as Drawn
from rich.text import Text

from evalkit.report import visible
from evalkit.report.comparing import Comparisons, comparisons
from evalkit.report.overview import Cell, Column, Grid, Row, headlines, lead
from evalkit.report.standing import Standing
from evalkit.results import Table

__all__ = ["footnotes", "plain", "score_table", "sheet"]

_GAP = 2
_NAME = 18
"""Widest that a name makes its column; a longer one wraps."""
_ROOMY = 100
"""Width from which comparisons show all their columns."""
_STYLES = {
    Standing.BEST: "bold green",
    Standing.UNTESTED: "bold",
    Standing.LEVEL: "bold",
    Standing.OTHER: "",
}


def score_table(table: Table, width: int) -> Iterator[RenderableType]:
    """A table's title, numbers, footnotes and comparisons."""
    yield Text(visible.line(table.title), style="bold")
    yield plain(lead(table))
    for note in table.notes:
        yield plain(note)
    grid = headlines(table)
    if not grid.columns:
        yield plain("Nothing was scored.")
        return
    yield from _drawn(grid, width)
    for standing in grid.legend:
        yield plain(f"{standing.value} {standing.words}")
    yield from footnotes(grid.footnotes)
    yield from _compared(comparisons(table), width)


def _drawn(grid: Grid, width: int) -> Iterator[RenderableType]:
    if len(grid.rows) > len(grid.columns) and _fits_across(grid, width):
        yield _fields(grid)
    else:
        for rows in _chunks(grid, width):
            yield _systems(grid.columns, rows)


def sheet(*names: tuple[str, bool]) -> Drawn:
    """An empty table; of each column the head and whether it holds numbers, which never wrap."""
    drawn = Drawn(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="dim")
    for name, is_number in names:
        if is_number:
            drawn.add_column(Text(visible.line(name)), justify="right", overflow="fold")
        else:
            drawn.add_column(Text(visible.line(name)), overflow="fold")
    return drawn


def plain(text: str, style: str = "dim") -> Text:
    """A line from the data."""
    return Text(visible.line(text), style=style)


def footnotes(notes: Sequence[tuple[str, str]]) -> Iterator[Text]:
    """The footnotes of a table, one to a line."""
    for letter, reason in notes:
        yield plain(f"{letter}  {reason}")


def _chunks(grid: Grid, width: int) -> Iterator[list[Row]]:
    """The rows (systems), as many at a time as fit beside the names of the fields."""
    names = min(_NAME, max(cell_len(_label(column).plain) for column in grid.columns))
    room = width - names - _GAP
    chunk: list[Row] = []
    used = 0
    for row in grid.rows:
        needs = max(_width(row), min(_NAME, cell_len(visible.line(row.system)))) + _GAP
        if chunk and used + needs > room:
            yield chunk
            chunk, used = [], 0
        chunk.append(row)
        used += needs
    yield chunk


def _fits_across(grid: Grid, width: int) -> bool:
    """Whether all fields fit side by side, beside the names of the systems."""
    names = max(cell_len(visible.line(row.system)) for row in grid.rows)
    widest = max(_width(row) for row in grid.rows)
    heads = [_label(column).cell_len for column in grid.columns]
    return names + sum(max(head, widest) + _GAP for head in heads) <= width


def _fields(grid: Grid) -> RenderableType:
    """Systems in rows, fields in columns."""
    drawn = sheet(("", False))
    for column in grid.columns:
        drawn.add_column(_label(column), justify="right", no_wrap=True)
    by_column = [_aligned([row.cells[at] for row in grid.rows]) for at in range(len(grid.columns))]
    for at, row in enumerate(grid.rows):
        name = Text(visible.line(row.system))
        drawn.add_row(name, *(column[at] for column in by_column))
    return Padding(drawn, (1, 0, 0, 0), expand=False)


def _systems(columns: Sequence[Column], rows: Sequence[Row]) -> RenderableType:
    drawn = sheet(("", False))
    for row in rows:
        name = Text(visible.line(row.system))
        drawn.add_column(name, min_width=_width(row), justify="right", overflow="fold")
    values = [_values(row) for row in rows]
    for at, column in enumerate(columns):
        drawn.add_row(_label(column), *(value[at] for value in values))
    return Padding(drawn, (1, 0, 0, 0), expand=False)


def _label(column: Column) -> Text:
    name = f"{visible.line(column.field)} {column.arrow}".rstrip()
    return Text.assemble(name, (f" {visible.line(column.unit)}", "dim"))


def _width(row: Row) -> int:
    return max(value.cell_len for value in _values(row))


def _values(row: Row) -> list[Text]:
    """A system's values, in line."""
    return _aligned(row.cells)


def _aligned(cells: Sequence[Cell]) -> list[Text]:
    """Values one below the other; what follows a number is padded, so that they stand in line."""
    tails = [_tail(cell) for cell in cells]
    widest = max(tail.cell_len for tail in tails)
    shown = []
    for cell, tail in zip(cells, tails, strict=True):
        tail.pad_right(widest - tail.cell_len)
        value = Text(cell.value, style=_STYLES[cell.standing], no_wrap=True)
        shown.append(value.append_text(tail))
    return shown


def _tail(cell: Cell) -> Text:
    """What follows a number: interval, standing, letters of its footnotes."""
    tail = Text()
    if cell.interval:
        tail.append(f" {cell.interval}", "not bold dim")
    if cell.standing.value:
        tail.append(f" {cell.standing.value}")
    if cell.note:
        tail.append(f" {cell.note}", "not bold dim")
    return tail


def _compared(found: Comparisons, width: int) -> Iterator[RenderableType]:
    if not found.rows:
        return
    yield Text()
    yield plain(f"Comparisons: {found.summary}", "")
    if any(row.tested for row in found.rows):
        yield _pairs(found, roomy=width >= _ROOMY)
        if width < _ROOMY:
            yield plain(
                "effect, could show, wins, losses, ties, items: with more width or in the page"
            )
        else:
            yield plain(found.legend)
    for ranking in found.rankings:
        yield plain(ranking)
    yield from footnotes(found.footnotes)


def _pairs(found: Comparisons, *, roomy: bool) -> Drawn:
    more = ("effect", "could show", "wins/losses/ties", "items") if roomy else ()
    numbers = ("difference", "p", found.p_adjusted, *more)
    drawn = sheet(("systems", False), ("", False), *((name, True) for name in numbers))
    for row in found.rows:
        pair = f"{row.field}: {row.system_a} − {row.system_b}"
        verdict = f"{row.verdict} {row.note}".rstrip()
        outcomes = f"{row.wins}/{row.losses}/{row.ties}"
        extra = (row.effect, row.smallest, outcomes, row.n_items) if roomy else ()
        values = (row.delta, row.p, row.p_adjusted, *extra)
        drawn.add_row(
            plain(pair, ""), plain(verdict, ""), *(Text(value, no_wrap=True) for value in values)
        )
    return drawn
