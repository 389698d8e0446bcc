"""Scores and comparisons of files of segments as a report of one table, ready to be formatted."""

import math

from evalkit.pipeline.segments import Scored, Scores
from evalkit.pipeline.versions import about_now
from evalkit.results import Comparison, Report, Score, Table
from evalkit.stats import results as stats

__all__ = ["note_of", "number", "segment_report"]


def segment_report(scores: Scores, *, notes: tuple[str, ...] = ()) -> Report:
    """The numbers as a report of one table.

    Args:
        scores: the numbers.
        notes: what a reader must know before they trust the table.
    """
    settings = scores.settings
    unit = "segment" if settings is None else settings.unit
    table = Table(
        name="scores",
        title="Scores",
        unit="segment",
        cluster=unit,
        n_items=scores.n,
        n_clusters=scores.n_clusters,
        confidence=95.0 if settings is None else 100 * settings.confidence,
        draws=0 if settings is None else settings.draws,
        seed=0 if settings is None else settings.seed,
        systems=scores.systems,
        scores=tuple(map(_score, scores.scored)),
        comparisons=tuple(map(_comparison, scores.comparisons)),
        notes=notes,
        correction="holm" if settings is None else settings.correction,
    )
    run = about_now("score").model_copy(update={"warnings": scores.warnings})
    return Report(run=run, tables=(table,), documents=(), items=())


def number(value: float) -> float | None:
    """The value, or None where it is NaN or infinite."""
    return float(value) if math.isfinite(value) else None


def note_of(estimate: stats.Estimate) -> str:
    """Why there is no value or no interval, or what to mind about it."""
    said = (estimate.reason, estimate.interval.reason, estimate.interval.warning)
    return "; ".join(dict.fromkeys(filter(None, said)))


def _score(scored: Scored) -> Score:
    found = scored.estimate
    return Score(
        system=scored.system,
        scorer=scored.scorer,
        field=found.field.name,
        unit=found.field.unit,
        higher_is_better=found.field.higher_is_better,
        value=number(found.value),
        low=number(found.interval.low),
        high=number(found.interval.high),
        note=note_of(found),
        n_scored=found.n_scored,
        n_skipped=found.n_skipped,
        signature=scored.signature,
        interval_signature=found.interval.signature,
    )


def _comparison(found: stats.Comparison) -> Comparison:
    said = (found.test.reason, *found.warnings)
    return Comparison(
        field=found.field.name,
        system_a=found.system_a,
        system_b=found.system_b,
        delta=number(found.difference),
        p=number(found.test.p),
        p_adjusted=number(found.p_adjusted),
        low=number(found.interval.low),
        high=number(found.interval.high),
        effect=number(found.effect),
        smallest_difference=number(found.smallest_difference),
        wins=found.n_won,
        losses=found.n_lost,
        ties=found.n_tied,
        n_items=found.n_items,
        note="; ".join(dict.fromkeys(filter(None, said))),
        signature=found.test.signature,
    )
