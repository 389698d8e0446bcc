"""Texts longer than the encoder reads -> overlapping windows, each token scored in one of them.

In an overlap the first half belongs to the earlier window and the second half to the later one,
so that every token sees context on both sides where the text has any. Nothing is cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["Window", "windows"]


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens that the encoder sees together, and those whose scores are taken from it."""

    start: int
    """First token that is seen."""
    end: int
    """One past the last that is seen."""
    keep_start: int
    """First token whose scores are taken."""
    keep_end: int
    """One past the last whose scores are taken."""


def windows(sizes: Sequence[int], *, limit: int, overlap: int) -> tuple[Window, ...]:
    """Windows over tokens of these numbers of sub-words; () for no tokens.

    Args:
        sizes: sub-words of each token, each at most ``limit``.
        limit: most sub-words of a window.
        overlap: about how many sub-words two neighbouring windows share.

    Raises:
        ValueError: a token is larger than a window.

    >>> [(w.start, w.end, w.keep_start, w.keep_end) for w in windows([1] * 8, limit=6, overlap=2)]
    [(0, 6, 0, 5), (4, 8, 5, 8)]
    """
    if sizes and max(sizes) > limit:
        raise ValueError(f"a token of {max(sizes)} sub-words does not fit a window of {limit}")
    seen: list[tuple[int, int]] = []
    start = 0
    while start < len(sizes):
        end = _reach(sizes, start, limit)
        seen.append((start, end))
        if end == len(sizes):
            break
        start = max(_back(sizes, end, overlap), start + 1)
    cuts = [0, *((a_end + b) // 2 for (_, a_end), (b, _) in pairwise(seen))]
    cuts.append(len(sizes))
    return tuple(Window(start, end, cuts[i], cuts[i + 1]) for i, (start, end) in enumerate(seen))


def _reach(sizes: Sequence[int], start: int, limit: int) -> int:
    total, end = 0, start
    while end < len(sizes) and total + sizes[end] <= limit:
        total += sizes[end]
        end += 1
    return end


def _back(sizes: Sequence[int], end: int, overlap: int) -> int:
    total, start = 0, end
    while start > 0 and total + sizes[start - 1] <= overlap:
        total += sizes[start - 1]
        start -= 1
    return start
