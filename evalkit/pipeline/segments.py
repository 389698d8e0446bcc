"""Files of segments against files of references: the stages behind ``evalkit score``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evalkit.errors import AlignmentError
from evalkit.metrics.bleu import Bleu
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


def score_segments(segments: Segments, scorers: Sequence[Scorer]) -> Report:
    """Every system's scores over all segments, as a report of one table.

    Raises:
        AlignmentError: the files have different numbers of segments.
    """
    _check_counts(segments)
    references = tuple(
        tuple(text for text in row if text.strip())
        for row in zip(*segments.references.values(), strict=True)
    )
    job = Job()
    scored = []
    for name, texts in segments.systems.items():
        hypotheses = Hypotheses(
            system=name,
            documents=tuple(str(i) for i in range(len(texts))),
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
    run = about_now("score").model_copy(update={"warnings": _warnings(segments, scorers)})
    return Report(run=run, tables=(answered,), documents=(), items=())


def _check_counts(segments: Segments) -> None:
    counts = {f"hypotheses {name!r}": len(t) for name, t in segments.systems.items()}
    counts |= {f"references {name!r}": len(t) for name, t in segments.references.items()}
    if segments.sources is not None:
        counts["sources"] = len(segments.sources)
    if len(set(counts.values())) > 1:
        listed = "; ".join(f"{name}: {n} segments" for name, n in counts.items())
        raise AlignmentError(
            f"the files do not belong together: {listed}. Each must have one segment per line, "
            f"in the same order."
        )


def _warnings(segments: Segments, scorers: Sequence[Scorer]) -> tuple[str, ...]:
    found = []
    for name, texts in segments.systems.items():
        if n_empty := sum(not text.strip() for text in texts):
            found.append(f"{n_empty} of {len(texts)} hypotheses of {name!r} are empty")
    for name, texts in segments.references.items():
        if n_empty := sum(not text.strip() for text in texts):
            found.append(
                f"{n_empty} of {len(texts)} lines of the references {name!r} are empty: those "
                f"segments have no reference there"
            )
    for scorer in scorers:
        if isinstance(scorer, Bleu):
            doubts = {name: scorer.doubt(texts) for name, texts in segments.systems.items()}
            found += [f"{name!r}: {doubt}" for name, doubt in doubts.items() if doubt]
    return tuple(found)
