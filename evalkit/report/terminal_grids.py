"""Score tables for a terminal: numbers are never cut, names may wrap.

Systems stand in rows and fields in columns or the other way about, whichever needs fewer blocks
and lines; as many columns as fit go side by side and the others follow below. A table that would
take many such blocks is shown without its intervals, at last without its last columns, and both
are said.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from evalkit.report import visible
from evalkit.report.overview import Cell, Column, Grid, headlines, lead
from evalkit.report.standing import Standing
from evalkit.report.terminal_pairs import pair_parts
from evalkit.report.terminal_parts import GAP, LONGEST, footnotes, plain, sheet, shortened
from evalkit.results import Table

__all__ = ["footnotes", "plain", "score_table", "sheet"]

_NAME = 18
"""Widest that a name makes its column; a longer one wraps."""
_BLOCKS = 4
"""Blocks of columns from which on intervals are left out."""
_MOST_BLOCKS = 10
"""Blocks of columns that are shown."""
_STYLES = {
    Standing.BEST: "bold green",
    Standing.UNTESTED: "bold",
    Standing.LEVEL: "bold",
    Standing.OTHER: "",
}


@dataclass(frozen=True, slots=True)
class _Side:
    """A column of numbers."""

    head: Text
    cells: list[Text]

    @property
    def width(self) -> int:
        """What it needs: its cells whole, its head wrapped."""
        return max(min(_NAME, self.head.cell_len), *(cell.cell_len for cell in self.cells))


@dataclass(frozen=True, slots=True)
class _Layout:
    """A grid one way about."""

    names: list[Text]
    """Of the rows."""
    name_width: int
    sides: list[_Side]
    what: str
    """What the columns are, for a word on those that are left out."""

    def blocks(self, width: int) -> list[list[_Side]]:
        """The columns, as many at a time as fit."""
        room = width - self.name_width - GAP
        found: list[list[_Side]] = [[]]
        used = 0
        for side in self.sides:
            if found[-1] and used + side.width > room:
                found.append([])
                used = 0
            found[-1].append(side)
            used += side.width + GAP
        return found

    def n_lines(self, width: int) -> int:
        """Lines that it takes, nearly."""
        rows = sum(-(-max(1, name.cell_len) // self.name_width) for name in self.names)
        heads = (
            1 + max(-(-side.head.cell_len // side.width) for side in block)
            for block in self.blocks(width)
        )
        return sum(rows + head for head in heads)


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
    yield from pair_parts(table, width)


def _drawn(grid: Grid, width: int) -> Iterator[RenderableType]:
    layout = _layout(grid, width)
    blocks = layout.blocks(width)
    said = []
    if len(blocks) > _BLOCKS and any(cell.interval for row in grid.rows for cell in row.cells):
        layout = _layout(_bare(grid), width)
        blocks = layout.blocks(width)
        said.append("intervals")
    for block in blocks[:_MOST_BLOCKS]:
        yield _block(layout, block)
    left_out = sum(map(len, blocks[_MOST_BLOCKS:]))
    said += [f"{left_out} more {layout.what}"] if left_out else []
    if any(len(row.system) > LONGEST for row in grid.rows):
        yield plain("names are shortened; whole: report --format csv")
    if said:
        yield plain(
            f"{' and '.join(said)}: in a wider terminal, by --system or --table, in the page, or "
            "report --format csv"
        )


def _layout(grid: Grid, width: int) -> _Layout:
    """Systems down or across, whichever takes fewer blocks, then fewer lines."""
    systems = list(map(Text, shortened([visible.line(row.system) for row in grid.rows])))
    across = _Layout(
        names=[_label(column) for column in grid.columns],
        name_width=_NAME,
        sides=[_Side(s, _aligned(row.cells)) for s, row in zip(systems, grid.rows, strict=True)],
        what="systems",
    )
    down = _Layout(
        names=systems,
        name_width=_NAME,
        sides=[
            _Side(_label(column), _aligned([row.cells[at] for row in grid.rows]))
            for at, column in enumerate(grid.columns)
        ],
        what="fields",
    )
    fitted = [
        replace(each, name_width=min(most, max(name.cell_len for name in each.names)))
        for each in (across, down)
        for most in (_NAME, width // 2)
    ]
    return min(fitted, key=lambda each: (len(each.blocks(width)), each.n_lines(width)))


def _bare(grid: Grid) -> Grid:
    rows = [
        replace(row, cells=tuple(replace(cell, interval="") for cell in row.cells))
        for row in grid.rows
    ]
    return replace(grid, rows=tuple(rows))


def _block(layout: _Layout, block: Sequence[_Side]) -> RenderableType:
    drawn = sheet()
    drawn.add_column("", overflow="fold", max_width=layout.name_width)
    for side in block:
        drawn.add_column(
            side.head, min_width=side.width, max_width=side.width, justify="right", overflow="fold"
        )
    for at, name in enumerate(layout.names):
        drawn.add_row(name, *(side.cells[at] for side in block))
    return Padding(drawn, (1, 0, 0, 0), expand=False)


def _label(column: Column) -> Text:
    name = f"{visible.line(column.field)} {column.arrow}".rstrip()
    return Text.assemble(name, (f" {visible.line(column.unit)}", "dim"))


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
