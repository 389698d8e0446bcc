"""What a word may be mistaken for: other inflections, relatives, look-alikes, near synonyms.

Inflections come from ``lemminflect`` (rules and a lexicon, no tagger); the rest from the training
text's own vocabulary, so that nothing is put in that the domain does not use. Near synonyms are
the nearest neighbours among the encoder's static word vectors that can bear the same tag.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

__all__ = ["FunctionWords", "Lexicon", "build_lexicon", "function_words", "inflections"]

MIN_COUNT = 5
MAX_WORDS = 20_000
N_NEIGHBOURS = 10
MIN_SIMILARITY = 0.4
BLOCK = 1000
STEM = 5
Vectors = Callable[[Sequence[str]], NDArray[np.float32]]
"""Words -> their unit vectors (n, d); a zero row for a word without one."""


@dataclass(frozen=True, slots=True)
class FunctionWords:
    """The table of function words."""

    substitute: Mapping[str, tuple[str, ...]]
    """Word -> what may stand in its place, by frequency."""
    insert: tuple[str, ...]
    """Words that may be put in, by frequency."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """For each word of the training text what it may be mistaken for."""

    vocabulary: frozenset[str]
    """Lower-case words that occur often enough to be put into a text."""
    relatives: Mapping[str, tuple[str, ...]]
    """Words of the same family with another ending ("safety": "safe")."""
    lookalikes: Mapping[str, tuple[str, ...]]
    """Words one letter away ("from": "form")."""
    neighbours: Mapping[str, tuple[str, ...]]
    """Words of similar use that can bear the same tag."""

    def forms(self, word: str) -> tuple[str, ...]:
        """The word's other inflections that the vocabulary holds."""
        return tuple(form for form in inflections(word) if form in self.vocabulary)


@cache
def function_words() -> FunctionWords:
    """The table that evalkit ships."""
    path = Path(__file__).with_name("function_words.yaml")
    table = yaml.safe_load(path.read_text(encoding="utf-8"))
    insert = [word for word, times in table["insert"].items() for _ in range(times)]
    substitute = {word: tuple(others) for word, others in table["substitute"].items()}
    return FunctionWords(substitute=substitute, insert=tuple(insert))


@cache
def inflections(word: str) -> tuple[str, ...]:
    """Every other form of every reading of a lower-case word, sorted; () for an unknown one.

    >>> inflections("walked")
    ('walk', 'walking', 'walks')
    """
    from lemminflect import getAllInflections, getAllLemmas

    forms = {
        form
        for upos, lemmas in getAllLemmas(word).items()
        for lemma in lemmas
        for group in getAllInflections(lemma, upos=upos).values()
        for form in group
    }
    return tuple(sorted(forms - {word}))


def build_lexicon(counts: Counter[str], vectors: Vectors | None) -> Lexicon:
    """The lexicon of a text with these counts of lower-case words.

    Without ``vectors`` there are no near synonyms.
    """
    table = function_words().substitute
    ranked = [word for word, n in counts.most_common() if n >= MIN_COUNT and word.isalpha()]
    content = [word for word in ranked if len(word) > 2 and word not in table][:MAX_WORDS]
    return Lexicon(
        vocabulary=frozenset(ranked),
        relatives=_relatives(content),
        lookalikes=_lookalikes(content),
        neighbours={} if vectors is None else _neighbours(content, vectors),
    )


def _relatives(words: Sequence[str]) -> dict[str, tuple[str, ...]]:
    families: defaultdict[str, list[str]] = defaultdict(list)
    for word in words:
        if len(word) >= STEM:
            families[word[:STEM]].append(word)
    found: dict[str, tuple[str, ...]] = {}
    for family in families.values():
        for word in family:
            near = [other for other in family if other != word and _related(word, other)]
            if near:
                found[word] = tuple(near)
    return found


def _related(one: str, other: str) -> bool:
    longest = max(len(one), len(other))
    same = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), longest)
    shared = min(same, len(one), len(other))
    return shared >= max(STEM, longest - 4) and min(len(one), len(other)) - shared <= 2


def _lookalikes(words: Sequence[str]) -> dict[str, tuple[str, ...]]:
    holes: defaultdict[str, set[str]] = defaultdict(set)
    for word in words:
        if len(word) >= 4:
            for i in range(len(word)):
                holes[word[:i] + "." + word[i + 1 :]].add(word)  # one letter replaced
                holes[word[:i] + word[i + 1 :]].add(word)  # one letter dropped
            for i, (a, b) in enumerate(pairwise(word)):
                holes[word[:i] + "".join(sorted(a + b)) + "^" + word[i + 2 :]].add(word)
            holes[word].add(word)
    near: defaultdict[str, set[str]] = defaultdict(set)
    for hole, group in holes.items():
        if 1 < len(group) <= 8 and ("." in hole or "^" in hole or hole in group):
            for word in group:
                near[word] |= group - {word}
    return {
        word: tuple(sorted(other for other in others if other not in inflections(word)))
        for word, others in sorted(near.items())
        if set(others) - set(inflections(word))
    }


def _neighbours(words: Sequence[str], vectors: Vectors) -> dict[str, tuple[str, ...]]:
    matrix = vectors(words)
    known = np.flatnonzero(np.abs(matrix).sum(axis=1) > 0).tolist()
    matrix, kept = matrix[known], [words[i] for i in known]
    tags = [_tags(word) for word in kept]
    found: dict[str, tuple[str, ...]] = {}
    for start in range(0, len(kept), BLOCK):
        similarity = matrix[start : start + BLOCK] @ matrix.T
        order = np.argsort(-similarity, axis=1, kind="stable")[:, : 4 * N_NEIGHBOURS]
        for row, ranked in enumerate(order):
            word, own = kept[start + row], tags[start + row]
            near = [
                kept[i]
                for i in ranked.tolist()
                if own & tags[i]
                and similarity[row, i] >= MIN_SIMILARITY
                and kept[i] != word
                and kept[i] not in inflections(word)
            ]
            if near:
                found[word] = tuple(near[:N_NEIGHBOURS])
    return found


@cache
def _tags(word: str) -> frozenset[str]:
    from lemminflect import getAllInflections, getAllLemmas

    return frozenset(
        tag
        for upos, lemmas in getAllLemmas(word).items()
        for lemma in lemmas
        for tag, group in getAllInflections(lemma, upos=upos).items()
        if word in group
    )
