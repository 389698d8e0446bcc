"""A table's comparisons for a terminal: as many columns as fit, no more pairs than read well.

Where there are too many pairs, those with the leading system of each field are shown; all of them
are in the page, and in ``report --format csv --of comparisons``.
"""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table as Drawn
from rich.text import Text

from evalkit.report import numbers
from evalkit.report.comparing import ComparisonRow, Comparisons, comparisons
from evalkit.report.terminal_parts import footnotes, plain, sheet
from evalkit.results import Table

__all__ = ["pair_parts"]

_ROOMY = 100
"""Width from which comparisons show all their columns."""
_MOST = 40
"""Pairs that are shown."""


def pair_parts(table: Table, width: int) -> Iterator[RenderableType]:
    """The comparisons of a table; nothing where there are none."""
    found = comparisons(table)
    if not found.rows:
        return
    yield Text()
    yield plain(f"Comparisons: {found.summary}", "")
    rows = _shown(found.rows, table)
    if any(row.tested for row in found.rows):
        yield _pairs(rows, found, roomy=width >= _ROOMY)
        if len(rows) < len(found.rows):
            yield plain(
                f"{len(rows)} of {numbers.count(len(found.rows))} pairs, those with a leading "
                "system first; all of them: evalkit report RUN --format csv --of comparisons"
            )
        if width < _ROOMY:
            yield plain(
                "effect, could show, wins, losses, ties, items: with more width or in the page"
            )
        else:
            yield plain(found.legend)
    for ranking in found.rankings:
        yield plain(ranking)
    yield from footnotes(found.footnotes)


def _shown(rows: Sequence[ComparisonRow], table: Table) -> Sequence[ComparisonRow]:
    """All pairs, or, of too many, those with the leader of their field, as many as read well."""
    if len(rows) <= _MOST:
        return rows
    leaders = _leaders(table)
    leading = [r for r in rows if leaders.get(r.field) in (r.system_a, r.system_b)]
    return (leading or rows)[:_MOST]


def _leaders(table: Table) -> dict[str, str]:
    """The system with the best value of each field that has a direction."""
    best: dict[str, tuple[float, str]] = {}
    for score in table.scores:
        if score.value is None or score.higher_is_better is None:
            continue
        value = score.value if score.higher_is_better else -score.value
        if score.field not in best or value > best[score.field][0]:
            best[score.field] = value, score.system
    return {field: system for field, (_, system) in best.items()}


def _pairs(rows: Sequence[ComparisonRow], found: Comparisons, *, roomy: bool) -> Drawn:
    more = ("effect", "could show", "wins/losses/ties", "items") if roomy else ()
    heads = ("difference", "p", found.p_adjusted, *more)
    drawn = sheet(("systems", False), ("", False), *((name, True) for name in heads))
    for row in rows:
        pair = f"{row.field}: {row.system_a} − {row.system_b}"
        verdict = f"{row.verdict} {row.note}".rstrip()
        outcomes = f"{row.wins}/{row.losses}/{row.ties}"
        extra = (row.effect, row.smallest, outcomes, row.n_items) if roomy else ()
        values = (row.delta, row.p, row.p_adjusted, *extra)
        drawn.add_row(
            plain(pair, ""), plain(verdict, ""), *(Text(value, no_wrap=True) for value in values)
        )
    return drawn
