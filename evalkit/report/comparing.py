"""The paired comparisons of a table, laid out for reading."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter

from evalkit.report import numbers
from evalkit.report.footnotes import ALL, Footnotes
from evalkit.report.standing import UNDECIDED, verdict
from evalkit.results import Table

__all__ = ["ComparisonRow", "Comparisons", "comparisons"]

_LEGEND = (
    "could show: the smallest true difference that these items would reveal in 80 of 100 such "
    "test sets, at p < 0.05"
)
_CORRECTED = {"holm": "p, Holm", "bh": "p, Benjamini–Hochberg", "none": "p, not corrected"}


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One pair of systems in one field."""

    field: str
    system_a: str
    system_b: str
    delta: str
    p: str
    p_adjusted: str
    effect: str
    smallest: str
    """The smallest difference that the items could show."""
    wins: str
    losses: str
    ties: str
    n_items: str
    verdict: str
    note: str
    """Letter of the footnote."""
    tested: bool


@dataclass(frozen=True, slots=True)
class Comparisons:
    """All pairs of a table."""

    rows: tuple[ComparisonRow, ...]
    footnotes: tuple[tuple[str, str], ...]
    summary: str
    """How many pairs were told apart, in words."""
    p_adjusted: str
    """What the corrected p-value is called."""
    legend: str
    """What the column ``could show`` says; "" where nothing was tested."""
    rankings: tuple[str, ...]
    """For each field of three systems or more, its significance clusters, in words."""


def comparisons(table: Table) -> Comparisons:
    """The comparisons of a table; no rows where there are none."""
    notes = Footnotes()
    scored = {score.field: score for score in table.scores}
    rows = []
    for pair in table.comparisons:
        score = scored.get(pair.field)
        rows.append(
            ComparisonRow(
                field=pair.field,
                system_a=pair.system_a,
                system_b=pair.system_b,
                delta=numbers.difference(pair.delta, score.unit if score else ""),
                p=numbers.p_value(pair.p),
                p_adjusted=numbers.p_value(pair.p_adjusted),
                effect=numbers.difference(pair.effect, "standard errors"),
                smallest=numbers.score(pair.smallest_difference, score.unit if score else ""),
                wins=numbers.count(pair.wins),
                losses=numbers.count(pair.losses),
                ties=numbers.count(pair.ties),
                n_items=numbers.count(pair.n_items),
                verdict=verdict(pair, higher_is_better=score.higher_is_better if score else None),
                note=notes.mark(pair.note or _missing(pair.p)),
                tested=pair.p is not None,
            )
        )
    footnotes = notes.entries
    if len(footnotes) == 1 and all(row.note for row in rows):
        footnotes = ((ALL, footnotes[0][1]),)
        rows = [replace(row, note="") for row in rows]
    return Comparisons(
        tuple(rows),
        footnotes,
        _summary(rows),
        _CORRECTED[table.correction],
        _LEGEND if any(row.tested for row in rows) else "",
        tuple(_rankings(table)),
    )


def _rankings(table: Table) -> Iterator[str]:
    """For example ``bleu: 1. a, b · 2. c``; two systems need none."""
    fields = dict.fromkeys(rank.field for rank in table.ranks)
    for field in fields:
        ranks = [rank for rank in table.ranks if rank.field == field]
        if len(ranks) > 2:
            clusters = [
                f"{number}. {', '.join(rank.system for rank in cluster)}"
                for number, cluster in groupby(ranks, key=attrgetter("cluster"))
            ]
            yield f"Significance clusters by {field}: {' · '.join(clusters)}"


def _missing(p: float | None) -> str:
    return "no p-value; the run gives no reason" if p is None else ""


def _summary(rows: list[ComparisonRow]) -> str:
    """For example ``6 pairs: 2 told apart, 3 not told apart, 1 not tested``."""
    order = ("told apart", *UNDECIDED)
    kinds = Counter(row.verdict if row.verdict in UNDECIDED else "told apart" for row in rows)
    parts = [f"{kinds[kind]} {kind}" for kind in order if kinds[kind]]
    return f"{len(rows)} {'pair' if len(rows) == 1 else 'pairs'}: {', '.join(parts)}"
