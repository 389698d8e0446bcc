"""Systems, references and sources of the same segments, side by side by their ids.

The seam between files and everything that scores segments::

    aligned = read_aligned({"ours": "out.xlf"}, {"a": "ref.tmx"}, None, root=Path())
    aligned.ids, aligned.systems["ours"], aligned.references["a"], aligned.sources

``segments`` reads each file; ``align`` puts the files into the order of the first hypotheses. Files
that have ids are matched by them, the others by position; so an XLIFF file and a file of plain
lines fit together if they have as many segments in the same order. Whatever does not fit is an
``AlignmentError``, never a cut: other numbers of segments, an id twice, ids that only some files
have. Whether the *texts* belong together is asked by ``evalkit.guard.alignment``.

Where no sources are named, those that the hypotheses' own files hold are taken, if all agree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, TypeVar

from evalkit.corpus.duplicates import duplicates
from evalkit.corpus.segments import Reading, SegmentFile, read_segments
from evalkit.errors import AlignmentError

__all__ = ["Aligned", "align", "read_aligned"]

Value = TypeVar("Value")

Tags = tuple[tuple[str, ...], ...]
"""For each segment its inline tags."""

_LISTED = 5
"""How many ids a message lists."""


@dataclass(frozen=True, slots=True)
class Aligned:
    """n segments: of every system, every reference, and the source."""

    ids: tuple[str, ...]
    """n ids, each once; numbers from "1" where no file has any."""
    systems: Mapping[str, tuple[str, ...]]
    """System -> n hypotheses."""
    references: Mapping[str, tuple[str, ...]]
    """Reference -> n texts; "" where a segment has none. A file with further references gives
    ``name``, ``name#2`` and so on."""
    sources: tuple[str, ...] | None = None
    """n sources."""
    tags: Mapping[str, Tags] = field(default_factory=dict)
    """System -> the inline tags of its hypotheses, for systems whose files have such."""
    source_tags: Tags | None = None
    """The inline tags of the sources."""
    documents: tuple[str, ...] | None = None
    """n ids of documents, where a file has them."""
    columns: tuple[Mapping[str, str], ...] | None = None
    """Further columns of the first table that has any."""
    has_own_ids: bool = False
    """Whether the ids come from a file."""
    notes: tuple[str, ...] = ()
    """What a user must know of how the files were read."""

    def __len__(self) -> int:
        return len(self.ids)


def read_aligned(
    hypotheses: Mapping[str, str | Path],
    references: Mapping[str, str | Path],
    sources: str | Path | None,
    *,
    root: Path,
    reading: Reading | None = None,
    stream: BinaryIO | None = None,
) -> Aligned:
    """Reads files of any supported kind and puts them side by side.

    Args:
        hypotheses: system -> its file.
        references: name -> file; may be empty.
        sources: the file of sources; None: those in the hypotheses' files, if there are any.
        root: the folder that relative paths start from.
        reading: kind, columns and languages, for every file; the side follows from its part.
        stream: standard input, as bytes, for the one file that is ``-``.

    Raises:
        AlignmentError: the files do not belong together.
        InputError: a file is missing or damaged.
    """
    how = reading or Reading()

    def read(path: str | Path, side: str) -> SegmentFile:
        asked = replace(how, side="source" if side == "source" else "target")
        return read_segments(path, root=root, reading=asked, stream=stream)

    return align(
        {name: read(path, "target") for name, path in hypotheses.items()},
        {name: read(path, "target") for name, path in references.items()},
        None if sources is None else read(sources, "source"),
    )


def align(
    systems: Mapping[str, SegmentFile],
    references: Mapping[str, SegmentFile],
    sources: SegmentFile | None,
) -> Aligned:
    """Files that were read, side by side.

    Raises:
        AlignmentError: they do not belong together; says which, where, and what to do.
    """
    files = [*systems.values(), *references.values(), *([] if sources is None else [sources])]
    _check_counts(systems, references, sources)
    for file in files:
        _check_ids(file)
    lead = next((file for file in files if file.ids is not None), None)
    ids = lead.ids if lead is not None and lead.ids is not None else None
    notes = [note for file in files for note in file.notes]
    if ids is not None and lead is not None:
        known = {key: at for at, key in enumerate(ids)}
        for file in files:
            notes += _check_same_ids(file, lead, known)
        placed = {id(file): _in_order(file, known) for file in files}
    else:
        placed = {id(file): file for file in files}
    return _aligned(
        {name: placed[id(file)] for name, file in systems.items()},
        {name: placed[id(file)] for name, file in references.items()},
        None if sources is None else placed[id(sources)],
        ids,
        notes,
    )


