"""Scores by bucket: how each segment gets its bucket, and every system's scores in each."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evalkit.corpus.chunks import Chunk
from evalkit.corpus.parallel import Parallel
from evalkit.errors import ConfigError
from evalkit.execute import Progress, silent
from evalkit.metrics.word_frequency import CLASSES, WordFrequency, count, rarest
from evalkit.pipeline.collect import Collector, Labels, collect
from evalkit.pipeline.segments import Measurements, Wanted, measure_segments
from evalkit.records import FloatArray, Measured
from evalkit.stages import Scorer
from evalkit.stats.buckets import (
    Buckets,
    BucketScore,
    BucketTable,
    bucket_estimates,
    by_label,
    by_number,
)
from evalkit.stats.estimate import estimate
from evalkit.stats.resampling import Resampling
from evalkit.text.words import count_words

__all__ = ["LENGTHS", "BucketJob", "Question", "bucket_segments"]

LENGTHS = (10, 20, 30, 40, 50, 60)
"""Words at which a bucket of lengths begins, as compare-mt has them."""
_LENGTHS_OF = ("hypothesis-length", "reference-length", "source-length")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """By what to put segments in buckets."""

    by: str
    """``hypothesis-length``, ``reference-length``, ``source-length``, ``document``,
    ``frequency``, or a column; ``column:NAME`` for a column that bears one of these names."""
    edges: tuple[float, ...] | None = None
    """Where buckets begin; None: 10, 20, ... 60 words; 1, 2, 5, 10, 100, 1000 times; a column's
    values as they are."""
    frequencies: Mapping[str, int] | None = None
    """How often words stand in a training text; None: in the references themselves."""


@dataclass(frozen=True, slots=True)
class BucketJob:
    """The surroundings of a question."""

    settings: Resampling
    """How to resample inside a bucket."""
    language: str = "en"
    """ISO 639-1 code of the hypotheses."""
    also: Sequence[Collector] = ()
    """Whatever else wants to see every chunk."""


_Number = Callable[[Chunk, str], Sequence[float]]
"""The numbers of a chunk's segments, for a system."""


class _Numbers:
    """A number of each segment, for each system where it depends on the system."""

    def __init__(
        self,
        parallel: Parallel,
        number: Callable[[Chunk, str], Sequence[float]],
        *,
        own: bool = False,
    ) -> None:
        names = list(parallel.systems) if own else [""]
        self._values = {name: np.zeros(parallel.n) for name in names}
        self._number = number

    def take(self, chunk: Chunk) -> None:
        """Keeps the chunk's numbers."""
        for name, values in self._values.items():
            values[chunk.start : chunk.start + len(chunk)] = self._number(chunk, name)

    def of(self, system: str) -> FloatArray:
        """The numbers (n,) for a system."""
        return self._values.get(system, next(iter(self._values.values())))


def bucket_segments(
    parallel: Parallel,
    scorers: Sequence[Scorer],
    question: Question,
    job: BucketJob,
    *,
    progress: Progress = silent,
) -> tuple[BucketTable, ...]:
    """The scores by bucket; by frequency also those of words by their own frequency.

    Args:
        parallel: the files.
        scorers: what to measure.
        question: by what.
        job: how to resample inside a bucket, and in which language.
        progress: is told of finished segments.

    Raises:
        ConfigError: the files lack what the question needs.
    """
    settings = job.settings
    wanted = Wanted(cluster=settings.unit, language=job.language)
    if question.by == "frequency":
        given = question.frequencies
        frequencies = _counted(parallel) if given is None else given
        keys: _Numbers | Labels = _Numbers(parallel, lambda chunk, _: _rarest(chunk, frequencies))
        edges = question.edges or CLASSES
        words = WordFrequency(frequencies=frequencies, edges=_whole(edges))
        made = [*scorers, words]
    else:
        keys, made = _keys(parallel, question), list(scorers)
    measured = measure_segments(parallel, made, wanted, also=[keys, *job.also], progress=progress)
    grouped = {system: _grouped(keys, system, question) for system in parallel.systems}
    titles = {"frequency": "frequency of the rarest reference word"}
    title = titles.get(question.by, question.by.removeprefix("column:"))
    table = _table(measured, grouped, question.by, f"Segments by {title}", len(scorers), settings)
    if question.by != "frequency":
        return (table,)
    return table, _words_table(measured, words, settings)


