"""What is kept of one system's measurements, chunk by chunk: all rows, or only what they add up to.

``Rows`` keeps every row, for tests, buckets and scores by segment: k numbers per segment.
``Sums`` keeps the sum, and where intervals are wanted its Poisson resamples, whose weights depend
on seed, segment and draw alone: its memory does not grow with the number of segments. Both add
without rounding, so that they give one value, to the last bit.
"""

import operator
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evalkit.corpus.chunks import Chunk
from evalkit.errors import ConfigError
from evalkit.pipeline.blame import blamed
from evalkit.records import Batch, Field, FloatArray, Measured
from evalkit.stages import Scorer
from evalkit.stats.exact import ExactSums, sliced
from evalkit.stats.resampling import Resampling
from evalkit.stats.results import Estimate, Interval
from evalkit.stats.shards import Shard, resample_shard

__all__ = ["Found", "Rows", "Sums", "cut_warnings", "unresampled"]

Found = tuple[tuple[Scorer, Measured], ...]
"""Scorers and the rows of one system by each."""


class Rows:
    """The rows of one system by every scorer.

    Args:
        system: the system's name.
        scorers: what measures it.
        n: how many segments there will be.
        language: ISO 639-1 code of the hypotheses.
    """

    def __init__(self, system: str, scorers: Sequence[Scorer], n: int, language: str) -> None:
        self.system = system
        self._scorers = tuple(scorers)
        self._language = language
        self._statistics = [np.zeros((n, len(scorer.columns))) for scorer in scorers]
        self._valid = [np.zeros(n, dtype=np.bool_) for _ in scorers]
        self._reasons: list[dict[int, str]] = [{} for _ in scorers]
        self._cuts: list[dict[int, str]] = [{} for _ in scorers]

    def take(self, chunk: Chunk) -> None:
        """Measures the chunk's hypotheses.

        Raises:
            ConfigError: a scorer needs what the files do not have.
        """
        part = slice(chunk.start, chunk.start + len(chunk))
        found = _measured(self.system, self._scorers, chunk, self._language)
        for place, measured in enumerate(found):
            self._statistics[place][part] = measured.statistics
            self._valid[place][part] = measured.valid
            self._reasons[place] |= {chunk.start + at: why for at, why in measured.reasons.items()}
            self._cuts[place] |= {chunk.start + at: cut for at, cut in measured.cuts.items()}

    def found(self) -> Found:
        """Every scorer with its rows (n, k)."""
        return tuple(
            (scorer, Measured(statistics=rows, valid=valid, reasons=reasons, cuts=cuts))
            for scorer, rows, valid, reasons, cuts in zip(
                self._scorers, self._statistics, self._valid, self._reasons, self._cuts, strict=True
            )
        )

    def cut(self) -> Mapping[str, int]:
        """For each scorer how many texts it did not see all of."""
        return {scorer.name: len(n) for scorer, n in zip(self._scorers, self._cuts, strict=True)}


class Sums:
    """What one system's rows add up to, with the sums of its resamples where they are wanted.

    Args:
        system: the system's name.
        scorers: what measures it.
        language: ISO 639-1 code of the hypotheses.
        settings: how to resample; None: no intervals.
    """

    def __init__(
        self, system: str, scorers: Sequence[Scorer], language: str, settings: Resampling | None
    ) -> None:
        self.system = system
        self._scorers = tuple(scorers)
        self._language = language
        self._settings = settings
        self._plain: list[_Plain] = []
        self._n_cut = [0 for _ in scorers]
        self._shard: Shard | None = None

    def take(self, chunk: Chunk) -> None:
        """Measures the chunk's hypotheses and adds them.

        Raises:
            ConfigError: a scorer needs what the files do not have.
        """
        found = _measured(self.system, self._scorers, chunk, self._language)
        plain = [_Plain.of(measured) for measured in found]
        self._n_cut = [n + len(each.cuts) for n, each in zip(self._n_cut, found, strict=True)]
        self._plain = list(map(operator.add, self._plain, plain)) if self._plain else plain
        if self._settings is not None:
            (shard,) = resample_shard([_joined(found)], first=chunk.start, settings=self._settings)
            self._shard = shard if self._shard is None else self._shard + shard

    def estimates(self) -> Iterator[tuple[Scorer, tuple[Estimate, ...]]]:
        """Every scorer with its numbers."""
        intervals = iter(self._intervals())
        for scorer, plain in zip(self._scorers, self._plain, strict=True):
            total = plain.total.values()[0]
            numbers = unresampled(scorer, total, plain.n_scored, plain.n - plain.n_scored)
            if self._settings is not None:
                few = self._settings.too_few(plain.n_scored, "an interval")
                found = [_of(next(intervals), plain.n_scored, few) for _ in numbers]
                numbers = tuple(map(_with_interval, numbers, found))
            yield scorer, numbers

    def cut(self) -> Mapping[str, int]:
        """For each scorer how many texts it did not see all of."""
        return {scorer.name: n for scorer, n in zip(self._scorers, self._n_cut, strict=True)}

    def _intervals(self) -> list[Interval]:
        if self._shard is None:
            return []
        return [found.interval for found in self._shard.estimates(_Joint(self._scorers))]


