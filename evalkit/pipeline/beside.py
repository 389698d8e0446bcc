"""How each hypothesis lies beside its references and its source: what the report marks."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from evalkit.metrics import origins as cover
from evalkit.metrics.common_words import common_words
from evalkit.metrics.matches import shared_runs
from evalkit.metrics.ter_steps import steps
from evalkit.records import Document
from evalkit.results import Edit, MarkedDocument, Origin, Pairing, SourceText
from evalkit.text.sentences import sentences

__all__ = ["origins", "pairings", "sources"]


def pairings(
    text: str, references: Sequence[str], names: Sequence[str], *, edits: bool
) -> tuple[Pairing, ...]:
    """What a hypothesis has in common with each of its references, or how it is edited into it.

    Args:
        text: the hypothesis; nothing is said of an empty one.
        references: its references.
        names: theirs.
        edits: whether to list TER's edits instead of what they have in common.
    """
    if not text.strip():
        return ()
    pair = _edited if edits else _common
    return tuple(
        pair(text, reference, name) for reference, name in zip(references, names, strict=True)
    )


def _common(text: str, reference: str, name: str) -> Pairing:
    common = common_words(text, reference)
    return Pairing(
        reference=name,
        runs=shared_runs(text, [reference]),
        reference_runs=shared_runs(reference, [text]),
        lcs=common.first,
        reference_lcs=common.second,
    )


def _edited(text: str, reference: str, name: str) -> Pairing:
    return Pairing(
        reference=name,
        edits=tuple(
            Edit(
                kind=step.kind,
                start=step.hypothesis[0],
                end=step.hypothesis[1],
                reference_start=step.reference[0],
                reference_end=step.reference[1],
                n_edits=step.n_edits,
            )
            for step in steps(text, reference)
        ),
    )


def origins(text: str, source: str, language: str) -> tuple[Origin, ...]:
    """The source sentences that each sentence of a summary came from."""
    own, there = _sentences(text, language), _sentences(source, language)
    found = cover.origins(
        [text[start:end] for start, end in own], [source[start:end] for start, end in there]
    )
    return tuple(
        Origin(
            start=own[each.sentence][0],
            end=own[each.sentence][1],
            source_start=there[each.source][0],
            source_end=there[each.source][1],
            share=round(each.share, 3),
        )
        for each in found
    )


@lru_cache(maxsize=256)
def _sentences(text: str, language: str) -> tuple[tuple[int, int], ...]:
    return tuple((s.start, s.end) for s in sentences(Document("", text, language)))


def sources(
    documents: Sequence[Document], marked: Sequence[MarkedDocument], titles: Mapping[str, str]
) -> tuple[SourceText, ...]:
    """The texts of the documents that the report does not hold as marked documents already."""
    known = {document.id for document in marked if document.system == "documents"}
    return tuple(
        SourceText(
            id=document.id,
            title=titles.get(document.id, ""),
            language=document.language,
            text=document.text,
        )
        for document in documents
        if document.id not in known
    )
