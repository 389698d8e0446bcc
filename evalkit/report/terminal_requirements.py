"""What fell short of the requirements, for a terminal."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from evalkit.report.requirements import asked
from evalkit.report.terminal_grids import footnotes, plain, sheet
from evalkit.results import Requirement

__all__ = ["requirement_parts"]


def requirement_parts(requirements: Sequence[Requirement]) -> Iterator[RenderableType]:
    """A table of what fell short, and how many scores are met; nothing without requirements."""
    found = asked(requirements)
    if found is None:
        return
    yield Text("Requirements", style="bold")
    yield plain(found.summary, "bold red" if found.short else "green")
    if found.short:
        drawn = sheet(("score", False), ("required", True), ("found", True))
        for row in found.short:
            values = (row.required, f"{row.found} {row.note}".rstrip())
            drawn.add_row(plain(row.place, ""), *(Text(value, no_wrap=True) for value in values))
        yield Padding(drawn, (1, 0, 0, 0), expand=False)
        yield from footnotes(found.footnotes)
