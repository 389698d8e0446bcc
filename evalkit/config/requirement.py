"""What a run must reach: ``rougeL >= 30`` on one score or many, read and checked, not yet judged.

::

    rougeL >= 30                          every system of every table that has the score
    lead/rougeL >= 30                     one system, in every table that has it
    summaries.short/rougeL >= 30          every system of one table
    summaries.short/lead/rougeL >= 30     one number
    summaries.short/*/rougeL@low >= 28    the lower end of its interval (@high: the upper;
                                          @worst: the one that makes it harder)

A limit is on the scale that tables show. On a 0-100 scale a limit between 0 and 1 is a share
(0.30 is 30), and is shown as what it was read as; 1 could be either and is refused. A limit with
a percent sign says it outright: 0.5% is half a point of 0-100, 30% is 0.3 of 0-1.
"""

import re
from dataclasses import dataclass

__all__ = ["ENDS", "Requirement", "parse", "read_limit"]

ENDS = ("low", "high", "worst")
"""What may follow an @: the ends of an interval."""

_SHAPE = re.compile(
    r"\s*(?P<target>[^<>=]+?)\s*(?P<operator>>=|<=|>|<)\s*(?P<limit>[^<>=\s%]+)\s*(?P<percent>%?)\s*"
)
_EXAMPLE = (
    "write for example rougeL >= 30, lead/rougeL >= 30 or summaries.short/lead/rougeL@low>=28"
)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement as it was written, taken apart."""

    text: str
    """As it was written."""
    path: tuple[str, ...]
    """Names, or stars, between slashes: the field last, before it table, system or both."""
    end: str
    """``value``, or an end of the interval: ``low`` or ``high``."""
    operator: str
    """``>=``, ``>``, ``<=`` or ``<``."""
    limit: float
    percent: bool
    """Whether the limit was written with a percent sign."""

    @property
    def field(self) -> str:
        """The name of the number."""
        return self.path[-1]

    def holds(self, value: float, limit: float) -> bool:
        """Whether a value meets the limit.

        >>> parse("rougeL >= 30").holds(30.0, 30.0), parse("ter < 30").holds(30.0, 30.0)
        (True, False)
        """
        if self.operator.startswith(">"):
            return value > limit or (self.operator == ">=" and value == limit)
        return value < limit or (self.operator == "<=" and value == limit)


def parse(text: str) -> Requirement:
    """A requirement from its text.

    Raises:
        ValueError: it is none; says what is wrong and shows one.
    """
    found = _SHAPE.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no requirement (a score, >= > <= or <, a limit); {_EXAMPLE}")
    target, at, end = found["target"].partition("@")
    if at and end not in ENDS:
        raise ValueError(f"{text!r}: after @ stands low, high or worst, not {end!r}")
    if end == "worst":
        end = "low" if found["operator"].startswith(">") else "high"
    path = tuple(part.strip() for part in target.split("/"))
    if not all(path) or path[-1] == "*":
        raise ValueError(f"{text!r} names no score; {_EXAMPLE}")
    limit = _number(found["limit"])
    if limit is None:
        raise ValueError(f"{text!r}: the limit {found['limit']!r} is no number; {_EXAMPLE}")
    return Requirement(text, path, end or "value", found["operator"], limit, bool(found["percent"]))


def _number(text: str) -> float | None:
    if re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", text) is None:
        return None
    return float(text)


def read_limit(requirement: Requirement, unit: str) -> float:
    """The limit on the scale of a score of this unit.

    >>> read_limit(parse("rougeL >= 0.3"), "0-100"), read_limit(parse("bleu >= 0.3%"), "0-100")
    (30.0, 0.3)

    Raises:
        ValueError: it could be meant in two ways, or a percent sign has no meaning in the unit.
    """
    limit, text = requirement.limit, requirement.text
    if requirement.percent:
        return _of_percent(requirement, unit)
    if unit in ("0-100", "%"):
        if 0 < abs(limit) < 1:
            return float(f"{limit * 100:.12g}")
        if abs(limit) == 1:
            raise ValueError(
                f"{text!r}: {requirement.field} is shown on 0-100, where 1 could be one point or "
                "all of it; write 1% or 100"
            )
    elif unit.startswith("edits per 100") and 0 < limit <= 1:
        raise ValueError(
            f"{text!r}: {requirement.field} is shown in {unit}, where {limit:g} could be a share; "
            f"write {limit:g}% or {limit * 100:g}"
        )
    return limit


def _of_percent(requirement: Requirement, unit: str) -> float:
    if unit in ("0-100", "%") or " per 100 " in unit:
        return requirement.limit
    if unit == "0-1":
        return requirement.limit / 100
    raise ValueError(
        f"{requirement.text!r}: {requirement.field} is shown in {unit}, which has no percent"
    )
