"""Files of segments to every system's rows and scores: the stages behind ``evalkit score``."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evalkit.corpus.parallel import CHUNK, Parallel
from evalkit.execute import Progress, silent
from evalkit.metrics.signature import with_references
from evalkit.pipeline.collect import Collector, Ids, Labels, ReferenceCounts, Rows, collect
from evalkit.pipeline.items import named
from evalkit.pipeline.versions import about_now
from evalkit.records import Measured
from evalkit.results import Report, Score, Table
from evalkit.stages import Scorer, SegmentScorer
from evalkit.stats.estimate import estimate
from evalkit.stats.resampling import Resampling
from evalkit.stats.results import Estimate, Interval

__all__ = [
    "Measurements",
    "Scored",
    "Wanted",
    "as_report",
    "measure_segments",
    "number",
    "score",
    "segment_scores",
]

Found = tuple[tuple[Scorer, Measured], ...]
"""Scorers and the rows of one system by each."""


@dataclass(frozen=True, slots=True)
class Measurements:
    """What is left of parallel files once their texts are gone."""

    n: int
    """Segments."""
    found: Mapping[str, Found]
    """For each system its rows by every scorer."""
    signatures: Mapping[str, str]
    """Scorer -> its signature, with the number of references."""
    ids: Sequence[str] | None = None
    """The segments' ids, where they were asked for."""
    clusters: Sequence[str] | None = None
    """The cluster of each segment; None: each is its own."""
    warnings: tuple[str, ...] = ()
    """What a user must know before they trust a score."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One number of one system."""

    system: str
    scorer: str
    estimate: Estimate
    """Its value, and its interval where one was asked for."""
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to keep of the files beside the rows."""

    cluster: str = "segment"
    """What is resampled later: ``segment``, ``document`` or a column."""
    ids: bool = False
    """Whether to keep the segments' ids."""
    language: str = "en"
    """ISO 639-1 code of the hypotheses."""


def measure_segments(
    parallel: Parallel,
    scorers: Sequence[Scorer],
    wanted: Wanted,
    *,
    also: Sequence[Collector] = (),
    progress: Progress = silent,
) -> Measurements:
    """Every system's rows by every scorer, in one pass over the files.

    Args:
        parallel: the files.
        scorers: what to measure.
        wanted: what to keep beside the rows.
        also: whatever else wants to see every chunk.
        progress: is told of finished segments.

    Raises:
        ConfigError: a scorer needs what the files do not have, or there is no such column.
    """
    rows = [Rows(system, scorers, parallel.n, wanted.language) for system in parallel.systems]
    counts, ids = ReferenceCounts(), Ids()
    labels = None if wanted.cluster == "segment" else Labels(wanted.cluster)
    collectors: list[Collector] = [counts, *rows, *also]
    collectors += [labels] if labels is not None else []
    collectors += [ids] if wanted.ids else []
    collect(parallel, collectors, progress=progress)
    return Measurements(
        n=parallel.n,
        found={each.system: each.found() for each in rows},
        signatures={scorer.name: _signature(scorer, counts) for scorer in scorers},
        ids=ids.ids if wanted.ids else None,
        clusters=labels.labels if labels is not None else None,
        warnings=parallel.warnings,
    )


def score(measured: Measurements, settings: Resampling, *, intervals: bool) -> tuple[Scored, ...]:
    """Every number of every system, by system, then scorer, then field.

    Args:
        measured: the rows.
        settings: how to resample.
        intervals: whether to resample at all.
    """
    found = []
    for system, parts in measured.found.items():
        for scorer, rows in parts:
            numbers = (
                estimate(scorer, rows, measured.clusters, settings=settings)
                if intervals
                else _values(scorer, rows)
            )
            signature = measured.signatures[scorer.name]
            found += [Scored(system, scorer.name, number, signature) for number in numbers]
    return tuple(found)


def segment_scores(
    measured: Measurements,
) -> Iterator[tuple[str, str, Mapping[str, float | None]]]:
    """Id, system and the scores by field name of every segment, system by system.

    Raises:
        ValueError: the ids were not kept.
    """
    if measured.ids is None:
        raise ValueError("the ids were not kept: ask for them in Wanted")
    for system, parts in measured.found.items():
        for start in range(0, measured.n, CHUNK):
            part = slice(start, min(start + CHUNK, measured.n))
            columns = [_by_segment(scorer, rows, part) for scorer, rows in parts]
            for at, key in enumerate(measured.ids[part]):
                merged = {name: value for column in columns for name, value in column[at].items()}
                yield key, system, merged


def as_report(measured: Measurements, scored: Sequence[Scored], settings: Resampling) -> Report:
    """The scores as a report of one table, for everything that formats reports."""
    resampled = any(each.estimate.interval.signature for each in scored)
    table = Table(
        name="scores",
        title="Scores",
        unit="segment",
        cluster=settings.unit,
        n_items=measured.n,
        n_clusters=measured.n if measured.clusters is None else len(set(measured.clusters)),
        confidence=100 * settings.confidence,
        draws=settings.draws if resampled else 0,
        seed=settings.seed,
        systems=tuple(measured.found),
        scores=tuple(_row(each) for each in scored),
    )
    run = about_now("score").model_copy(update={"warnings": measured.warnings})
    return Report(run=run, tables=(table,), documents=(), items=())


def _signature(scorer: Scorer, counts: ReferenceCounts) -> str:
    examples = counts.examples()
    if "references" not in scorer.needs or examples is None:
        return scorer.signature()
    return with_references(scorer.signature(), examples)


def _values(scorer: Scorer, rows: Measured) -> tuple[Estimate, ...]:
    """The scores of the sum of all valid rows, without intervals."""
    nan, n_scored = float("nan"), int(rows.valid.sum())
    values = scorer.score(rows.statistics[rows.valid].sum(axis=0))
    none = Interval(nan, nan, nan, n_scored, "")
    undefined = "there is nothing to score" if n_scored else "no item could be scored"
    return tuple(
        Estimate(
            field=field,
            value=float(value),
            interval=none,
            n_scored=n_scored,
            n_skipped=len(rows.valid) - n_scored,
            reason=undefined if np.isnan(value) else "",
        )
        for field, value in zip(scorer.fields, values, strict=True)
    )


def _by_segment(scorer: Scorer, rows: Measured, part: slice) -> list[dict[str, float | None]]:
    statistics = rows.statistics[part]
    if isinstance(scorer, SegmentScorer):
        scores = scorer.score_segments(statistics)
    else:
        scores = scorer.score(statistics)
    return [named(scorer, row) for row in np.where(rows.valid[part, None], scores, np.nan)]


def _row(scored: Scored) -> Score:
    found = scored.estimate
    said = (found.reason, found.interval.reason, found.interval.warning)
    return Score(
        system=scored.system,
        scorer=scored.scorer,
        field=found.field.name,
        unit=found.field.unit,
        higher_is_better=found.field.higher_is_better,
        value=number(found.value),
        low=number(found.interval.low),
        high=number(found.interval.high),
        note="; ".join(dict.fromkeys(filter(None, said))),
        n_scored=found.n_scored,
        n_skipped=found.n_skipped,
        signature=scored.signature,
    )


def number(value: float) -> float | None:
    """The value, or None where it is NaN or infinite."""
    return float(value) if np.isfinite(value) else None
