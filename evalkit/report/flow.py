"""A text cut into the pieces that a page or a terminal can style one by one.

Marks, tokens, sentences and shaded stretches may overlap in any way. Each piece lies inside or
outside every one of them, so whatever draws it needs no nesting across pieces and its tags are
always balanced. The pieces and the breaks between paragraphs together are the text, exactly.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from evalkit.report import visible
from evalkit.results import Token

__all__ = ["Flow", "Paragraph", "Piece", "Run", "Stretch", "flow"]

_LINE = re.compile(r"[^\r\n]+")
_LEVELS = 10


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where a numbered mark stands."""

    start: int
    end: int
    number: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of characters that one set of styles fits."""

    text: str
    """May be "" where a mark covers nothing: something is missing there."""
    marks: tuple[int, ...] = ()
    """Numbers of the marks around it, outermost first."""
    ends: tuple[int, ...] = ()
    """Numbers of the marks that end with it."""
    heat: int = 0
    """Its token's value in tenths, 0-9."""
    value: float | None = None
    """Its token's value, where ``heat`` is not 0."""
    shaded: bool = False
    """Whether it lies in a shaded stretch."""
    hidden: str = ""
    """Name of the invisible character that it is."""


@dataclass(frozen=True, slots=True)
class Run:
    """Pieces of one sentence, or between sentences."""

    sentence: int | None
    """Index of the sentence."""
    opens: bool
    """Whether the sentence begins here; a sentence over two lines has two runs."""
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line of the text and the line breaks after it."""

    runs: tuple[Run, ...]
    after: str


@dataclass(frozen=True, slots=True)
class Flow:
    """A text in pieces."""

    before: str
    """Line breaks before the first paragraph."""
    paragraphs: tuple[Paragraph, ...]

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """All pieces, in order."""
        return tuple(
            p for paragraph in self.paragraphs for run in paragraph.runs for p in run.pieces
        )


def flow(
    text: str,
    *,
    marks: Sequence[Stretch] = (),
    tokens: Sequence[Token] = (),
    sentences: Sequence[tuple[int, int]] = (),
    shades: Sequence[tuple[int, int]] = (),
) -> Flow:
    """Cuts a text at every border of what lies over it.

    Args:
        text: any text; its lines become paragraphs.
        marks: numbered stretches; what reaches past the text is cut at its end.
        tokens: tokens with values of 0-1, for heat; other values count as the nearer end.
        sentences: spans of the sentences; the index in the sequence is the sentence's.
        shades: stretches to shade.

    >>> [piece.text for piece in flow("One two.", marks=[Stretch(4, 7, 1)]).pieces]
    ['One ', 'two', '.']
    """
    lines = [match.span() for match in _LINE.finditer(text)] or [(0, 0)]
    cutter = _Cutter(text, lines, marks, tokens, sentences, shades)
    paragraphs = []
    for (start, end), (following, _) in pairwise([*lines, (len(text), len(text))]):
        paragraphs.append(Paragraph(cutter.runs(start, end), text[end:following]))
    return Flow(text[: lines[0][0]], tuple(paragraphs))


class _Sweep:
    """Which of some spans cover a position that only moves forward."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self._spans = sorted(
            ((start, -end, index) for index, (start, end) in enumerate(spans) if start < end),
            reverse=True,
        )
        self._open: list[tuple[int, int]] = []

    def at(self, position: int) -> tuple[int, ...]:
        """Indices of the spans around the character at ``position``, outermost first."""
        if not self._open and (not self._spans or self._spans[-1][0] > position):
            return ()
        while self._spans and self._spans[-1][0] <= position:
            _, end, index = self._spans.pop()
            self._open.append((-end, index))
        self._open = [(end, index) for end, index in self._open if end > position]
        return tuple(index for _, index in self._open)


class _Cutter:
    """The spans over a text, asked line by line, first to last."""

    def __init__(
        self,
        text: str,
        lines: Sequence[tuple[int, int]],
        marks: Sequence[Stretch],
        tokens: Sequence[Token],
        sentences: Sequence[tuple[int, int]],
        shades: Sequence[tuple[int, int]],
    ) -> None:
        self._text = text
        self._lines = lines
        self._marks = marks
        self._tokens = [token for token in tokens if token.value * _LEVELS >= 1]
        self._hidden = visible.hidden(text)
        layers = (
            [(mark.start, mark.end) for mark in marks],
            [(token.start, token.end) for token in self._tokens],
            list(sentences),
            list(shades),
            [(start, end) for start, end, _ in self._hidden],
        )
        self._sweeps = [_Sweep(layer) for layer in layers]
        self._carets = self._place_carets()
        borders = {border for layer in layers for span in layer for border in span}
        self._borders = sorted(borders | set(self._carets))
        self._begun: set[int] = set()
        self._last = {number: end for number, end in map(self._last_character, marks) if end}

    def runs(self, start: int, end: int) -> tuple[Run, ...]:
        """The runs of the line ``text[start:end]``."""
        first, last = bisect_right(self._borders, start), bisect_right(self._borders, end - 1)
        drawn: list[tuple[int | None, Piece]] = []
        for left, right in pairwise([start, *self._borders[first:last], end]):
            sentence, piece = self._piece(left, right)
            drawn += [(sentence, caret) for caret in self._carets.pop(left, ())]
            drawn += [(sentence, piece)] if left < right else []
        closing = self._carets.pop(end, ())
        drawn += [(drawn[-1][0] if drawn else None, caret) for caret in closing]
        return tuple(
            Run(sentence, self._opens(sentence), tuple(piece for _, piece in group))
            for sentence, group in groupby(drawn, key=lambda pair: pair[0])
        )

    def _piece(self, left: int, right: int) -> tuple[int | None, Piece]:
        """The piece ``text[left:right]`` and the index of its sentence."""
        marks, tokens, sentences, shades, hidden = (sweep.at(left) for sweep in self._sweeps)
        numbers = tuple(self._marks[index].number for index in marks)
        value = max((self._tokens[index].value for index in tokens), default=None)
        return (
            sentences[0] if sentences else None,
            Piece(
                text=self._text[left:right],
                marks=numbers,
                ends=tuple(number for number in numbers if self._last.get(number) == right),
                heat=0 if value is None else min(int(value * _LEVELS), _LEVELS - 1),
                value=value,
                shaded=bool(shades),
                hidden=self._hidden[hidden[0]][2] if hidden else "",
            ),
        )

    def _opens(self, sentence: int | None) -> bool:
        if sentence is None or sentence in self._begun:
            return False
        self._begun.add(sentence)
        return True

    def _last_character(self, mark: Stretch) -> tuple[int, int]:
        """The mark's number and where the last of its characters inside a line ends; 0: none."""
        index = bisect_right(self._lines, (max(mark.start, mark.end - 1), len(self._text))) - 1
        end = min(mark.end, self._lines[index][1]) if index >= 0 else 0
        return mark.number, end if end > mark.start else 0

    def _place_carets(self) -> dict[int, list[Piece]]:
        """Empty pieces for the marks that cover no character of a line, by position."""
        carets: dict[int, list[Piece]] = {}
        for mark in self._marks:
            if self._last_character(mark)[1]:
                continue
            index = max(0, bisect_right(self._lines, (mark.start, len(self._text))) - 1)
            start, end = self._lines[index]
            caret = Piece(text="", marks=(mark.number,), ends=(mark.number,))
            carets.setdefault(min(max(mark.start, start), end), []).append(caret)
        return carets
