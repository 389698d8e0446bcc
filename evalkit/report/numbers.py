"""How a number is written for a person: the one place that knows decimals, signs and dashes.

Decimals follow the unit, so that a column lines up and no digit pretends to know more than the
data. What is undefined is an en dash; its reason goes into a footnote of the caller. Minus signs
are U+2212. The CSV writes numbers for machines and does not come here.
"""

import math
from datetime import UTC, datetime

__all__ = [
    "DASH",
    "count",
    "difference",
    "duration",
    "interval",
    "money",
    "p_value",
    "probability",
    "score",
    "when",
]

DASH = "–"
"""Stands for a number that does not exist."""

_DECIMALS = {
    "0-100": 1,
    "%": 1,
    "0-1": 3,
    "errors per 100 words": 2,
    "edits per 100 reference words": 1,
    "ratio": 2,
    "words": 1,
    "standard errors": 2,
}
_SMALLEST_P = 0.001


def score(value: float | None, unit: str) -> str:
    """A score in its unit; a dash for None and NaN.

    >>> score(41.26, "0-100"), score(3.14159, "errors per 100 words"), score(None, "0-1")
    ('41.3', '3.14', '–')
    """
    if value is None or math.isnan(value):
        return DASH
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    # Adding 0.0 turns a rounded -0.0 into 0.0.
    decimals = _decimals(value, unit)
    return f"{round(value, decimals) + 0.0:,.{decimals}f}".replace("-", "−")


def difference(value: float | None, unit: str) -> str:
    """A difference of two scores, with its sign.

    >>> difference(1.25, "0-1"), difference(-0.5, "0-100"), difference(0.0, "0-100")
    ('+1.250', '−0.5', '0.0')
    """
    written = score(value, unit)
    shows_gain = value is not None and value > 0 and written.strip("0.,") != ""
    return f"+{written}" if shows_gain else written


def interval(low: float | None, high: float | None, unit: str) -> str:
    """An interval in brackets, or "" where either end is missing.

    >>> interval(38.04, 44.96, "0-100")
    '[38.0, 45.0]'
    """
    ends = score(low, unit), score(high, unit)
    return "" if DASH in ends else f"[{ends[0]}, {ends[1]}]"


def money(value: float) -> str:
    """An amount: two decimals, or four where it is less than 1.

    >>> money(1234.5), money(0.0321), money(0.00002)
    ('1,234.50', '0.0321', 'under 0.0001')
    """
    if 0 < value < 0.0001:
        return "under 0.0001"
    return f"{value:,.{2 if value >= 1 else 4}f}"


def p_value(value: float | None) -> str:
    """A p-value with three significant digits.

    >>> p_value(0.01234), p_value(0.0004), p_value(1.0), p_value(None)
    ('0.0123', '<0.001', '1.00', '–')
    """
    if value is None or math.isnan(value):
        return DASH
    if value < _SMALLEST_P:
        return f"<{_SMALLEST_P}"
    # The decimals depend on the rounded number: 0.09996 is 0.100, not 0.1000.
    rounded = float(f"{value:.3g}")
    return f"{rounded:.{2 - math.floor(math.log10(rounded))}f}"


def probability(value: float) -> str:
    """A probability with two decimals.

    >>> probability(0.826), probability(float("nan"))
    ('0.83', '–')
    """
    return DASH if math.isnan(value) else f"{value:.2f}"


def count(number: int) -> str:
    """A count, thousands set off by commas.

    >>> count(12345)
    '12,345'
    """
    return f"{number:,}"


def duration(seconds: float) -> str:
    """A wall time.

    >>> duration(4.26), duration(41.7), duration(200), duration(7384)
    ('4.3 s', '42 s', '3 min 20 s', '2 h 3 min')
    """
    if not math.isfinite(seconds):
        return DASH
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def when(moment: str) -> str:
    """An ISO 8601 time as a date and a time of day in UTC; any other text as it is.

    >>> when("2031-05-04T09:07:30Z")
    '4 May 2031, 09:07 UTC'
    """
    try:
        parsed = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=UTC)
    parsed = parsed.astimezone(UTC)
    return f"{parsed.day} {parsed:%B %Y, %H:%M} UTC"


def _decimals(value: float, unit: str) -> int:
    """How many decimals a value of this unit bears."""
    if unit in _DECIMALS:
        return _DECIMALS[unit]
    size = abs(value)
    if size == 0 or size >= 1000:
        return 0
    return max(0, 3 - math.floor(math.log10(size))) if size < 1 else 2
