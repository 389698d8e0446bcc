"""A finished run in Python: ``evalkit.load_run(folder)``, for notebooks and scripts.

It holds what ``report.json`` holds and computes nothing; no model is needed. pandas and datasets
are loaded when they are asked for.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from evalkit.report import provenance, visible
from evalkit.report.frames import frame
from evalkit.report.overview import Cell, headlines, lead
from evalkit.report.requirements import asked
from evalkit.results import Report, Table
from evalkit.store.folder import read_report

if TYPE_CHECKING:
    import pandas as pd
    from datasets import Dataset

__all__ = ["Run", "load_run"]

_CELL = "padding: 0.2em 0.9em 0.2em 0; border-bottom: 1px solid; border-color: inherit"
"""Colours are the notebook's own, so that light and dark are."""


def load_run(folder: str | Path) -> "Run":
    """The finished run in a folder.

    Args:
        folder: a run folder, as ``evalkit run`` makes them.

    Raises:
        StoreError: no such folder, no finished run in it, damaged, or of a newer evalkit.
    """
    path = Path(folder)
    return Run(read_report(path), path)


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run."""

    report: Report = field(repr=False)
    """All of it: ``run``, ``tables``, ``documents``, ``items``, ``sanity``, ``requirements``."""
    folder: Path
    """Where it was read."""

    @property
    def name(self) -> str:
        """The config's name."""
        return self.report.run.name

    @property
    def tables(self) -> dict[str, Table]:
        """The tables by name."""
        return {table.name: table for table in self.report.tables}

    def to_pandas(self, of: str = "scores") -> "pd.DataFrame":
        """A table of the run as a pandas DataFrame.

        Args:
            of: ``scores`` (a row per table, system and number), ``comparisons``, ``items``,
                ``sentences`` or ``requirements``.

        Raises:
            ConfigError: there is no such table.
            MissingExtraError: pandas is not installed.
        """
        return frame(self.report, of).to_pandas()

    def to_dataset(self, of: str = "items") -> "Dataset":
        """A table of the run as a Dataset of the ``datasets`` library; see ``to_pandas``."""
        return frame(self.report, of).to_dataset()

    def _repr_html_(self) -> str:
        """The headline scores, for a notebook; everything from the run is escaped."""
        head = provenance.heading(self.report)
        parts = [f"<p><strong>{_safe(head.name)}</strong> {_safe(', '.join(head.facts))}</p>"]
        parts += [f"<p>⚠ {_safe(warning)}</p>" for warning in head.warnings]
        for table in self.report.tables:
            parts += _table(table)
        required = asked(self.report.requirements)
        parts += [f"<p>{_safe(required.summary)}</p>"] if required else []
        return f"<div>{''.join(parts)}</div>"


def _table(table: Table) -> Iterator[str]:
    grid = headlines(table)
    yield f"<p><strong>{_safe(table.title)}</strong><br>{_safe(lead(table))}</p>"
    if not grid.columns:
        yield "<p>Nothing was scored.</p>"
        return
    heads = [f"{c.field} {c.arrow}".rstrip() for c in grid.columns]
    yield '<table style="border-collapse: collapse"><thead><tr>'
    yield f'<th scope="col" style="{_CELL}; text-align: left">system</th>'
    yield from (
        f'<th scope="col" style="{_CELL}; text-align: right" title="{_safe(column.unit)}">'
        f"{_safe(head)}</th>"
        for head, column in zip(heads, grid.columns, strict=True)
    )
    yield "</tr></thead><tbody>"
    for row in grid.rows:
        yield f'<tr><th scope="row" style="{_CELL}; text-align: left">{_safe(row.system)}</th>'
        yield from (f'<td style="{_CELL}; text-align: right">{_cell(c)}</td>' for c in row.cells)
        yield "</tr>"
    yield "</tbody></table>"
    yield from (f"<p>{s.value} {_safe(s.words)}</p>" for s in grid.legend)
    yield from (f"<p>{_safe(letter)}: {_safe(why)}</p>" for letter, why in grid.footnotes)


def _cell(cell: Cell) -> str:
    value = f"<strong>{cell.value}</strong>" if cell.standing.value else cell.value
    more = " ".join(filter(None, (cell.interval, cell.standing.value, cell.note)))
    return f"{value} {_safe(more)}".rstrip()


def _safe(text: str) -> str:
    return escape(visible.line(text))
