"""A sentence into which errors are put, and the labels of their places and kinds.

Labels stand at the smallest place: on the word that is wrong, or on the gap in which something is
missing. Leaves out casing, which the uncased encoder cannot see.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from evalkit.training.lexicon import Lexicon, function_words

__all__ = [
    "GAPS", "MARKS", "WRONGS", "Draft", "Labelled", "Operation", "is_content", "is_word", "pick",
]  # fmt: skip

WRONGS = ("ok", "form", "function", "extra", "word", "order", "spelling", "punctuation")
"""What may be wrong with a token; the first means nothing."""
GAPS = ("none", "function", "content", "punctuation")
"""What may be missing before a token or at the end; the first means nothing."""
MARKS = frozenset(",;:.!?–—-\"“”'()")
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A tokenised sentence and what is wrong where."""

    tokens: tuple[str, ...]
    """The n tokens: words and single marks."""
    wrong: tuple[int, ...]
    """For each token an index into WRONGS."""
    gap: tuple[int, ...]
    """For each token, and for the end, an index into GAPS: what is missing before it."""


class Draft:
    """A sentence under the knife. Places that hold an error already are left alone."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self.tokens = list(tokens)
        self.wrong = [0] * len(tokens)
        self.gap = [0] * (len(tokens) + 1)

    def free(self, i: int) -> bool:
        """Whether token ``i`` and both gaps beside it are still as they were."""
        return not (self.wrong[i] or self.gap[i] or self.gap[i + 1])

    def places(self, fits: Callable[[str], object]) -> list[int]:
        """Free tokens whose lower-case form fits."""
        return [i for i, t in enumerate(self.tokens) if fits(t.lower()) and self.free(i)]

    def replace(self, i: int, token: str, kind: str) -> None:
        """Puts another token in a token's place."""
        self.tokens[i] = token
        self.wrong[i] = WRONGS.index(kind)

    def insert(self, i: int, token: str, kind: str) -> None:
        """Puts a token before token ``i``."""
        self.tokens.insert(i, token)
        self.wrong.insert(i, WRONGS.index(kind))
        self.gap.insert(i, 0)

    def remove(self, i: int, kind: str) -> str:
        """Takes a token out; the gap that it leaves is labelled."""
        del self.wrong[i], self.gap[i]
        self.gap[i] = GAPS.index(kind)
        return self.tokens.pop(i)

    def finished(self) -> Labelled:
        """The sentence as it stands."""
        return Labelled(tuple(self.tokens), tuple(self.wrong), tuple(self.gap))


Operation = Callable[[Draft, Lexicon, np.random.Generator], bool]
"""Puts one error into the draft if it can; says whether it did."""


def pick(items: Sequence[Item], rng: np.random.Generator) -> Item:
    """One of the items, all equally likely."""
    return items[int(rng.integers(len(items)))]


def is_word(token: str) -> bool:
    """Whether a token begins with a letter."""
    return token[0].isalpha()


def is_content(token: str) -> bool:
    """Whether a lower-case token is a word of three letters or more that is no function word."""
    return len(token) > 2 and token.isalpha() and token not in function_words().substitute
