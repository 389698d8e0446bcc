"""Which rewrites make the summary: a knapsack over the sentences' candidates.

Each sentence gives at most one of its candidates. The choice maximises the candidates' values
within the words allowed; near misses of the target are settled by a small cost per word.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from evalkit.models.rewriter_lists import word_list
from evalkit.models.salience import content

__all__ = ["Candidate", "Limits", "choose", "distinct", "fragment", "limits_of"]

SUBORDINATORS = word_list("subordinators")
CONTINUERS = word_list("continuers")
LEAST_MAIN = 3
"""Fewest words of a main clause."""
TOLERANCE = 0.15
"""How far from the target a summary may end, as a share of it."""
BOUNDS = {"headline": (3, 12), "sentence": (8, 35), "short": (50, 70), "long": (100, 130)}
"""Fewest and most words of the reference kinds."""
OFF_TARGET = 0.01
"""Cost of each word off the target."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rewrite that could go into the summary."""

    sentence: int
    """Index of its sentence in the document."""
    text: str
    """As printed."""
    n_words: int
    """Its words."""
    value: float
    """What it is worth to the summary; higher is better."""
    score: float
    """How well it reads: log-probability per word, less the reranker's cost."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many words and sentences."""

    low: int
    """Fewest words, where there is enough to say."""
    target: int
    """The words asked for."""
    high: int
    """Most words."""
    n_sentences: int
    """Most sentences."""


def limits_of(n_words: int, kind: str) -> Limits:
    """The limits of a length; headlines and sentences are one sentence.

    >>> limits_of(60, "short")
    Limits(low=51, target=60, high=69, n_sentences=8)
    >>> limits_of(20, "sentence").n_sentences
    1
    """
    floor, ceiling = BOUNDS.get(kind, (1, n_words + 10_000))
    low = max(floor, round(n_words * (1 - TOLERANCE)))
    high = min(ceiling, max(n_words + 1, int(n_words * (1 + TOLERANCE))))
    single = kind in ("headline", "sentence") or n_words <= 12
    return Limits(min(low, high), n_words, high, 1 if single else max(2, n_words // 7))


def fragment(words: Sequence[str], links: Sequence[int], source: Sequence[str]) -> bool:
    """Whether a rewrite's first phrase hangs in the air.

    It does where the rewrite opens with a subordinate phrase that nothing follows on, and where
    it keeps such a phrase of its source but not the word that makes it one.

    >>> source = "after a long row , the owner left".split()
    >>> fragment("after a long row".split(), (0, 1, 2, 3), source)
    True
    >>> fragment("a long row , the owner left".split(), (1, 2, 3, 4, 5, 6, 7), source)
    True
    >>> fragment("the owner left".split(), (5, 6, 7), source)
    False
    """
    if words[0] in SUBORDINATORS:
        commas = [i for i, word in enumerate(words) if word == ","]
        return not any(
            len(words) - i > LEAST_MAIN and words[i + 1] not in CONTINUERS for i in commas
        )
    subordinate = source[0] in SUBORDINATORS and "," in source
    return subordinate and 0 < links[0] <= source.index(",")


def distinct(
    sentences: Sequence[Sequence[str]], ranked: Sequence[int], *, limit: float = 0.4
) -> list[int]:
    """The ranked sentences without those whose content an earlier one mostly has."""
    kept: list[int] = []
    seen: list[frozenset[str]] = []
    for i in ranked:
        own = content(sentences[i])
        if own and all(len(own & other) <= limit * min(len(own), len(other)) for other in seen):
            kept.append(i)
            seen.append(own)
    return kept


def choose(candidates: Sequence[Candidate], limits: Limits) -> list[Candidate]:
    """The best candidates within the limits, in the order of the document.

    Where nothing reaches ``low``, the best of as many sentences as can be had; where nothing is
    short enough, nothing.
    """
    groups: dict[int, list[Candidate]] = {}
    for candidate in candidates:
        if candidate.n_words <= limits.high:
            groups.setdefault(candidate.sentence, []).append(candidate)
    best: dict[tuple[int, int], tuple[float, tuple[Candidate, ...]]] = {(0, 0): (0.0, ())}
    for index in sorted(groups):
        grown = dict(best)
        for (n_words, n_taken), (value, taken) in best.items():
            for candidate in groups[index]:
                key = (n_words + candidate.n_words, n_taken + 1)
                if key[0] > limits.high or key[1] > limits.n_sentences:
                    continue
                total = value + candidate.value
                if key not in grown or total > grown[key][0]:
                    grown[key] = (total, (*taken, candidate))
        best = grown
    return list(_settle(best, limits))


def _settle(
    best: dict[tuple[int, int], tuple[float, tuple[Candidate, ...]]], limits: Limits
) -> tuple[Candidate, ...]:
    filled = {key: found for key, found in best.items() if key[0] >= limits.low}
    if not filled:
        return best[max(best, key=lambda key: (key[1], best[key][0], -key[0]))][1]

    def worth(key: tuple[int, int]) -> tuple[float, int, int]:
        return filled[key][0] - OFF_TARGET * abs(key[0] - limits.target), -key[0], -key[1]

    return filled[max(filled, key=worth)][1]
