"""Systems, references and sources of the same segments, side by side, a chunk at a time.

``line_up`` reads every file once to see whether they belong together (how many segments, whose
ids), and ``Parallel.chunks`` reads them again for the work, so nothing is computed on files that do
not fit. Files that have ids are held against each other by their ids: the same order is read as a
stream; another order of the same ids is put right, in memory. A file without ids goes by position.
"""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from evalkit.corpus.chunks import Chunk, assemble
from evalkit.corpus.duplicates import Duplicates, duplicates
from evalkit.corpus.entries import Entry
from evalkit.corpus.streams import SegmentStream
from evalkit.errors import AlignmentError, InputError

__all__ = ["CHUNK", "Parallel", "line_up"]

CHUNK = 4096
"""Segments that are in memory at a time."""
_LISTED = 5
"""How many ids a message lists."""


@dataclass(frozen=True, slots=True)
class Parallel:
    """Files that belong together."""

    systems: Mapping[str, SegmentStream]
    """By name, in order."""
    references: Mapping[str, SegmentStream]
    """By name; empty where the references stand beside the hypotheses, or there are none."""
    sources: SegmentStream | None
    n: int
    """Segments in each of them."""
    has_ids: bool
    """Whether any file names its segments."""
    warnings: tuple[str, ...]
    """What a user must know before they trust a score."""

    def chunks(self, size: int = CHUNK) -> Iterator[Chunk]:
        """Every segment, in order.

        Raises:
            AlignmentError: references or sources that stand beside the hypotheses of two systems
                differ.
            InputError: a file changed while it was read.
        """
        systems = {name: iter(stream) for name, stream in self.systems.items()}
        references = [iter(stream) for stream in self.references.values()]
        sources = iter(self.sources) if self.sources is not None else None
        for start in range(0, self.n, size):
            wanted = min(size, self.n - start)
            yield assemble(
                start,
                {name: _take(stream, wanted) for name, stream in systems.items()},
                [_take(stream, wanted) for stream in references],
                _take(sources, wanted) if sources is not None else None,
            )


