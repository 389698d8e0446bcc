"""The items of two runs, matched: the same place, the same source, the same references.

An item is a hypothesis of a table, or a whole text that was read for fluency. Its text may change
from run to run, what it is held against may not. Where places shifted within a document (a
paragraph was put in), what is left is matched by the hash of text and references.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from evalkit.results import Item, MarkedDocument, Report

__all__ = ["Entry", "Matched", "matched"]

CORPUS = "documents"
"""The fluency system whose texts are the inputs themselves."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An item of a run."""

    table: str
    system: str
    document: str
    index: int
    text: str
    scores: Mapping[str, float | None]
    kept: str
    """Hash of what must not change: references, and the source of a whole document."""
    item: Item | None
    """The item itself; None for a text that was read for fluency."""

    @property
    def place(self) -> tuple[str, int]:
        """Where it stands in its system's table."""
        return self.document, self.index


@dataclass(frozen=True, slots=True)
class Matched:
    """One system's items in one table."""

    table: str
    system: str
    pairs: tuple[tuple[Entry, Entry], ...] = ()
    """The items of both runs, in the order of the second."""
    n_other: int = 0
    """Places that hold different items."""
    only_a: tuple[Entry, ...] = ()
    only_b: tuple[Entry, ...] = ()


def matched(a: Report, b: Report) -> tuple[Matched, ...]:
    """The items of every table and system that both runs have."""
    first, second = _by_system(a), _by_system(b)
    return tuple(
        _match(table, system, first[table, system], entries)
        for (table, system), entries in second.items()
        if (table, system) in first
    )


def _by_system(report: Report) -> dict[tuple[str, str], list[Entry]]:
    found: dict[tuple[str, str], list[Entry]] = {}
    for entry in _entries(report):
        found.setdefault((entry.table, entry.system), []).append(entry)
    return found


def _entries(report: Report) -> Iterator[Entry]:
    whole = {table.name for table in report.tables if table.unit == "document"}
    inputs = report.run.inputs
    for document in report.documents:
        yield _of_document(document, inputs.get(document.id, ""))
    for item in report.items:
        source = inputs.get(item.document, "") if item.table in whole else ""
        references = sorted(reference.text for reference in item.references)
        yield Entry(
            item.table, item.system, item.document, item.index, item.hypothesis,
            item.scores, _hash([source, *references]), item,
        )  # fmt: skip


def _of_document(document: MarkedDocument, source: str) -> Entry:
    kept = document.text if document.system == CORPUS else source
    return Entry(
        document.table, document.system, document.id, 0, document.text,
        document.scores, _hash([kept]), None,
    )  # fmt: skip


def _hash(texts: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()


def _match(table: str, system: str, a: Sequence[Entry], b: Sequence[Entry]) -> Matched:
    places = {entry.place: entry for entry in a}
    pairs = {
        entry.place: (places[entry.place], entry)
        for entry in b
        if entry.place in places and places[entry.place].kept == entry.kept
    }
    taken = {old.place for old, _ in pairs.values()}
    pairs |= _moved([e for e in a if e.place not in taken], [e for e in b if e.place not in pairs])
    taken = {old.place for old, _ in pairs.values()}
    only_a = [entry for entry in a if entry.place not in taken]
    only_b = [entry for entry in b if entry.place not in pairs]
    other = {entry.place for entry in only_a} & {entry.place for entry in only_b}
    return Matched(
        table,
        system,
        tuple(pairs[entry.place] for entry in b if entry.place in pairs),
        len(other),
        tuple(entry for entry in only_a if entry.place not in other),
        tuple(entry for entry in only_b if entry.place not in other),
    )


def _moved(a: Iterable[Entry], b: Iterable[Entry]) -> dict[tuple[str, int], tuple[Entry, Entry]]:
    """Items of one document with equal text and references, in their order."""
    left: dict[tuple[str, str, str], list[Entry]] = {}
    for entry in a:
        left.setdefault((entry.document, entry.text, entry.kept), []).append(entry)
    found = {}
    for entry in b:
        same = left.get((entry.document, entry.text, entry.kept))
        if same:
            found[entry.place] = (same.pop(0), entry)
    return found
