"""Words of ASCII text as numbers, without a Python object for each: found and told apart in numpy.

A word is compared eight bytes at a time, as one 64-bit number: words with equal first bytes get
one number, those that go on are told apart by their next eight, and so on. Exact, no hashing.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit.metrics.overlap import IntArray

__all__ = ["MAX_LENGTH", "Words", "number"]

MAX_LENGTH = 128
"""The longest word that pays; every eight bytes cost a round."""
_BYTES = 8
_MASKS = np.array([(1 << 8 * n) - 1 for n in range(_BYTES + 1)], dtype=np.uint64)
"""The first n bytes of a little-endian number."""
_SPACE, _NEWLINE = ord(" "), ord("\n")

Packed = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text of many lines."""

    numbers: IntArray
    """(words,) equal words have equal numbers; some below the largest may be unused."""
    lengths: IntArray
    """(lines,) words of each line."""
    example: IntArray
    """(numbers,) a word with that number, or -1."""
    starts: IntArray
    """(words,) where each begins in the text."""
    ends: IntArray
    """(words,) where each ends."""


def number(plain: bytes) -> Words | None:
    """The words of ``plain``, or None where one is longer than ``MAX_LENGTH``.

    Args:
        plain: lower-case letters and digits; spaces and line feeds between words.

    >>> words = number(b"one two one" + bytes([10]) + b"twofold twofolding")
    >>> words.numbers.tolist(), words.lengths.tolist()
    ([0, 1, 0, 2, 4], [3, 2])
    """
    data = b" " + plain + b"\n" + bytes(MAX_LENGTH)
    raw = np.frombuffer(data, np.uint8, count=len(plain) + 2)
    edges = np.flatnonzero(np.diff(raw > _SPACE))
    starts, ends = edges[0::2] + 1, edges[1::2] + 1
    sizes = ends - starts
    if sizes.max(initial=0) > MAX_LENGTH:
        return None
    lines = np.flatnonzero(raw == _NEWLINE)
    lengths = np.diff(np.searchsorted(starts, lines), prepend=0)
    # Eight bytes from every place on, as numbers.
    windows: Packed = np.ndarray((len(raw) + MAX_LENGTH - _BYTES,), "<u8", data, strides=(1,))
    numbers, n = _ranks(windows[starts] & _MASKS[np.minimum(sizes, _BYTES)])
    for done in range(_BYTES, int(sizes.max(initial=0)), _BYTES):
        longer = np.flatnonzero(sizes > done)
        left = np.minimum(sizes[longer] - done, _BYTES)
        further, n_further = _ranks(windows[starts[longer] + done] & _MASKS[left])
        ranks, n_ranks = _ranks((numbers[longer] * n_further + further).astype(np.uint64))
        numbers[longer] = n + ranks
        n += n_ranks
    example = np.full(n, -1)
    example[numbers] = np.arange(len(numbers))
    return Words(numbers, lengths, example, starts - 1, ends - 1)


def _ranks(values: Packed) -> tuple[IntArray, int]:
    """For each value its rank among the distinct ones, and how many there are."""
    order = np.argsort(values)
    ordered = values[order]
    new = np.ones(len(values), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    rank = np.cumsum(new) - 1
    ranks = np.empty(len(values), dtype=np.int64)
    ranks[order] = rank
    return ranks, int(rank[-1]) + 1 if len(rank) else 0
