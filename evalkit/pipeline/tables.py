"""Rows of statistics to a table: every system's scores, intervals, and paired tests.

The value is the score of the sum of all valid rows, whatever the scorer; resampling adds only the
interval and the p-value. What is resampled are the clusters: documents where there are enough of
them, else the items themselves, and then the table says so.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evalkit.config.models import StatisticsSection
from evalkit.metrics.signature import with_references
from evalkit.pipeline.job import Job
from evalkit.pipeline.likelihood_notes import likelihood_notes
from evalkit.pipeline.measure import Hypotheses
from evalkit.records import Measured, SetScore
from evalkit.results import Comparison, Rank, Score, Table
from evalkit.stages import Scorer, SetScorer
from evalkit.stats import results as stats
from evalkit.stats.comparison import compare_systems
from evalkit.stats.estimate import estimate
from evalkit.stats.ranking import ranked
from evalkit.stats.resampling import MIN_CLUSTERS, Resampling, scope_note

__all__ = ["Question", "Scored", "comparison_result", "settings_of", "table"]


@dataclass(frozen=True, slots=True)
class Question:
    """What a table answers."""

    name: str
    title: str
    unit: str
    """What an item is: ``sentence``, ``paragraph``, ``document`` or ``segment``."""
    paired: bool = True
    """Whether all systems have the same items, so that they can be compared."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scored:
    """One system's texts and what every scorer measured on them."""

    hypotheses: Hypotheses
    found: tuple[tuple[Scorer, Measured], ...]
    whole: tuple[tuple[SetScorer, tuple[SetScore, ...]], ...] = ()
    """Measures of all texts together; they stand in the table without interval or test."""


def table(job: Job, question: Question, scored: Sequence[Scored]) -> Table:
    """The table that answers ``question`` from every system's rows.

    Args:
        job: says how to resample.
        question: name, title and unit.
        scored: the systems in the order of the table; where the question is paired, all with the
            same items.
    """
    documents = {name for each in scored for name in each.hypotheses.documents}
    by_document = _by_document(job, question, len(documents))
    settings = settings_of(job.statistics, "document" if by_document else question.unit)
    pairs = (
        _pairs(scored, by_document, job.statistics.baseline, settings) if question.paired else []
    )
    scope = scope_note(settings.unit, len(documents))
    first = scored[0].hypotheses
    return Table(
        name=question.name,
        title=question.title,
        unit=question.unit,
        cluster=settings.unit,
        n_items=len(first.texts),
        n_clusters=len(set(first.documents)) if by_document else len(first.texts),
        confidence=job.statistics.confidence,
        draws=job.statistics.draws,
        seed=job.statistics.seed,
        systems=tuple(each.hypotheses.system for each in scored),
        scores=tuple(
            score
            for each in scored
            for score in (*_scores(each, by_document, settings), *_whole_scores(each))
        ),
        comparisons=tuple(map(comparison_result, itertools.chain(*pairs))),
        correction=settings.correction,
        ranks=tuple(rank for family in pairs for rank in _ranks(family)),
        notes=tuple(
            filter(
                None,
                (
                    *question.notes,
                    *likelihood_notes([scorer for scorer, _ in scored[0].found]),
                    scope[:1].upper() + scope[1:],
                ),
            )
        ),
    )


def settings_of(statistics: StatisticsSection, unit: str) -> Resampling:
    """How a config's statistics resample items of a unit."""
    return Resampling(
        draws=statistics.draws,
        seed=statistics.seed,
        confidence=statistics.confidence / 100,
        unit=unit,
        method=statistics.method,
        interval=statistics.interval,
        test=statistics.test,
        correction=statistics.correction,
    )


def _by_document(job: Job, question: Question, n_documents: int) -> bool:
    """Whether documents are resampled: where asked for, or where there are enough of them."""
    if question.unit == "segment":
        return False
    if question.unit == "document" or job.statistics.cluster == "document":
        return True
    return job.statistics.cluster == "auto" and n_documents >= MIN_CLUSTERS


