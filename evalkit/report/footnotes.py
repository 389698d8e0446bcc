"""Footnotes of a table: each reason once, under a letter."""

import string

__all__ = ["ALL", "Footnotes"]

ALL = "all"
"""Stands for a letter where a reason holds for everything above it."""


class Footnotes:
    """Collects reasons in the order in which they are met.

    >>> notes = Footnotes()
    >>> notes.mark("too few"), notes.mark("empty"), notes.mark("too few"), notes.mark("")
    ('a', 'b', 'a', '')
    >>> notes.entries
    (('a', 'too few'), ('b', 'empty'))
    """

    def __init__(self) -> None:
        self._letters: dict[str, str] = {}

    def mark(self, reason: str) -> str:
        """The letter of a reason; "" for no reason."""
        if not reason:
            return ""
        if reason not in self._letters:
            self._letters[reason] = _letters(len(self._letters))
        return self._letters[reason]

    @property
    def entries(self) -> tuple[tuple[str, str], ...]:
        """Every letter with its reason."""
        return tuple((letter, reason) for reason, letter in self._letters.items())


def _letters(index: int) -> str:
    """a, b, ... z, aa, ab, ..."""
    first, last = divmod(index, len(string.ascii_lowercase))
    return (_letters(first - 1) if first else "") + string.ascii_lowercase[last]
