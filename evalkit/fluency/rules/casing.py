"""Capitals: the pronoun I, days, months and peoples, sentence starts, and a stuck shift key.

Left alone: words with capitals inside (iPhone), names that begin small (von, al-), nationality
words that have become common (french fries), May, March and August, and superfluous capitals,
which titles and names need.
"""

import re
from collections.abc import Iterator

from evalkit.fluency.rules.rule import Found, Page, table

__all__ = ["lower_i", "lower_names", "lower_sentence_starts", "stuck_shift"]

_I = re.compile(r"(?<![\w'’.&/@#+*^=-])i(?:(?=['’](?:m|ve|ll|d)\b)|(?=[ \u00a0,]|$))(?![.)])")
_NEIGHBOUR = re.compile(r"[a-z]+(?:['’]t)?")
_NAME = re.compile(r"(?<![\w'’.&/@#_-])[a-z]{4,}(?![\w@_-]|\.\w|[ \u00a0]*\()")
_START = re.compile(r"[\"“‘'(\[]*([a-z][a-z]+|[ai])(?=[ \u00a0,'’])")
_NEXT = re.compile(r"(?<![.\w])([a-z]{3,})\.[ \u00a0]+([a-z]{2,}|[ai])(?=[ \u00a0,'’])")
_SHIFT = re.compile(r"(?<![\w.])[A-Z]{2}[a-z]+(?!\w)")
_ENDS = re.compile(r"[.?!…][\"”’')\]]*$")


def lower_i(page: Page) -> Iterator[Found]:
    """The pronoun *I* in lower case, beside a word that shows that it is the pronoun."""
    for match in _I.finditer(page.text):
        after = _NEIGHBOUR.match(page.text, match.end() + 1)
        before = re.search(
            r"([a-z]+)[ \u00a0]$", page.text[max(match.start() - 20, 0) : match.start()]
        )
        short = page.after(match.end()) in "'’" and match.end() < len(page.text)
        verb = after is not None and after.group() in table("after_i")
        subordinate = before is not None and before[1] in table("before_i")
        if short or verb or (subordinate and after is not None):
            yield Found(match.start(), match.end(), "I")


def lower_names(page: Page) -> Iterator[Found]:
    """Weekdays, months, countries, peoples and languages in lower case."""
    names, common = table("proper_words"), table("common_uses")
    for match in _NAME.finditer(page.text):
        word = match.group()
        if word in names:
            following = _NEIGHBOUR.match(page.text, match.end() + 1)
            if f"{word} {following.group() if following else ''}" not in common:
                yield Found(match.start(), match.end(), word.capitalize())


def lower_sentence_starts(page: Page) -> Iterator[Found]:
    """A sentence that starts in lower case, after a full stop or at the head of a paragraph."""
    previous = ""
    for start, end in page.paragraphs:
        paragraph = page.text[start:end]
        follows = previous == "" or _ENDS.search(previous) is not None
        match = _START.match(paragraph)
        ended = _ENDS.search(paragraph) is not None and paragraph.count(" ") > 2
        if match and ended and follows and not _small(match[1]):
            yield _capital(start + match.start(1), match[1])
        for each in _NEXT.finditer(paragraph):
            if each[1] not in table("abbreviations") and not _small(each[2]):
                yield _capital(start + each.start(2), each[2])
        previous = paragraph


def stuck_shift(page: Page) -> Iterator[Found]:
    """Two capitals at the head of a common word: ``THe``."""
    for match in _SHIFT.finditer(page.text):
        if match.group().lower() in table("function_words"):
            yield Found(match.start(), match.end(), match.group().capitalize())


def _small(word: str) -> bool:
    """Whether a word is part of a name that begins small."""
    return word in table("small_names")


def _capital(start: int, word: str) -> Found:
    return Found(start, start + len(word), word[0].upper() + word[1:])
