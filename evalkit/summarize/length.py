"""How long a summary gets: sentences laid into a budget of words, and words turned into tokens.

Sentences stand one per line in an extractive summary. So ROUGE-Lsum sees the sentences that were
chosen, and a title line doesn't run into the sentence after it. Leaves out budgets in characters.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from evalkit.errors import ConfigError, nearest
from evalkit.records import Length, Output
from evalkit.text.sentences import split
from evalkit.text.words import count_words, words

__all__ = [
    "CUTS",
    "EMPTY",
    "Cut",
    "TokenRange",
    "budget",
    "chosen_cut",
    "cut_to",
    "extract",
    "failure",
    "source_sentences",
    "token_range",
]

Cut = Literal["sentence", "word"]
CUTS: tuple[Cut, ...] = ("sentence", "word")
EMPTY = "the document has no words"

SHORTEST, LONGEST = 0.7, 1.4
"""How far a model may stay below, and run over, the words that were asked for: far enough to end
its sentence, near enough that lengths compare."""
STEP = 8
"""Token limits are rounded outwards to multiples of this, so that documents share batches."""


@dataclass(frozen=True, slots=True)
class TokenRange:
    """How many new tokens a model may write, its end token not counted."""

    low: int
    """At least so many."""
    high: int
    """At most so many."""


def budget(length: Length) -> int:
    """The words asked for.

    Raises:
        ConfigError: fewer than one.
    """
    if length.words < 1:
        raise ConfigError(f"a summary of {length.words} words was asked for; at least 1 is needed")
    return length.words


def chosen_cut(value: str) -> Cut:
    """The cut of that name.

    Raises:
        ConfigError: there is none; names the nearest.
    """
    for cut in CUTS:
        if value == cut:
            return cut
    guess = nearest(str(value), CUTS)
    hint = f" Did you mean {guess!r}?" if guess else ""
    raise ConfigError(f"cut: {value!r} is neither 'sentence' nor 'word'.{hint}")


def source_sentences(text: str, *, language: str) -> tuple[str, ...]:
    """The sentences that hold a word, in order; () for a text without words.

    Raises:
        ValueError: the text is not Unicode text (half of a surrogate pair).
    """
    found = (text[start:end] for start, end in split(text, language=language))
    return tuple(sentence for sentence in found if count_words(sentence))


def cut_to(text: str, n_words: int) -> str:
    """The text up to its ``n_words``-th word, with the marks after it where it is the last.

    >>> cut_to("Boats, once in port, stay.", 2)
    'Boats, once'
    >>> cut_to("Boats stay.", 2)
    'Boats stay.'
    """
    spans = words(text)
    return text if len(spans) <= n_words else text[: spans[n_words - 1][1]]


def extract(sentences: Sequence[str], *, n_words: int, cut: Cut, source_words: int) -> Output:
    """The sentences as one summary, at most ``n_words`` long if ``cut`` is ``"word"``.

    With ``"sentence"`` they stay as they are, also where they are longer than was asked for.
    ``stop`` is ``"length"`` where the text breaks off inside a sentence, else ``"end"``.
    """
    lines: list[str] = []
    left = n_words
    for sentence in sentences:
        lines.append(cut_to(sentence, left) if cut == "word" else sentence)
        left -= count_words(sentence)
        if cut == "word" and left <= 0:
            break
    text = "\n".join(lines)
    usage = {"source_words": source_words, "words": count_words(text), "sentences": len(lines)}
    broken = cut == "word" and left < 0
    return Output(text=text, stop="length" if broken else "end", usage=usage)


def failure(reason: str) -> Output:
    """The output of an item that could not be summarised."""
    return Output(text="", stop="error", error=reason)


def token_range(n_words: int, *, source_words: int, source_tokens: int) -> TokenRange:
    """Token limits for a summary of ``n_words``, by the tokens per word of its own source.

    The source is counted by the model's tokenizer, so the ratio fits its language and vocabulary;
    a model may write from 0.7 to 1.4 times the words, rounded outwards to multiples of 8 tokens.
    A source that is short itself lowers both: the least to half its words, the most to all.

    Raises:
        ValueError: the source has no words.

    >>> token_range(60, source_words=400, source_tokens=520)
    TokenRange(low=48, high=112)
    """
    if source_words < 1:
        raise ValueError("a source without words has no tokens per word")
    ratio = source_tokens / source_words
    low = SHORTEST * min(n_words, source_words / 2) * ratio
    high = LONGEST * min(n_words, source_words) * ratio
    return TokenRange(
        low=math.floor(low / STEP) * STEP, high=max(STEP, math.ceil(high / STEP) * STEP)
    )
