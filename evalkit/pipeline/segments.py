"""Files of segments to every system's rows and scores: the stages behind ``evalkit score``."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evalkit.corpus.parallel import CHUNK, Parallel
from evalkit.execute import Progress, silent
from evalkit.metrics.signature import with_references
from evalkit.pipeline.collect import Collector, Doubts, Ids, Labels, ReferenceCounts, collect
from evalkit.pipeline.items import named
from evalkit.pipeline.keepers import Found, Rows, Sums, cut_warnings, unresampled
from evalkit.records import Measured
from evalkit.stages import Scorer, SegmentScorer
from evalkit.stats.comparison import compare_systems
from evalkit.stats.estimate import estimate
from evalkit.stats.exact import sliced
from evalkit.stats.resampling import POISSON_FROM, Resampling
from evalkit.stats.results import Comparison, Estimate

__all__ = [
    "Measurements",
    "Scored",
    "Scores",
    "Wanted",
    "compare_segments",
    "measure_segments",
    "score_segments",
    "segment_rows",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to keep of the files beside the rows."""

    cluster: str = "segment"
    """What is resampled later: ``segment``, ``document`` or a column."""
    ids: bool = False
    """Whether scores by segment will be asked for: keeps all rows and ids."""
    language: str = "en"
    """ISO 639-1 code of the hypotheses."""


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


@dataclass(frozen=True, slots=True)
class Scores:
    """Every number of every system."""

    n: int
    """Segments."""
    systems: tuple[str, ...]
    scored: tuple[Scored, ...]
    """By system, then scorer, then field."""
    settings: Resampling | None = None
    """How intervals were drawn; None: there are none."""
    n_clusters: int = 0
    """What was resampled."""
    comparisons: tuple[Comparison, ...] = ()
    """All pairs by every headline field, where intervals were asked for."""
    measured: Measurements | None = None
    """The rows, where they were kept."""
    warnings: tuple[str, ...] = ()
    """What a user must know before they trust a score."""


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
    doubts = [Doubts(system) for system in parallel.systems]
    collectors: list[Collector] = [counts, *doubts, *rows, *also]
    collectors += [labels] if labels is not None else []
    collectors += [ids] if wanted.ids else []
    collect(parallel, collectors, progress=progress)
    return Measurements(
        n=parallel.n,
        found={each.system: each.found() for each in rows},
        signatures=_signatures(scorers, counts),
        ids=ids.ids if wanted.ids else None,
        clusters=labels.labels if labels is not None else None,
        warnings=(*_warnings(parallel, doubts, scorers), *cut_warnings(rows, parallel.n)),
    )


def score_segments(
    parallel: Parallel,
    scorers: Sequence[Scorer],
    wanted: Wanted,
    settings: Resampling | None,
    *,
    also: Sequence[Collector] = (),
    progress: Progress = silent,
) -> Scores:
    """Every number of every system, in one pass over the files.

    Rows are kept only where something needs them: scores by segment, clusters of segments, a
    bootstrap that draws with replacement, or paired tests. From 100,000 segments on, several
    systems are not tested, and a warning says so: ``compare_segments`` tests them.

    Args:
        parallel: the files.
        scorers: what to measure.
        wanted: what to keep beside the numbers.
        settings: how to resample for intervals and, with several systems, paired tests; None: not.
        also: whatever else wants to see every chunk.
        progress: is told of finished segments.

    Raises:
        ConfigError: a scorer needs what the files do not have, or there is no such column.
    """
    if _needs_rows(parallel, wanted, settings):
        measured = measure_segments(parallel, scorers, wanted, also=also, progress=progress)
        return _of_rows(measured, settings)
    sums = [Sums(system, scorers, wanted.language, settings) for system in parallel.systems]
    counts, doubts = ReferenceCounts(), [Doubts(system) for system in parallel.systems]
    collect(parallel, [counts, *doubts, *sums, *also], progress=progress)
    signatures = _signatures(scorers, counts)
    return Scores(
        n=parallel.n,
        systems=tuple(parallel.systems),
        scored=tuple(
            Scored(each.system, scorer.name, number, signatures[scorer.name])
            for each in sums
            for scorer, numbers in each.estimates()
            for number in numbers
        ),
        settings=settings,
        n_clusters=parallel.n,
        warnings=(
            *_warnings(parallel, doubts, scorers),
            *cut_warnings(sums, parallel.n),
            *_untested(sums, settings),
        ),
    )


