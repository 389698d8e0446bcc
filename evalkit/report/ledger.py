"""What must be known before a number is trusted: failures, and what a model did not see."""

from dataclasses import dataclass

from evalkit.report import numbers
from evalkit.results import Report

__all__ = ["Entry", "Ledger", "ledger"]

_LISTED = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One output that failed, or was made from less than its source."""

    table: str
    system: str
    document: str
    failed: bool
    what: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """All of them."""

    entries: tuple[Entry, ...]
    """The first 200, failures first."""
    summary: str
    """How many, in words; "" where there are none."""


def ledger(report: Report) -> Ledger:
    """Every output that failed or whose source was cut, from the run's items."""
    titles = {table.name: table.title for table in report.tables}
    found = [
        Entry(
            titles.get(item.table, item.table),
            item.system,
            item.document,
            bool(item.output.error),
            item.output.error or item.output.cut,
        )
        for item in report.items
        if item.output is not None and (item.output.error or item.output.cut)
    ]
    n_failed = sum(entry.failed for entry in found)
    n_outputs = sum(item.output is not None for item in report.items)
    parts = []
    if n_failed:
        parts.append(f"{numbers.count(n_failed)} failed")
    if len(found) > n_failed:
        parts.append(f"{numbers.count(len(found) - n_failed)} made from a part of the source")
    summary = f"{', '.join(parts)}, of {numbers.count(n_outputs)} outputs" if parts else ""
    found.sort(key=lambda entry: not entry.failed)
    return Ledger(tuple(found[:_LISTED]), summary)