def cut_warnings(kept: Sequence[Rows | Sums], n: int) -> tuple[str, ...]:
    """A line for each scorer that did not see all of every one of a system's ``n`` texts."""
    return tuple(
        f"{name} did not see all of {n_cut} of {n} texts of {each.system!r} (--segments --format "
        "json says what)"
        for each in kept
        for name, n_cut in each.cut().items()
        if n_cut
    )


def _of(interval: Interval, n_scored: int, few: str) -> Interval:
    """The interval of one scorer, which may have fewer valid segments than there are."""
    nan = float("nan")
    if few:
        return Interval(nan, nan, nan, n_scored, interval.signature, few)
    return replace(interval, n_clusters=n_scored)


def _with_interval(number: Estimate, interval: Interval) -> Estimate:
    return replace(number, interval=interval)


def unresampled(
    scorer: Scorer, total: FloatArray, n_scored: int, n_skipped: int
) -> tuple[Estimate, ...]:
    """The scores of a sum of rows (k,), without intervals."""
    nan = float("nan")
    undefined = "there is nothing to score" if n_scored else "no item could be scored"
    return tuple(
        Estimate(
            field=field,
            value=value,
            interval=Interval(nan, nan, nan, n_scored, ""),
            n_scored=n_scored,
            n_skipped=n_skipped,
            reason=undefined if np.isnan(value) else "",
        )
        for field, value in zip(scorer.fields, scorer.score(total).tolist(), strict=True)
    )


def _measured(
    system: str, scorers: Sequence[Scorer], chunk: Chunk, language: str
) -> list[Measured]:
    for scorer in scorers:
        for need in sorted(scorer.needs):
            if getattr(chunk, need, None) is None:
                raise ConfigError(
                    f"{scorer.name} needs --{need} FILE (or {need!r} beside the hypotheses, in "
                    "JSON Lines)"
                )
    batch = Batch(
        hypotheses=chunk.systems[system],
        references=chunk.references,
        sources=chunk.sources,
        documents=chunk.documents,
        language=language,
    )
    return [_one(scorer, batch) for scorer in scorers]


def _one(scorer: Scorer, batch: Batch) -> Measured:
    with blamed(scorer):
        return scorer.measure(batch)


@dataclass(frozen=True, slots=True)
class _Plain:
    """The sum of one scorer's valid rows."""

    total: ExactSums
    n: int
    n_scored: int

    @classmethod
    def of(cls, measured: Measured) -> "_Plain":
        valid = measured.valid
        return cls(sliced(measured.statistics[valid]).total(), len(valid), int(valid.sum()))

    def __add__(self, other: "_Plain") -> "_Plain":
        return _Plain(self.total + other.total, self.n + other.n, self.n_scored + other.n_scored)


def _joined(found: Sequence[Measured]) -> Measured:
    """The rows of all scorers side by side, so that a segment's weights are drawn once.

    A row that one scorer lacks is zero, and adds nothing to its sums.
    """
    rows = np.concatenate([measured.statistics for measured in found], axis=1)
    return Measured(statistics=rows, valid=np.ones(len(rows), dtype=np.bool_))


class _Joint:
    """Several scorers as one, over their columns side by side."""

    needs: frozenset[str] = frozenset()
    languages = None
    name = "joint"

    def __init__(self, scorers: Sequence[Scorer]) -> None:
        self._scorers = scorers
        self.columns = tuple(column for scorer in scorers for column in scorer.columns)
        self.fields: tuple[Field, ...] = tuple(f for scorer in scorers for f in scorer.fields)

    def measure(self, batch: Batch) -> Measured:
        return _joined([scorer.measure(batch) for scorer in self._scorers])

    def score(self, totals: FloatArray) -> FloatArray:
        ends = np.cumsum([len(scorer.columns) for scorer in self._scorers])[:-1]
        parts = np.split(totals, ends, axis=-1)
        scores = [scorer.score(part) for scorer, part in zip(self._scorers, parts, strict=True)]
        return np.concatenate(scores, axis=-1)

    def signature(self) -> str:
        return "|".join(scorer.signature() for scorer in self._scorers)
