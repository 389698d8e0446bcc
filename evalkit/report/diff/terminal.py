"""What is different between two runs, on a terminal."""

from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.text import Text

from evalkit.report import visible
from evalkit.report.diff.layout import (
    ChangedText,
    Sheet,
    changed_texts,
    heading,
    sheets,
    unchanged,
)
from evalkit.report.terminal_grids import footnotes, plain, sheet
from evalkit.report.terminal_texts import flowing
from evalkit.results import Difference

__all__ = ["show"]

_GAP = 2
_WRAPS = 28
"""Cells that a column of words needs at most; a longer text wraps."""
_STYLES = {"better": "green", "worse": "red"}


def show(found: Difference, console: Console) -> None:
    """Prints everything that is different, then the changed texts with their changed words."""
    for part in _parts(found, console):
        console.print(part)


def _parts(found: Difference, console: Console) -> Iterator[RenderableType]:
    for line in heading(found):
        yield plain(line, "bold")
    for each in sheets(found):
        yield Text()
        yield from _sheet(each, console.width)
    if said := unchanged(found):
        yield Text()
        yield plain(said)
    coloured = console.color_system is not None and not console.no_color
    for item in changed_texts(found):
        yield Text()
        yield from _text(item, coloured=coloured)
    if found.n_items > len(found.items):
        yield Text()
        yield plain(f"{len(found.items)} of {found.n_items} changed items; --items N shows more")


def _sheet(each: Sheet, width: int) -> Iterator[RenderableType]:
    yield Text(each.title, style="bold")
    kept = _fitting(each, width)
    drawn = sheet(*((each.head[at], at in each.numeric) for at in kept))
    for row in each.rows:
        cells = [plain(row[at], _style(row[at])) for at in kept]
        drawn.add_row(*cells)
    yield Padding(drawn, (1, 0, 0, 0), expand=False)
    left_out = [name for at, name in enumerate(each.head) if at not in kept]
    if left_out:
        yield plain(f"{', '.join(left_out)}: in a wider terminal, or --format json")
    yield from footnotes(each.footnotes)


def _style(cell: str) -> str:
    return next((style for word, style in _STYLES.items() if cell.startswith(word)), "")


def _fitting(each: Sheet, width: int) -> list[int]:
    """The columns that fit, once minor ones are left out."""
    kept = list(range(len(each.head)))
    for minor in each.minor:
        if sum(_needs(each, at) + _GAP for at in kept) <= width:
            break
        kept.remove(minor)
    return kept


def _needs(each: Sheet, at: int) -> int:
    longest = max(cell_len(visible.line(row[at])) for row in (each.head, *each.rows))
    return longest if at in each.numeric else min(longest, _WRAPS)


def _text(item: ChangedText, *, coloured: bool) -> Iterator[RenderableType]:
    yield plain(item.place, "bold")
    if item.score:
        yield plain(item.score)
    if item.same:
        yield plain("the same text")
        return
    for run, flow, shade in (("a", item.before, "removed"), ("b", item.after, "added")):
        yield plain(run)
        shown = flowing(flow, (), shade=shade, coloured=coloured)
        yield Padding(shown, (0, 0, 0, 2), expand=False)
