"""What everything on a terminal is made of: escaped lines, empty tables, footnotes."""

from collections.abc import Iterator, Sequence

from rich.table import Table as Drawn
from rich.text import Text

from evalkit.report import visible

__all__ = ["GAP", "LONGEST", "footnotes", "plain", "sheet", "shortened"]

GAP = 2
"""Cells between two columns."""
LONGEST = 48
"""Characters of a name, from which on its middle is left out."""


def sheet(*names: tuple[str, bool]) -> Drawn:
    """An empty table; of each column the head and whether it holds numbers, which never wrap."""
    drawn = Drawn(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="dim")
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


def shortened(names: Sequence[str]) -> list[str]:
    """Names without the middle of those that are very long, while each stays unlike the others.

    >>> shortened(["a" * 60 + "1", "b"])[0]
    'aaaaaaaaaaaaaaaaaaaaaaa…aaaaaaaaaaaaaaaaaaaaaaa1'
    >>> len(shortened(["a" * 40 + letter + "a" * 40 for letter in "xy"])[0])
    81
    """
    half = LONGEST // 2
    short = [n if len(n) <= LONGEST else f"{n[: half - 1]}…{n[-half:]}" for n in names]
    return [whole if short.count(cut) > 1 else cut for whole, cut in zip(names, short, strict=True)]