def compare_segments(
    measured: Measurements, settings: Resampling, *, baseline: str | None = None
) -> tuple[Comparison, ...]:
    """All pairs of systems, or each against the baseline, by every scorer's headline field.

    Raises:
        ValueError: no such baseline.
    """
    scorers = [scorer for scorer, _ in next(iter(measured.found.values()))]
    made: list[Comparison] = []
    for place, scorer in enumerate(scorers):
        rows = {system: parts[place][1] for system, parts in measured.found.items()}
        found = compare_systems(
            scorer, rows, measured.clusters, baseline=baseline, settings=settings
        )
        made += [each for each in found if each.field == scorer.fields[0]]
    return tuple(made)


def segment_rows(
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


def _needs_rows(parallel: Parallel, wanted: Wanted, settings: Resampling | None) -> bool:
    if wanted.ids:
        return True
    if settings is None:
        return False
    small = settings.weights(parallel.n) != "poisson" or settings.interval != "percentile"
    tested = len(parallel.systems) > 1 and parallel.n < POISSON_FROM
    return small or tested or wanted.cluster != "segment"


def _of_rows(measured: Measurements, settings: Resampling | None) -> Scores:
    clusters = measured.clusters
    scored = []
    for system, parts in measured.found.items():
        for scorer, rows in parts:
            signature = measured.signatures[scorer.name]
            numbers = (
                _values(scorer, rows)
                if settings is None
                else estimate(scorer, rows, clusters, settings=settings)
            )
            scored += [Scored(system, scorer.name, number, signature) for number in numbers]
    return Scores(
        n=measured.n,
        systems=tuple(measured.found),
        scored=tuple(scored),
        settings=settings,
        n_clusters=measured.n if clusters is None else len(set(clusters)),
        comparisons=() if settings is None else compare_segments(measured, settings),
        measured=measured,
        warnings=measured.warnings,
    )


def _values(scorer: Scorer, rows: Measured) -> tuple[Estimate, ...]:
    total = sliced(rows.statistics[rows.valid]).total().values()[0]
    n_scored = int(rows.valid.sum())
    return unresampled(scorer, total, n_scored, len(rows.valid) - n_scored)


def _warnings(
    parallel: Parallel, doubts: Sequence[Doubts], scorers: Sequence[Scorer]
) -> tuple[str, ...]:
    return (*parallel.warnings, *(said for each in doubts for said in each.of(scorers)))


def _untested(sums: Sequence[Sums], settings: Resampling | None) -> Iterator[str]:
    if settings is not None and len(sums) > 1:
        yield (
            f"with {POISSON_FROM:,} segments or more, systems are scored but not tested against "
            "one another, which keeps all rows in memory: evalkit compare does it"
        )


def _signatures(scorers: Sequence[Scorer], counts: ReferenceCounts) -> dict[str, str]:
    examples = counts.examples()
    return {
        scorer.name: (
            scorer.signature()
            if "references" not in scorer.needs or examples is None
            else with_references(scorer.signature(), examples)
        )
        for scorer in scorers
    }


def _by_segment(scorer: Scorer, rows: Measured, part: slice) -> list[dict[str, float | None]]:
    statistics = rows.statistics[part]
    if isinstance(scorer, SegmentScorer):
        scores = scorer.score_segments(statistics)
    else:
        scores = scorer.score(statistics)
    return [named(scorer, row) for row in np.where(rows.valid[part, None], scores, np.nan)]
