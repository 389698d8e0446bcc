"""What the report shows beside the tables: each text with its spans, each pair with its scores."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from evalkit.metrics.matches import shared_runs
from evalkit.pipeline.beside import origins, pairings
from evalkit.pipeline.measure import Hypotheses
from evalkit.records import Measured, Output, Span
from evalkit.results import Item, Mark, OutputInfo, ReferenceText
from evalkit.stages import Scorer, SegmentScorer
from evalkit.text.words import count_words

__all__ = ["cut_warnings", "items", "mark", "named", "notes", "output_info", "segment_scores"]

Found = Sequence[tuple[Scorer, Measured]]
"""Scorers and what each found in the same hypotheses."""


def named(scorer: Scorer, scores: np.ndarray) -> dict[str, float | None]:
    """One row of scores by field name; None where undefined."""
    values = scores.tolist()
    return {
        field.name: None if math.isnan(value) else value
        for field, value in zip(scorer.fields, values, strict=True)
    }


def segment_scores(scorer: Scorer, measured: Measured) -> list[dict[str, float | None]]:
    """The scores of each single row, by field name; None where invalid or undefined."""
    if isinstance(scorer, SegmentScorer):
        scores = scorer.score_segments(measured.statistics)
    else:
        scores = scorer.score(measured.statistics)
    scores = np.where(measured.valid[:, None], scores, np.nan)
    return [named(scorer, row) for row in scores]


def mark(scorer: str, span: Span, by: int = 0) -> Mark:
    """A span as the report shows it, moved ``by`` code points."""
    return Mark(
        start=span.start + by,
        end=span.end + by,
        scorer=scorer,
        finder=span.finder,
        category=span.category,
        severity=span.severity,
        probability=span.probability,
        message=span.message,
        correction=span.correction,
    )


def items(
    table: str,
    hypotheses: Hypotheses,
    found: Found,
    names: Sequence[Sequence[str]],
    outputs: Sequence[OutputInfo] | None = None,
) -> tuple[Item, ...]:
    """Every hypothesis beside its references and its source, with its scores and spans.

    Generated texts are summaries: they get their source sentences; others get TER's edits.

    Args:
        table: the table that the items count in.
        hypotheses: the n texts of one system.
        found: the scorers and what they measured on these texts.
        names: for each text the names of its references.
        outputs: for generated texts how each came about.
    """
    scores = [segment_scores(scorer, measured) for scorer, measured in found]
    made = []
    for i, text in enumerate(hypotheses.texts):
        references = hypotheses.references[i] if hypotheses.references is not None else ()
        made.append(
            Item(
                table=table,
                system=hypotheses.system,
                document=hypotheses.documents[i],
                index=hypotheses.indices[i],
                hypothesis=text,
                references=tuple(
                    ReferenceText(name=name, text=reference)
                    for name, reference in zip(names[i], references, strict=True)
                ),
                scores={key: value for rows in scores for key, value in rows[i].items()},
                notes=notes(found, i),
                source=hypotheses.sources[i]
                if hypotheses.sources is not None and outputs is None
                else "",
                matches=shared_runs(text, references),
                pairings=pairings(text, references, names[i], edits=outputs is None),
                origins=origins(text, hypotheses.sources[i], hypotheses.languages[i])
                if hypotheses.sources is not None and outputs is not None
                else (),
                spans=tuple(
                    mark(scorer.name, span)
                    for scorer, measured in found
                    for span in (measured.spans[i] if measured.spans is not None else ())
                ),
                output=outputs[i] if outputs is not None else None,
            )
        )
    return tuple(made)


def notes(found: Found, row: int) -> tuple[str, ...]:
    """Why a scorer has no number for this row, and what of its text a scorer did not see."""
    reasons = [f"{s.name}: {m.reasons[row]}" for s, m in found if row in m.reasons]
    return (*reasons, *(f"{s.name}: {m.cuts[row]}" for s, m in found if row in m.cuts))


def cut_warnings(hypotheses: Hypotheses, found: Found) -> tuple[str, ...]:
    """A line for each scorer that did not see all of every text."""
    return tuple(
        f"{scorer.name} did not see all of {len(measured.cuts)} of {len(measured.valid)} texts of "
        f"{hypotheses.system}; what it did not see stands beside each"
        for scorer, measured in found
        if measured.cuts
    )


def output_info(output: Output, target: int) -> OutputInfo:
    """How a generated text came about, for the report."""
    return OutputInfo(
        stop=output.stop,
        words=count_words(output.text),
        target_words=target,
        cut=output.cut,
        error=output.error,
        usage=dict(output.usage),
        details=dict(output.details),
    )


def by_document(hypotheses: Hypotheses) -> Mapping[str, list[int]]:
    """The numbers of each document's texts."""
    found: dict[str, list[int]] = {}
    for i, document in enumerate(hypotheses.documents):
        found.setdefault(document, []).append(i)
    return found
