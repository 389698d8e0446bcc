"""The items of a run's table in buckets: by length, by score, by document, by any column."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evalkit.pipeline.buckets import LENGTHS
from evalkit.pipeline.items import segment_scores
from evalkit.pipeline.tables import Scored
from evalkit.records import Document, FloatArray, Measured
from evalkit.results import Bucket, BucketScore, BucketTable
from evalkit.stages import Scorer
from evalkit.stats.buckets import Buckets, bucket_estimates, by_label, by_number
from evalkit.stats.resampling import Resampling
from evalkit.text.words import count_words

__all__ = ["document_columns", "item_buckets"]

_MOST_LABELS = 20
"""Values above which a column puts no items together."""
_QUARTERS = (25, 50, 75)


def item_buckets(
    table: str,
    scored: Sequence[Scored],
    columns: Mapping[str, Sequence[Sequence[str]]],
    settings: Resampling | None,
) -> tuple[BucketTable, ...]:
    """Every way in which the items of a table can be put in buckets, with each bucket's scores.

    A score's buckets are its quarters over all systems. A column counts where it has two to twenty
    values and does not put the items together just as their documents do.

    Args:
        table: the table's name.
        scored: every system's texts and what was measured on them.
        columns: by name, for each system a value for each of its items.
        settings: how to resample; None for no intervals.
    """
    return tuple(_table(table, way, scored, settings) for way in _ways(scored, columns))


def document_columns(
    scored: Sequence[Scored], documents: Sequence[Document]
) -> dict[str, list[list[str]]]:
    """The documents' columns, for each item that of its document; "" where it has none."""
    known = {document.id: document.columns for document in documents}
    names = dict.fromkeys(key for columns in known.values() for key in columns)
    return {
        name: [
            [known.get(document, {}).get(name, "") for document in each.hypotheses.documents]
            for each in scored
        ]
        for name in names
    }


@dataclass(frozen=True, slots=True)
class _Way:
    """By what, a title, and the buckets of each system's items."""

    by: str
    title: str
    grouped: Sequence[Buckets]


def _table(
    table: str, way: _Way, scored: Sequence[Scored], settings: Resampling | None
) -> BucketTable:
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
    scored: Scored, buckets: Buckets, names: Sequence[str], settings: Resampling | None
) -> Iterator[BucketScore]:
    """The headline fields of one system in each of its buckets."""
    for scorer, measured in scored.found:
        if settings is None:
            values = [(name, _value(scorer, measured, buckets, name)) for name in buckets.names]
            found = [(name, _Number(value)) for name, value in values]
        else:
            columns = bucket_estimates(scorer, measured, buckets, settings=settings)
            found = [
                (
                    name,
                    _Number(
                        first.value,
                        first.interval.low,
                        first.interval.high,
                        first.reason or first.interval.reason or first.interval.warning,
                    ),
                )
                for name, (first, *_) in zip(buckets.names, columns, strict=True)
            ]
        for name, number in found:
            yield BucketScore(
                system=scored.hypotheses.system,
                bucket=names.index(name),
                field=scorer.fields[0].name,
                value=_number(number.value),
                low=_number(number.low),
                high=_number(number.high),
                note=number.note,
            )


@dataclass(frozen=True, slots=True)
class _Number:
    """A score, and what is known of it."""

    value: float
    low: float = math.nan
    high: float = math.nan
    note: str = ""


def _value(scorer: Scorer, measured: Measured, buckets: Buckets, name: str) -> float:
    """The score of a bucket's valid items together; NaN where there are none."""
    chosen = measured.valid & (buckets.index == buckets.names.index(name))
    if not chosen.any():
        return math.nan
    return float(scorer.score(measured.statistics[chosen].sum(axis=0))[0])


def _ways(
    scored: Sequence[Scored], columns: Mapping[str, Sequence[Sequence[str]]]
) -> Iterator[_Way]:
    texts = [each.hypotheses for each in scored]
    lengths = [_lengths(each.texts) for each in texts]
    yield from _by_numbers("hypothesis-length", "words of the hypothesis", lengths, LENGTHS)
    if all(any(each.references or ()) for each in texts):
        lengths = [_lengths([r[0] if r else "" for r in each.references or ()]) for each in texts]
        yield from _by_numbers("reference-length", "words of the reference", lengths, LENGTHS)
    for place, (scorer, _) in enumerate(scored[0].found):
        field = scorer.fields[0].name
        values = [_values(each, place, field) for each in scored]
        yield from _by_numbers(f"score:{field}", field, values, _quarters(values))
    documents = [each.documents for each in texts]
    yield from _by_labels("document", documents)
    for column, labels in columns.items():
        pairs = {
            pair
            for d, own in zip(documents, labels, strict=True)
            for pair in zip(d, own, strict=True)
        }
        names, places = {label for _, label in pairs}, {document for document, _ in pairs}
        if not len(pairs) == len(names) == len(places):
            yield from _by_labels(column, labels)


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


def _by_labels(by: str, labels: Sequence[Sequence[str]]) -> Iterator[_Way]:
    if 1 < len({name for own in labels for name in own}) <= _MOST_LABELS:
        yield _Way(by, by, [by_label(own) for own in labels])


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
