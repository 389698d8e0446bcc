"""What a report says about each field, and which of them to show beside an item."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evalkit.report import numbers
from evalkit.report.overview import is_headline
from evalkit.results import Score, Table

__all__ = ["Named", "Shown", "headline_fields", "known_fields", "shown"]


@dataclass(frozen=True, slots=True)
class Named:
    """A field and how to read it."""

    field: str
    unit: str
    higher_is_better: bool | None

    @property
    def arrow(self) -> str:
        """↑, ↓ or ""."""
        return {True: "↑", False: "↓", None: ""}[self.higher_is_better]

    @property
    def direction(self) -> str:
        """The arrow in words."""
        return {True: "higher is better", False: "lower is better", None: ""}[self.higher_is_better]


@dataclass(frozen=True, slots=True)
class Shown:
    """A field with one value, written out."""

    named: Named
    value: str


def known_fields(table: Table | None) -> dict[str, Named]:
    """Every field of a table, in its order."""
    scores = table.scores if table else ()
    return {score.field: _named(score) for score in scores}


def headline_fields(table: Table | None, present: Iterable[str]) -> tuple[Named, ...]:
    """The headline fields among those that are present; all of them where the table is unknown."""
    names = set(present)
    if table is None:
        return tuple(Named(name, "", None) for name in sorted(names))
    found = {s.field: _named(s) for s in table.scores if s.field in names and is_headline(s, table)}
    return tuple(found.values())


def shown(fields: Iterable[Named], values: Mapping[str, float | None]) -> tuple[Shown, ...]:
    """The fields that have an entry in ``values``, written out."""
    return tuple(
        Shown(field, numbers.score(values[field.field], field.unit))
        for field in fields
        if field.field in values
    )


def _named(score: Score) -> Named:
    return Named(score.field, score.unit, score.higher_is_better)
