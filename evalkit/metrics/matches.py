"""Which stretches of a text some other text has too, to be marked for a reader.

A stretch is a run of two words or more in which every two neighbours are also neighbours in one
of the references; case does not count. It shows what ROUGE-2 counts, but is no score.
"""

import itertools
from collections.abc import Sequence

from evalkit.text.words import words

__all__ = ["shared_runs"]


def shared_runs(text: str, references: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Spans (code points, end exclusive) of ``text`` that share two or more words in a row.

    >>> shared_runs("The old ferry left at noon.", ["An old ferry sails at noon"])
    ((4, 13), (19, 26))
    """
    pairs = {pair for reference in references for pair in _pairs(_folded(reference))}
    spans = words(text)
    shared = [pair in pairs for pair in _pairs(_folded(text))]
    runs: list[tuple[int, int]] = []
    for i, is_shared in enumerate(shared):
        if not is_shared:
            continue
        begins = i == 0 or not shared[i - 1]
        start = spans[i][0] if begins else runs.pop()[0]
        runs.append((start, spans[i + 1][1]))
    return tuple(runs)


def _folded(text: str) -> list[str]:
    return [text[start:end].casefold() for start, end in words(text)]


def _pairs(tokens: Sequence[str]) -> list[tuple[str, str]]:
    return list(itertools.pairwise(tokens))
