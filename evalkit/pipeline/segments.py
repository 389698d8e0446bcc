"""Files of segments against files of references: the stages behind ``evalkit score``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evalkit.errors import AlignmentError
from evalkit.guard.alignment import check_alignment
from evalkit.pipeline.job import Job
from evalkit.pipeline.measure import Hypotheses, measure
from evalkit.pipeline.tables import Question, Scored, table
from evalkit.pipeline.versions import about_now
from evalkit.results import Report
from evalkit.stages import Scorer

__all__ = ["Segments", "score_segments"]


@dataclass(frozen=True, slots=True)
class Segments:
    """Systems, references and sources of the same segments, in the same order."""

    systems: Mapping[str, tuple[str, ...]]
    """For each system its segments."""
    references: Mapping[str, tuple[str, ...]]
    """For each reference file its segments; an empty one is no reference for that segment."""
    sources: tuple[str, ...] | None = None
    ids: tuple[str, ...] | None = None
    """Of the segments; None: they are numbered from 1."""
    notes: tuple[str, ...] = ()
    """What a user must know of how the files were read."""


def score_segments(segments: Segments, scorers: Sequence[Scorer]) -> Report:
    """Every system's scores over all segments, as a report of one table.

    Raises:
        AlignmentError: the files do not belong together; ``guard.alignment`` has the reasons.
    """
    aligned = check_alignment(segments.systems, segments.references, segments.sources)
    if aligned.errors:
        raise AlignmentError("; ".join(aligned.errors))
    references = tuple(
        tuple(text for text in row if text.strip())
        for row in zip(*segments.references.values(), strict=True)
    )
    job = Job()
    scored = []
    for name, texts in segments.systems.items():
        hypotheses = Hypotheses(
            system=name,
            documents=segments.ids or tuple(str(i + 1) for i in range(len(texts))),
            indices=tuple(0 for _ in texts),
            texts=texts,
            languages=tuple("en" for _ in texts),
            references=references or None,
            sources=segments.sources,
        )
        found = tuple((s, measure(job, s, hypotheses, stage="segments")) for s in scorers)
        scored.append(Scored(hypotheses, found))
    question = Question(name="scores", title="Scores", unit="segment")
    answered = table(job, question, scored)
    run = about_now("score").model_copy(update={"warnings": (*segments.notes, *aligned.warnings)})
    return Report(run=run, tables=(answered,), documents=(), items=())
