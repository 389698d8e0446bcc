"""Errors of a word or a mark, as MT systems and learners make them.

Function words deleted, inserted or exchanged, wrong inflection, wrong word, words swapped, moved
or doubled, punctuation, spelling (after Foster & Andersen 2009, GenERRate, and Grundkiewicz et
al. 2019). Each function is an ``evalkit.training.draft.Operation``.
"""

from collections.abc import Callable, Sequence

import numpy as np

from evalkit.training.draft import MARKS, Draft, is_content, is_word, pick
from evalkit.training.lexicon import Lexicon, function_words

__all__ = [
    "confuse_meaning", "confuse_spelling", "delete_content", "delete_function", "derive",
    "double", "inflect", "insert_function", "misspell", "move", "punctuate",
    "substitute_function", "swap",
]  # fmt: skip

ARTICLES = frozenset({"a", "an", "the"})
ARTICLE_SHARE = 0.4
PAUSES = frozenset(",;:")
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _exchange(
    draft: Draft, table: Callable[[str], Sequence[str]], rng: np.random.Generator, kind: str
) -> bool:
    places = draft.places(table)
    if not places:
        return False
    i = pick(places, rng)
    draft.replace(i, pick(table(draft.tokens[i].lower()), rng), kind)
    return True


def delete_function(draft: Draft, _: Lexicon, rng: np.random.Generator) -> bool:
    """An article, preposition, auxiliary … is missing; articles more often than they occur."""
    places = draft.places(function_words().substitute.__contains__)
    articles = [i for i in places if draft.tokens[i].lower() in ARTICLES]
    if articles and rng.random() < ARTICLE_SHARE:
        places = articles
    if not places or len(draft.tokens) < 4:
        return False
    draft.remove(pick(places, rng), "function")
    return True


def delete_content(draft: Draft, _: Lexicon, rng: np.random.Generator) -> bool:
    """A noun, verb, adjective … is missing."""
    places = draft.places(is_content)
    if not places or len(draft.tokens) < 4:
        return False
    draft.remove(pick(places, rng), "content")
    return True


def insert_function(draft: Draft, _: Lexicon, rng: np.random.Generator) -> bool:
    """A function word stands where none belongs."""
    places = draft.places(is_word)
    if not places:
        return False
    i, word = pick(places, rng), pick(function_words().insert, rng)
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
        return lexicon.forms(word) if is_content(word) else ()

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
    places = draft.places(is_word)
    pairs = [i for i in places if i + 1 in places and draft.tokens[i] != draft.tokens[i + 1]]
    if not pairs:
        return False
    i = pick(pairs, rng)
    one, other = draft.tokens[i : i + 2]
    draft.replace(i, other, "order")
    draft.replace(i + 1, one, "order")
    return True


def move(draft: Draft, _: Lexicon, rng: np.random.Generator) -> bool:
    """A word stands two to five places from where it belongs."""
    places = draft.places(is_word)
    targets = [
        (i, j)
        for i in places
        for j in places
        if 2 <= abs(i - j) <= 5 and draft.tokens[j].lower() != draft.tokens[i].lower()
    ]
    if not targets:
        return False
    source, target = pick(targets, rng)
    kind = "content" if is_content(draft.tokens[source].lower()) else "function"
    word = draft.remove(source, kind)
    draft.insert(target, word, "order")
    return True


def double(draft: Draft, _: Lexicon, rng: np.random.Generator) -> bool:
    """One to three words stand twice."""
    places = draft.places(is_word)
    if not places:
        return False
    start, length = pick(places, rng), int(rng.choice((1, 1, 1, 2, 3)))
    run = [i for i in range(start, start + length) if i in places]
    for offset, word in enumerate([draft.tokens[i] for i in run]):
        draft.insert(run[-1] + 1 + offset, word, "extra")
    return True


def punctuate(draft: Draft, _: Lexicon, rng: np.random.Generator) -> bool:
    """A mark inside the sentence is missing, superfluous or another one."""
    last = len(draft.tokens) - 1
    marks = [i for i in draft.places(PAUSES.__contains__) if i < last]
    if marks and rng.random() < 0.5:
        i = pick(marks, rng)
        if rng.random() < 0.7:
            draft.remove(i, "punctuation")
        else:
            draft.replace(i, pick(".;:–", rng), "punctuation")
        return True
    inner = [i for i in draft.places(is_word) if i > 0 and draft.tokens[i - 1] not in MARKS]
    if not inner:
        return False
    draft.insert(pick(inner, rng), pick(",,,,.;:–", rng), "punctuation")
    return True


def misspell(draft: Draft, lexicon: Lexicon, rng: np.random.Generator) -> bool:
    """A word with a letter dropped, doubled, exchanged or swapped, that is no word any more."""
    places = draft.places(lambda token: len(token) > 3 and token.isalpha())
    if not places:
        return False
    i = pick(places, rng)
    word = draft.tokens[i].lower()
    at = int(rng.integers(1, len(word) - 1))
    left, right = word[:at], word[at:]
    variants = (
        left + right[1:],
        left + right[0] + right,
        left + pick(LETTERS, rng) + right[1:],
        left + right[1] + right[0] + right[2:],
    )
    wrong = pick(variants, rng)
    if wrong == word or wrong in lexicon.vocabulary:
        return False
    draft.replace(i, wrong, "spelling")
    return True
