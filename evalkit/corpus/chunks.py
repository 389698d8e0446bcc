"""Entries of several files that stand beside one another, as one record per chunk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from evalkit.corpus.entries import Entry
from evalkit.errors import AlignmentError

__all__ = ["Chunk", "assemble"]

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some consecutive segments, with everything that belongs to each."""

    start: int
    """Place of the first among all segments, from 0."""
    ids: tuple[str, ...]
    """The segments' ids; their numbers, from 1, where no file has ids."""
    systems: Mapping[str, tuple[str, ...]]
    """For each system its hypotheses."""
    references: tuple[tuple[str, ...], ...] | None
    """For each segment its references, blank ones left out; None where no file has any."""
    sources: tuple[str, ...] | None
    """For each segment its source."""
    documents: tuple[str, ...] | None
    """For each segment its document; None where no file names documents."""
    columns: tuple[Mapping[str, str], ...]
    """For each segment the further columns of all files; of two that share a name the first's."""
    tags: Mapping[str, tuple[tuple[str, ...], ...]]
    """For each system whose file has inline tags those of each hypothesis."""
    source_tags: tuple[tuple[str, ...], ...] | None
    """For each segment the inline tags of its source."""

    def __len__(self) -> int:
        return len(self.ids)


def assemble(
    start: int,
    systems: Mapping[str, Sequence[Entry]],
    references: Sequence[Sequence[Entry]],
    sources: Sequence[Entry] | None,
) -> Chunk:
    """The entries of all files for the same segments.

    Args:
        start: place of the first segment, from 0.
        systems: for each system its entries, at least one.
        references: for each file of references its entries.
        sources: the entries of the file of sources.

    Raises:
        AlignmentError: references or sources that stand beside the hypotheses differ.
    """
    files = [*systems.values(), *references, *([] if sources is None else [sources])]
    named = next((part for part in files if part[0].id is not None), None)
    grouped = next((part for part in files if part[0].document is not None), None)
    numbers = range(start + 1, start + len(files[0]) + 1)
    return Chunk(
        start=start,
        ids=tuple(map(str, numbers) if named is None else (e.id or "" for e in named)),
        systems={name: tuple(e.texts[0] for e in part) for name, part in systems.items()},
        references=_references(references, systems, start),
        sources=_sources(sources, systems, start),
        documents=None if grouped is None else tuple(e.document or "" for e in grouped),
        columns=tuple(_columns(row) for row in zip(*files, strict=True)),
        tags={
            name: tuple(e.tags or () for e in part)
            for name, part in systems.items()
            if part[0].tags is not None
        },
        source_tags=_source_tags(systems, sources),
    )


def _source_tags(
    systems: Mapping[str, Sequence[Entry]], sources: Sequence[Entry] | None
) -> tuple[tuple[str, ...], ...] | None:
    if sources is not None:
        return None if sources[0].tags is None else tuple(e.tags or () for e in sources)
    found = next((part for part in systems.values() if part[0].source_tags is not None), None)
    return None if found is None else tuple(e.source_tags or () for e in found)


def _columns(entries: Sequence[Entry]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for entry in entries:
        if entry.columns:
            found = {**entry.columns, **found}
    return found


def _references(
    files: Sequence[Sequence[Entry]], hypotheses: Mapping[str, Sequence[Entry]], start: int
) -> tuple[tuple[str, ...], ...] | None:
    if files:
        return tuple(
            tuple(text for entry in row for text in entry.texts if text.strip())
            for row in zip(*files, strict=True)
        )
    beside = {
        name: [entry.references or () for entry in part]
        for name, part in hypotheses.items()
        if part[0].references is not None
    }
    agreed = _agreed(beside, "references", start)
    if agreed is None:
        return None
    return tuple(tuple(text for text in row if text.strip()) for row in agreed)


def _sources(
    sources: Sequence[Entry] | None, hypotheses: Mapping[str, Sequence[Entry]], start: int
) -> tuple[str, ...] | None:
    if sources is not None:
        return tuple(entry.texts[0] for entry in sources)
    beside = {
        name: [entry.source or "" for entry in part]
        for name, part in hypotheses.items()
        if part[0].source is not None
    }
    agreed = _agreed(beside, "sources", start)
    return None if agreed is None else tuple(agreed)


def _agreed(beside: Mapping[str, list[Value]], what: str, start: int) -> list[Value] | None:
    """What stands beside the hypotheses of every system that has it; None where none has.

    Raises:
        AlignmentError: two systems' files differ.
    """
    if not beside:
        return None
    (first, values), *others = beside.items()
    for name, theirs in others:
        if theirs != values:
            place = next(at for at, row in enumerate(values) if row != theirs[at])
            raise AlignmentError(
                f"the {what} beside the hypotheses of {first!r} and of {name!r} differ, first at "
                f"segment {start + place + 1}: they are not of the same segments. Name one file "
                f"with --{what} if they are."
            )
    return values
