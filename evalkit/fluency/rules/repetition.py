"""Words, phrases and determiners that stand twice.

Adjacent only, with nothing but a space between. Left alone: the pairs of ``tables/doubles.txt``,
doubled names (two capitals), numbers, single letters, and phrases that English builds by
repeating (``again and again and again``).
"""

import re
from collections.abc import Iterator

from evalkit.fluency.rules.rule import Found, Page, table

__all__ = ["doubled_phrases", "doubled_words", "two_determiners"]

_WORD = r"[^\W\d_]+(?:['’-][^\W\d_]+)*"
_DOUBLE = re.compile(
    rf"(?<![\w'’.&@/-])({_WORD})((?:[ \u00a0]+\1)+)(?![\w'’@/&-]|\.\w)", re.IGNORECASE
)
_PHRASE = re.compile(
    rf"(?<![\w'’-])((?:{_WORD}[ \u00a0]+){{1,5}}?{_WORD})(?:[ \u00a0]+\1)+(?![\w'’-])",
    re.IGNORECASE,
)
_BUILDING = frozenset(
    ["and", "or", "by", "after", "upon", "to", "in", "on", "of", "vs", "for", "with"]
)
_DETERMINERS = re.compile(
    r"(?<![\w'’.&-])(?:(a|an|the)[ \u00a0]+(a|an|the|my|your|his|their|our|these|those|this)"
    r"|(my|your|his|their|our|its)[ \u00a0]+(the|my|your|their|our|an?))"
    r"(?=[ \u00a0]+[^\W\d_])(?![ \u00a0]+(?:cappella|la|priori|posteriori)\b)",
    re.IGNORECASE,
)


def doubled_words(page: Page) -> Iterator[Found]:
    """The same word twice or more."""
    for match in _DOUBLE.finditer(page.text):
        word, again = match[1], match[2].split()
        if word.lower() in table("doubles") or (len(word) == 1 and word not in "aAI"):
            continue
        named = again[-1][0].isupper() and word.lower() not in ("a", "i")
        if not named or (word[0].isupper() and word.lower() in table("function_words")):
            yield Found(match.start(), match.end(), word)


def doubled_phrases(page: Page) -> Iterator[Found]:
    """The same two to six words twice or more in a row."""
    for match in _PHRASE.finditer(page.text):
        phrase = re.split(r"[ \u00a0]+", match[1].lower())
        built = len(phrase) == 2 and _BUILDING & set(phrase)
        if len(set(phrase)) > 1 and not built:
            yield Found(match.start(), match.end(), match[1])


def two_determiners(page: Page) -> Iterator[Found]:
    """Two determiners before one noun: ``the a``, ``a his``."""
    for match in _DETERMINERS.finditer(page.text):
        first, second = match.group().split()
        if (
            first.lower() == second.lower()
            or second[0].isupper()
            or (first == "A" and match.start() > 0)
        ):
            continue
        fixed = f"{first[:2]}'s {second}" if first.lower() == "its" else None
        yield Found(match.start(), match.end(), fixed)
