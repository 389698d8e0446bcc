"""Sub-words of a text to what a language model is shown, so that each is scored exactly once.

A causal model is shown the sub-words before a target; a masked model the whole text with the target
hidden. What is longer than the model reads is shown in windows: a causal window ends ``stride``
sub-words after the one before and begins with the start token; a masked one overlaps its neighbours
by what ``stride`` leaves of the context, and a target is scored where it has more on both sides.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evalkit.models.subwords import Frame
from evalkit.models.windows import Window, windows

__all__ = ["Reach", "View", "causal_views", "causal_windows", "masked_views"]


@dataclass(frozen=True, slots=True)
class View:
    """What the model sees at once, and what is asked of it."""

    ids: Sequence[int]
    """What it sees."""
    places: Sequence[int]
    """Positions in ``ids`` whose answers are taken."""
    targets: Sequence[int]
    """The id that each of them should give."""
    hidden: Sequence[int] = ()
    """Positions in ``ids`` where it sees the mask instead."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How much a model sees at once."""

    limit: int | None
    """Most sub-words of the text beside a start token or frame; None: any number."""
    stride: int
    """By how many sub-words windows move on; 1 to ``limit``."""


def causal_windows(first: int, last: int, reach: Reach) -> tuple[Window, ...]:
    """Windows of targets ``first`` to ``last``; those before ``first`` are context only.

    >>> [(w.start, w.end, w.keep_start) for w in causal_windows(0, 10, Reach(4, 3))]
    [(0, 4, 0), (3, 7, 4), (6, 10, 7)]
    """
    if reach.limit is None:
        return (Window(0, last, first, last),)
    end = min(last, max(reach.limit, first + reach.stride))
    found = [Window(max(0, end - reach.limit), end, first, end)]
    while end < last:
        kept, end = end, min(last, end + reach.stride)
        found.append(Window(max(0, end - reach.limit), end, kept, end))
    return tuple(found)


def causal_views(
    ids: Sequence[int], first: int, last: int, *, start: int | None, reach: Reach
) -> Iterator[View]:
    """Views that ask for the sub-words ``first`` to ``last``, in their order.

    Args:
        ids: the text, with what stands before it.
        first: first sub-word that is scored; at least 1 where there is no start token.
        last: one past the last.
        start: heads every view; None: nothing does.
        reach: as the model has it; a view has ``limit`` ids at most.
    """
    for window in causal_windows(first, last, reach):
        if start is not None:
            seen = [start, *ids[window.start : window.end - 1]]
            shift = window.start
        else:
            seen = list(ids[max(window.start - 1, 0) : window.end - 1])
            shift = max(window.start, 1)
        kept = range(window.keep_start, window.keep_end)
        yield View(seen, range(kept.start - shift, kept.stop - shift), ids[kept.start : kept.stop])


def masked_views(
    ids: Sequence[int],
    first: int,
    last: int,
    *,
    words: Sequence[int | None] | None,
    frame: Frame,
    reach: Reach,
) -> Iterator[View]:
    """A view for each of the sub-words ``first`` to ``last``, in their order.

    Args:
        ids: the text, with what stands before it.
        first: first sub-word that is scored.
        last: one past the last that is scored and seen.
        words: the word of each sub-word: those after the target in its word are hidden too (Kauf
            and Ivanova 2023); None hides the target alone (Salazar et al. 2020).
        frame: the special tokens around a view.
        reach: as the model has it, the frame left out.
    """
    skipped = 0 if reach.limit is None else min(first, max(0, last - reach.limit))
    own = None if words is None else words[skipped:last]
    for window in _masked_windows(last - skipped, own, reach):
        start, end = skipped + window.start, skipped + window.end
        seen = frame.around(ids[start:end])
        shift = len(frame.before) - start
        for target in range(max(first, skipped + window.keep_start), skipped + window.keep_end):
            rest = _rest_of_word(words, target, end)
            place = target + shift
            yield View(seen, (place,), (ids[target],), (place, *(at + shift for at in rest)))


def _masked_windows(n: int, words: Sequence[int | None] | None, reach: Reach) -> tuple[Window, ...]:
    """Windows over n sub-words that part no word, unless one is longer than a window."""
    if reach.limit is None or n <= reach.limit:
        return (Window(0, n, 0, n),)
    sizes = [1] * n if words is None else _sizes(words)
    if max(sizes) > reach.limit:
        sizes = [1] * n
    edges = [0]
    for size in sizes:
        edges.append(edges[-1] + size)
    found = windows(sizes, limit=reach.limit, overlap=reach.limit - reach.stride)
    return tuple(
        Window(edges[w.start], edges[w.end], edges[w.keep_start], edges[w.keep_end]) for w in found
    )


def _sizes(words: Sequence[int | None]) -> list[int]:
    """How many sub-words each word has."""
    sizes: list[int] = []
    for place, word in enumerate(words):
        if place and word is not None and word == words[place - 1]:
            sizes[-1] += 1
        else:
            sizes.append(1)
    return sizes


def _rest_of_word(words: Sequence[int | None] | None, target: int, end: int) -> Iterator[int]:
    """The sub-words after the target that belong to its word."""
    if words is None or words[target] is None:
        return
    for place in range(target + 1, end):
        if words[place] != words[target]:
            return
        yield place
