"""Which words of two texts lie in a longest common subsequence, to be marked for a reader.

Words are those of ``text.words`` and case does not count, as in ROUGE-L with its own tokeniser.
Where there are several longest subsequences, it is the one that rapidfuzz takes. It is no score.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from rapidfuzz.distance import LCSseq

from evalkit.text.words import words

__all__ = ["Common", "common_words"]

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Common:
    """Stretches of words of each text; words next to each other are one stretch."""

    first: Spans
    second: Spans


def common_words(first: str, second: str) -> Common:
    """A longest common subsequence of the words of two texts.

    >>> common_words("The old ferry left at noon.", "Ferry left Lind at NOON")
    Common(first=((8, 18), (19, 26)), second=((0, 10), (16, 23)))
    """
    spans = words(first), words(second)
    a, b = (
        [text[start:end].casefold() for start, end in own]
        for text, own in zip((first, second), spans, strict=True)
    )
    pairs = [
        (op.src_start + step, op.dest_start + step)
        for op in LCSseq.opcodes(a, b)
        if op.tag == "equal"
        for step in range(op.src_end - op.src_start)
    ]
    blocks = [
        [pair for _, pair in block]
        for _, block in groupby(enumerate(pairs), key=lambda p: (p[1][0] - p[0], p[1][1] - p[0]))
    ]
    return Common(
        first=tuple(_cover(spans[0], block[0][0], block[-1][0]) for block in blocks),
        second=tuple(_cover(spans[1], block[0][1], block[-1][1]) for block in blocks),
    )


def _cover(spans: Sequence[tuple[int, int]], first: int, last: int) -> tuple[int, int]:
    return spans[first][0], spans[last][1]
