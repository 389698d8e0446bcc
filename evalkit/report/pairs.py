"""Paired comparisons in full: for a terminal, as CSV and as LaTeX. Formats, computes nothing."""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.cells import cell_len
from rich.console import RenderableType
from rich.text import Text

from evalkit.records import Field
from evalkit.report import numbers, visible
from evalkit.report.footnotes import Footnotes
from evalkit.report.latex import escape, number
from evalkit.report.long_form import safe
from evalkit.report.terminal_grids import footnotes, plain, sheet
from evalkit.stats.contrasts import Contrast
from evalkit.stats.ranking import Ranked
from evalkit.stats.results import Comparison

__all__ = ["COLUMNS", "as_csv", "as_latex", "as_text", "note_of"]

COLUMNS = (
    "metric", "scale", "system_a", "system_b", "value_a", "value_b", "delta", "low", "high", "p",
    "p_adjusted", "effect", "standard_error", "share_won", "won", "lost", "tied", "n_items",
    "n_dropped", "smallest_difference", "note", "test", "interval",
)  # fmt: skip
"""The header of the CSV."""

_NUMBERS = 66
"""Cells that all columns of numbers take."""
_NAMES = 24
"""Widest that the names of a pair make their column; longer ones wrap."""
_ARROWS = {True: " ↑", False: " ↓", None: ""}


def note_of(comparison: Comparison) -> str:
    """Why there is no p-value or no interval, or what to mind."""
    said = (comparison.test.reason, comparison.interval.reason, *comparison.warnings)
    return "; ".join(dict.fromkeys(filter(None, said)))


def as_text(found: Sequence[Contrast], *, width: int, correction: str) -> Iterator[RenderableType]:
    """Field by field the ranking and the pairs, in as many columns as fit.

    Args:
        found: the comparisons.
        width: of the terminal, in cells.
        correction: what p-values were adjusted by: ``holm``, ``bh`` or ``none``.
    """
    notes = Footnotes()
    pairs = {_pair(each) for contrast in found for each in contrast.comparisons}
    roomy = width >= _NUMBERS + min(_NAMES, max(map(cell_len, pairs), default=0))
    for contrast in found:
        field = contrast.field
        yield Text(
            f"{visible.line(field.name)}{_ARROWS[field.higher_is_better]} {field.unit}", "bold"
        )
        if contrast.ranking:
            yield _ranking(contrast)
        yield _pairs(contrast, notes, roomy=roomy, correction=correction)
        yield Text()
    yield from footnotes(notes.entries)
    if not roomy:
        yield plain("p before the correction, Δ/SE, items won: in a wider terminal, or csv, json")
    yield from map(plain, _legend(found))


