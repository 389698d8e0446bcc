"""Which words of two texts differ, for showing them side by side.

This is for the eye only: the number of edits is a metric's business (TER counts moves, this does
not). Words and marks are compared; white space is not.
"""

from dataclasses import dataclass
from difflib import SequenceMatcher

from evalkit.text.words import tokens

__all__ = ["Changes", "changes"]

_EXACT_UP_TO = 2000
"""Tokens above which difflib may skip very frequent ones to stay fast: a coarser picture."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Stretches of two texts that the other lacks."""

    before: tuple[tuple[int, int], ...]
    after: tuple[tuple[int, int], ...]


def changes(before: str, after: str) -> Changes:
    """The stretches of each text that are not in the other, as code-point spans.

    >>> changes("He go home.", "He goes home.")
    Changes(before=((3, 5),), after=((3, 7),))
    """
    spans = tokens(before), tokens(after)
    old, new = ([text[a:b] for a, b in s] for text, s in zip((before, after), spans, strict=True))
    matcher = SequenceMatcher(None, old, new, autojunk=max(len(old), len(new)) > _EXACT_UP_TO)
    edits = [edit for edit in matcher.get_opcodes() if edit[0] != "equal"]
    return Changes(
        before=tuple(_cover(spans[0], start, end) for _, start, end, _, _ in edits if start < end),
        after=tuple(_cover(spans[1], start, end) for _, _, _, start, end in edits if start < end),
    )


def _cover(spans: tuple[tuple[int, int], ...], start: int, end: int) -> tuple[int, int]:
    """From the first token's start to the last token's end."""
    return spans[start][0], spans[end - 1][1]
