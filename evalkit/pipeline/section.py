"""A part of a report: its tables, its texts, and what a reader must be warned of."""

from collections.abc import Iterable
from dataclasses import dataclass

from evalkit.results import BucketTable, Item, MarkedDocument, SanityTable, Spent, Table

__all__ = ["Section", "joined"]


@dataclass(frozen=True, slots=True)
class Section:
    """What one stage adds to the report."""

    tables: tuple[Table, ...] = ()
    documents: tuple[MarkedDocument, ...] = ()
    items: tuple[Item, ...] = ()
    warnings: tuple[str, ...] = ()
    n_failed: int = 0
    """Items that could not be generated or scored."""
    sanity: tuple[SanityTable, ...] = ()
    spent: tuple[Spent, ...] = ()
    """What was asked of servers."""
    buckets: tuple[BucketTable, ...] = ()


def joined(sections: Iterable[Section]) -> Section:
    """The sections as one, in order."""
    parts = tuple(sections)
    return Section(
        tables=tuple(table for part in parts for table in part.tables),
        documents=tuple(document for part in parts for document in part.documents),
        items=tuple(item for part in parts for item in part.items),
        warnings=tuple(dict.fromkeys(text for part in parts for text in part.warnings)),
        n_failed=sum(part.n_failed for part in parts),
        sanity=tuple(table for part in parts for table in part.sanity),
        spent=tuple(spent for part in parts for spent in part.spent),
        buckets=tuple(table for part in parts for table in part.buckets),
    )
