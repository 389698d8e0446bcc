"""How long to wait before a request is sent again.

Exponential backoff with full jitter (M. Brooker, "Exponential Backoff And Jitter", AWS
Architecture Blog, 2015): a uniform draw from 0 to ``first`` times 2 to the power of the tries so
far, at most ``longest``. A server that says how long (``Retry-After``, RFC 9110 section 10.2.3, in
seconds or as a date; ``retry-after-ms``, as some send it) is waited for at least that long.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import numpy as np

__all__ = ["Backoff", "retry_after"]


@dataclass(frozen=True, slots=True)
class Backoff:
    """The growth of the pauses."""

    first: float
    """The longest first pause, in seconds."""
    longest: float
    """The longest pause of all, in seconds."""

    def pause(self, tries: int, rng: np.random.Generator) -> float:
        """Seconds to wait after ``tries`` tries, at least 1, have failed."""
        return float(rng.uniform(0, min(self.longest, self.first * 2.0 ** min(tries - 1, 60))))


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that the server wants to be left alone, or None where it says nothing readable.

    A date is compared with the server's own ``Date`` where it sends one, so that a clock that is
    wrong here does no harm. A moment that has passed is 0.

    Args:
        headers: of the answer; names in lower case.
        now: the present, with a time zone.

    >>> retry_after({"retry-after": "7"}, datetime.now(UTC))
    7.0
    """
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after", "")
    seconds = _number(text)
    if seconds is not None:
        return seconds
    until = _date(text)
    if until is None:
        return None
    return max(0.0, (until - (_date(headers.get("date", "")) or now)).total_seconds())


def _number(text: str) -> float | None:
    """A number of seconds, 0 or more."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
