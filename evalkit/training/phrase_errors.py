"""Errors of several words: phrases in the wrong place, objects left out, sentences run together.

Phrases are found without a tagger: a preposition and the content words up to the next function
word or mark; an article or possessive and the content words after it. What is found so is a phrase
most of the time, and moving or dropping anything else is an error too. Leaves out adverbs and
clauses.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import yaml

from evalkit.training.draft import GAPS, MARKS, WRONGS, Draft, Labelled, is_content, is_word, pick
from evalkit.training.lexicon import Lexicon, function_words

__all__ = ["delete_object", "joined", "move_phrase", "splice"]

_WORDS = yaml.safe_load(Path(__file__).with_name("phrase_words.yaml").read_text(encoding="utf-8"))
PREPOSITIONS = frozenset(_WORDS["prepositions"])
DETERMINERS = frozenset(_WORDS["determiners"])
CONNECTIVES = frozenset(_WORDS["connectives"])
LONGEST = 5
"""Most words of a phrase."""
FARTHER = 3
"""Fewest tokens that a phrase is moved over."""
SHORTEST = 4
"""Fewest tokens of a sentence that is run together with another."""
COMMA_SHARE = 0.65
"""Of the sentences that are run together, how many by a comma; the others by nothing."""


def move_phrase(draft: Draft, _: Lexicon, rng: np.random.Generator) -> bool:
    """A phrase with a preposition stands elsewhere: "In the port he met on Friday the pilot"."""
    found = [p for p in _phrases(draft.tokens) if _free(draft, *p)]
    if not found:
        return False
    start, end = pick(found, rng)
    targets = [
        i
        for i in range(1, len(draft.tokens))
        if (i <= start - FARTHER or i >= end + FARTHER)
        and draft.free(i - 1)
        and draft.free(i)
        and _is_border(draft.tokens[i])
    ]
    if not targets:
        return False
    target = pick(targets, rng)
    phrase = draft.tokens[start:end]
    _cut(draft, start, end)
    target -= (end - start) if target > start else 0
    for offset, word in enumerate(phrase):
        draft.insert(target + offset, word, "order")
    return True


def delete_object(draft: Draft, _: Lexicon, rng: np.random.Generator) -> bool:
    """What a verb needs after it is missing: "The minister denounced on the radio"."""
    found = [
        (start, end)
        for start, end in _objects(draft.tokens)
        if _free(draft, start, end) and _may_be_verb(draft.tokens[start - 1].lower())
    ]
    if not found:
        return False
    start, end = pick(found, rng)
    _cut(draft, start, end)
    draft.gap[start] = GAPS.index("content")
    return True


def splice(first: Labelled, second: Labelled, rng: np.random.Generator) -> Labelled | None:
    """Two sentences run together by a comma or by nothing.

    None where that would be no error: the first does not end in a full stop, the second begins
    with a word that may follow a comma, or one is too short to be a sentence.
    """
    fine = first.tokens[-1] == "." and not first.wrong[-1] and not first.gap[-1]
    short = min(len(first.tokens), len(second.tokens)) < SHORTEST
    follows = second.tokens[0].lower() in CONNECTIVES or not is_word(second.tokens[0])
    if not fine or short or follows or second.gap[0]:
        return None
    if rng.random() < COMMA_SHARE:
        comma = WRONGS.index("punctuation")
        first = Labelled((*first.tokens[:-1], ","), (*first.wrong[:-1], comma), first.gap)
        return joined(first, second)
    first = Labelled(first.tokens[:-1], first.wrong[:-1], first.gap[:-1])
    missing = (GAPS.index("punctuation"), *second.gap[1:])
    return joined(first, Labelled(second.tokens, second.wrong, missing))


def joined(first: Labelled, second: Labelled) -> Labelled:
    """Two sentences as one text."""
    between = first.gap[-1] or second.gap[0]
    return Labelled(
        first.tokens + second.tokens,
        first.wrong + second.wrong,
        (*first.gap[:-1], between, *second.gap[1:]),
    )


def _phrases(tokens: Sequence[str]) -> Iterator[tuple[int, int]]:
    """A preposition, perhaps a determiner, and content words up to a border."""
    for start, token in enumerate(tokens):
        if token.lower() in PREPOSITIONS:
            end = _end(tokens, start + 1)
            if start + 2 <= end <= start + LONGEST:
                yield start, end


def _objects(tokens: Sequence[str]) -> Iterator[tuple[int, int]]:
    """A determiner and content words up to a border, after a content word."""
    for start, token in enumerate(tokens):
        if start and token.lower() in DETERMINERS and is_content(tokens[start - 1].lower()):
            end = _end(tokens, start)
            if start + 2 <= end <= start + LONGEST:
                yield start, end


def _end(tokens: Sequence[str], start: int) -> int:
    """Where a run of content words ends at a border, after a determiner; 0 where there is none."""
    end = start
    if end < len(tokens) and tokens[end].lower() in DETERMINERS:
        end += 1
    first = end
    while end < len(tokens) and not _is_border(tokens[end]):
        end += 1
    return end if first < end < len(tokens) else 0


def _is_border(token: str) -> bool:
    return token in MARKS or token.lower() in function_words().substitute


def _free(draft: Draft, start: int, end: int) -> bool:
    return all(draft.free(i) for i in range(start, end))


def _cut(draft: Draft, start: int, end: int) -> None:
    for _ in range(start, end):
        draft.remove(start, "none")


@cache
def _may_be_verb(word: str) -> bool:
    from lemminflect import getAllLemmas

    return "VERB" in getAllLemmas(word)
