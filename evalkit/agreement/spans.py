"""What a finder of errors found of what annotators marked, span by span.

Found and gold spans are matched one to one, as many as possible (maximum bipartite matching). A
pair may match when the two share at least one code point and the found span is no longer than
``MAX_LENGTH``, so that a finder gains nothing by marking whole sentences.

A span without extent (an insertion point) shares no code point with anything, so it cannot be
hit. A found span that holds or touches an annotator's insertion point is no false alarm, though.
"""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from evalkit.records import Severity, Span

__all__ = [
    "MAX_LENGTH",
    "WORDS_PER_ALARM",
    "Detection",
    "Matching",
    "detect",
    "marked_by_both",
    "match",
]

MAX_LENGTH = 60
"""Longest found span, in code points, that can be a hit."""

WORDS_PER_ALARM = 60
"""False alarms are given per so many words: two or three sentences."""


@dataclass(frozen=True, slots=True)
class Matching:
    """Found and gold spans, matched one to one."""

    pairs: tuple[tuple[int, int], ...]
    """Index of the found and of the gold span of each hit, in order of the found ones."""
    misses: tuple[int, ...]
    """Gold spans without a partner."""
    alarms: tuple[int, ...]
    """Found spans without a partner."""


@dataclass(frozen=True, slots=True)
class Detection:
    """What a finder found of what annotators marked; sums over documents with ``+``."""

    n_wanted: int
    """Gold spans that were to be found."""
    n_hits: int
    """Of these, the most that can be paired each with a found span of its own."""
    n_found: int
    """Found spans."""
    n_false: int
    """Found spans that share no code point with any annotator's mark (and hold or touch no
    insertion point), or are too long to be a hit."""
    n_unmatched: int
    """The stricter count: found spans without a partner of their own among the first annotator's
    spans, of whatever severity."""
    n_words: int
    """Words of the texts."""

    def __add__(self, other: "Detection") -> "Detection":
        return Detection(
            self.n_wanted + other.n_wanted,
            self.n_hits + other.n_hits,
            self.n_found + other.n_found,
            self.n_false + other.n_false,
            self.n_unmatched + other.n_unmatched,
            self.n_words + other.n_words,
        )

    @property
    def recall(self) -> float:
        """Share 0-1 of the wanted spans that were hit; NaN where none was wanted."""
        return _share(self.n_hits, self.n_wanted)

    @property
    def false_alarms(self) -> float:
        """``n_false`` per ``WORDS_PER_ALARM`` words, lower is better; NaN without words."""
        return WORDS_PER_ALARM * _share(self.n_false, self.n_words)

    @property
    def unmatched(self) -> float:
        """``n_unmatched`` per ``WORDS_PER_ALARM`` words, lower is better; NaN without words."""
        return WORDS_PER_ALARM * _share(self.n_unmatched, self.n_words)


def match(found: Sequence[Span], gold: Sequence[Span], *, max_length: int = MAX_LENGTH) -> Matching:
    """Pairs found with gold spans one to one, as many as possible (augmenting paths).

    How many pairs there are is unique; which ones need not be: earlier spans go first.

    >>> match([Span(0, 9, "")], [Span(0, 2, ""), Span(5, 7, "")]).misses
    (1,)
    """
    touching = [
        [j for j, mark in enumerate(gold) if _touch(span, mark)]
        if span.end - span.start <= max_length
        else []
        for span in found
    ]
    partner: dict[int, int] = {}
    for start in range(len(found)):
        _augment(start, touching, partner)
    pairs = tuple(sorted((i, j) for j, i in partner.items()))
    hit = {i for i, _ in pairs}
    return Matching(
        pairs,
        tuple(j for j in range(len(gold)) if j not in partner),
        tuple(i for i in range(len(found)) if i not in hit),
    )


def marked_by_both(
    first: Sequence[Span], second: Sequence[Span], *, severity: Severity = "major"
) -> tuple[Span, ...]:
    """The first's spans of a severity that share a code point with one of the second's of it."""
    others = [span for span in second if span.severity == severity]
    return tuple(
        span
        for span in first
        if span.severity == severity and any(_touch(span, other) for other in others)
    )


def detect(
    found: Sequence[Span],
    first: Sequence[Span],
    second: Sequence[Span] | None = None,
    *,
    n_words: int,
    max_length: int = MAX_LENGTH,
) -> Detection:
    """What a finder found in one text.

    Args:
        found: its spans.
        first: the first annotator's spans.
        second: the second's; None where there was only one annotator.
        n_words: words of the text.
        max_length: longest found span that can be a hit.

    Returns:
        Wanted are the major errors that both mark (``marked_by_both``), or with one annotator
        every span of theirs. Hits pair found spans with wanted ones only.
    """
    wanted = first if second is None else marked_by_both(first, second)
    marked = [*first, *(second or ())]
    false = [
        span
        for span in found
        if span.end - span.start > max_length or not any(_near(span, mark) for mark in marked)
    ]
    return Detection(
        n_wanted=len(wanted),
        n_hits=len(match(found, wanted, max_length=max_length).pairs),
        n_found=len(found),
        n_false=len(false),
        n_unmatched=len(match(found, first, max_length=max_length).alarms),
        n_words=n_words,
    )


def _touch(one: Span, other: Span) -> bool:
    """Whether two spans share at least one code point."""
    return max(one.start, other.start) < min(one.end, other.end)


def _near(found: Span, mark: Span) -> bool:
    """Whether a found span touches a mark, or an insertion point at its border or within."""
    point = mark.start == mark.end
    return _touch(found, mark) or (point and found.start <= mark.start <= found.end)


def _augment(start: int, touching: Sequence[Sequence[int]], partner: dict[int, int]) -> None:
    """Finds a partner for one found span, moving others if need be; breadth first."""
    came_from: dict[int, int] = {}
    queue = deque([start])
    while queue:
        i = queue.popleft()
        for j in touching[i]:
            if j in came_from:
                continue
            came_from[j] = i
            if j in partner:
                queue.append(partner[j])
                continue
            _flip(j, start, came_from, partner)
            return


def _flip(gold: int, start: int, came_from: dict[int, int], partner: dict[int, int]) -> None:
    """Moves each found span on the path from ``start`` to a free gold span one partner on."""
    held = {i: j for j, i in partner.items()}
    while True:
        i = came_from[gold]
        partner[gold] = i
        if i == start:
            return
        gold = held[i]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else math.nan
