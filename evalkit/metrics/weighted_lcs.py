"""Weighted longest common subsequences for ROUGE-W (Lin 2004, section 4), many pairs at once.

A run of k matches that follow one another in both texts counts k to the power of ``weight``, so
that of two equally long subsequences the less broken one wins. The recurrence is Lin's, which
takes every match where it finds one. It is filled diagonal by diagonal, because the cells of one
depend only on the two before it; so numpy computes a whole diagonal of many pairs in one step.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from evalkit.metrics.overlap import IntArray
from evalkit.records import FloatArray

__all__ = ["lengths"]

_CELLS = 1 << 14
"""Cells of a diagonal, of all pairs that are filled together."""


def lengths(
    tokens: IntArray, bounds: IntArray, pairs: Iterable[tuple[int, int]], weight: float
) -> FloatArray:
    """The weighted length of each pair of texts; 0 where nothing matches.

    Args:
        tokens: the tokens of all texts in one row, as numbers from 0.
        bounds: (texts + 1,) where each text begins, and where the last one ends.
        pairs: numbers of the texts to compare.
        weight: at least 1; with 1 it is the plain length.

    >>> texts = np.array([0, 1, 2, 3, 4, 0, 1, 2, 7, 9, 0, 7, 1, 8, 2])
    >>> lengths(texts, np.array([0, 5, 10, 15]), [(0, 1), (0, 2)], 2.0).tolist()
    [9.0, 3.0]
    """
    found = [
        (tokens[bounds[left] : bounds[left + 1]], tokens[bounds[right] : bounds[right + 1]])
        for left, right in pairs
    ]
    sizes = [max(len(left), len(right)) for left, right in found]
    scores = np.zeros(len(found))
    for chosen in _groups(np.argsort(sizes, kind="stable").tolist(), sizes):
        scores[chosen] = _together([found[place] for place in chosen], weight)
    return scores


def _groups(order: Sequence[int], sizes: Sequence[int]) -> Iterator[list[int]]:
    """Pairs of about the same size, as many as are filled together."""
    group: list[int] = []
    for place in order:
        if group and (len(group) + 1) * sizes[place] > _CELLS:
            yield group
            group = []
        group.append(place)
    if group:
        yield group


def _together(pairs: Sequence[tuple[IntArray, IntArray]], weight: float) -> FloatArray:
    n_left = np.array([len(left) for left, _ in pairs])
    n_right = np.array([len(right) for _, right in pairs])
    high, wide = int(n_left.max()), int(n_right.max())
    # Texts are padded with what matches nothing; the right ones run backwards, so that a
    # diagonal is a slice of them, with room for the diagonals' ends outside the table.
    lefts = np.full((len(pairs), high), -1)
    rights = np.full((len(pairs), 2 * high + wide), -2)
    for row, (left, right) in enumerate(pairs):
        lefts[row, : len(left)] = left
        rights[row, high + wide - len(right) : high + wide] = right[::-1]
    powers = np.arange(min(high, wide) + 2, dtype=np.float64) ** weight
    gains = np.diff(powers)
    # Of the latest two diagonals: the best score so far, and the length of the run that ends here.
    score, older = (np.zeros((len(pairs), high + 1)) for _ in range(2))
    run, older_run = (np.zeros((len(pairs), high + 1), dtype=np.int64) for _ in range(2))
    result = np.zeros(len(pairs))
    for diagonal in range(2, high + wide + 1):
        first = high + wide - diagonal + 1
        same = lefts == rights[:, first : first + high]
        new, new_run = np.zeros_like(score), np.zeros_like(run)
        ran = older_run[:, :-1]
        matched = older[:, :-1] + gains[ran]
        new[:, 1:] = np.where(same, matched, np.maximum(score[:, :-1], score[:, 1:]))
        new_run[:, 1:] = np.where(same, ran + 1, 0)
        score, older, run, older_run = new, score, new_run, run
        done = np.flatnonzero(n_left + n_right == diagonal)
        result[done] = score[done, n_left[done]]
    return result
