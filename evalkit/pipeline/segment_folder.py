"""Scores of files of segments as a run folder, for ``show``, ``report``, ``diff`` and ``view``.

Every segment goes into ``items.arrow``, a chunk at a time, read from the files once more. The
report itself holds the segments too up to ``MOST_ITEMS`` rows; from there on only the tables, and
a warning that says where the rows are.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evalkit.corpus.chunks import Chunk
from evalkit.corpus.parallel import CHUNK, Parallel
from evalkit.pipeline.item_buckets import item_buckets
from evalkit.pipeline.items import items, segment_scores
from evalkit.pipeline.keepers import Found
from evalkit.pipeline.measure import Hypotheses
from evalkit.pipeline.segments import Measurements
from evalkit.pipeline.tables import Scored
from evalkit.records import Measured
from evalkit.results import BucketTable, Item, Report
from evalkit.stats.resampling import Resampling
from evalkit.store.folder import open_for_writing
from evalkit.store.items import ITEMS, Row, write_items

__all__ = ["MOST_ITEMS", "write_segments"]

MOST_ITEMS = 20_000
"""Rows that a report holds by itself."""
TABLE = "scores"


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A chunk, and where each of its segments stands."""

    chunk: Chunk
    documents: tuple[str, ...]
    indices: tuple[int, ...]


def write_segments(
    path: Path,
    parallel: Parallel,
    measured: Measurements,
    report: Report,
    config: Mapping[str, object],
    settings: Resampling | None = None,
) -> Report:
    """Writes the run folder: ``items.arrow``, ``report.json`` and the manifest.

    Args:
        path: the folder; new, empty, or of an earlier run.
        parallel: the files that were scored.
        measured: their rows, kept by segment.
        report: the tables.
        config: what was asked for, by option.
        settings: how to resample in buckets; None for no intervals.

    Returns:
        The report as it was written.

    Raises:
        StoreError: the folder cannot be used.
    """
    n_rows = parallel.n * len(parallel.systems)
    info = report.run.model_copy(update={"config": dict(config), "inputs": _hashes(parallel)})
    if n_rows > MOST_ITEMS:
        where = f"{n_rows:,} rows are too many for this report: see them with evalkit view"
        info = info.model_copy(update={"warnings": (*info.warnings, where)})
    with open_for_writing(path) as folder:
        folder.write_manifest("running", info.model_dump(mode="json"))
        write_items(path / ITEMS, _rows(parallel, measured), _fields(measured.found))
        kept = _items(parallel, measured) if n_rows <= MOST_ITEMS else ()
        buckets = _buckets(parallel, measured, kept, settings) if kept else ()
        whole = report.model_copy(update={"run": info, "items": kept, "buckets": buckets})
        folder.write_report(whole)
        folder.write_manifest("finished", info.model_dump(mode="json"))
    return whole


def _hashes(parallel: Parallel) -> dict[str, str]:
    """SHA-256 of each file by its name; none of standard input, which is gone."""
    streams = [*parallel.systems.values(), *parallel.references.values()]
    streams += [parallel.sources] if parallel.sources is not None else []
    found = {}
    for stream in streams:
        if Path(stream.name).is_file():
            with Path(stream.name).open("rb") as file:
                found[stream.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def _fields(found: Mapping[str, Found]) -> list[str]:
    return [field.name for scorer, _ in next(iter(found.values())) for field in scorer.fields]


def _rows(parallel: Parallel, measured: Measurements) -> Iterator[Row]:
    for numbered in _numbered(parallel):
        for system in parallel.systems:
            yield from _of_chunk(numbered, system, measured)


def _of_chunk(numbered: _Numbered, system: str, measured: Measurements) -> Iterator[Row]:
    chunk = numbered.chunk
    parts = _part(measured.found[system], chunk.start, len(chunk))
    scores = [segment_scores(scorer, rows) for scorer, rows in parts]
    for at, text in enumerate(chunk.systems[system]):
        notes = [f"{s.name}: {m.reasons[at]}" for s, m in parts if at in m.reasons]
        yield Row(
            table=TABLE,
            system=system,
            document=numbered.documents[at],
            index=numbered.indices[at],
            id=chunk.ids[at],
            hypothesis=text,
            scores={name: value for rows in scores for name, value in rows[at].items()},
            source=None if chunk.sources is None else chunk.sources[at],
            references=() if chunk.references is None else chunk.references[at],
            more={"notes": notes} if notes else None,
        )


def _items(parallel: Parallel, measured: Measurements) -> tuple[Item, ...]:
    made: list[Item] = []
    for system in parallel.systems:
        for numbered in _numbered(parallel):
            chunk = numbered.chunk
            hypotheses = Hypotheses(
                system=system,
                documents=numbered.documents,
                indices=numbered.indices,
                texts=chunk.systems[system],
                languages=("",) * len(chunk),
                references=chunk.references,
                sources=chunk.sources,
            )
            names = [_names(found) for found in chunk.references or ((),) * len(chunk)]
            parts = _part(measured.found[system], chunk.start, len(chunk))
            made += items(TABLE, hypotheses, parts, names)
    return tuple(made)


def _buckets(
    parallel: Parallel,
    measured: Measurements,
    kept: Sequence[Item],
    settings: Resampling | None,
) -> tuple[BucketTable, ...]:
    """The items in buckets, by the files' columns too."""
    rows = [row for numbered in _numbered(parallel) for row in numbered.chunk.columns]
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {
        name: [[row.get(name, "") for row in rows]] * len(parallel.systems) for name in names
    }
    scored = []
    for system in parallel.systems:
        own = [item for item in kept if item.system == system]
        hypotheses = Hypotheses(
            system=system,
            documents=tuple(item.document for item in own),
            indices=tuple(item.index for item in own),
            texts=tuple(item.hypothesis for item in own),
            languages=("",) * len(own),
            references=tuple(tuple(r.text for r in item.references) for item in own),
        )
        scored.append(Scored(hypotheses, measured.found[system]))
    return item_buckets(TABLE, scored, columns, settings)


def _names(references: Sequence[str]) -> list[str]:
    return [f"reference {number}" for number in range(1, len(references) + 1)]


def _part(found: Found, start: int, n: int) -> Found:
    """The rows of some consecutive segments."""
    end = start + n
    return tuple(
        (
            scorer,
            Measured(
                statistics=rows.statistics[start:end],
                valid=rows.valid[start:end],
                reasons={
                    at: rows.reasons[start + at] for at in range(n) if start + at in rows.reasons
                },
            ),
        )
        for scorer, rows in found
    )


def _numbered(parallel: Parallel) -> Iterator[_Numbered]:
    """The chunks; a segment of no document is one of its own, under its id."""
    seen: dict[str, int] = {}
    for chunk in parallel.chunks(CHUNK):
        if chunk.documents is None:
            yield _Numbered(chunk, chunk.ids, (0,) * len(chunk))
            continue
        indices = []
        for document in chunk.documents:
            indices.append(seen.get(document, 0))
            seen[document] = indices[-1] + 1
        yield _Numbered(chunk, chunk.documents, tuple(indices))