def _clusters(hypotheses: Hypotheses, by_document: bool) -> Sequence[str] | None:
    return hypotheses.documents if by_document else None


def _scores(scored: Scored, by_document: bool, settings: Resampling) -> list[Score]:
    made = []
    clusters = _clusters(scored.hypotheses, by_document)
    for scorer, measured in scored.found:
        signature = _signature(scorer, scored.hypotheses)
        for found in estimate(scorer, measured, clusters, settings=settings):
            interval = found.interval
            made.append(
                Score(
                    system=scored.hypotheses.system,
                    scorer=scorer.name,
                    field=found.field.name,
                    unit=found.field.unit,
                    higher_is_better=found.field.higher_is_better,
                    value=_number(found.value),
                    low=_number(interval.low),
                    high=_number(interval.high),
                    note=_sentence(found.reason, interval.reason, interval.warning),
                    n_scored=found.n_scored,
                    n_skipped=found.n_skipped,
                    signature=signature,
                    interval_signature=interval.signature,
                )
            )
    return made


def _whole_scores(scored: Scored) -> list[Score]:
    """Numbers of the whole set; in place of an interval the reason why there is none."""
    return [
        Score(
            system=scored.hypotheses.system,
            scorer=scorer.name,
            field=found.name,
            unit=found.unit,
            higher_is_better=found.higher_is_better,
            value=_number(found.value),
            note=_sentence(found.reason, f"no interval: {scorer.whole}"),
            n_scored=found.n_texts,
            n_skipped=len(scored.hypotheses.texts) - found.n_texts,
            signature=_signature(scorer, scored.hypotheses),
        )
        for scorer, numbers in scored.whole
        for found in numbers
    ]


def _signature(scorer: Scorer | SetScorer, hypotheses: Hypotheses) -> str:
    if "references" not in scorer.needs or hypotheses.references is None:
        return scorer.signature()
    return with_references(scorer.signature(), hypotheses.references)


def _pairs(
    scored: Sequence[Scored], by_document: bool, baseline: str | None, settings: Resampling
) -> list[tuple[stats.Comparison, ...]]:
    """For each headline field all pairs of systems, or all with the baseline, if it is there."""
    names = [each.hypotheses.system for each in scored]
    clusters = _clusters(scored[0].hypotheses, by_document)
    families = []
    for place, (scorer, _) in enumerate(scored[0].found):
        found = compare_systems(
            scorer,
            {each.hypotheses.system: each.found[place][1] for each in scored},
            clusters,
            baseline=baseline if baseline in names else None,
            settings=settings,
        )
        families.append(tuple(each for each in found if each.field == scorer.fields[0]))
    return families


def comparison_result(found: stats.Comparison) -> Comparison:
    """A comparison as ``report.json`` has it."""
    return Comparison(
        field=found.field.name,
        system_a=found.system_a,
        system_b=found.system_b,
        delta=_number(found.difference),
        p=_number(found.test.p),
        p_adjusted=_number(found.p_adjusted),
        low=_number(found.interval.low),
        high=_number(found.interval.high),
        effect=_number(found.effect),
        smallest_difference=_number(found.smallest_difference),
        wins=found.n_won,
        losses=found.n_lost,
        ties=found.n_tied,
        n_items=found.n_items,
        note=_sentence(found.test.reason, *found.warnings),
        signature=found.test.signature,
    )


def _ranks(family: Sequence[stats.Comparison]) -> Iterator[Rank]:
    """The systems of one field in significance clusters, where all pairs were compared."""
    tested = [each for each in family if not math.isnan(each.test.p)]
    n_systems = len({name for each in family for name in (each.system_a, each.system_b)})
    if (
        not tested
        or family[0].field.higher_is_better is None
        or len(family) != math.comb(n_systems, 2)
    ):
        return
    for found in ranked(family):
        yield Rank(
            field=family[0].field.name,
            system=found.system,
            cluster=found.cluster,
            best_rank=found.best_rank,
            worst_rank=found.worst_rank,
        )


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _sentence(*reasons: str) -> str:
    return "; ".join(dict.fromkeys(filter(None, reasons)))
