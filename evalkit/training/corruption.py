"""Clean sentences -> sentences with errors whose places and kinds are known.

The errors are those that MT systems and learners make: function words deleted, inserted or
exchanged, wrong inflection, wrong word, words swapped, moved or doubled, punctuation, spelling
(after Foster & Andersen 2009, GenERRate, and Grundkiewicz et al. 2019). Labels stand at the
smallest place: on the word that is wrong, or on the gap in which something is missing.
Leaves out errors that cross sentences, and casing, which the uncased encoder cannot see.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from evalkit.training.lexicon import Lexicon, function_words

__all__ = ["GAPS", "OPERATIONS", "WRONGS", "Corruptor", "Labelled"]

WRONGS = ("ok", "form", "function", "extra", "word", "order", "spelling", "punctuation")
"""What may be wrong with a token; the first means nothing."""
GAPS = ("none", "function", "content", "punctuation")
"""What may be missing before a token or at the end; the first means nothing."""
ARTICLES = frozenset({"a", "an", "the"})
ARTICLE_SHARE = 0.4
MARKS = frozenset(",;:.!?–—-\"“”'()")
PAUSES = frozenset(",;:")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
TRIES = 4
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


class Corruptor:
    """Puts errors into clean sentences.

    Args:
        lexicon: what words may be mistaken for.
        errors: probability of 0, 1, 2 … errors in a sentence.
        operations: weight of each operation, names as in OPERATIONS.

    Raises:
        ValueError: an unknown operation, or weights that do not add up to more than zero.
    """

    def __init__(
        self, lexicon: Lexicon, *, errors: Sequence[float], operations: Mapping[str, float]
    ) -> None:
        unknown = sorted(set(operations) - set(OPERATIONS))
        if unknown:
            raise ValueError(f"unknown operations {unknown}; known: {sorted(OPERATIONS)}")
        if min(sum(errors), sum(operations.values())) <= 0:
            raise ValueError("the weights of errors and of operations must add up to more than 0")
        self.lexicon = lexicon
        self._operations = [OPERATIONS[name] for name in operations]
        self._errors = np.cumsum(errors) / np.sum(errors)
        self._weights = np.cumsum(list(operations.values())) / sum(operations.values())

    def corrupt(self, tokens: Sequence[str], rng: np.random.Generator) -> Labelled:
        """The sentence with a drawn number of errors; none where nothing could be done."""
        draft = Draft(tokens)
        for _ in range(int(np.searchsorted(self._errors, rng.random()))):
            for _ in range(TRIES):
                chosen = int(np.searchsorted(self._weights, rng.random()))
                if self._operations[chosen](draft, self.lexicon, rng):
                    break
        return draft.finished()


def _pick(items: Sequence[Item], rng: np.random.Generator) -> Item:
    return items[int(rng.integers(len(items)))]


def _is_word(token: str) -> bool:
    return token[0].isalpha()


def _is_content(token: str) -> bool:
    return len(token) > 2 and token.isalpha() and token not in function_words().substitute


def _exchange(
    draft: Draft, table: Callable[[str], Sequence[str]], rng: np.random.Generator, kind: str
) -> bool:
    places = draft.places(table)
    if not places:
        return False
    i = _pick(places, rng)
    draft.replace(i, _pick(table(draft.tokens[i].lower()), rng), kind)
    return True


def delete_function(draft: Draft, _: Lexicon, rng: np.random.Generator) -> bool:
    """An article, preposition, auxiliary … is missing; articles more often than they occur."""
    places = draft.places(function_words().substitute.__contains__)
    articles = [i for i in places if draft.tokens[i].lower() in ARTICLES]
    if articles and rng.random() < ARTICLE_SHARE:
        places = articles
    if not places or len(draft.tokens) < 4:
        return False
    draft.remove(_pick(places, rng), "function")
    return True


def delete_content(draft: Draft, _: Lexicon, rng: np.random.Generator) -> bool:
    """A noun, verb, adjective … is missing."""
    places = draft.places(_is_content)
    if not places or len(draft.tokens) < 4:
        return False
    draft.remove(_pick(places, rng), "content")
    return True


def insert_function(draft: Draft, _: Lexicon, rng: np.random.Generator) -> bool:
    """A function word stands where none belongs."""
    places = draft.places(_is_word)
    if not places:
        return False
    i, word = _pick(places, rng), _pick(function_words().insert, rng)
    if word in {token.lower() for token in draft.tokens[max(i - 1, 0) : i + 1]}:
        return False
    draft.insert(i, word, "extra")
    return True


def substitute_function(draft: Draft, _: Lexicon, rng: np.random.Generator) -> bool:
    """The wrong article, preposition, auxiliary or pronoun."""
    table = function_words().substitute
    return _exchange(draft, lambda word: table.get(word, ()), rng, "function")


def inflect(draft: Draft, lexicon: Lexicon, rng: np.random.Generator) -> bool:
    """The wrong tense, number, person or degree."""

    def forms(word: str) -> Sequence[str]:
        return lexicon.forms(word) if _is_content(word) else ()

    return _exchange(draft, forms, rng, "form")


def derive(draft: Draft, lexicon: Lexicon, rng: np.random.Generator) -> bool:
    """The wrong member of a word family."""
    return _exchange(draft, lambda word: lexicon.relatives.get(word, ()), rng, "form")


def confuse_spelling(draft: Draft, lexicon: Lexicon, rng: np.random.Generator) -> bool:
    """A word of similar spelling."""
    return _exchange(draft, lambda word: lexicon.lookalikes.get(word, ()), rng, "word")


def confuse_meaning(draft: Draft, lexicon: Lexicon, rng: np.random.Generator) -> bool:
    """A word of similar use that does not collocate here."""
    return _exchange(draft, lambda word: lexicon.neighbours.get(word, ()), rng, "word")


def swap(draft: Draft, _: Lexicon, rng: np.random.Generator) -> bool:
    """Two neighbouring words have changed places."""
    places = draft.places(_is_word)
    pairs = [i for i in places if i + 1 in places and draft.tokens[i] != draft.tokens[i + 1]]
    if not pairs:
        return False
    i = _pick(pairs, rng)
    one, other = draft.tokens[i : i + 2]
    draft.replace(i, other, "order")
    draft.replace(i + 1, one, "order")
    return True


def move(draft: Draft, _: Lexicon, rng: np.random.Generator) -> bool:
    """A word stands two to five places from where it belongs."""
    places = draft.places(_is_word)
    targets = [
        (i, j)
        for i in places
        for j in places
        if 2 <= abs(i - j) <= 5 and draft.tokens[j].lower() != draft.tokens[i].lower()
    ]
    if not targets:
        return False
    source, target = _pick(targets, rng)
    kind = "content" if _is_content(draft.tokens[source].lower()) else "function"
    word = draft.remove(source, kind)
    draft.insert(target, word, "order")
    return True


def double(draft: Draft, _: Lexicon, rng: np.random.Generator) -> bool:
    """One to three words stand twice."""
    places = draft.places(_is_word)
    if not places:
        return False
    start, length = _pick(places, rng), int(rng.choice((1, 1, 1, 2, 3)))
    run = [i for i in range(start, start + length) if i in places]
    for offset, word in enumerate([draft.tokens[i] for i in run]):
        draft.insert(run[-1] + 1 + offset, word, "extra")
    return True


def punctuate(draft: Draft, _: Lexicon, rng: np.random.Generator) -> bool:
    """A mark inside the sentence is missing, superfluous or another one."""
    last = len(draft.tokens) - 1
    marks = [i for i in draft.places(PAUSES.__contains__) if i < last]
    if marks and rng.random() < 0.5:
        i = _pick(marks, rng)
        if rng.random() < 0.7:
            draft.remove(i, "punctuation")
        else:
            draft.replace(i, _pick(".;:–", rng), "punctuation")
        return True
    inner = [i for i in draft.places(_is_word) if i > 0 and draft.tokens[i - 1] not in MARKS]
    if not inner:
        return False
    draft.insert(_pick(inner, rng), _pick(",,,,.;:–", rng), "punctuation")
    return True


def misspell(draft: Draft, lexicon: Lexicon, rng: np.random.Generator) -> bool:
    """A word with a letter dropped, doubled, exchanged or swapped, that is no word any more."""
    places = draft.places(lambda token: len(token) > 3 and token.isalpha())
    if not places:
        return False
    i = _pick(places, rng)
    word = draft.tokens[i].lower()
    at = int(rng.integers(1, len(word) - 1))
    left, right = word[:at], word[at:]
    variants = (
        left + right[1:],
        left + right[0] + right,
        left + _pick(LETTERS, rng) + right[1:],
        left + right[1] + right[0] + right[2:],
    )
    wrong = _pick(variants, rng)
    if wrong == word or wrong in lexicon.vocabulary:
        return False
    draft.replace(i, wrong, "spelling")
    return True


OPERATIONS: Mapping[str, Operation] = {
    operation.__name__: operation
    for operation in (
        delete_function, delete_content, insert_function, substitute_function, inflect, derive,
        confuse_spelling, confuse_meaning, swap, move, double, punctuate, misspell,
    )
}  # fmt: skip
"""Every kind of error, by name."""
