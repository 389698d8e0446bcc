"""A document with everything that was found in it, laid out for reading."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evalkit.report import numbers, visible
from evalkit.report.fields import Named, Shown, headline_fields, shown
from evalkit.report.flow import Flow, flow
from evalkit.report.footnotes import Footnotes
from evalkit.report.marking import Finding, Legend, Palette, excerpt, findings, legends, stretches
from evalkit.results import MarkedDocument, Report, SentenceScores, Table, Token

__all__ = ["Reading", "SentenceRow", "readings", "telling"]


@dataclass(frozen=True, slots=True)
class SentenceRow:
    """One sentence."""

    index: int
    """Position in the text, from 0."""
    excerpt: str
    """Its beginning, with … where it goes on."""
    text: str
    values: tuple[str, ...]
    """One for each of the reading's columns."""
    note: str
    """Letters of the footnotes."""
    rank: tuple[bool, float]
    """Smaller is worse; sentences without a value come last."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A document, laid out."""

    system: str
    table: str
    id: str
    title: str
    language: str
    text: str
    flow: Flow
    findings: tuple[Finding, ...]
    legends: tuple[Legend, ...]
    heat: str
    """The scorer whose token values are the heat; "" for none."""
    left_out: tuple[str, ...]
    """Scorers whose token values are not drawn."""
    scores: tuple[Shown, ...]
    """The document's own headline scores."""
    columns: tuple[Named, ...]
    """The sentences' headline fields."""
    sorted_by: str
    """The field that puts the worst sentence first; "" where none can."""
    sentences: tuple[SentenceRow, ...]
    """Worst first."""
    footnotes: tuple[tuple[str, str], ...]


def readings(report: Report, drawn: Palette) -> tuple[Reading, ...]:
    """Every marked document, laid out; those of one table are sorted by the same field."""
    tables = {table.name: table for table in report.tables}
    sentences: dict[str, list[SentenceScores]] = {}
    for document in report.documents:
        sentences.setdefault(document.table, []).extend(document.sentences)
    keys = {name: telling(tables.get(name), found) for name, found in sentences.items()}
    return tuple(
        _reading(document, tables.get(document.table), drawn, keys[document.table])
        for document in report.documents
    )


def _reading(
    document: MarkedDocument, table: Table | None, drawn: Palette, key: Named | None
) -> Reading:
    found = findings(document.text, document.spans, drawn)
    heat, tokens = _heat(document.tokens)
    columns = headline_fields(table, (name for s in document.sentences for name in s.scores))
    notes = Footnotes()
    rows = [_row(document, index, columns, key, notes) for index in range(len(document.sentences))]
    return Reading(
        system=document.system,
        table=document.table,
        id=document.id,
        title=document.title,
        language=document.language,
        text=document.text,
        flow=flow(
            document.text,
            marks=stretches(document.spans, drawn),
            tokens=tokens,
            sentences=[(sentence.start, sentence.end) for sentence in document.sentences],
        ),
        findings=found,
        legends=legends(found),
        heat=heat,
        left_out=tuple(name for name in document.tokens if name != heat),
        scores=shown(headline_fields(table, document.scores), document.scores),
        columns=columns,
        sorted_by=key.field if key else "",
        sentences=tuple(sorted(rows, key=lambda row: (row.rank, row.index))),
        footnotes=notes.entries,
    )


def _heat(tokens: Mapping[str, Sequence[Token]]) -> tuple[str, Sequence[Token]]:
    """The scorer whose token values are shares of one, the first of them, and its tokens."""
    for name, values in tokens.items():
        if values and all(0.0 <= token.value <= 1.0 for token in values):
            return name, values
    return "", ()


def telling(table: Table | None, sentences: Sequence[SentenceScores]) -> Named | None:
    """The directed field that tells most sentences apart, or None."""
    columns = headline_fields(table, (name for s in sentences for name in s.scores))
    directed = [column for column in columns if column.higher_is_better is not None]
    return max(
        directed, key=lambda c: len({s.scores.get(c.field) for s in sentences}), default=None
    )


def _rank(sentence: SentenceScores, key: Named | None) -> tuple[bool, float]:
    value = sentence.scores.get(key.field) if key else None
    if key is None or value is None or math.isnan(value):
        return True, 0.0
    return False, value if key.higher_is_better else -value


def _row(
    document: MarkedDocument,
    index: int,
    columns: Sequence[Named],
    key: Named | None,
    notes: Footnotes,
) -> SentenceRow:
    sentence = document.sentences[index]
    text = document.text[sentence.start : sentence.end]
    return SentenceRow(
        index=index,
        excerpt=visible.line(excerpt(text)),
        text=text,
        values=tuple(numbers.score(sentence.scores.get(c.field), c.unit) for c in columns),
        note=",".join(filter(None, map(notes.mark, sentence.notes))),
        rank=_rank(sentence, key),
    )
