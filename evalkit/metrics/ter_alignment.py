"""Edit distance inside Tercom's beam, and which words it pairs, a row of the table at a time.

A text is a string with a character for each word. A row of the table of distances is kept as two
big integers that say where its neighbours rise and fall (Myers 1999; Hyyrö 2003, turned so that
rows are words of the hypothesis), so a row costs a dozen operations on integers.

Tercom looks only at cells near the diagonal; any other is worth infinity. Here it is worth what
its neighbours make it, but no words are paired for nothing across the beam's edge or beyond it.
Every step outside then costs 1, and no way round is cheaper than the way inside, so all distances
inside the beam come out as Tercom's. Its width, and its widening for texts of very unequal
length, are sacrebleu's.
"""

import functools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, repeat

__all__ = ["Alignment", "Beam", "align", "beam", "distance", "may_leave_beam"]

_WIDTH = 25
"""Cells before the diagonal; after it there is one less."""


Beam = Sequence[int]
"""For each hypothesis word (a row) the reference words that it may be paired with, as bits: those
where the cell and the one before it on the diagonal are inside."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """What the cheapest way to turn a hypothesis into a reference does to each word."""

    after: Sequence[int]
    """For r = 0 .. n reference words: the place in the hypothesis after the partner of reference
    word r - 1, or after the last partner before it; 0 at the start. It never falls."""
    hypothesis_wrong: bytearray
    """1 for each hypothesis word that is replaced or deleted."""
    reference_wrong: bytearray
    """1 for each reference word that replaces another or is inserted."""


def may_leave_beam(edits: int, n_hypothesis: int, n_reference: int) -> bool:
    """Whether a path of that many edits could leave the beam; if not, no beam is needed.

    From the diagonal a path strays at most (edits + difference of lengths) / 2 cells. There are
    24, one of which is left for rounding. Before column 25 nothing is outside.
    """
    return n_reference >= _WIDTH and edits + abs(n_hypothesis - n_reference) > 2 * (_WIDTH - 2)


@functools.lru_cache(maxsize=4)
def beam(n_hypothesis: int, n_reference: int) -> Beam:
    """The beam for texts of these lengths, neither of them empty."""
    slope = n_reference / n_hypothesis
    width = _WIDTH if slope / 2 <= _WIDTH else math.ceil(slope / 2 + _WIDTH)
    centres = [math.floor(row * slope) for row in range(1, n_hypothesis + 1)]
    spans = [(0, n_reference)]  # the row before the first word is inside as a whole
    spans += [(max(0, at - width), min(n_reference, at + width - 1)) for at in centres]
    return [
        _bits(max(first, before + 1), min(last, end + 1))
        for (before, end), (first, last) in pairwise(spans)
    ]


def distance(hypothesis: str, reference: str, within: Beam) -> int:
    """Insertions, deletions and substitutions of single words, inside the beam."""
    return _sweep(hypothesis, reference, within).distance


def align(hypothesis: str, reference: str, within: Beam | None) -> Alignment:
    """Pair the words of two texts, neither of them empty; None where the beam cannot matter.

    Among equally cheap ways the one is taken that, read from the end, rather pairs two words
    than deletes one, and rather deletes than inserts: on this the search for shifts depends.
    """
    if within is None:
        return _walk(_sweep(hypothesis, reference, repeat(-1)), len(hypothesis), len(reference))
    rows = _sweep(hypothesis, reference, within)
    level = [row | ~mask for row, mask in zip(rows.level, within, strict=True)]
    return _walk(replace(rows, level=level), len(hypothesis), len(reference))


@dataclass(frozen=True, slots=True)
class _Rows:
    """The table; a bit of a row is a reference word, the first the lowest."""

    same: list[int]
    """The two words are the same and may be paired."""
    level: list[int]
    """The cell is worth as much as the one before it on the diagonal."""
    rises: list[int]
    """The cell is worth one more than the one above it."""
    distance: int
    """What the last cell of the last row is worth."""


def _bits(first: int, last: int) -> int:
    """Columns first to last as bits; column 0 stands before the first word and has none."""
    return max(0, (1 << last) - (1 << max(first, 1) - 1))


def _sweep(hypothesis: str, reference: str, allowed: Iterable[int]) -> _Rows:
    places: dict[str, int] = {}
    for place, word in enumerate(reference):
        places[word] = places.get(word, 0) | 1 << place
    sames = [places.get(word, 0) & mask for word, mask in zip(hypothesis, allowed, strict=False)]
    full = (1 << len(reference)) - 1
    up, down = full, 0  # along row 0 each cell is worth one more than the one before it
    levels: list[int] = []
    rises: list[int] = []
    for same in sames:
        same |= down
        level = (same & up) + up ^ up | same
        rise = down | ~(level | up)
        levels.append(level)
        rises.append(rise)
        fall = level & up
        rise = rise << 1 | 1
        up = (fall << 1 | ~(level | rise)) & full
        down = level & rise & full
    return _Rows(sames, levels, rises, len(sames) + up.bit_count() - down.bit_count())


def _walk(rows: _Rows, row: int, column: int) -> Alignment:
    after = [0] * (column + 1)
    hypothesis_wrong, reference_wrong = bytearray(row), bytearray(column)
    same, level, rises = rows.same, rows.level, rows.rises
    while row and column:
        bit = 1 << column - 1
        above = row - 1
        if same[above] & bit:
            after[column] = row
            row, column = above, column - 1
        elif not level[above] & bit:
            after[column] = row
            row, column = above, column - 1
            hypothesis_wrong[row] = reference_wrong[column] = 1
        elif rises[above] & bit:
            row = above
            hypothesis_wrong[row] = 1
        else:
            after[column] = row
            column -= 1
            reference_wrong[column] = 1
    hypothesis_wrong[:row] = b"\1" * row
    reference_wrong[:column] = b"\1" * column
    return Alignment(after, hypothesis_wrong, reference_wrong)
