"""Fluency: every text's sentences by every scorer, the marked documents, and the table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evalkit.fluency.rate import COLUMNS
from evalkit.pipeline.items import by_document, cut_warnings, mark, named, notes, segment_scores
from evalkit.pipeline.job import Job
from evalkit.pipeline.layout import by_sentence
from evalkit.pipeline.measure import Hypotheses, measure_each
from evalkit.pipeline.sanity_tables import Looked, sanity_table
from evalkit.pipeline.section import Section
from evalkit.pipeline.spending import spent_on_scores
from evalkit.pipeline.tables import Question, Scored, table
from evalkit.records import Document, Measured, Span
from evalkit.results import Mark, MarkedDocument, SentenceScores, Token
from evalkit.stages import Scorer, TokenScorer
from evalkit.text.sentences import sentences

__all__ = ["FluentText", "fluency_section", "marked", "measure_fluency"]

TABLE = "fluency"
ANNOTATED = "documents"
"""The system whose texts people annotated."""


@dataclass(frozen=True, slots=True)
class FluentText:
    """One system's texts and what every fluency scorer found in them."""

    documents: tuple[Document, ...]
    hypotheses: Hypotheses
    found: tuple[tuple[Scorer, Measured], ...]


def measure_fluency(
    job: Job, texts: Mapping[str, Sequence[Document]], scorers: Sequence[Scorer]
) -> tuple[FluentText, ...]:
    """What every scorer finds in the sentences of each system's documents, scorer by scorer."""
    hypotheses = [by_sentence(system, documents) for system, documents in texts.items()]
    found = measure_each(job, [(each, scorers) for each in hypotheses], stage="fluency")
    return tuple(
        FluentText(tuple(documents), its, rows)
        for documents, its, (rows, _) in zip(texts.values(), hypotheses, found, strict=True)
    )


def fluency_section(
    job: Job,
    texts: Sequence[FluentText],
    *,
    titles: Mapping[str, str],
    annotations: Mapping[str, Sequence[Span]],
) -> Section:
    """The fluency table of all texts, and every text with its spans.

    The systems' texts have different sentences, so they are not compared by a paired test.
    """
    question = Question(
        name=TABLE,
        title="Fluency, without a reference",
        unit="sentence",
        paired=False,
        notes=_meaning(texts),
    )
    scored = [Scored(text.hypotheses, text.found) for text in texts]
    sanity, warnings = sanity_table(
        TABLE, question.title, "document", [Looked(_whole(text)) for text in texts]
    )
    return Section(
        tables=(table(job, question, scored),),
        documents=tuple(
            document
            for text in texts
            for document in marked(
                text,
                titles=titles,
                annotations=annotations if text.hypotheses.system == ANNOTATED else {},
            )
        ),
        warnings=(
            *(_skipped(text) for text in texts if _skipped(text)),
            *(warning for text in texts for warning in cut_warnings(text.hypotheses, text.found)),
            *warnings,
        ),
        sanity=(sanity,),
        spent=spent_on_scores(scored),
        n_failed=sum(int((~m.valid).sum()) for text in texts for _, m in text.found),
    )


def _meaning(texts: Sequence[FluentText]) -> tuple[str, ...]:
    """What the scores of those scorers mean that count errors; others are not on that scale."""
    scorers = [scorer for scorer, _ in texts[0].found] if texts else []
    counting = [scorer.name for scorer in scorers if scorer.columns == COLUMNS]
    if not counting:
        return ()
    whose = "" if len(counting) == len(scorers) else f" of {', '.join(counting)}"
    return (
        f"Fluency{whose} is the chance, in percent, that ten words in a row hold no error: "
        "100 · exp(−10 · errors per word).",
    )


def _whole(text: FluentText) -> Hypotheses:
    """The texts, not cut into sentences: a loop or a cut ending shows in the whole."""
    return Hypotheses(
        system=text.hypotheses.system,
        documents=tuple(document.id for document in text.documents),
        indices=(0,) * len(text.documents),
        texts=tuple(document.text for document in text.documents),
        languages=tuple(document.language for document in text.documents),
    )


def _skipped(text: FluentText) -> str:
    counts = [f"{s.name} {int((~m.valid).sum())}" for s, m in text.found if not m.valid.all()]
    if not counts:
        return ""
    return f"sentences of {text.hypotheses.system} that could not be scored: {', '.join(counts)}"


def marked(
    text: FluentText,
    *,
    titles: Mapping[str, str],
    annotations: Mapping[str, Sequence[Span]],
) -> tuple[MarkedDocument, ...]:
    """The documents with everything that scorers and annotators found in them.

    Args:
        text: from ``measure_fluency``.
        titles: of documents that have one, by id.
        annotations: people's error spans by document id, offsets into the document.
    """
    rows = by_document(text.hypotheses)
    scores = [segment_scores(scorer, measured) for scorer, measured in text.found]
    units = {
        scorer.name: scorer.token_unit
        for scorer, measured in text.found
        if isinstance(scorer, TokenScorer) and measured.tokens is not None
    }
    made = []
    for document in text.documents:
        chosen = rows.get(document.id, [])
        people = [mark(span.finder, span) for span in annotations.get(document.id, ())]
        made.append(
            MarkedDocument(
                system=text.hypotheses.system,
                table=TABLE,
                id=document.id,
                title=titles.get(document.id, ""),
                language=document.language,
                text=document.text,
                sentences=tuple(
                    SentenceScores(
                        start=segment.start,
                        end=segment.end,
                        paragraph=segment.paragraph,
                        scores={k: v for each in scores for k, v in each[row].items()},
                        notes=notes(text.found, row),
                    )
                    for segment, row in zip(sentences(document), chosen, strict=True)
                ),
                spans=tuple(sorted(_marks(text, chosen) + people, key=lambda m: (m.start, m.end))),
                tokens=_tokens(text, chosen),
                token_units=units,
                scores=_document_scores(text, chosen),
            )
        )
    return tuple(made)


def _start(text: FluentText, row: int) -> int:
    contexts = text.hypotheses.contexts
    return contexts[row].start if contexts is not None else 0


def _marks(text: FluentText, chosen: Sequence[int]) -> list[Mark]:
    return [
        mark(scorer.name, span, _start(text, row))
        for scorer, measured in text.found
        if measured.spans is not None
        for row in chosen
        for span in measured.spans[row]
    ]


def _tokens(text: FluentText, chosen: Sequence[int]) -> dict[str, tuple[Token, ...]]:
    found = {}
    for scorer, measured in text.found:
        if measured.tokens is None:
            continue
        found[scorer.name] = tuple(
            Token(
                start=token.start + _start(text, row),
                end=token.end + _start(text, row),
                value=token.value,
            )
            for row in chosen
            for token in measured.tokens[row]
        )
    return found


def _document_scores(text: FluentText, chosen: Sequence[int]) -> dict[str, float | None]:
    scores: dict[str, float | None] = {}
    for scorer, measured in text.found:
        rows = np.array(chosen, int)
        kept = rows[measured.valid[rows]]
        scores |= named(scorer, scorer.score(measured.statistics[kept].sum(axis=0)))
    return scores
