"""The sanity gate's counts for a terminal."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from evalkit.report import visible
from evalkit.report.sane import SanityGrid
from evalkit.report.terminal_grids import footnotes, plain, sheet

__all__ = ["sanity_grid"]


def sanity_grid(grid: SanityGrid) -> Iterator[RenderableType]:
    """The sanity gate's counts: kinds down, systems across, for systems are the fewer."""
    yield Text(f"Sanity: {visible.line(grid.title)}", style="bold")
    yield plain(grid.lead)
    for note in grid.notes:
        yield plain(note)
    if len(grid.lines) <= len(grid.kinds):
        drawn = sheet(("", False), *((line.system, True) for line in grid.lines))
        drawn.add_row("outputs", *(line.n_outputs for line in grid.lines))
        for at, kind in enumerate(grid.kinds):
            drawn.add_row(Text(visible.line(kind.title)), *(line.cells[at] for line in grid.lines))
        yield Padding(drawn, (1, 0, 0, 0), expand=False)
    else:
        heads = (("outputs", True), *((kind.title, True) for kind in grid.kinds))
        drawn = sheet(("", False), *heads)
        for line in grid.lines:
            drawn.add_row(Text(visible.line(line.system)), line.n_outputs, *line.cells)
        yield Padding(drawn, (1, 0, 0, 0), expand=False)
    yield from footnotes(grid.footnotes)
    if grid.absent:
        yield plain(grid.absent)
