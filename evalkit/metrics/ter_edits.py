"""Tercom's greedy search for shifts (Snover et al. 2006): how many edits one text is from another.

A shift moves a run of words that the reference has elsewhere. Again and again the shift is made
that brings the edit distance down most, until none does; each counts as one edit, and what is
left as its edit distance. Which shifts are tried, in what order and how many, follows sacrebleu
2.6, so that the numbers are the same for any two texts.

Few of those shifts need a look. No shift can bring the distance below what the two bags of words
differ by, and moving n words saves 2n edits at most. The others' distances are rapidfuzz's, on
strings with a character for each word; where a path of so many edits may leave Tercom's beam,
those are lower bounds, and the distance inside the beam is looked for (``ter_alignment``).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TypeVar

from rapidfuzz.distance import Levenshtein, Prefix

from evalkit.metrics.ter_alignment import Alignment, Beam, align, beam, distance, may_leave_beam

__all__ = ["Move", "moved", "moves", "n_edits"]

Words = TypeVar("Words", str, list[int])

_LONGEST = 10
"""Words in a shift."""
_FARTHEST = 50
"""Places between a word in the hypothesis and in the reference."""
_MOST = 1000
"""Shifts tried for a pair of texts; when they are reached, the search ends where it is."""


def n_edits(hypothesis: Sequence[str], reference: Sequence[str]) -> int:
    """Shifts, insertions, deletions and substitutions that make the reference of a hypothesis.

    >>> n_edits("a b c d e".split(), "d e a b c".split())
    1
    >>> n_edits("a b c".split(), "a x c d".split())
    2
    """
    if not hypothesis or not reference:
        return len(hypothesis) + len(reference)
    made, remaining = _search(*_coded(hypothesis, reference))
    return len(made) + remaining


@dataclass(frozen=True, slots=True)
class Move:
    """A shift: a run of words goes before another word."""

    start: int
    """The first word, in the order that the moves before it left."""
    length: int
    target: int
    """The word that it goes before."""


def moves(hypothesis: Sequence[str], reference: Sequence[str]) -> tuple[Move, ...]:
    """The shifts that ``n_edits`` counts, in their order; what is left is an edit distance."""
    if not hypothesis or not reference:
        return ()
    return tuple(_search(*_coded(hypothesis, reference))[0])


@dataclass(frozen=True, slots=True)
class _Goal:
    """A reference, for hypotheses that are all made of the same words."""

    reference: str
    lowest: int
    """No order of the hypothesis' words has a lower edit distance."""

    def distance(self, hypothesis: str, *, below: int | None = None) -> int:
        """Tercom's edit distance; one that is not below ``below`` may be any such number."""
        cutoff = None if below is None else below - 1
        free = Levenshtein.distance(hypothesis, self.reference, score_cutoff=cutoff)
        if free == below or not may_leave_beam(free, len(hypothesis), len(self.reference)):
            return free
        return distance(hypothesis, self.reference, self.beam(hypothesis))

    def align(self, hypothesis: str, edits: int) -> Alignment:
        """Pairs of words on the path that costs ``edits``."""
        narrow = may_leave_beam(edits, len(hypothesis), len(self.reference))
        return align(hypothesis, self.reference, self.beam(hypothesis) if narrow else None)

    def saving(self, hypothesis: str, edits: int, length: int) -> int:
        """The most that a shift of ``length`` words can bring ``edits`` down."""
        if may_leave_beam(edits, len(hypothesis), len(self.reference)):
            return edits - self.lowest  # it may bring a far better path into the beam
        return min(2 * length, edits - self.lowest)

    def beam(self, hypothesis: str) -> Beam:
        """Tercom's beam for texts of these lengths."""
        return beam(len(hypothesis), len(self.reference))


@dataclass(frozen=True, slots=True)
class _Shifts:
    """Shifts to be tried."""

    of_length: list[set[tuple[int, int]]]
    """For each number of words, where they start and the place that they go to."""
    n: int
    """How many, with those counted again that several places of the reference ask for."""


