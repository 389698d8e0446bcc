"""Two systems of a run side by side, item by item, the largest differences first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evalkit.errors import InputError
from evalkit.report import numbers
from evalkit.report.choosing import of_system
from evalkit.report.fields import Named, headline_fields
from evalkit.report.flow import Flow, flow
from evalkit.report.wording import changes
from evalkit.results import Report, Table

__all__ = ["Duel", "Versus", "duels"]


@dataclass(frozen=True, slots=True)
class Versus:
    """One item of both systems."""

    place: str
    scores: tuple[str, ...]
    """Each headline number of both, with the difference of a and b."""
    same: bool
    """Whether the texts are the same."""
    a: Flow
    """Shaded: what b's text lacks."""
    b: Flow
    """Shaded: what a's text lacks."""
    references: tuple[tuple[str, str], ...]
    """Name and text."""


@dataclass(frozen=True, slots=True)
class Duel:
    """Two systems in one table."""

    title: str
    system_a: str
    system_b: str
    field: str
    """The number that the items are sorted by; "" where none can."""
    rows: tuple[Versus, ...]
    """Largest difference first."""
    n_items: int
    """Items that both have."""


@dataclass(frozen=True, slots=True)
class _Text:
    """A text of a system, whatever record it is."""

    document: str
    index: int
    text: str
    scores: Mapping[str, float | None]
    references: tuple[tuple[str, str], ...] = ()


def duels(report: Report, a: str, b: str, *, n: int) -> tuple[Duel, ...]:
    """The two systems in every table that has both.

    Args:
        report: the run.
        a: name of the first system.
        b: name of the second.
        n: how many items to show of each table.

    Raises:
        InputError: no table has items of both; names the systems of each.
    """
    found = tuple(
        _duel(table, system_a, system_b, report, n)
        for table in report.tables
        for system_a, system_b in _pairs(table, a, b)
        if set(_texts(report, table, system_a)) & set(_texts(report, table, system_b))
    )
    if not found:
        listed = "; ".join(f"{t.name}: {', '.join(t.systems)}" for t in report.tables)
        raise InputError(f"no table has items of both {a!r} and {b!r}. Systems: {listed or 'none'}")
    return found


def _pairs(table: Table, a: str, b: str) -> Iterator[tuple[str, str]]:
    """The systems that the names mean; of the same kind, where that stands behind the name."""
    for first in table.systems:
        for second in table.systems:
            if of_system(first, a) and of_system(second, b) and first != second:
                kinds = first.removeprefix(a), second.removeprefix(b)
                if "" in kinds or kinds[0] == kinds[1]:
                    yield first, second


def _texts(report: Report, table: Table, system: str) -> dict[tuple[str, int], _Text]:
    found = [
        _Text(d.id, 0, d.text, d.scores)
        for d in report.documents
        if d.table == table.name and d.system == system
    ]
    found += [
        _Text(
            i.document, i.index, i.hypothesis, i.scores,
            tuple((reference.name, reference.text) for reference in i.references),
        )
        for i in report.items
        if i.table == table.name and i.system == system
    ]  # fmt: skip
    return {(each.document, each.index): each for each in found}


def _duel(table: Table, system_a: str, system_b: str, report: Report, n: int) -> Duel:
    a, b = _texts(report, table, system_a), _texts(report, table, system_b)
    places = [place for place in a if place in b]
    fields = headline_fields(table, (name for place in places for name in a[place].scores))
    key = next((field for field in fields if field.higher_is_better is not None), None)
    places.sort(key=lambda place: -_gap(a[place], b[place], key))
    return Duel(
        title=table.title,
        system_a=system_a,
        system_b=system_b,
        field=key.field if key else "",
        rows=tuple(_versus(a[place], b[place], fields) for place in places[:n]),
        n_items=len(places),
    )


def _gap(a: _Text, b: _Text, key: Named | None) -> float:
    """How far apart they are; -1 where that cannot be said."""
    values = [each.scores.get(key.field) for each in (a, b)] if key else [None]
    first, last = values[0], values[-1]
    return -1.0 if first is None or last is None else abs(first - last)


def _versus(a: _Text, b: _Text, fields: Sequence[Named]) -> Versus:
    words = changes(a.text, b.text)
    return Versus(
        place=f"{a.document} {a.index + 1}" if a.index else a.document,
        scores=tuple(_score(a, b, field) for field in fields),
        same=a.text == b.text,
        a=flow(a.text, shades=words.before),
        b=flow(b.text, shades=words.after),
        references=a.references,
    )


def _score(a: _Text, b: _Text, field: Named) -> str:
    first, second = a.scores.get(field.field), b.scores.get(field.field)
    shown = " / ".join(numbers.score(value, field.unit) for value in (first, second))
    name = f"{field.field} {field.arrow}".rstrip()
    if first is None or second is None:
        return f"{name} {shown}"
    return f"{name} {shown} ({numbers.difference(first - second, field.unit)})"
