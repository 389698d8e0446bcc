"""Paired tests of one system in two runs, on the items that both have.

Where a score is pure arithmetic on texts, the common items are measured again, and the score of
their sum is tested, if each item gets the very score that the runs hold. Any other score (of a
model, of a plug-in, of another version) is tested by the mean of the items' own scores, which the
runs hold too. So no model is loaded, and no code that a config names is run.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
from pydantic import ValidationError

from evalkit import registry
from evalkit.config.models import ScorerEntry, StatisticsSection
from evalkit.errors import EvalkitError
from evalkit.pipeline.diff_items import Entry, Matched
from evalkit.pipeline.items import segment_scores
from evalkit.pipeline.job import Job
from evalkit.pipeline.measure import measure
from evalkit.pipeline.run_tables import as_hypotheses, entries_of
from evalkit.records import Field, FloatArray, Measured
from evalkit.results import Report, Score, Table
from evalkit.stages import Scorer
from evalkit.stats.comparison import Additive, compare
from evalkit.stats.resampling import Resampling
from evalkit.stats.results import TOLERANCE, Comparison

__all__ = ["Tester", "is_pure", "same_measure"]

_PURE = "evalkit.metrics."
"""The room whose scorers are arithmetic on texts, and quick to make."""
_CLOSE = 1e-9
"""How near a score that was measured again must be to the one that a run holds."""


def same_measure(a: Score, b: Score) -> bool:
    """Whether two scores have the same settings and versions, however many references."""
    return _bare(a.signature) == _bare(b.signature)


def _bare(signature: str) -> str:
    first, _, rest = signature.partition("|")
    return rest if first.startswith("nrefs:") else signature


@dataclass(frozen=True, slots=True)
class _Mean:
    """The mean of items' scores, as a comparison wants it."""

    field: Field

    @property
    def fields(self) -> tuple[Field, ...]:
        """The field alone."""
        return (self.field,)

    def score(self, totals: FloatArray) -> FloatArray:
        """Means (..., 1) of sums (..., 2) of scores and counts; NaN of nothing."""
        sums, counts = totals[..., :1], totals[..., 1:]
        return np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)


class Tester:
    """Tests the scores of one table in two runs.

    Args:
        a: the first run.
        b: the second run.
        table: the table, as the second run has it.
    """

    def __init__(self, a: Report, b: Report, table: Table) -> None:
        self._a, self._b, self._table = a, b, table
        self._texts = [
            {d.id: d.text for d in report.documents if d.system == "documents"} for report in (a, b)
        ]

    @cached_property
    def settings(self) -> Resampling:
        """How the second run resampled."""
        table = self._table
        own = _statistics(self._b)
        by_document = table.cluster == "document" or self._whole_texts
        return Resampling(
            draws=table.draws or own.draws,
            seed=table.seed,
            confidence=table.confidence / 100,
            unit="document" if by_document else table.unit,
            method=own.method,
            interval=own.interval,
            test=own.test,
            correction=own.correction,
        )

    @property
    def _whole_texts(self) -> bool:
        """Whether the items are whole texts: those that were read for fluency are."""
        return all(item.table != self._table.name for item in self._b.items)

    @cached_property
    def _scorers(self) -> Mapping[str, Scorer]:
        """The table's scorers that can be made without a model and without foreign code."""
        made = {}
        for entry in () if self._whole_texts else _entries(self._b, self._table):
            if not is_pure(entry.name):
                continue
            try:
                scorer = registry.metric(entry.name, code=registry.Code(), **entry.options)
            except EvalkitError:  # it is tested by the items' scores
                continue
            if isinstance(scorer, Scorer) and type(scorer).__module__.startswith(_PURE):
                made[scorer.name] = scorer
        return made

    def tested(self, match: Matched, score: Score) -> tuple[str, Comparison | None]:
        """What was tested, ``score`` or ``mean``, and the comparison of b with a.

        Args:
            match: the system's items.
            score: the number, as the second run has it; a headline number.

        Returns:
            ``""`` and None where the items of the two runs have no scores of that name.
        """
        found = self._of_sums(match, score)
        if found is not None:
            return "score", found
        field = Field(score.field, score.unit, score.higher_is_better)
        rows = [[pair[at].scores.get(field.name) for pair in match.pairs] for at in (1, 0)]
        if all(value is None for value in chain(*rows)):
            return "", None
        return "mean", self._compared(_Mean(field), (_means(rows[0]), _means(rows[1])), match)

    def _of_sums(self, match: Matched, score: Score) -> Comparison | None:
        scorer = self._scorers.get(score.scorer)
        if scorer is None or _bare(score.signature) != scorer.signature():
            return None
        if scorer.fields[0].name != score.field:
            return None
        found = []
        for at in (1, 0):
            entries = [pair[at] for pair in match.pairs]
            measured = self._measured(scorer, entries, self._texts[at])
            if measured is None:
                return None
            found.append(measured)
        return self._compared(scorer, (found[0], found[1]), match)

    def _measured(
        self, scorer: Scorer, entries: Sequence[Entry], texts: Mapping[str, str]
    ) -> Measured | None:
        """The entries' rows; None where they do not give the scores that the run holds."""
        items = [entry.item for entry in entries if entry.item is not None]
        if not items or len(items) != len(entries):
            return None
        hypotheses = as_hypotheses(items[0].system, items, texts)
        if any(getattr(hypotheses, need) is None for need in scorer.needs):
            return None
        measured = measure(Job(), scorer, hypotheses, stage="diff")
        again = segment_scores(scorer, measured)
        alike = all(
            _alike(new[field.name], item.scores.get(field.name))
            for new, item in zip(again, items, strict=True)
            for field in scorer.fields
        )
        return measured if alike else None

    def _compared(
        self, scorer: Additive, measured: tuple[Measured, Measured], match: Matched
    ) -> Comparison:
        by_document = self.settings.unit == "document"
        clusters = [new.document for _, new in match.pairs] if by_document else None
        return compare(scorer, measured, clusters, settings=self.settings)[0]


def _statistics(report: Report) -> StatisticsSection:
    """The run's settings; those that are usual where another evalkit wrote others."""
    try:
        return StatisticsSection.model_validate(report.run.config.get("statistics", {}))
    except ValidationError:
        return StatisticsSection()


def _entries(report: Report, table: Table) -> Sequence[ScorerEntry]:
    """The table's metrics; by their bare names where the config is not that of an evaluation.

    Whatever is made from them counts only if it has the signature and the scores of the runs.
    """
    try:
        return entries_of(report, table)
    except ValidationError:  # of ``score``, or of another evalkit
        names = dict.fromkeys(score.scorer for score in table.scores)
        return [ScorerEntry(name=name) for name in names]


def is_pure(name: str) -> bool:
    """Whether a name is of the room of pure scorers, or of one of its families (``rouge3``)."""
    targets = {provider.name: provider.target for provider in registry.providers("scorer")}
    return ":" not in name and targets.get(name, _PURE).startswith(_PURE)


def _means(scores: Sequence[float | None]) -> Measured:
    """Rows (score, 1); what is undefined is not valid."""
    valid = np.array([score is not None for score in scores], bool)
    values = np.array([0.0 if score is None else score for score in scores], float)
    return Measured(
        statistics=np.stack([values, valid.astype(float)], axis=1),
        valid=valid,
        reasons={at: "undefined" for at, score in enumerate(scores) if score is None},
    )


def _alike(a: float | None, b: float | None) -> bool:
    if a is None or b is None:
        return a is None and b is None
    return math.isclose(a, b, rel_tol=_CLOSE, abs_tol=TOLERANCE)
