"""The items of a run's table in buckets: by length, by score, by document, by any column."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evalkit.pipeline.buckets import LENGTHS
from evalkit.pipeline.items import segment_scores
from evalkit.pipeline.job import Job
from evalkit.pipeline.measure import Hypotheses
from evalkit.pipeline.tables import Scored, settings_of
from evalkit.records import Document, FloatArray
from evalkit.results import Bucket, BucketScore, BucketTable
from evalkit.stats.buckets import Buckets, bucket_estimates, by_label, by_number
from evalkit.stats.resampling import Resampling
from evalkit.text.words import count_words

__all__ = ["item_buckets"]

_MOST_LABELS = 20
"""Values above which a column puts no items together."""
_QUARTERS = (25, 50, 75)


def item_buckets(
    job: Job,
    table: str,
    unit: str,
    scored: Sequence[Scored],
    documents: Sequence[Document],
) -> tuple[BucketTable, ...]:
    """Every way in which the items of a table can be put in buckets, with each bucket's scores.

    A score's buckets are its quarters over all systems. A column counts where it has at most
    twenty values and puts documents together.

    Args:
        job: says how to resample.
        table: the table's name.
        unit: what an item is.
        scored: every system's texts and what was measured on them.
        documents: theirs, with their columns.
    """
    settings = settings_of(job.statistics, unit)
    return tuple(_table(table, way, scored, settings) for way in _ways(scored, documents))


@dataclass(frozen=True, slots=True)
class _Way:
    """By what, a title, and the buckets of each system's items."""

    by: str
    title: str
    grouped: Sequence[Buckets]


def _table(table: str, way: _Way, scored: Sequence[Scored], settings: Resampling) -> BucketTable:
    names = tuple(dict.fromkeys(name for buckets in way.grouped for name in buckets.names))
    systems = [each.hypotheses.system for each in scored]
    owners = list(zip(systems, way.grouped, strict=True))
    sizes = {name: dict(zip(b.names, b.sizes(), strict=True)) for name, b in owners}
    return BucketTable(
        table=table,
        by=way.by,
        title=way.title,
        buckets=tuple(
            Bucket(name=name, sizes={s: own[name] for s, own in sizes.items() if name in own})
            for name in names
        ),
        scores=tuple(
            score
            for each, (_, buckets) in zip(scored, owners, strict=True)
            for score in _scores(each, buckets, names, settings)
        ),
        members={
            system: tuple(names.index(buckets.names[at]) for at in buckets.index.tolist())
            for system, buckets in owners
        },
    )


def _scores(
    scored: Scored, buckets: Buckets, names: Sequence[str], settings: Resampling
) -> Iterator[BucketScore]:
    """The headline fields of one system in each of its buckets."""
    for scorer, measured in scored.found:
        columns = bucket_estimates(scorer, measured, buckets, settings=settings)
        for name, (first, *_) in zip(buckets.names, columns, strict=True):
            interval = first.interval
            yield BucketScore(
                system=scored.hypotheses.system,
                bucket=names.index(name),
                field=first.field.name,
                value=_number(first.value),
                low=_number(interval.low),
                high=_number(interval.high),
                note=first.reason or interval.reason or interval.warning,
            )


def _ways(scored: Sequence[Scored], documents: Sequence[Document]) -> Iterator[_Way]:
    texts = [each.hypotheses for each in scored]
    lengths = [_lengths(each.texts) for each in texts]
    yield from _by_numbers("hypothesis-length", "words of the hypothesis", lengths, LENGTHS)
    if all(each.references for each in texts):
        lengths = [_lengths([r[0] if r else "" for r in each.references or ()]) for each in texts]
        yield from _by_numbers("reference-length", "words of the reference", lengths, LENGTHS)
    for place, (scorer, _) in enumerate(scored[0].found):
        field = scorer.fields[0].name
        values = [_values(each, place, field) for each in scored]
        yield from _by_numbers(f"score:{field}", field, values, _quarters(values))
    yield from _by_labels("document", "document", texts, lambda document: document)
    known = {document.id: document.columns for document in documents}
    for column in dict.fromkeys(key for columns in known.values() for key in columns):
        if len({columns.get(column, "") for columns in known.values()}) < len(known):
            yield from _by_labels(column, column, texts, _valued(known, column))


def _valued(known: Mapping[str, Mapping[str, str]], column: str) -> Callable[[str], str]:
    return lambda document: known.get(document, {}).get(column, "")


def _lengths(texts: Sequence[str]) -> FloatArray:
    return np.array([count_words(text) for text in texts], dtype=np.float64)


def _values(scored: Scored, place: int, field: str) -> FloatArray:
    rows = segment_scores(*scored.found[place])
    return np.array([math.nan if r[field] is None else r[field] for r in rows], dtype=np.float64)


def _quarters(values: Sequence[FloatArray]) -> tuple[float, ...]:
    """Edges between the quarters, rounded so that they can be read; fewer where many are equal."""
    defined = np.concatenate(values)
    defined = defined[~np.isnan(defined)]
    if defined.size == 0:
        return ()
    edges = np.unique(np.round(np.percentile(defined, _QUARTERS), 1))
    return tuple(edges[edges > defined.min()].tolist())


def _by_numbers(
    by: str, title: str, values: Sequence[FloatArray], edges: Sequence[float]
) -> Iterator[_Way]:
    if edges and sum(own.size for own in values):
        yield _Way(by, title, [by_number(own, edges) for own in values])


def _by_labels(
    by: str, title: str, texts: Sequence[Hypotheses], label: Callable[[str], str]
) -> Iterator[_Way]:
    labels = [[label(document) for document in each.documents] for each in texts]
    if 1 < len({name for own in labels for name in own}) <= _MOST_LABELS:
        yield _Way(by, title, [by_label(own) for own in labels])


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