def line_up(
    systems: Mapping[str, SegmentStream],
    references: Mapping[str, SegmentStream],
    sources: SegmentStream | None = None,
) -> Parallel:
    """Files side by side, once it is known that they fit.

    Raises:
        AlignmentError: other numbers of segments, an id twice, or ids that only some files have.
        InputError: a file is empty or damaged.
    """
    named = {f"hypotheses {name!r}": stream for name, stream in systems.items()}
    named |= {f"references {name!r}": stream for name, stream in references.items()}
    if sources is not None:
        named["sources"] = sources
    surveys = {label: _survey(stream) for label, stream in named.items()}
    _check_counts(surveys)
    lead = next((label for label, survey in surveys.items() if survey.ids is not None), None)
    moved, notes = {}, []
    for label, survey in surveys.items():
        if lead is None or _same_order(surveys[lead], survey):
            moved[label] = named[label]
        else:
            moved[label] = _in_order(named[label], label, named[lead], lead)
            notes.append(f"{label} are in another order than {lead}; put in order by their ids")
    return Parallel(
        systems={name: moved[f"hypotheses {name!r}"] for name in systems},
        references={name: moved[f"references {name!r}"] for name in references},
        sources=moved.get("sources"),
        n=next(iter(surveys.values())).n,
        has_ids=lead is not None,
        warnings=(
            *notes,
            *_notes(named),
            *_unused(systems, references, sources),
            *_blanks(surveys),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Survey:
    """What one pass over a file finds."""

    n: int
    ids: NDArray[np.int64] | None
    """A hash of each id; None where the file has none."""
    n_blank: int
    """Segments without any text."""
    blank: tuple[int, ...]
    """The first of them, counted from 1."""


def _survey(stream: SegmentStream) -> _Survey:
    """Reads a file once: its segments, its ids, and whether one of them stands twice.

    Raises:
        InputError: it holds no segments.
        AlignmentError: an id stands twice.
    """
    hashes = array("q")
    blank: list[int] = []
    n = n_blank = 0

    def ids() -> Iterator[str]:
        nonlocal n, n_blank
        for entry in stream:
            n += 1
            if not any(text.strip() for text in entry.texts):
                n_blank += 1
                if n_blank <= _LISTED:
                    blank.append(n)
            if entry.id is not None:
                hashes.append(hash(entry.id))
                yield entry.id

    _refuse_duplicates(stream.name, duplicates(ids(), limit=1))
    if not n:
        raise InputError(f"{stream.name} is empty: it holds no segments")
    found = np.frombuffer(hashes, dtype=np.int64) if hashes else None
    return _Survey(n, found, n_blank, tuple(blank))


def _refuse_duplicates(name: str, found: Duplicates) -> None:
    if not found.n_ids:
        return
    (first,) = found.first
    more = f" and {found.n_ids - 1} more such ids" if found.n_ids > 1 else ""
    raise AlignmentError(
        f"{name}: the id {first.id!r} stands at segments {first.first + 1} and "
        f"{first.second + 1}{more}; every segment needs an id of its own. Mend the ids, or leave "
        "them out: then order counts"
    )


def _check_counts(surveys: Mapping[str, _Survey]) -> None:
    if len({survey.n for survey in surveys.values()}) > 1:
        listed = "; ".join(f"{label}: {survey.n} segments" for label, survey in surveys.items())
        raise AlignmentError(
            f"the files do not belong together: {listed}. Each must have one segment per line, "
            "in the same order."
        )


def _same_order(lead: _Survey, other: _Survey) -> bool:
    return other.ids is None or (lead.ids is not None and np.array_equal(lead.ids, other.ids))


def _in_order(
    stream: SegmentStream, label: str, lead: SegmentStream, lead_label: str
) -> SegmentStream:
    """The stream in the order of the lead's ids, held in memory."""
    by_id = {entry.id or "": entry for entry in stream}
    order = [entry.id or "" for entry in lead]
    missing = [key for key in order if key not in by_id]
    if missing:
        known = set(order)
        extra = [key for key in by_id if key not in known]
        raise AlignmentError(
            f"the ids of the {label} are not those of the {lead_label}: {len(missing)} are missing "
            f"({_listed(missing)}), {len(extra)} are its own ({_listed(extra)}). Give files of the "
            "same segments, or leave the ids out: then order counts."
        )
    return replace(stream, entries=lambda: (by_id[key] for key in order))


def _listed(keys: Sequence[str]) -> str:
    shown = ", ".join(repr(key) for key in keys[:_LISTED])
    return (shown or "none") if len(keys) <= _LISTED else f"{shown}, …"


def _notes(named: Mapping[str, SegmentStream]) -> Iterator[str]:
    for stream in named.values():
        yield from stream.notes


def _unused(
    systems: Mapping[str, SegmentStream],
    references: Mapping[str, SegmentStream],
    sources: SegmentStream | None,
) -> Iterator[str]:
    """What stands beside hypotheses and gives way to a file of its own."""
    for name, stream in systems.items():
        first = next(iter(stream))
        if references and first.references is not None:
            yield f"the references beside {name!r} are not used: --references goes before"
        if sources is not None and first.source is not None:
            yield f"the sources beside {name!r} are not used: --sources goes before"


def _blanks(surveys: Mapping[str, _Survey]) -> Iterator[str]:
    """What to say of empty lines.

    Raises:
        AlignmentError: a file has nothing else.
    """
    for label, survey in surveys.items():
        shown = ", ".join(map(str, survey.blank))
        more = ", …" if survey.n_blank > len(survey.blank) else ""
        where = f"line{'s' if survey.n_blank > 1 else ''} {shown}{more}"
        count = f"{survey.n_blank} of {survey.n}"
        if survey.n_blank == survey.n:
            raise AlignmentError(
                f"the {label} hold no text at all: every line is empty. Check the file."
            )
        if survey.n_blank and label.startswith("hypotheses"):
            name = label.removeprefix("hypotheses ")
            consequence = "they are scored as empty outputs"
            yield f"{count} hypotheses of {name} are empty ({where}); {consequence}"
        elif survey.n_blank and label.startswith("references"):
            consequence = "those segments have no reference there"
            yield f"{count} lines of the {label} are empty ({where}); {consequence}"
        elif survey.n_blank:
            yield f"{count} sources are empty ({where})"


def _take(stream: Iterator[Entry], wanted: int) -> list[Entry]:
    taken = list(islice(stream, wanted))
    if len(taken) < wanted:
        raise InputError("a file became shorter while it was read; leave the files as they are")
    return taken
