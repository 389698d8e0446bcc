"""How far two annotators mark the same code points.

Precision, recall and F are over marked code points (the character-level F1 of the WMT
quality-estimation tasks, without their half credit for a wrong severity); Cohen's kappa (1960)
corrects for chance. Counts add over documents.

A span without extent (an insertion point) marks no code point and counts nowhere here.
"""

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from evalkit.records import Span

__all__ = ["Characters", "agree", "agree_by"]


@dataclass(frozen=True, slots=True)
class Characters:
    """How many code points two annotators mark; sums over documents with ``+``."""

    both: int
    """Marked by both."""
    first: int
    """Marked by the first, whether or not by the second."""
    second: int
    """Marked by the second, whether or not by the first."""
    all: int
    """In the texts."""

    def __add__(self, other: "Characters") -> "Characters":
        return Characters(
            self.both + other.both,
            self.first + other.first,
            self.second + other.second,
            self.all + other.all,
        )

    @property
    def precision(self) -> float:
        """Share 0-1 of the second's code points that the first marks; NaN if it marks none."""
        return _share(self.both, self.second)

    @property
    def recall(self) -> float:
        """Share 0-1 of the first's code points that the second marks; NaN if it marks none."""
        return _share(self.both, self.first)

    @property
    def f1(self) -> float:
        """Harmonic mean of both, 0-1, the same both ways round; NaN where nothing is marked."""
        return _share(2 * self.both, self.first + self.second)

    @property
    def kappa(self) -> float:
        """Cohen's kappa, 1 for agreement, 0 for chance; NaN where chance alone is certain."""
        if self.all == 0:
            return math.nan
        observed = (self.all - self.first - self.second + 2 * self.both) / self.all
        first, second = self.first / self.all, self.second / self.all
        expected = first * second + (1 - first) * (1 - second)
        return (observed - expected) / (1 - expected) if expected < 1 else math.nan


def agree(first: Sequence[Span], second: Sequence[Span], *, length: int) -> Characters:
    """Which code points of a text of ``length`` two annotators mark; overlaps count once.

    Raises:
        ValueError: a span lies outside the text.

    >>> one = [Span(0, 4, "grammar")]
    >>> agree(one, [Span(2, 6, "grammar")], length=10).f1
    0.5
    """
    one, two = _covered(first, length), _covered(second, length)
    return Characters(len(one & two), len(one), len(two), length)


def agree_by(
    label: Callable[[Span], Hashable],
    first: Sequence[Span],
    second: Sequence[Span],
    *,
    length: int,
) -> dict[Hashable, Characters]:
    """``agree`` for the spans of each label apart, for example ``lambda span: span.category``."""
    labels = dict.fromkeys(label(span) for span in (*first, *second))
    return {
        each: agree(
            [span for span in first if label(span) == each],
            [span for span in second if label(span) == each],
            length=length,
        )
        for each in labels
    }


def _covered(spans: Sequence[Span], length: int) -> set[int]:
    """The code points in any of the spans."""
    for span in spans:
        if not 0 <= span.start <= span.end <= length:
            raise ValueError(f"span {span.start}:{span.end} in a text of {length} code points")
    return {point for span in spans for point in range(span.start, span.end)}


def _share(part: int, whole: int) -> float:
    return part / whole if whole else math.nan
