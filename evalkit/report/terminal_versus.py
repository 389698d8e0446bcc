"""Two systems side by side on a terminal; one above the other where it is narrow."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table as Drawn
from rich.text import Text

from evalkit.report import visible
from evalkit.report.terminal_parts import plain
from evalkit.report.terminal_texts import flowing
from evalkit.report.versus import Duel, Versus

__all__ = ["duel_parts"]

_BESIDE = 100
"""Width from which two texts stand side by side."""


def duel_parts(duel: Duel, width: int, *, coloured: bool) -> Iterator[RenderableType]:
    """One table's items of two systems."""
    yield plain(f"{duel.title}: {duel.system_a} and {duel.system_b}", "bold")
    by = f", by {duel.field}, largest difference first" if duel.field else ""
    yield plain(f"{len(duel.rows)} of {duel.n_items} items{by}")
    for row in duel.rows:
        yield Text()
        yield from _row(duel, row, width, coloured=coloured)


def _row(duel: Duel, row: Versus, width: int, *, coloured: bool) -> Iterator[RenderableType]:
    yield plain(row.place, "bold")
    yield plain("   ".join(row.scores))
    a = flowing(row.a, (), shade="removed", coloured=coloured)
    b = flowing(row.b, (), shade="added", coloured=coloured)
    if row.same:
        yield plain("both wrote the same:")
        yield Padding(b, (0, 0, 0, 2), expand=False)
    elif width >= _BESIDE:
        half = (width - 4) // 2
        drawn = Drawn(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
        for system in (duel.system_a, duel.system_b):
            drawn.add_column(Text(visible.line(system)), width=half, overflow="fold")
        drawn.add_row(a, b)
        yield drawn
    else:
        for system, text in ((duel.system_a, a), (duel.system_b, b)):
            yield plain(system)
            yield Padding(text, (0, 0, 0, 2), expand=False)
    for name, reference in row.references:
        yield plain(f"reference {name}")
        yield Padding(plain(reference), (0, 0, 0, 2), expand=False)