def _keys(parallel: Parallel, question: Question) -> _Numbers | Labels:
    if question.by == "hypothesis-length":
        return _Numbers(
            parallel, lambda chunk, name: list(map(count_words, chunk.systems[name])), own=True
        )
    if question.by == "reference-length":
        return _Numbers(parallel, lambda chunk, _: _reference_lengths(chunk))
    if question.by == "source-length":
        return _Numbers(parallel, lambda chunk, _: list(map(count_words, _sources(chunk))))
    return Labels(question.by.removeprefix("column:"))


def _reference_lengths(chunk: Chunk) -> list[float]:
    """Mean words of a segment's references; NaN where it has none."""
    if chunk.references is None:
        raise ConfigError("reference-length needs --references FILE")
    return [
        sum(map(count_words, texts)) / len(texts) if texts else float("nan")
        for texts in chunk.references
    ]


def _sources(chunk: Chunk) -> tuple[str, ...]:
    if chunk.sources is None:
        raise ConfigError("source-length needs --sources FILE")
    return chunk.sources


def _rarest(chunk: Chunk, frequencies: Mapping[str, int]) -> list[float]:
    if chunk.references is None:
        raise ConfigError("frequency needs --references FILE")
    return [rarest(texts, frequencies) for texts in chunk.references]


def _counted(parallel: Parallel) -> Mapping[str, int]:
    """How often each word stands in the references, all of them."""
    frequencies: Counter[str] = Counter()

    class Words:
        def take(self, chunk: Chunk) -> None:
            for texts in chunk.references or ():
                for text in texts:
                    frequencies.update(count(text))

    collect(parallel, [Words()])
    return frequencies


def _grouped(keys: _Numbers | Labels, system: str, question: Question) -> Buckets:
    if isinstance(keys, Labels):
        if question.edges is None:
            return by_label(keys.labels)
        return by_number(keys.numbers(), question.edges)
    default = CLASSES if question.by == "frequency" else LENGTHS
    return by_number(keys.of(system), question.edges or default, lacking="no words")


def _whole(edges: Sequence[float]) -> tuple[int, ...]:
    if any(edge % 1 for edge in edges) or edges[0] < 1:
        raise ConfigError(f"--edges {edges}: frequencies are whole numbers from 1 up")
    return tuple(map(int, edges))


def _table(
    measured: Measurements,
    grouped: Mapping[str, Buckets],
    by: str,
    title: str,
    n_scorers: int,
    settings: Resampling,
) -> BucketTable:
    made: list[BucketScore] = []
    for system, parts in measured.found.items():
        buckets = grouped[system]
        columns = [
            bucket_estimates(scorer, rows, buckets, measured.clusters, settings=settings)
            for scorer, rows in parts[:n_scorers]
        ]
        for place, (bucket, n) in enumerate(zip(buckets.names, buckets.sizes(), strict=True)):
            for (scorer, _), column in zip(parts[:n_scorers], columns, strict=True):
                signature = measured.signatures[scorer.name]
                made.append(
                    BucketScore(bucket, n, system, scorer.name, column[place][0], signature)
                )
    names = dict.fromkeys(name for buckets in grouped.values() for name in buckets.names)
    return BucketTable(
        by, title, "segments", tuple(grouped), tuple(names), tuple(made), measured.warnings
    )


def _words_table(measured: Measurements, words: WordFrequency, settings: Resampling) -> BucketTable:
    made = []
    for system, parts in measured.found.items():
        rows: Measured = parts[-1][1]
        n_words = rows.statistics.sum(axis=0)[2::3]
        numbers = estimate(words, rows, measured.clusters, settings=settings)[::3]
        made += [
            BucketScore(name, int(n), system, "word F", number, measured.signatures[words.name])
            for name, n, number in zip(words.classes, n_words, numbers, strict=True)
        ]
    title = "Words by frequency: F of the words of each class"
    return BucketTable(
        "word-frequency", title, "words", tuple(measured.found), words.classes, tuple(made)
    )
