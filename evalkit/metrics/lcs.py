"""Longest common subsequences of token sequences.

``lengths`` is bit-parallel, by rapidfuzz, on strings that have one code point for each kind of
token. ``union`` finds *which* tokens of a reference sentence lie in some longest common
subsequence with each hypothesis sentence. Where there are several, ROUGE-Lsum's number depends on
the one that is taken, so this takes the one that rouge-score 0.1.2 takes: back from the end, a
match is taken at once; else a hypothesis token is dropped if that alone keeps the length, and a
reference token otherwise. Rows of the table are bit vectors in Python integers (Hyyrö 2004),
where a zero bit is a place at which the length grows; so a row costs a few operations on words
instead of a loop over the hypothesis. ``union_lcs`` does the same for many short sentences at
once.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz.distance import LCSseq

from evalkit.metrics.overlap import IntArray

__all__ = ["Places", "lengths", "places", "union"]


@dataclass(frozen=True, slots=True)
class Places:
    """Where a hypothesis sentence has its tokens."""

    bits: Mapping[object, int]
    """Token -> bits at its places."""
    n_tokens: int
    """Length of the sentence."""


def lengths(
    tokens: IntArray, bounds: IntArray, pairs: Iterable[tuple[int, int]]
) -> tuple[int, ...]:
    """Length of the longest common subsequence of each pair of texts, 0 where one is empty.

    Args:
        tokens: the tokens of all texts in one row, as numbers from 0.
        bounds: (texts + 1,) where each text begins, and where the last one ends.
        pairs: numbers of the texts to compare.

    >>> import numpy as np
    >>> lengths(np.array([0, 1, 2, 3, 1, 9, 3, 0]), np.array([0, 4, 8]), [(0, 1)])
    (2,)
    """
    row: Sequence[object]
    if int(tokens.max(initial=0)) <= sys.maxunicode:
        row = tokens.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
    else:
        row = tokens.tolist()
    texts = [row[start:end] for start, end in pairwise(bounds.tolist())]
    return tuple(LCSseq.similarity(texts[left], texts[right]) for left, right in pairs)


def places(tokens: Sequence[object]) -> Places:
    """The places of each token of a hypothesis sentence, for ``union``."""
    bits: dict[object, int] = {}
    for place, token in enumerate(tokens):
        bits[token] = bits.get(token, 0) | 1 << place
    return Places(bits, len(tokens))


def union(reference: Sequence[object], hypotheses: Sequence[Places]) -> list[int]:
    """Indices of the reference tokens in the union of its subsequences with each hypothesis.

    >>> union("ABCDE", [places("ABXY"), places("ACVWE")])
    [0, 1, 2, 4]
    """
    found: set[int] = set()
    for hypothesis in hypotheses:
        found.update(_subsequence(reference, hypothesis))
    return sorted(found)


def _subsequence(reference: Sequence[object], hypothesis: Places) -> list[int]:
    """Indices of the reference tokens in the longest common subsequence, last first."""
    places_of = hypothesis.bits
    left = (1 << hypothesis.n_tokens) - 1  # the columns from the first to where we are
    row = left
    # Tokens that the hypothesis lacks leave the row as it is, so they are left out.
    rows: list[tuple[int, int, int]] = []
    for index, token in enumerate(reference):
        if token in places_of:
            bits = places_of[token]
            rows.append((index, bits, row))
            hit = row & bits
            row = ((row + hit) | (row - hit)) & left
    taken: list[int] = []
    remaining = hypothesis.n_tokens - row.bit_count()
    for index, bits, above in reversed(rows):
        if not remaining:
            break
        here = bits & left
        matches_now = here > left >> 1
        # Without a match in the last column the table is followed to the left only where this
        # row grew the length, and then to its next match; else up.
        if matches_now or (~above & left).bit_count() < remaining:
            taken.append(index)
            left = (1 << (here.bit_length() - 1)) - 1
            remaining -= 1
    return taken