def _coded(hypothesis: Sequence[str], reference: Sequence[str]) -> tuple[str, str]:
    """A character for each word; equal words have equal characters."""
    words = dict.fromkeys([*reference, *hypothesis])
    code = dict(zip(words, map(chr, count()), strict=False))
    return "".join([code[w] for w in hypothesis]), "".join([code[w] for w in reference])


def _search(hypothesis: str, reference: str) -> tuple[list[Move], int]:
    """The shifts, and the edit distance that they leave."""
    shared = sum(
        [min(hypothesis.count(w), reference.count(w)) for w in {*hypothesis} & {*reference}]
    )
    goal = _Goal(reference, lowest=max(len(hypothesis), len(reference)) - shared)
    remaining = goal.distance(hypothesis)
    made: list[Move] = []
    room = _MOST
    while remaining > goal.lowest:
        shifts = _shifts(hypothesis, reference, goal.align(hypothesis, remaining), room)
        room -= shifts.n
        if room <= 0:
            break
        move, after = _best(hypothesis, goal, shifts, remaining)
        if move is None:
            break
        hypothesis, remaining = moved(hypothesis, move), after
        made.append(move)
    return made, remaining


def _shifts(hypothesis: str, reference: str, found: Alignment, room: int) -> _Shifts:
    """All shifts of this round; where there are ``room`` or more, they need not be all."""
    of_length: list[set[tuple[int, int]]] = [set() for _ in range(_LONGEST + 1)]
    n = 0
    for start, place in _pairs(hypothesis, reference):
        for length in _lengths(hypothesis, reference, found, start, place):
            # One target before the run's first word in the reference, one after each word.
            targets = set(found.after[place : place + length + 1])
            of_length[length].update([(start, target) for target in targets])
            n += len(targets)
        if n >= room:
            break
    return _Shifts(of_length, n)


def _pairs(hypothesis: str, reference: str) -> Iterator[tuple[int, int]]:
    """Places of the same word in both texts."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(reference):
        places.setdefault(word, []).append(place)
    for start, word in enumerate(hypothesis):
        for place in places.get(word, ()):
            if abs(place - start) <= _FARTHEST:
                yield start, place


def _lengths(hypothesis: str, reference: str, found: Alignment, start: int, place: int) -> range:
    """How many words from ``start`` on may be moved for the reference's words from ``place`` on.

    They are the same words; some are wrong where they are, and some of the reference's are wrong
    too; and the first of those has no partner among the words that are moved.
    """
    partner = found.after[place + 1] - 1
    if partner == start:
        return range(0)
    end = start + _LONGEST
    if start < partner < end:
        end = partner
    longest = Prefix.similarity(hypothesis[start:end], reference[place : place + _LONGEST])
    wrong = found.hypothesis_wrong.find(1, start, start + longest) - start
    missed = found.reference_wrong.find(1, place, place + longest) - place
    if wrong < 0 or missed < 0:
        return range(0)
    return range(max(wrong, missed) + 1, longest + 1)


def _best(hypothesis: str, goal: _Goal, shifts: _Shifts, edits: int) -> tuple[Move | None, int]:
    """The best shift, and the edit distance that it leaves; None if none helps.

    Of equally good ones the longest counts, then the first, then the one with the first target.
    """
    best, lowest = None, edits
    for length in range(_LONGEST, 0, -1):
        if edits - goal.saving(hypothesis, edits, length) >= lowest:
            break
        for start, target in sorted(shifts.of_length[length]):
            move = Move(start, length, target)
            left = goal.distance(moved(hypothesis, move), below=lowest)
            if left < lowest:
                best, lowest = move, left
                if lowest == goal.lowest:
                    break
    return best, lowest


def moved(words: Words, move: Move) -> Words:
    """The words after a shift.

    A target inside the run, or at its end, moves it on by as many words (as sacrebleu does).
    """
    start, length, target = move.start, move.length, move.target
    run = words[start : start + length]
    if target < start:
        return words[:target] + run + words[target:start] + words[start + length :]
    end = target if target > start + length else target + length
    return words[:start] + words[start + length : end] + run + words[end:]
