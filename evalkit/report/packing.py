"""Texts and items as compact rows, for the page's script to draw.

A row is what ``report.json`` says of one text, in short keys; what is empty is left out, spans are
flat lists (start, end, start, end, …) of code points. Names and messages are spelt out by
``visible``; texts stay as they are. The same rows serve a page of one file and a viewer that hands
them out a page at a time.
"""

import math
from collections.abc import Iterable, Mapping, Sequence

from evalkit.report import visible
from evalkit.report.marking import Palette
from evalkit.results import Item, Mark, MarkedDocument, OutputInfo, Pairing, SourceText, Token

__all__ = ["Row", "document_row", "item_row", "source_row"]

Row = dict[str, object]
"""What JSON holds."""


def document_row(document: MarkedDocument, fields: Sequence[str], drawn: Palette) -> Row:
    """A marked text: its sentences, marks, tokens and scores.

    Args:
        document: the text.
        fields: the fields of its table, in order; the row has a value for each.
        drawn: the styles of those who mark.
    """
    return _full(
        s=visible.line(document.system),
        d=visible.line(document.id),
        t=visible.line(document.title),
        l=document.language,
        x=document.text,
        n=[sentence.start for sentence in document.sentences],
        e=[sentence.end for sentence in document.sentences],
        f=[_values(sentence.scores, fields) for sentence in document.sentences],
        o={
            str(at): visible.line("; ".join(sentence.notes))
            for at, sentence in enumerate(document.sentences)
            if sentence.notes
        },
        m=[_mark(mark, drawn) for mark in document.spans],
        k={visible.line(name): _tokens(tokens) for name, tokens in document.tokens.items()},
        u={visible.line(name): visible.line(unit) for name, unit in document.token_units.items()},
        v=_values(document.scores, fields),
    )


def item_row(
    item: Item, fields: Sequence[str], drawn: Palette, *, texts: Mapping[tuple[str, str], int]
) -> Row:
    """A hypothesis: its references, scores, marks and how it came about.

    Args:
        item: the hypothesis.
        fields: the fields of its table, in order.
        drawn: the styles of those who mark.
        texts: the number of each reference (name and text), which stands for it in the row.
    """
    return _full(
        s=visible.line(item.system),
        d=visible.line(item.document),
        i=item.index,
        x=item.hypothesis,
        r=[texts[reference.name, reference.text] for reference in item.references],
        v=_values(item.scores, fields),
        o=[visible.line(note) for note in item.notes],
        z=item.source,
        h=_flat(item.matches) if not item.pairings else [],
        p=[_pairing(pairing) for pairing in item.pairings],
        q=[[o.start, o.end, o.source_start, o.source_end, o.share] for o in item.origins],
        m=[_mark(mark, drawn) for mark in item.spans],
        w=_output(item.output),
    )


def source_row(source: SourceText | MarkedDocument) -> Row:
    """A source's text, with its title and language."""
    return _full(
        d=visible.line(source.id), t=visible.line(source.title), l=source.language, x=source.text
    )


def _mark(mark: Mark, drawn: Palette) -> Row:
    return _full(
        a=mark.start,
        b=mark.end,
        w=visible.line(mark.scorer),
        y=drawn.style[mark.scorer],
        h=mark.scorer in drawn.people,
        f=visible.line(mark.finder),
        c=visible.line(mark.category),
        g=mark.severity if mark.severity in ("minor", "major") else "",
        p=_number(mark.probability),
        m=visible.line(mark.message),
        r=None if mark.correction is None else visible.line(mark.correction),
        always=("a", "b", "y", *([] if mark.correction is None else ["r"])),
    )


def _tokens(tokens: Iterable[Token]) -> list[float | None]:
    """Start, end and value of each token, flat; values to three places."""
    flat: list[float | None] = []
    for token in tokens:
        flat += (token.start, token.end, _number(token.value, places=3))
    return flat


def _pairing(pairing: Pairing) -> Row:
    return _full(
        a=_flat(pairing.runs),
        b=_flat(pairing.reference_runs),
        l=_flat(pairing.lcs),
        k=_flat(pairing.reference_lcs),
        e=[
            [e.kind[0], e.start, e.end, e.reference_start, e.reference_end, e.n_edits]
            for e in pairing.edits
        ],
    )


def _output(output: OutputInfo | None) -> Row:
    if output is None:
        return {}
    details = {key: str(value) for key, value in (*output.usage.items(), *output.details.items())}
    return _full(
        stop=visible.line(output.stop),
        words=output.words,
        target=output.target_words,
        cut=visible.line(output.cut),
        error=visible.line(output.error),
        more={visible.line(key): visible.line(value) for key, value in details.items()},
    )


def _values(scores: Mapping[str, float | None], fields: Sequence[str]) -> list[float | None]:
    return [_number(scores.get(field)) for field in fields]


def _number(value: float | None, *, places: int = 6) -> float | None:
    if value is None or not math.isfinite(value):
        return None
    rounded = round(value, places)
    return int(rounded) if rounded == int(rounded) else rounded


def _flat(spans: Iterable[tuple[int, int]]) -> list[int]:
    return [border for span in spans for border in span]


def _full(*, always: Iterable[str] = (), **parts: object) -> Row:
    """The parts that say something, and those that stand there whatever they are."""
    kept = set(always)
    return {
        key: part
        for key, part in parts.items()
        if key in kept or part not in (None, "", [], {}, False)
    }
