"""What keeps a rewrite readable and true, whatever the network prefers.

What was quoted stays between quotation marks, whole runs of it and in order; no three words come
twice, no longer word comes more often than in the source, no rewrite stops on a word that cannot
end a sentence, brackets and what is in them stay behind, and a longer word that is written though
no word of the source resembles it costs ``invention``. Pure arithmetic on words; leaves out
grammar.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from evalkit.models.rewriter_lists import word_list

__all__ = ["FORBIDDEN", "Partial", "Request", "Rules", "SearchSettings", "Writable", "quoted_words"]

FORBIDDEN = -1e9
UNENDING = word_list("unending")
"""Words and marks that no sentence ends on."""
BRACKETS = frozenset("()[]{}")
QUOTE = '"'


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """What decides the candidates."""

    beam: int = 6
    """Candidates kept at each step, and given back at most."""
    invention: float = 2.0
    """Cost, in nats, of writing a longer word that resembles none of the source."""
    n_least: int = 4
    """Fewest words and marks."""
    n_most: int = 40
    """Most words and marks."""


@dataclass(frozen=True, slots=True)
class Request:
    """A sentence to rewrite."""

    words: tuple[str, ...]
    """Its plain words."""
    length: int
    """The length class that is wanted."""
    quoted: tuple[bool, ...] = ()
    """For each word whether it is quoted; (): as the sentence's own marks have it."""


@dataclass(slots=True)
class Partial:
    """A candidate under way."""

    links: list[int] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    written: int = 0
    score: float = 0.0

    @property
    def last(self) -> int:
        """The last copied source word, -1 before the first."""
        return next((link for link in reversed(self.links) if link >= 0), -1)


class Writable:
    """The vocabulary, looked at once."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self.index = {word: v for v, word in enumerate(vocabulary)}
        self.stems = np.array([_stem(word) for word in vocabulary])
        self.free = np.array([len(word) < 5 or word in FREE for word in vocabulary])
        self.free[0] = True


class Rules:
    """What may come next in the rewrite of one source."""

    def __init__(
        self, request: Request, words: "Writable", settings: SearchSettings, width: int
    ) -> None:
        n = len(request.words)
        self.words = request.words
        self.settings = settings
        self.offset = width  # the vocabulary begins after the batch's longest source
        self.counts = Counter(request.words)
        self.columns: dict[str, list[int]] = {}
        for j, word in enumerate(request.words):
            self.columns.setdefault(word, []).append(j)
        self.index = words.index
        self.quoted = np.array(request.quoted or quoted_words(request.words), np.bool_)
        self.start = np.zeros(width + len(words.stems))
        self.start[n:width] = FORBIDDEN
        related = np.isin(words.stems, [_stem(word) for word in request.words])
        self.start[width:] = np.where(words.free | related, 0.0, -settings.invention)
        # What was quoted is copied between quotation marks or not at all.
        self.start[:n][self.quoted | _bracketed(request.words)] = FORBIDDEN
        for j, word in enumerate(request.words):
            if word == QUOTE and not self.quoted[j + 1 : j + 2].any():
                self.start[j] = FORBIDDEN
        if not self.quoted.any():
            self._ban(self.start, QUOTE)

    def costs(self, partial: Partial) -> NDArray[np.float64]:
        """(s + v) what each next decision costs; FORBIDDEN where it is ruled out."""
        open_quote = partial.words.count(QUOTE) % 2 == 1
        costs = self._quoting(partial) if open_quote else self.start.copy()
        stop = self.offset
        n_done = len(partial.words)
        if open_quote or n_done < self.settings.n_least or partial.words[-1] in UNENDING:
            costs[stop] = FORBIDDEN
        if n_done and not open_quote:
            self._ban(costs, partial.words[-1])
            for word in self._worn(partial.words):
                self._ban(costs, word)
        if n_done >= self.settings.n_most:
            costs[: self.offset] = FORBIDDEN
            costs[self.offset + 1 :] = FORBIDDEN
        return costs

    def _quoting(self, partial: Partial) -> NDArray[np.float64]:
        """Inside quotation marks: the next word of the source, or the closing mark."""
        costs = np.full_like(self.start, FORBIDDEN)
        if partial.words[-1] == QUOTE:
            place = partial.links[-1]
            allowed = self.quoted if place < 0 else np.arange(len(self.words)) == place + 1
            costs[: len(self.words)][allowed] = 0.0
            return costs
        following = partial.last + 1
        goes_on = self.quoted[following : following + 1].any()
        if goes_on or self.words[following : following + 1] == (QUOTE,):
            costs[following] = 0.0
        if len(partial.words) > 2 and partial.words[-1] not in UNENDING and QUOTE in self.index:
            costs[self.offset + self.index[QUOTE]] = 0.0
        return costs

    def _worn(self, words: Sequence[str]) -> set[str]:
        """Words that would come too often, or close a run of three that was there before."""
        counts = Counter(words)
        worn = {
            word
            for word, count in counts.items()
            if len(word) > 3 and word not in FREE and count >= max(1, self.counts[word])
        }
        ends = tuple(words[-2:])
        worn |= {words[i + 2] for i in range(len(words) - 2) if tuple(words[i : i + 2]) == ends}
        return worn

    def _ban(self, costs: NDArray[np.float64], word: str) -> None:
        for column in self.columns.get(word, ()):
            costs[column] = FORBIDDEN
        if word in self.index:
            costs[self.offset + self.index[word]] = FORBIDDEN


def quoted_words(words: Sequence[str], *, is_open: bool = False) -> tuple[bool, ...]:
    """For each word whether it is quoted; ``is_open`` where a quotation goes on from before.

    >>> quoted_words(["he", "said", '"', "no", '"'])
    (False, False, False, True, False)
    """
    found = []
    for word in words:
        is_open ^= word == QUOTE
        found.append(is_open and word != QUOTE)
    return tuple(found)


def _bracketed(words: Sequence[str]) -> NDArray[np.bool_]:
    """The brackets and, where they open and close, what is in them."""
    depth, found = 0, []
    balanced = sum(word in "([{" for word in words) == sum(word in ")]}" for word in words)
    for word in words:
        depth += balanced * ((word in "([{") - (word in ")]}"))
        found.append(depth > 0 or word in BRACKETS)
    return np.array(found, np.bool_)


FREE = word_list("free")
"""Function words: may be written freely, and more than once."""


def _stem(word: str) -> str:
    """The part of a word that its inflections share, roughly.

    >>> _stem("accused") == _stem("accuses"), _stem("killed") == _stem("king")
    (True, False)
    """
    return word[: max(4, len(word) - 3)][:6]
