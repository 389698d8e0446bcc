"""How much two texts look alike, cheaply: shared character n-grams, as bits.

A text becomes a set of hashed n-grams in 512 bits: four characters each (case and runs of white
space evened), and two where both are of a script that is written without spaces or by syllables
(from U+2E80 on). N-grams that more than 15 % of the texts have say nothing and are left out. The
resemblance of two texts is the cosine of their sets, 0-1, higher is more alike.

No tokens, no language, no model; built with numpy in one pass over the characters, so that a
million segments take seconds. It tells a translation from its neighbours, not a good one from a
bad one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Sketches", "alike", "sketch"]

_BITS = 512
_SHIFT = np.uint32(32 - 9)  # 2 ** 9 bits
_LONG = 4
_WIDE_FROM = 0x2E80
_COMMON = 0.15
_SAMPLE = 4096
"""Texts by which common n-grams are told."""
_BLOCK = 8192
"""Texts that are hashed at a time: bounds the memory."""
_MIX = np.uint32(0x9E3779B1)
_SPREAD = np.uint32(0x85EBCA77)


@dataclass(frozen=True, slots=True)
class Sketches:
    """The n-gram sets of n texts."""

    bits: NDArray[np.uint64]
    """(n, 8)."""
    sizes: NDArray[np.float32]
    """(n,) bits that are set; 0 for a blank text."""

    def __len__(self) -> int:
        return len(self.sizes)


def sketch(first: Sequence[str], second: Sequence[str]) -> tuple[Sketches, Sketches]:
    """The sets of two lists of texts that shall be compared with each other."""
    kept = _uncommon(first, second)
    return _sketches(first, kept), _sketches(second, kept)


def alike(first: Sketches, second: Sketches, offset: int) -> NDArray[np.float32]:
    """The resemblance of text i of the first to text i + offset of the second.

    Returns:
        (m,), for every i that has such a partner, from ``max(0, -offset)`` on; 0 for a blank text.
    """
    start, end = max(0, -offset), max(0, min(len(first), len(second) - offset))
    shared = np.empty(max(0, end - start), dtype=np.float32)
    for low in range(start, end, _BLOCK):
        high = min(low + _BLOCK, end)
        both = first.bits[low:high] & second.bits[low + offset : high + offset]
        shared[low - start : high - start] = np.bitwise_count(both).sum(axis=1)
    sizes = first.sizes[start:end] * second.sizes[start + offset : end + offset]
    cosines: NDArray[np.float32] = shared / np.sqrt(np.maximum(sizes, np.float32(1)))
    return cosines


def _uncommon(first: Sequence[str], second: Sequence[str]) -> NDArray[np.bool_]:
    """(512,) whether few enough texts have the bit."""
    texts = [*_sample(first), *_sample(second)]
    if len(texts) < 2 / _COMMON:
        return np.ones(_BITS, dtype=np.bool_)
    shares = np.zeros(_BITS)
    for low in range(0, len(texts), _BLOCK):
        shares += _grid(texts[low : low + _BLOCK]).sum(axis=0)
    return shares / len(texts) <= _COMMON


def _sample(texts: Sequence[str]) -> Sequence[str]:
    step = max(1, len(texts) // _SAMPLE)
    return texts[::step]


def _sketches(texts: Sequence[str], kept: NDArray[np.bool_]) -> Sketches:
    bits = np.zeros((len(texts), _BITS // 64), dtype=np.uint64)
    for low in range(0, len(texts), _BLOCK):
        grid = _grid(texts[low : low + _BLOCK]) & kept
        bits[low : low + len(grid)] = np.packbits(grid, axis=1).view(np.uint64)
    return Sketches(bits, np.bitwise_count(bits).sum(axis=1).astype(np.float32))


def _grid(texts: Sequence[str]) -> NDArray[np.bool_]:
    """(n, 512): the bits of each text."""
    pieces = [f"\n{' '.join(text.lower().split())}\n" for text in texts]
    rows = np.arange(len(pieces), dtype=np.int32) * np.int32(_BITS)
    row = np.repeat(rows, [len(piece) for piece in pieces])
    encoded = "".join(pieces).encode("utf-32-le", "surrogatepass")
    points = np.frombuffer(encoded, dtype="<u4")
    grid = np.zeros(len(texts) * _BITS, dtype=np.bool_)
    pairs = points[:-1] * _MIX + points[1:]
    fours = pairs[:-2] * _MIX + pairs[2:]
    inside = row[: len(fours)] == row[_LONG - 1 :]
    grid[(row[: len(fours)] + _bit(fours))[inside]] = True
    if len(points) and points.max() >= _WIDE_FROM:
        wide = points >= _WIDE_FROM
        chosen = (row[:-1] == row[1:]) & wide[:-1] & wide[1:]
        grid[(row[:-1] + _bit(pairs))[chosen]] = True
    return grid.reshape(len(texts), _BITS)


def _bit(hashes: NDArray[np.uint32]) -> NDArray[np.int32]:
    """0 to 511, from hashes that are mixed once more; arithmetic modulo 2 ** 32."""
    mixed = hashes ^ (hashes >> np.uint32(15))
    return ((mixed * _SPREAD) >> _SHIFT).astype(np.int32)
