"""Scorers as ``evaluate.Metric`` objects: for ``compute``, ``add_batch`` and ``evaluate.combine``.

The numbers are those of ``evalkit score``: of the whole corpus, on evalkit's scale. Written against
evaluate 0.4.6. Left out: its distributed computing (``num_process``).
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from evalkit import registry
from evalkit.errors import MissingExtraError
from evalkit.metrics.signature import with_references
from evalkit.records import Batch, FloatArray
from evalkit.stages import Scorer, SegmentScorer, SetScorer
from evalkit.stats.exact import sliced

if TYPE_CHECKING:
    import evaluate

__all__ = ["as_evaluate"]

Texts = Sequence[str]
Raw = Sequence[str] | Sequence[Texts]


def as_evaluate(scorer: str | Scorer | SetScorer, /, **options: object) -> "evaluate.Metric":
    """A metric of evalkit's as an ``evaluate.Metric``.

    ``compute(predictions=..., references=...)`` takes a reference per prediction, or a list of
    them, as many as each has; ``sources=`` where the metric needs them. It returns each field of
    the scorer by name (``rougeL``, ``rougeL.precision`` …), and ``NAME.n_scored``,
    ``NAME.n_skipped`` and ``NAME.signature``; with ``segments=True`` also ``NAME.segments``, the
    headline of each prediction (NaN where undefined). ``language=`` is an ISO 639-1 code.

    Args:
        scorer: a name from ``evalkit list``, or a scorer.
        options: the scorer's, where it is named.

    Raises:
        UnknownNameError: nothing has that name.
        ConfigError: an option is unknown or refused.
        MissingExtraError: evaluate is not installed.
    """
    made = registry.metric(scorer, code=None, **options) if isinstance(scorer, str) else scorer
    build: Callable[..., evaluate.Metric] = _metric_class()
    return build(made)


@cache
def _metric_class() -> "type[evaluate.Metric]":
    try:
        import evaluate
        from datasets import Features, Value
    except ImportError as error:
        raise MissingExtraError(error.name or "evaluate", "models", "make its metrics") from error

    class EvalkitMetric(evaluate.Metric):  # type: ignore[misc]
        """A scorer behind the interface of evaluate."""

        def __init__(self, scorer: Scorer | SetScorer) -> None:
            self.scorer = scorer
            super().__init__(keep_in_memory=True)
            self._module_info.module_name = scorer.name

        def _info(self) -> "evaluate.EvaluationModuleInfo":
            needed = self.scorer.needs
            names = ["predictions", *sorted(needed & {"references", "sources"})]
            text = Value("string")
            return evaluate.EvaluationModuleInfo(
                description=f"{self.scorer.name} of evalkit ({self.scorer.signature()})",
                citation="",
                inputs_description="Texts; references as a text or a list of texts for each.",
                features=Features({n: [text] if n == "references" else text for n in names}),
            )

        def add_batch(
            self,
            *,
            predictions: Texts | None = None,
            references: Raw | None = None,
            **others: Texts,
        ) -> None:
            """Adds predictions with their references."""
            if references is not None:
                references = [_listed(found) for found in references]
            evaluate.Metric.add_batch(
                self, predictions=predictions, references=references, **others
            )

        def add(
            self,
            *,
            prediction: str | None = None,
            reference: str | Texts | None = None,
            **others: str,
        ) -> None:
            """Adds one prediction with its reference or references."""
            listed = None if reference is None else [_listed(reference)]
            more = {name: [text] for name, text in others.items()}
            self.add_batch(
                predictions=None if prediction is None else [prediction], references=listed, **more
            )

        def _compute(self, **given: Any) -> dict[str, object]:
            return _answer(self.scorer, **given)

    return EvalkitMetric


def _listed(found: str | Texts) -> list[str]:
    listed = [found] if isinstance(found, str) else list(found) if _is_listing(found) else None
    if listed is None or not all(isinstance(text, str) for text in listed):
        raise ValueError(
            f"the references of a prediction are {found!r:.60}: a list of texts is due"
        )
    return listed


def _is_listing(found: object) -> bool:
    return isinstance(found, Sequence | np.ndarray)


def _answer(
    scorer: Scorer | SetScorer,
    *,
    predictions: Texts,
    references: Sequence[Texts] | None = None,
    sources: Texts | None = None,
    language: str = "en",
    segments: bool = False,
) -> dict[str, object]:
    batch = Batch(
        tuple(predictions),
        None if references is None else tuple(tuple(found) for found in references),
        None if sources is None else tuple(sources),
        language=language,
    )
    values, n_scored, by_segment = _scores(scorer, batch)
    signature = scorer.signature()
    if batch.references is not None and "references" in scorer.needs:
        signature = with_references(signature, batch.references)
    found: dict[str, object] = {
        field.name: float(value) for field, value in zip(scorer.fields, values, strict=True)
    }
    found |= {
        f"{scorer.name}.n_scored": n_scored,
        f"{scorer.name}.n_skipped": len(batch) - n_scored,
        f"{scorer.name}.signature": signature,
    }
    if segments:
        if by_segment is None:
            raise ValueError(f"{scorer.name} has no score by segment: it measures the whole set")
        found[f"{scorer.name}.segments"] = by_segment.tolist()
    return found


def _scores(scorer: Scorer | SetScorer, batch: Batch) -> tuple[FloatArray, int, FloatArray | None]:
    """Scores of the whole (m,), how many items they are of, and the headline of each item."""
    if not isinstance(scorer, Scorer):
        whole = scorer.measure_set(batch)
        return np.array([score.value for score in whole]), whole[0].n_texts, None
    measured = scorer.measure(batch)
    rows = measured.statistics
    one_by_one = (
        scorer.score_segments(rows) if isinstance(scorer, SegmentScorer) else scorer.score(rows)
    )
    by_segment = np.where(measured.valid, one_by_one[:, 0], np.nan)
    total = scorer.score(sliced(rows[measured.valid]).total().values()[0])
    return total, int(measured.valid.sum()), by_segment
