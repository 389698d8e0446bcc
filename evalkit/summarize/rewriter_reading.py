"""A document as the rewriter reads it: sentences, what in them is quoted, and what matters.

A quotation may run over several sentences; where a sentence begins inside one, its words are
somebody's, and may not be told as facts. Leaves out who said them.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from evalkit.models.rewriter_words import ReadWord, read_words
from evalkit.models.salience import Salience, content
from evalkit.text.sentences import split
from evalkit.text.words import count_words

__all__ = ["Reading", "Sentence", "read_document"]

LONGEST = 110
"""Most words and marks of a sentence that are read; the rest is cut, and said."""
SPOKEN = 0.5
"""How much less a sentence counts that is quoted from start to end."""
STRAIGHT = ('"', '"')
CURLY = ("“", "”")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the document."""

    index: int
    """Its place in the document."""
    words: tuple[ReadWord, ...]
    """Its words and marks."""
    quoted: tuple[bool, ...]
    """For each whether it is quoted."""
    marks: tuple[str, str]
    """Quotation marks as it, or else the document, prints them."""
    salience: float = 0.0
    """How likely a summary draws on it, 0-1."""

    @property
    def plain(self) -> tuple[str, ...]:
        """Its words as the encoder sees them."""
        return tuple(word.plain for word in self.words)


@dataclass(frozen=True, slots=True)
class Reading:
    """The document."""

    sentences: tuple[Sentence, ...]
    """Those that hold a word, in order."""
    n_words: int
    """Words of the whole document."""
    n_cut: int
    """Words and marks that were not read."""

    def small_words(self, vocabulary: Sequence[str]) -> frozenset[str]:
        """Words that are no names: the vocabulary's, and those that the document writes small."""
        seen = {word.surface for one in self.sentences for word in one.words}
        return frozenset(vocabulary) | {surface for surface in seen if surface.islower()}

    def weights(self) -> dict[str, float]:
        """What each content word of the document is worth, by how many sentences have it."""
        counts = Counter(word for one in self.sentences for word in content(one.plain))
        return {word: 1 + math.log(count) for word, count in counts.items()}


def read_document(text: str, salience: Salience) -> Reading:
    """Reads a document.

    Raises:
        ValueError: the text is not Unicode text (half of a surrogate pair).
    """
    curly = text.count("“") > text.count('"') // 2
    found: list[Sentence] = []
    n_cut, is_open, last = 0, False, 0
    for start, end in split(text):
        if "\n" in text[last:start]:
            is_open = False  # each paragraph of a long quotation opens it anew
        last = end
        words = read_words(text[start:end])
        quoted, is_open = _quoted(words, text[start:end], is_open=is_open)
        if not count_words(text[start:end]):
            continue
        n_cut += max(0, len(words) - LONGEST)
        marks = _marks(words) or (CURLY if curly else STRAIGHT)
        found.append(Sentence(len(found), words[:LONGEST], quoted[:LONGEST], marks))
    scores = salience.score([one.plain for one in found])
    weighed = [
        replace(one, salience=float(score) * (1 - SPOKEN * sum(one.quoted) / len(one.words)))
        for one, score in zip(found, scores, strict=True)
    ]
    return Reading(tuple(weighed), count_words(text), n_cut)


def _quoted(
    words: Sequence[ReadWord], text: str, *, is_open: bool
) -> tuple[tuple[bool, ...], bool]:
    """For each word whether it is quoted, and whether the quotation goes on."""
    found = []
    for word in words:
        if word.plain == '"':
            before = text[word.start - 1 : word.start].strip() if word.start else ""
            after = text[word.end : word.end + 1].strip()
            if word.surface in CURLY:
                is_open = word.surface == "“"
            elif bool(before) == bool(after):  # the spacing does not tell
                is_open = not is_open
            else:
                is_open = bool(after) and not before
        found.append(is_open and word.plain != '"')
    return tuple(found), is_open


def _marks(words: Sequence[ReadWord]) -> tuple[str, str] | None:
    """The marks of the sentence's first whole quotation."""
    marks = [word.surface for word in words if word.plain == '"']
    return (marks[0], marks[1]) if len(marks) > 1 else None
