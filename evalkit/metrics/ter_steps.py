"""The edits that TER counts, with the places of their words in both texts, to be shown.

The shifts are those of ``ter_edits``; what they leave is aligned by rapidfuzz. Of several equally
cheap ways this shows one. In texts whose best way leaves Tercom's beam (unlike texts of more than
25 words) that may be a cheaper one than TER counts. Words are what white space parts and case does
not count, as in TER's own defaults.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, cast

from rapidfuzz.distance import Levenshtein

from evalkit.metrics.ter_edits import moved, moves

__all__ = ["Kind", "Step", "steps"]

Kind = Literal["shift", "insert", "delete", "replace"]
Spans = Sequence[tuple[int, int]]

_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Step:
    """One step; spans are code points, end exclusive."""

    kind: Kind
    hypothesis: tuple[int, int]
    """Empty for an insertion: where it goes."""
    reference: tuple[int, int]
    """(0, 0) where the reference has nothing for it."""
    n_edits: int


def steps(hypothesis: str, reference: str) -> tuple[Step, ...]:
    """From the hypothesis to the reference; shifts first, then from left to right.

    >>> [(step.kind, step.n_edits) for step in steps("d e a b c", "a x b c d e")]
    [('shift', 1), ('insert', 1)]
    """
    spans = _words(hypothesis), _words(reference)
    a, b = (
        [text[start:end].lower() for start, end in own]
        for text, own in zip((hypothesis, reference), spans, strict=True)
    )
    order = list(range(len(a)))
    runs = []
    for move in moves(a, b):
        runs.append(order[move.start : move.start + move.length])
        order = moved(order, move)
    operations = Levenshtein.opcodes([a[at] for at in order], b)
    partners = {
        order[op.src_start + step]: op.dest_start + step
        for op in operations
        if op.tag == "equal"
        for step in range(op.src_end - op.src_start)
    }
    shifts = [_shift(run, partners, spans) for run in runs]
    edits = [
        step
        for op in operations
        if op.tag != "equal"
        for step in _edits(
            cast(Kind, op.tag),
            order[op.src_start : op.src_end],
            range(op.dest_start, op.dest_end),
            _before(order, op.src_start, spans[0]),
            spans,
        )
    ]
    return (*shifts, *edits)


def _words(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in _WORD.finditer(text)]


def _shift(run: list[int], partners: dict[int, int], spans: tuple[Spans, Spans]) -> Step:
    there = sorted(partners[at] for at in run if at in partners)
    reference = (spans[1][there[0]][0], spans[1][there[-1]][1]) if there else (0, 0)
    return Step("shift", (spans[0][min(run)][0], spans[0][max(run)][1]), reference, 1)


def _before(order: list[int], at: int, spans: Spans) -> int:
    """Where something goes that stands before the word number ``at`` of the order."""
    return spans[order[at - 1]][1] if at else 0


def _edits(
    kind: Kind, own: list[int], there: range, place: int, spans: tuple[Spans, Spans]
) -> Iterator[Step]:
    """An operation, in as many steps as its words lie apart in the hypothesis."""
    if kind == "insert":
        yield Step(
            kind, (place, place), (spans[1][there[0]][0], spans[1][there[-1]][1]), len(there)
        )
        return
    for _, group in groupby(enumerate(own), key=lambda pair: pair[1] - pair[0]):
        block = list(group)
        words = (spans[0][block[0][1]][0], spans[0][block[-1][1]][1])
        reference = (0, 0)
        if kind == "replace":
            first, last = there[block[0][0]], there[block[-1][0]]
            reference = spans[1][first][0], spans[1][last][1]
        yield Step(kind, words, reference, len(block))
