"""Longest common subsequences of token sequences.

``length`` is bit-parallel, by rapidfuzz. ``union`` finds *which* tokens of a reference sentence
lie in some longest common subsequence with each hypothesis sentence. Where there are several,
ROUGE-Lsum's number depends on the one that is taken, so this takes the one that rouge-score 0.1.2
takes: back from the end, a match is taken at once; else a hypothesis token is dropped if that
alone keeps the length, and a reference token otherwise. Rows of the table are bit vectors
in Python integers (Hyyrö 2004), where a zero bit is a place at which the length grows; so a row
costs a few operations on words instead of a loop over the hypothesis.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import LCSseq

__all__ = ["Places", "length", "places", "union"]


@dataclass(frozen=True, slots=True)
class Places:
    """Where a hypothesis sentence has its tokens."""

    bits: Mapping[str, int]
    """Token -> bits at its places."""
    n_tokens: int
    """Length of the sentence."""


def length(left: Sequence[int], right: Sequence[int]) -> int:
    """Length of the longest common subsequence, 0 where one side is empty.

    >>> length([1, 2, 3, 4], [2, 9, 4, 1])
    2
    """
    return LCSseq.similarity(left, right)


def places(tokens: Sequence[str]) -> Places:
    """The places of each token of a hypothesis sentence, for ``union``."""
    bits: dict[str, int] = {}
    for place, token in enumerate(tokens):
        bits[token] = bits.get(token, 0) | 1 << place
    return Places(bits, len(tokens))


def union(reference: Sequence[str], hypotheses: Sequence[Places]) -> list[int]:
    """Indices of the reference tokens in the union of its subsequences with each hypothesis.

    >>> union("ABCDE", [places("ABXY"), places("ACVWE")])
    [0, 1, 2, 4]
    """
    found: set[int] = set()
    for hypothesis in hypotheses:
        found.update(_subsequence(reference, hypothesis))
    return sorted(found)


def _subsequence(reference: Sequence[str], hypothesis: Places) -> list[int]:
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
