"""The short vocabulary that the rewriter may write instead of copying.

Function words, and common verbs, nouns and adjectives that highlights use for others. No name, no
number, no day or month is ever in it: what cannot be written cannot be invented.
"""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evalkit.models.rewriter_lists import word_list
from evalkit.training.alignment import WRITTEN, Pair
from evalkit.training.casing import Casing

if TYPE_CHECKING:
    from evalkit.models.rewriter_examples import Examples

__all__ = ["GAP", "STOP", "learn_vocabulary", "spelled", "writable", "written_counts"]

GAP = -1
"""The action of a word that can be neither copied nor written: nothing is learned from it."""

STOP = "</s>"
"""Entry 0: the rewrite ends."""
MARKS = (",", '"', "'s")
NUMBERS = word_list("numbers")
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


def written_counts(rows: "Examples", n_vocabulary: int) -> NDArray[np.int64]:
    """(v,) how often each word of the vocabulary is written in the examples."""
    n_source = np.diff(rows.source_starts)[rows.source_of]
    written = rows.actions - np.repeat(n_source, np.diff(rows.action_starts))
    return np.bincount(written[written >= 0], minlength=n_vocabulary).astype(np.int64)


def spelled(pair: Pair, vocabulary: dict[str, int], *, n_gaps: int = 0) -> tuple[int, ...] | None:
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
