"""The scores of items of a kind: buckets by length, by score, by any column, in ``report.json``.

Additive in schema 1: a report of an earlier evalkit has none of it.
"""

from evalkit.results.record import Record

__all__ = ["Bucket", "BucketScore", "BucketTable"]


class BucketScore(Record):
    """One field of one system in one bucket."""

    system: str
    bucket: int
    """Which bucket."""
    field: str
    value: float | None
    """The score of the bucket's items together; null where undefined."""
    low: float | None = None
    """Lower end of the interval; null where there is none."""
    high: float | None = None
    """Upper end of the interval."""
    note: str = ""
    """Why there is no value or no interval, or what to mind."""


class Bucket(Record):
    """A kind of items."""

    name: str
    """For example ``10-19``."""
    sizes: dict[str, int]
    """Items by system."""


class BucketTable(Record):
    """The items of one table, put in buckets in one way."""

    table: str
    """The table whose items these are."""
    by: str
    """``hypothesis-length``, ``reference-length``, ``score:FIELD``, ``document`` or a column."""
    title: str
    """For a person."""
    buckets: tuple[Bucket, ...]
    scores: tuple[BucketScore, ...]
    """Headline fields, by system, then bucket."""
    members: dict[str, tuple[int, ...]]
    """By system, for each of its items in their order the number of its bucket."""