def _check_counts(
    systems: Mapping[str, SegmentFile],
    references: Mapping[str, SegmentFile],
    sources: SegmentFile | None,
) -> None:
    counts = {f"hypotheses {name!r}": len(file) for name, file in systems.items()}
    counts |= {f"references {name!r}": len(file) for name, file in references.items()}
    if sources is not None:
        counts["sources"] = len(sources)
    if len(set(counts.values())) > 1:
        listed = "; ".join(f"{name}: {n} segments" for name, n in counts.items())
        raise AlignmentError(
            f"the files do not belong together: {listed}. Each must have one segment per line, "
            f"in the same order."
        )


def _check_ids(file: SegmentFile) -> None:
    if file.ids is None:
        return
    found = duplicates(file.ids, limit=_LISTED)
    if found.n_ids:
        first = found.first[0]
        more = f" and {found.n_ids - 1} more such ids" if found.n_ids > 1 else ""
        raise AlignmentError(
            f"{file.name}: the id {first.id!r} stands at segments {first.first + 1} and "
            f"{first.second + 1}{more}; every segment needs an id of its own. Mend the ids, or "
            "take a file without them: then its order counts."
        )


def _check_same_ids(file: SegmentFile, lead: SegmentFile, known: Mapping[str, int]) -> list[str]:
    """What to say of a file whose ids fit.

    Raises:
        AlignmentError: it has other ids.
    """
    if file.ids is None or file.ids == lead.ids:
        return []
    extra = [key for key in file.ids if key not in known]
    if extra:
        own = set(file.ids)
        missing = [key for key in known if key not in own]
        raise AlignmentError(
            f"the ids of {file.name} are not those of {lead.name}: {len(extra)} of its own "
            f"({_listed(extra)}), {len(missing)} that it lacks ({_listed(missing)}). Score files "
            "of the same segments, or take the ids away: then their order counts."
        )
    return [f"{file.name} has another order than {lead.name}; it was put in order by its ids"]


def _in_order(file: SegmentFile, known: Mapping[str, int]) -> SegmentFile:
    if file.ids is None:
        return file
    own = {key: at for at, key in enumerate(file.ids)}
    order = [own[key] for key in known]

    def put(values: Sequence[Value] | None) -> tuple[Value, ...] | None:
        return None if values is None else tuple(values[at] for at in order)

    return replace(
        file,
        texts=put(file.texts) or (),
        ids=tuple(known),
        sources=put(file.sources),
        tags=put(file.tags),
        source_tags=put(file.source_tags),
        documents=put(file.documents),
        others=tuple(put(texts) or () for texts in file.others),
        columns=put(file.columns),
    )


def _aligned(
    systems: Mapping[str, SegmentFile],
    references: Mapping[str, SegmentFile],
    sources: SegmentFile | None,
    ids: tuple[str, ...] | None,
    notes: Sequence[str],
) -> Aligned:
    files = [*systems.values(), *references.values(), *([] if sources is None else [sources])]
    n = len(files[0]) if files else 0
    source, source_tags, more = _sources(systems, sources)
    return Aligned(
        ids=ids if ids is not None else tuple(str(number) for number in range(1, n + 1)),
        systems={name: file.texts for name, file in systems.items()},
        references={
            name if not at else f"{name}#{at + 1}": texts
            for name, file in references.items()
            for at, texts in enumerate((file.texts, *file.others))
        },
        sources=source,
        tags={name: file.tags for name, file in systems.items() if file.tags is not None},
        source_tags=source_tags,
        documents=next((f.documents for f in files if f.documents is not None), None),
        columns=next((f.columns for f in files if f.columns is not None), None),
        has_own_ids=ids is not None,
        notes=tuple(dict.fromkeys([*notes, *more])),
    )


def _sources(
    systems: Mapping[str, SegmentFile], sources: SegmentFile | None
) -> tuple[tuple[str, ...] | None, Tags | None, list[str]]:
    """Sources, their tags, and what to say of where they come from."""
    if sources is not None:
        return sources.texts, sources.tags, []
    holding = {name: file for name, file in systems.items() if file.sources is not None}
    if not holding:
        return None, None, []
    (first, file), *rest = holding.items()
    for name, other in rest:
        pairs = zip(file.sources or (), other.sources or (), strict=True)
        differ = next((at for at, (a, b) in enumerate(pairs) if a.split() != b.split()), None)
        if differ is not None:
            raise AlignmentError(
                f"the sources in {file.name} and {other.name} differ, first at segment "
                f"{differ + 1}: {first!r} and {name!r} did not translate the same text. Name one "
                "file of sources if they did."
            )
    return file.sources, file.source_tags, [f"sources are those in {file.name}"]


def _listed(keys: Sequence[str]) -> str:
    shown = ", ".join(repr(key) for key in keys[:_LISTED])
    return (shown or "none") if len(keys) <= _LISTED else f"{shown}, …"