def as_csv(found: Sequence[Contrast]) -> str:
    """Every pair in one row, numbers in full; what is undefined is an empty cell."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for contrast in found:
        for each in contrast.comparisons:
            writer.writerow(_row(each))
    return file.getvalue()


def as_latex(found: Sequence[Contrast], *, correction: str) -> str:
    """A ``table`` with booktabs: a row per pair; p below 0.05 in bold."""
    lines = [rf"% {visible.line(text)}" for text in _legend(found)]
    lines += [r"\begin{table}", r"\centering", r"\begin{tabular}{llrlrrrr}", r"\toprule"]
    heads = ["Metric", "Systems", r"$\Delta$", "Interval", f"$p$ ({escape(correction)})"]
    lines += [" & ".join([*heads, r"$\Delta$/SE", "Won", "Smallest"]) + r" \\"]
    for contrast in found:
        lines.append(r"\midrule")
        lines += [_latex_row(each) for each in contrast.comparisons]
    lines += [r"\bottomrule", r"\end{tabular}"]
    notes = sorted({note_of(each) for c in found for each in c.comparisons} - {""})
    said = " ".join(escape(note) + "." for note in notes)
    lines += [
        r"\caption{$\Delta$: first less second; bold: $p < 0.05$; smallest: the smallest "
        rf"difference that these items could show. {said}}}",
        r"\end{table}",
    ]
    return "\n".join(lines) + "\n"


def _ranking(contrast: Contrast) -> RenderableType:
    drawn = sheet(("cluster", True), ("system", False), ("score", True), ("rank", True))
    for cluster, members in groupby(contrast.ranking, key=lambda each: each.cluster):
        for at, each in enumerate(members):
            shown = str(cluster) if at == 0 else ""
            value = numbers.score(each.value, contrast.field.unit)
            drawn.add_row(shown, plain(each.system, ""), value, _rank(each))
    return drawn


def _rank(each: Ranked) -> str:
    if each.best_rank == each.worst_rank:
        return str(each.best_rank)
    return f"{each.best_rank}-{each.worst_rank}"


def _pairs(contrast: Contrast, notes: Footnotes, *, roomy: bool, correction: str) -> RenderableType:
    adjusted = {"holm": "p, Holm", "bh": "p, BH"}.get(correction, "p")
    heads = ["Δ", "interval", *(["p"] if roomy and adjusted != "p" else []), adjusted]
    heads += ["Δ/SE", "won", "smallest"] if roomy else ["smallest"]
    drawn = sheet(("", False), *((head, True) for head in heads), ("", False))
    for each in contrast.comparisons:
        cells = [*_delta(each, contrast.field)]
        if roomy and adjusted != "p":
            cells.append(numbers.p_value(each.test.p))
        cells.append(numbers.p_value(each.p_adjusted))
        if roomy:
            cells.append(numbers.difference(each.effect, "standard errors"))
            cells.append(_share(each.share_won))
        cells.append(numbers.score(each.smallest_difference, contrast.field.unit))
        letter = notes.mark(note_of(each))
        drawn.add_row(
            plain(_pair(each), ""), *(Text(cell, no_wrap=True) for cell in cells), plain(letter)
        )
    return drawn


def _pair(each: Comparison) -> str:
    return f"{visible.line(each.system_a)} − {visible.line(each.system_b)}"


def _delta(each: Comparison, field: Field) -> tuple[str, str]:
    interval = numbers.interval(each.interval.low, each.interval.high, field.unit)
    return numbers.difference(each.difference, field.unit), interval or numbers.DASH


def _share(share: float) -> str:
    return numbers.score(100 * share, "%")


def _legend(found: Sequence[Contrast]) -> Iterator[str]:
    pairs = [each for contrast in found for each in contrast.comparisons]
    yield (
        "Δ: first less second; won: percent of the items on which the first is better; smallest: "
        "the smallest difference that these items could show (80 % power, p < 0.05)"
    )
    for signature in dict.fromkeys(each.test.signature for each in pairs):
        yield f"p: {signature}"
    for signature in dict.fromkeys(each.interval.signature for each in pairs):
        yield f"interval: {signature}"


def _row(each: Comparison) -> list[str]:
    values = (each.value_a, each.value_b, each.difference, each.interval.low, each.interval.high)
    shares = (each.test.p, each.p_adjusted, each.effect, each.interval.standard_error)
    counts = (each.n_won, each.n_lost, each.n_tied, each.n_items, each.n_dropped)
    texts = (note_of(each), each.test.signature, each.interval.signature)
    return [
        *map(safe, (each.field.name, each.field.unit, each.system_a, each.system_b)),
        *map(_full, (*values, *shares, each.share_won)),
        *map(str, counts),
        _full(each.smallest_difference),
        *map(safe, texts),
    ]


def _full(value: float) -> str:
    """The number in full, "" where it is undefined."""
    return repr(float(value)) if value == value else ""


def _latex_row(each: Comparison) -> str:
    delta, interval = _delta(each, each.field)
    p = number(numbers.p_value(each.p_adjusted))
    bold = rf"\textbf{{{p}}}" if each.p_adjusted < 0.05 else p
    cells = [
        escape(each.field.name),
        f"{escape(each.system_a)} $-$ {escape(each.system_b)}",
        number(delta),
        number(interval).replace("[", "{[}"),
        bold.replace("<", "$<$"),
        number(numbers.difference(each.effect, "standard errors")),
        number(_share(each.share_won)),
        number(numbers.score(each.smallest_difference, each.field.unit)),
    ]
    return " & ".join(cells) + r" \\"
