"""The sanity gate's counts, laid out: systems by kinds of finding, with what was not looked for.

Kinds that no system has are named in one line instead of a column of zeros, and so are tables in
which nothing was found.
"""

from dataclasses import dataclass

from evalkit.report import numbers
from evalkit.report.footnotes import Footnotes
from evalkit.results import Report, SanityKind, SanityRow, SanityTable

__all__ = ["SanityGrid", "SanityLine", "clear", "found", "grids"]

_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class SanityLine:
    """One system."""

    system: str
    n_outputs: str
    cells: tuple[str, ...]
    """A count for each kind that is shown; a dash with a letter where it was not looked for."""


@dataclass(frozen=True, slots=True)
class SanityGrid:
    """One table's outputs."""

    title: str
    lead: str
    """How many outputs, and what the numbers count."""
    notes: tuple[str, ...]
    kinds: tuple[SanityKind, ...]
    """Those that some system has."""
    lines: tuple[SanityLine, ...]
    footnotes: tuple[tuple[str, str], ...]
    absent: str
    """The kinds that were looked for and not found, and those that were not looked for."""
    examples: tuple[tuple[str, str, str, str], ...]
    """System, output, kind and message of the first few findings of each kind."""


def grids(report: Report) -> tuple[SanityGrid, ...]:
    """Every table of the report in which something was found."""
    return tuple(_grid(table) for table in report.sanity if _found(table))


def clear(report: Report) -> str:
    """A sentence that names the tables in which nothing was found; "" where there are none."""
    titles = [table.title for table in report.sanity if table.rows and not _found(table)]
    return f"The sanity gate found nothing in: {'; '.join(titles)}." if titles else ""


def found(report: Report) -> tuple[str, ...]:
    """A line for each table in which the gate found something: how many findings of which kind."""
    lines = []
    for table in report.sanity:
        counts = [(k.title, sum(r.counts.get(k.name, 0) for r in table.rows)) for k in table.kinds]
        listed = ", ".join(f"{title} {numbers.count(n)}" for title, n in counts if n)
        if listed:
            lines.append(f"{table.title}: {listed}")
    return tuple(lines)


def _found(table: SanityTable) -> bool:
    return any(n for row in table.rows for n in row.counts.values())


def _grid(table: SanityTable) -> SanityGrid:
    shown = tuple(kind for kind in table.kinds if any(r.counts.get(kind.name) for r in table.rows))
    notes = Footnotes()
    lines = tuple(_line(row, shown, notes) for row in table.rows)
    return SanityGrid(
        title=table.title,
        lead=f"{_plural(table.unit).capitalize()} with such a finding, of those looked at.",
        notes=table.notes,
        kinds=shown,
        lines=lines,
        footnotes=notes.entries,
        absent=_absent(table, shown),
        examples=_examples(table),
    )


def _line(row: SanityRow, shown: tuple[SanityKind, ...], notes: Footnotes) -> SanityLine:
    cells = []
    for kind in shown:
        if kind.name in row.counts:
            cells.append(numbers.count(row.counts[kind.name]))
        else:
            why = row.unchecked.get(kind.name, "not looked for")
            cells.append(f"{numbers.DASH} {notes.mark(why)}")
    return SanityLine(row.system, numbers.count(row.n_outputs), tuple(cells))


def _absent(table: SanityTable, shown: tuple[SanityKind, ...]) -> str:
    hidden = [kind for kind in table.kinds if kind not in shown]
    clear = [k.title for k in hidden if any(k.name in row.counts for row in table.rows)]
    reasons: dict[str, list[str]] = {}
    for kind in hidden:
        if kind.title not in clear:
            why = next((row.unchecked[kind.name] for row in table.rows), "")
            reasons.setdefault(why, []).append(kind.title)
    parts = [f"Looked for and not found: {', '.join(clear)}."] if clear else []
    parts += [f"Not looked for ({why}): {', '.join(kinds)}." for why, kinds in reasons.items()]
    return " ".join(parts)


def _examples(table: SanityTable) -> tuple[tuple[str, str, str, str], ...]:
    titles = {kind.name: kind.title for kind in table.kinds}
    n_shown: dict[tuple[str, str], int] = {}
    found = []
    for finding in table.findings:
        key = (finding.system, finding.kind)
        n_shown[key] = n_shown.get(key, 0) + 1
        if n_shown[key] <= _EXAMPLES:
            place = finding.document if not finding.index else f"{finding.document} {finding.index}"
            found.append((finding.system, place, titles[finding.kind], finding.message))
    return tuple(found)


def _plural(unit: str) -> str:
    return f"{unit}s"
