r"""A table of scores for a paper: LaTeX with booktabs, the best in bold, ties by test daggered.

Every text from the data is escaped; whatever characters it has, it is printed as itself and never
as a command. Signatures stand in comments above the table. What is undefined is a dash, and its
reason a line below the table. Needs ``\usepackage{booktabs}`` and a Unicode engine or T1 fonts.
"""

import re
from collections.abc import Iterator, Sequence

from evalkit.report import visible
from evalkit.report.footnotes import ALL
from evalkit.report.overview import Cell, Column, Grid, headlines, lead
from evalkit.report.standing import LEVEL, Standing
from evalkit.results import Report, Table

__all__ = ["document", "escape", "number", "table"]

_COMMANDS = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "%": r"\%",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "`": r"\textasciigrave{}",
    "'": r"\textquotesingle{}",
    '"': r"\textquotedbl{}",
    "[": "{[}",
    "*": "{*}",
}
_SIGNS = {
    "−": "$-$",
    "∞": r"$\infty$",
    "↑": r"$\uparrow$",
    "↓": r"$\downarrow$",
    "→": r"$\rightarrow$",
    "≥": r"$\geq$",
    "≤": r"$\leq$",
    "≈": r"$\approx$",
    "·": r"$\cdot$",
    "×": r"$\times$",
}
"""Signs of our own sentences that T1 fonts do not have."""
_TRANSLATED = str.maketrans(_COMMANDS | _SIGNS)
_SYMBOLS = _SIGNS | {"–": "--"}
_ACROSS = 5
"""Fields that stand side by side on a page."""
_DAGGER = r"$^{\dagger}$"


def escape(text: str) -> str:
    r"""A text from the data as LaTeX that prints it, on one line.

    >>> print(escape("50% of $x_1$ & \\more"))
    50\% of \$x\_1\$ \& \textbackslash{}more
    """
    # Two hyphens would become a dash.
    return re.sub("-(?=-)", "-{}", visible.line(text).translate(_TRANSLATED))


def document(report: Report) -> str:
    r"""Every table of a run, one after the other, to be read by ``\input``."""
    head = (
        f"% {visible.line(report.run.name)}: \\usepackage{{booktabs}}, T1 fonts or a Unicode engine"
    )
    return "\n".join([head, *(table(each) for each in report.tables)]) + "\n"


def table(found: Table, *, intervals: bool = True) -> str:
    """The headline scores of a table as a floating ``table``.

    Args:
        found: the table.
        intervals: whether to print the intervals that it has.
    """
    if not intervals:
        bare = [score.model_copy(update={"low": None, "high": None}) for score in found.scores]
        found = found.model_copy(update={"scores": tuple(bare)})
    return "\n".join(_lines(found, headlines(found))) + "\n"


def _lines(found: Table, grid: Grid) -> Iterator[str]:
    for scorer, signature in _signatures(found).items():
        yield f"% {visible.line(scorer)}: {visible.line(signature)}"
    yield r"\begin{table}"
    yield r"\centering"
    best = [_best(grid, at) for at in range(len(grid.columns))]
    tested = any(comparison.p is not None for comparison in found.comparisons)
    head, rows = _laid(grid, best, tested=tested)
    yield rf"\begin{{tabular}}{{l{'r' * (len(head) - 1)}}}"
    yield r"\toprule"
    yield " & ".join(head) + r" \\"
    yield r"\midrule"
    for row in rows:
        yield " & ".join(row) + r" \\"
    yield r"\bottomrule"
    yield r"\end{tabular}"
    yield rf"\caption{{{' '.join(_caption(found, grid, best))}}}"
    yield r"\end{table}"


def _signatures(found: Table) -> dict[str, str]:
    return {score.scorer: score.signature for score in found.scores}


def _head(column: Column) -> str:
    return f"{escape(column.field)} {_SYMBOLS.get(column.arrow, '')}".strip()


def _best(grid: Grid, at: int) -> set[str]:
    """The systems with the best value of a column, as it is printed; none where nothing is best."""
    cells = {row.system: row.cells[at].score for row in grid.rows}
    values = {name: s.value for name, s in cells.items() if s is not None and s.value is not None}
    direction = next((s.higher_is_better for s in cells.values() if s is not None), None)
    if direction is None or len(values) < 2:
        return set()
    best = (max if direction else min)(values.values())
    return {name for name, value in values.items() if value == best}


def _laid(
    grid: Grid, best: Sequence[set[str]], *, tested: bool
) -> tuple[list[str], list[list[str]]]:
    """Head and rows: systems down, or, where the fields are many and the systems fewer, across."""
    heads = list(map(_head, grid.columns))
    systems = [escape(row.system) for row in grid.rows]
    cells = [
        [
            _cell(cell, is_best=row.system in of_column, tested=tested)
            for cell, of_column in zip(row.cells, best, strict=True)
        ]
        for row in grid.rows
    ]
    if len(heads) > _ACROSS and len(systems) <= len(heads):
        turned = [list(column) for column in zip(*cells, strict=True)]
        return ["Score", *systems], [[h, *row] for h, row in zip(heads, turned, strict=True)]
    return ["System", *heads], [[name, *row] for name, row in zip(systems, cells, strict=True)]


def _cell(cell: Cell, *, is_best: bool, tested: bool) -> str:
    value = number(cell.value)
    # Where nothing was tested, what stands level with the best is printed as the same number.
    is_best = is_best or (cell.standing is Standing.LEVEL and not tested)
    shown = rf"\textbf{{{value}}}" if is_best else value
    if cell.standing is Standing.LEVEL and not is_best:
        shown += _DAGGER
    if cell.interval:
        ends = number(cell.interval).replace("[", "{[}")
        shown += rf" {{\scriptsize {ends}}}"
    return shown + (f"$^{{{cell.note}}}$" if cell.note else "")


def number(text: str) -> str:
    """A number that was written for people, with its signs as LaTeX has them."""
    for symbol, command in _SYMBOLS.items():
        text = text.replace(symbol, command)
    return text


def _caption(found: Table, grid: Grid, best: Sequence[set[str]]) -> Iterator[str]:
    yield escape(found.title.rstrip(".")) + "."
    yield escape(lead(found))
    if any(best):
        yield "Bold: the best score."
    if any(comparison.p is not None for comparison in found.comparisons):
        yield rf"{_DAGGER}: not told apart from the best by a paired test ($p \geq {LEVEL}$)."
    for letter, reason in grid.footnotes:
        yield rf"{escape(reason)}." if letter == ALL else rf"{escape(letter)}: {escape(reason)}."
    yield from (escape(note.rstrip(".")) + "." for note in found.notes)
