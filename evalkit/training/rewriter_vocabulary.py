"""The short vocabulary that the rewriter may write instead of copying.

Function words, and common verbs, nouns and adjectives that highlights use for others. No name, no
number, no day or month is ever in it: what cannot be written cannot be invented.
"""

from collections import Counter
from collections.abc import Iterable

from evalkit.training.alignment import WRITTEN, Pair
from evalkit.training.casing import Casing

__all__ = ["GAP", "STOP", "learn_vocabulary", "spelled", "writable"]

GAP = -1
"""The action of a word that can be neither copied nor written: nothing is learned from it."""

STOP = "</s>"
"""Entry 0: the rewrite ends."""
MARKS = (",", '"', "'s")
NUMBERS = frozenset(
    """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety
    hundred hundreds thousand thousands million millions billion billions trillion dozen dozens
    first second third fourth fifth sixth seventh eighth ninth tenth half quarter twice double
    triple once pair couple""".split()
)
"""Words that state a number."""


def writable(word: str, casing: Casing) -> bool:
    """Whether a plain word may be in the vocabulary: common, no name and no number.

    >>> casing = Casing({"said": "said", "paris": "Paris"}, {"said": 9, "paris": 9})
    >>> [writable(word, casing) for word in ("said", "paris", "two", ",", "xyzzy")]
    [True, False, False, True, False]
    """
    if word in MARKS:
        return True
    bare = word.replace("'", "")
    return bare.isalpha() and word not in NUMBERS and (casing.is_common(word) or word == "i")


def learn_vocabulary(pairs: Iterable[Pair], casing: Casing, *, size: int) -> tuple[str, ...]:
    """STOP and the most often written words, most frequent first, then by name."""
    counts: Counter[str] = Counter()
    for pair in pairs:
        for word, link in zip(pair.target, pair.links, strict=True):
            if link == WRITTEN:
                counts[word] += 1
    known = [(-count, word) for word, count in counts.items() if writable(word, casing)]
    return (STOP, *(word for _, word in sorted(known)[: size - 1]))


def spelled(
    pair: Pair, vocabulary: dict[str, int], *, n_gaps: int = 0
) -> tuple[int, ...] | None:
    """Actions of a pair: j to copy source word j, len(source) + v to write word v, then stop.

    Up to ``n_gaps`` words that can be neither copied nor written become GAP; with more of them
    there is None.
    """
    n = len(pair.source)
    actions: list[int] = []
    for word, link in zip(pair.target, pair.links, strict=True):
        if link != WRITTEN:
            actions.append(link)
        else:
            actions.append(n + vocabulary[word] if word in vocabulary else GAP)
    return (*actions, n) if actions.count(GAP) <= n_gaps else None
