"""What a page of items asks for: read from an address, every value checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

__all__ = ["LONGEST_SEARCH", "MOST_ROWS", "Query", "read_query"]

MOST_ROWS = 200
LONGEST_SEARCH = 500
KNOWN = frozenset(
    (
        *("run", "table", "system", "versus", "field", "sort", "descending"),
        *("low", "high", "search", "document", "page", "size"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A page of the items of one table."""

    table: str
    run: int = 0
    """Which of the runs that are shown."""
    system: str = ""
    """Only this system; "" for all."""
    versus: str = ""
    """Another system: numbers are then ``system`` minus ``versus`` on the items of both."""
    field: str = ""
    """The number that ``sort: score``, ``low`` and ``high`` speak of."""
    sort: str = "position"
    """``position`` or ``score``; rows without the number come last either way."""
    descending: bool = False
    low: float | None = None
    """Only rows whose number is at least this."""
    high: float | None = None
    """Only rows whose number is at most this."""
    search: str = ""
    """Only rows with this in the hypothesis, source, a reference or the id; case is ignored."""
    document: str = ""
    """Only items of this document."""
    page: int = 0
    """From 0."""
    size: int = 50
    """Rows of a page, at most ``MOST_ROWS``."""


def read_query(values: Mapping[str, str]) -> Query:
    """The query of an address's parameters.

    Raises:
        ValueError: a parameter is unknown or not as it must be; says which.
    """
    unknown = sorted(set(values) - KNOWN)
    if unknown:
        raise ValueError(f"no parameter {unknown[0]!r}; there are: {', '.join(sorted(KNOWN))}")
    if not values.get("table"):
        raise ValueError("the parameter 'table' is needed")
    sort = values.get("sort", "position")
    if sort not in ("position", "score"):
        raise ValueError(f"sort is {sort!r}, expected position or score")
    search = values.get("search", "")
    if len(search) > LONGEST_SEARCH:
        raise ValueError(f"search has {len(search)} characters; at most {LONGEST_SEARCH} are read")
    query = Query(
        table=values["table"],
        run=_count(values, "run", 0, 0, 10_000),
        system=values.get("system", ""),
        versus=values.get("versus", ""),
        field=values.get("field", ""),
        sort=sort,
        descending=values.get("descending", "") in ("1", "true"),
        low=_number(values, "low"),
        high=_number(values, "high"),
        search=search,
        document=values.get("document", ""),
        page=_count(values, "page", 0, 0, 10**9),
        size=_count(values, "size", 50, 1, MOST_ROWS),
    )
    if (query.sort == "score" or query.low is not None or query.high is not None) and (
        not query.field
    ):
        raise ValueError("sorting and filtering by score need the parameter 'field'")
    if query.versus and not query.system:
        raise ValueError("'versus' needs 'system'")
    return query


def _count(values: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = values.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or not low <= int(text[:12]) <= high:
        raise ValueError(f"{name} is {text[:40]!r}, expected a whole number from {low} to {high}")
    return int(text)


def _number(values: Mapping[str, str], name: str) -> float | None:
    text = values.get(name, "")
    if not text:
        return None
    try:
        found = float(text)
    except ValueError:
        found = float("nan")
    if not isfinite(found):
        raise ValueError(f"{name} is {text[:40]!r}, expected a number")
    return found
