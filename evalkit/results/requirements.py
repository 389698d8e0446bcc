"""What a run had to reach and whether it did: the requirements in ``report.json``."""

from evalkit.results.record import Record

__all__ = ["Requirement"]


class Requirement(Record):
    """One score held against one limit."""

    text: str
    """The requirement as it was written; one may hold several scores to the same limit."""
    table: str
    """The table of the score."""
    system: str
    """Its system."""
    field: str
    """Its name."""
    unit: str
    """For example ``0-100``."""
    end: str = "value"
    """What was compared: the ``value``, or an end of its interval, ``low`` or ``high``."""
    operator: str
    """``>=``, ``>``, ``<=`` or ``<``."""
    limit: float
    """On the scale of the score."""
    value: float | None
    """What was compared; null where it is undefined or there is no interval."""
    met: bool
    """False too where there is nothing to compare."""
    reason: str = ""
    """Why there is nothing to compare; "" where there is."""
