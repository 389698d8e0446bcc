"""Documents, post-edits and outputs laid out as the hypotheses that scorers measure."""

from collections.abc import Sequence

from evalkit.corpus.references import References
from evalkit.pipeline.generate import PlannedSystem
from evalkit.pipeline.measure import Hypotheses
from evalkit.records import Context, Document, Output
from evalkit.text.sentences import paragraphs, sentences

__all__ = ["against_post_edits", "against_summaries", "as_documents", "by_sentence", "post_edited"]


def by_sentence(system: str, documents: Sequence[Document]) -> Hypotheses:
    """Every sentence of the documents, each with its context."""
    found = [(document, segment) for document in documents for segment in sentences(document)]
    return Hypotheses(
        system=system,
        documents=tuple(document.id for document, _ in found),
        indices=tuple(segment.index for _, segment in found),
        texts=tuple(segment.text for _, segment in found),
        languages=tuple(document.language for document, _ in found),
        contexts=tuple(Context(document.text, segment.start) for document, segment in found),
    )


def post_edited(documents: Sequence[Document], references: References) -> tuple[Document, ...]:
    """The post-edits of those documents that have one, under the documents' ids."""
    found = (references.of(document.id).post_edit for document in documents)
    return tuple(edited for edited in found if edited is not None)


def as_documents(documents: Sequence[Document], outputs: Sequence[Output]) -> tuple[Document, ...]:
    """A system's outputs as documents, failed ones left out (the items table counts them)."""
    return tuple(
        Document(document.id, output.text, document.language)
        for document, output in zip(documents, outputs, strict=True)
        if not output.error
    )


def against_post_edits(documents: Sequence[Document], references: References) -> Hypotheses:
    """Every paragraph of the documents against the same paragraph of their post-edit."""
    by_id = {document.id: document for document in documents}
    rows = [
        (by_id[edited.id], before, after)
        for edited in post_edited(documents, references)
        for before, after in zip(paragraphs(by_id[edited.id]), paragraphs(edited), strict=True)
    ]
    return Hypotheses(
        system="documents",
        documents=tuple(document.id for document, _, _ in rows),
        indices=tuple(before.index for _, before, _ in rows),
        texts=tuple(before.text for _, before, _ in rows),
        languages=tuple(document.language for document, _, _ in rows),
        references=tuple((after.text,) for _, _, after in rows),
    )


def against_summaries(
    system: PlannedSystem,
    documents: Sequence[Document],
    outputs: Sequence[Output],
    references: References | None,
) -> Hypotheses:
    """A system's outputs against the hand-written summaries of its kind."""
    texts = None
    if system.kind and references is not None:
        texts = tuple(references.summaries(document.id, system.kind) for document in documents)
    return Hypotheses(
        system=system.name,
        documents=tuple(document.id for document in documents),
        indices=tuple(0 for _ in documents),
        texts=tuple(output.text for output in outputs),
        languages=tuple(document.language for document in documents),
        references=texts,
        failures={i: f"not generated: {o.error}" for i, o in enumerate(outputs) if o.error},
        sources=(system.sources or tuple(d.text for d in documents))[: len(documents)],
    )
