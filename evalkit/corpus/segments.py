"""Any file of segments, read into texts with ids: the one door for hypotheses and references.

``read_segments`` reads a file by its suffix (``.gz`` behind it is unpacked):

========================================  =====================================================
``.xlf .xliff .sdlxliff .mqxliff``        XLIFF 1.2 and 2.x: source, target, ids, inline tags
``.tmx``                                  TMX: source, target, ids, inline tags
``.jsonl .csv .tsv .parquet``             a table with named columns: ``id`` and ``text``, or
                                          ``id``, ``source`` and ``target``
``.tsv`` without such names, two columns  source and target, a pair a line
anything else, and ``-``                  plain lines (or name a ``kind``)
========================================  =====================================================

``side`` says which text is meant: hypotheses and references are targets, sources are sources; a
file with one text column serves either. ``parallel.line_up`` puts files beside one another by
these ids (or by position where a file has none). A table's ``references`` column may hold a list
of texts: see ``SegmentFile.others``.

Nothing is skipped without a word: what a reader had to leave out or decide stands in ``notes``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal

from evalkit.corpus.bitext import Pair
from evalkit.corpus.files import existing, read_text, split_lines
from evalkit.corpus.rows import ROW_KINDS, kind_of
from evalkit.corpus.tables import Columns, read_table
from evalkit.corpus.tmx import read_tmx
from evalkit.corpus.xliff import read_xliff
from evalkit.errors import InputError, UnknownNameError

__all__ = ["KINDS", "XLIFF_SUFFIXES", "Reading", "SegmentFile", "Side", "read_segments"]

Side = Literal["source", "target"]
"""Which of a pair's texts."""

XLIFF_SUFFIXES = ("xlf", "xliff", "sdlxliff", "mqxliff", "mxliff")
"""Suffixes of XLIFF files and of the tools' own names for them."""

KINDS = ("lines", "tmx", "xliff", *ROW_KINDS)
"""The kinds of file."""


@dataclass(frozen=True, slots=True)
class SegmentFile:
    """The n segments of one file, in its order."""

    name: str
    """What messages call it."""
    texts: tuple[str, ...]
    """n texts; an empty one stays empty."""
    ids: tuple[str, ...] | None = None
    """n ids, as the file has them (not yet checked for doubles); None where it has none."""
    sources: tuple[str, ...] | None = None
    """n sources, where the file holds both sides and the target was asked for."""
    tags: tuple[tuple[str, ...], ...] | None = None
    """For each text its inline tags; None where the format has none."""
    source_tags: tuple[tuple[str, ...], ...] | None = None
    """For each source its inline tags."""
    documents: tuple[str, ...] | None = None
    """For each text the document that the file says it belongs to."""
    others: tuple[tuple[str, ...], ...] = ()
    """Further references of the same segments, each of n texts, "" where a segment has fewer."""
    columns: tuple[Mapping[str, str], ...] | None = None
    """For each text the further columns of its row; None for a file without any."""
    notes: tuple[str, ...] = ()
    """What a user must know of how the file was read."""

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How to read a file where it leaves a choice."""

    side: Side = "target"
    """Which text of a pair."""
    kind: str | None = None
    """One of ``KINDS``; None: by the suffix."""
    columns: Columns = field(default_factory=Columns)
    """Names of a table's columns."""
    source_language: str | None = None
    """Of a TMX; None: its own."""
    target_language: str | None = None
    """Of a TMX; None: the one other language."""


def read_segments(
    path: str | Path,
    *,
    root: Path,
    reading: Reading | None = None,
    stream: BinaryIO | None = None,
) -> SegmentFile:
    """The segments of a file.

    Args:
        path: the file; ``-`` reads ``stream``, as plain lines unless a kind is given.
        root: the folder that a relative path starts from.
        reading: which side, kind, columns and languages; None: targets, by the suffix.
        stream: standard input, as bytes.

    Raises:
        InputError: the file is missing, damaged, empty, or not what its name says.
        UnknownNameError: no such kind.
    """
    how = reading or Reading()
    piped = str(path) == "-" and stream is not None
    found = Path("-") if piped else existing(path, root=root, what="file")
    name = "standard input" if piped else found.name
    kind = how.kind or _kind(found)
    if kind == "folder":
        raise InputError(f"{name} is a folder; a file is needed")
    if kind not in KINDS:
        raise UnknownNameError("kind of file", kind, KINDS)
    read = _read(found, kind, name, how, stream)
    if not read.texts:
        raise InputError(f"{name} is empty: it holds no segments")
    return read


def _kind(path: Path) -> str:
    found = kind_of(path)
    if found in XLIFF_SUFFIXES:
        return "xliff"
    return found if found in (*KINDS, "folder") else "lines"


def _read(path: Path, kind: str, name: str, how: Reading, stream: BinaryIO | None) -> SegmentFile:
    if kind == "xliff":
        file = read_xliff(path, name=name, stream=stream)
        left = file.n_untranslatable
        notes = (f'{name}: {left} units marked translate="no" were left out',) if left else ()
        return _of_pairs(file.pairs, name, how.side, notes)
    if kind == "tmx":
        pairs = read_tmx(
            path,
            name=name,
            stream=stream,
            source_language=how.source_language,
            target_language=how.target_language,
        )
        return _of_pairs(pairs, name, how.side, ())
    if kind in ROW_KINDS:
        return _of_table(path, kind, name, how, stream)
    return SegmentFile(name, split_lines(read_text(path, name=name, stream=stream)))


def _of_pairs(
    pairs: tuple[Pair, ...], name: str, side: Side, notes: tuple[str, ...]
) -> SegmentFile:
    n_missing = sum(not pair.has_target for pair in pairs)
    if side == "target" and n_missing:
        notes += (f"{name}: {n_missing} of {len(pairs)} units have no target; read as empty",)
    sources = tuple(pair.source for pair in pairs)
    chosen = sources if side == "source" else tuple(pair.target for pair in pairs)
    documents = tuple(pair.document for pair in pairs)
    return SegmentFile(
        name=name,
        texts=tuple(inline.text for inline in chosen),
        ids=tuple(pair.id for pair in pairs),
        sources=tuple(inline.text for inline in sources) if side == "target" else None,
        tags=tuple(inline.tags for inline in chosen),
        source_tags=tuple(inline.tags for inline in sources) if side == "target" else None,
        documents=documents if all(documents) else None,
        notes=notes,
    )


def _of_table(
    path: Path, kind: str, name: str, how: Reading, stream: BinaryIO | None
) -> SegmentFile:
    table = read_table(
        path, kind=kind, name=name, side=how.side, columns=how.columns, stream=stream
    )
    return SegmentFile(
        name=name,
        texts=table.texts,
        ids=table.ids,
        sources=table.sources if how.side == "target" else None,
        documents=table.documents,
        others=table.others,
        columns=table.rest,
        notes=table.notes,
    )
