"""Which sentences of the source a sentence of a summary came from, for showing them together.

A greedy cover, as oracles for extractive summaries are made (Nallapati et al. 2017): the source
sentence that brings most of the summary sentence's words not yet brought, again and again, while
one brings enough. A word weighs ln(1 + N / n), where n of the N source sentences have it, so that
articles and names do not count alike; a word that no sentence has weighs as if one had it. Case
does not count, inflection does. It shows where to look, and is no score: a sentence in other words
has no origin here.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from evalkit.text.words import words

__all__ = ["Origin", "origins"]

_MOST = 3
"""Source sentences for one sentence of the summary."""
_ENOUGH = 0.15
"""The least share of its weight that one more source sentence must bring."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A source sentence that brought a part of a summary sentence."""

    sentence: int
    """Number of the summary's sentence."""
    source: int
    """Number of the source sentence."""
    share: float
    """Of the summary sentence's weight, 0-1."""


def origins(summary: Sequence[str], source: Sequence[str]) -> tuple[Origin, ...]:
    """For each sentence of a summary at most three source sentences, the largest share first.

    >>> source = ["Ferries rest.", "The old bridge at Lind is open.", "The mayor is glad."]
    >>> [(o.sentence, o.source) for o in origins(["The bridge is open, the mayor glad."], source)]
    [(0, 1), (0, 2)]
    """
    bags = [_bag(sentence) for sentence in source]
    n_having: dict[str, int] = {}
    for bag in bags:
        for word in bag:
            n_having[word] = n_having.get(word, 0) + 1
    found = []
    for number, sentence in enumerate(summary):
        weights = {w: math.log(1 + len(bags) / n_having.get(w, 1)) for w in sorted(_bag(sentence))}
        found += [Origin(number, at, share) for at, share in _cover(weights, bags)]
    return tuple(found)


def _cover(weights: dict[str, float], bags: Sequence[frozenset[str]]) -> list[tuple[int, float]]:
    total = sum(weights.values())
    left = set(weights)
    taken: list[tuple[int, float]] = []
    while left and bags and len(taken) < _MOST:
        gains = [math.fsum(weights[word] for word in left & bag) for bag in bags]
        best = max(range(len(gains)), key=gains.__getitem__)
        if not gains[best] > _ENOUGH * total:
            break
        taken.append((best, gains[best] / total))
        left -= bags[best]
    return taken


def _bag(sentence: str) -> frozenset[str]:
    return frozenset(sentence[start:end].casefold() for start, end in words(sentence))
