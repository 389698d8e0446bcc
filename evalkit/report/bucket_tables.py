"""Scores by bucket, written as text, CSV or LaTeX."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from evalkit.report import numbers, visible
from evalkit.report.footnotes import Footnotes
from evalkit.report.latex import escape, number
from evalkit.report.long_form import safe
from evalkit.report.terminal_grids import footnotes, plain, sheet
from evalkit.stats.buckets import BucketScore, BucketTable

__all__ = ["COLUMNS", "as_csv", "as_latex", "as_text", "note_of"]

COLUMNS = (
    "by", "bucket", "n", "system", "metric", "scale", "value", "low", "high", "n_scored",
    "n_skipped", "note", "signature",
)  # fmt: skip
"""The header of the CSV."""
_ARROWS = {True: " ↑", False: " ↓", None: ""}
_CELL = 24
"""Cells that a system's column takes, interval included."""


def note_of(row: BucketScore, unit: str) -> str:
    """Why there is no value or no interval, or what to mind."""
    if row.n == 0:
        return f"no {unit} in this bucket"
    found = row.estimate
    said = (found.reason, found.interval.reason, found.interval.warning)
    return "; ".join(dict.fromkeys(filter(None, said)))


def as_text(found: BucketTable, *, width: int) -> Iterator[RenderableType]:
    """Metric by metric, buckets in rows and systems in columns, as many as fit side by side."""
    notes = Footnotes()
    yield plain(found.title, "bold underline")
    for scorer in dict.fromkeys(row.scorer for row in found.scores):
        cells = {(row.bucket, row.system): row for row in found.scores if row.scorer == scorer}
        field = next(iter(cells.values())).estimate.field
        yield plain(f"{scorer}{_ARROWS[field.higher_is_better]} {field.unit}", "bold")
        beside = max(1, (width - 24) // _CELL)
        for start in range(0, len(found.systems), beside):
            yield _sheet(found, cells, found.systems[start : start + beside], notes)
    yield from footnotes(notes.entries)


def as_csv(found: Sequence[BucketTable]) -> str:
    """A row per bucket, system and metric; what is undefined is an empty cell with its reason."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for table in found:
        for row in table.scores:
            each = row.estimate
            values = (each.value, each.interval.low, each.interval.high)
            writer.writerow(
                [
                    safe(table.by),
                    safe(row.bucket),
                    row.n,
                    *map(safe, (row.system, row.scorer, each.field.unit)),
                    *("" if value != value else repr(float(value)) for value in values),
                    each.n_scored,
                    each.n_skipped,
                    safe(note_of(row, table.unit)),
                    safe(row.signature),
                ]
            )
    return file.getvalue()


def as_latex(found: BucketTable) -> str:
    """A ``table`` with booktabs: metrics and buckets in rows, systems in columns."""
    heads = [f"Metric & {escape(found.by)} & {escape(found.unit)}", *map(escape, found.systems)]
    lines = [
        rf"% {visible.line(scorer)}: {visible.line(signature)}"
        for scorer, signature in {row.scorer: row.signature for row in found.scores}.items()
    ]
    lines += [r"\begin{table}", r"\centering"]
    lines += [rf"\begin{{tabular}}{{llr{'r' * len(found.systems)}}}", r"\toprule"]
    lines.append(" & ".join(heads) + r" \\")
    for scorer in dict.fromkeys(row.scorer for row in found.scores):
        lines.append(r"\midrule")
        cells = {(row.bucket, row.system): row for row in found.scores if row.scorer == scorer}
        for bucket in found.buckets:
            parts = [cells.get((bucket, system)) for system in found.systems]
            shown = [numbers.DASH if p is None else _value(p) for p in parts]
            head = [escape(scorer), escape(bucket), _sizes(parts)]
            lines.append(" & ".join([*head, *map(number, shown)]) + r" \\")
    lines += [r"\bottomrule", r"\end{tabular}", rf"\caption{{{escape(found.title)}.}}"]
    return "\n".join([*lines, r"\end{table}"]) + "\n"


def _sheet(
    found: BucketTable,
    cells: Mapping[tuple[str, str], BucketScore],
    systems: Sequence[str],
    notes: Footnotes,
) -> RenderableType:
    drawn = sheet((found.by, False), (found.unit, True), *((system, True) for system in systems))
    for bucket in found.buckets:
        parts = [cells.get((bucket, system)) for system in systems]
        shown = [_cell(part, found.unit, notes) for part in parts]
        drawn.add_row(plain(bucket, ""), _sizes(parts), *shown)
    return Padding(drawn, (0, 0, 1, 0), expand=False)


def _sizes(parts: Sequence[BucketScore | None]) -> str:
    """The bucket's size, or the sizes where systems differ."""
    sizes = [0 if part is None else part.n for part in parts]
    return "/".join(map(numbers.count, sizes if len(set(sizes)) > 1 else sizes[:1]))


def _cell(part: BucketScore | None, unit: str, notes: Footnotes) -> Text:
    if part is None:
        return Text(f"{numbers.DASH} {notes.mark(f'no {unit} in this bucket')}")
    found = part.estimate
    shown = Text(_value(part), no_wrap=True)
    shown.append(
        f" {numbers.interval(found.interval.low, found.interval.high, found.field.unit)}".rstrip(),
        "dim",
    )
    letter = notes.mark(note_of(part, unit))
    return shown.append(f" {letter}" if letter else "", "dim")


def _value(part: BucketScore) -> str:
    return numbers.score(part.estimate.value, part.estimate.field.unit)
