"""A paragraph of prose without a full stop at its end.

Left alone: a first line without a stop (a title), headings and captions (short lines without a
sentence inside), list items, lines that end in a bracket, an address or any mark but a word, and
a lone sentence of fewer than twenty words, which may be a headline.
"""

import re
from collections.abc import Iterator

from evalkit.fluency.rules.rule import Found, Page, table

__all__ = ["missing_stop"]

_LAST_WORD = re.compile(r"(?:(?<=[^\w'’-])|^)[\w'’-]{0,60}\w[\"”’']?$")
_INNER_END = re.compile(r"([\w%][\w%]+)[\"”’')]?[.?!][\"”’')]*[ \u00a0]+[“\"‘'(]?[A-Z][a-z]*[ ,]")
_ITEM = re.compile(r"(?:[-–—•*·▪►>+|#]|\(?\w{1,3}[.)])\s?")
_ENDS = re.compile(r"[.?!…][\"”’')\]]*$")
_TITLE_WORD = re.compile(r"(?<= )[A-Z][\w'’-]*")
_LONE_WORDS = 20
_LONE_PROSE_WORDS = 15
_LINE_WORDS = 25


def missing_stop(page: Page) -> Iterator[Found]:
    """The last word of prose that ends without a mark."""
    only = len(page.paragraphs) == 1
    for index, (start, end) in enumerate(page.paragraphs):
        paragraph = page.text[start:end]
        last = _LAST_WORD.search(paragraph, max(len(paragraph) - 80, 0))
        if last is None or page.shielded(start + last.start(), end) or _ITEM.match(paragraph):
            continue
        if index == 0 and not only and not _has_sentence(paragraph):
            continue
        if len(_TITLE_WORD.findall(paragraph)) > paragraph.count(" ") / 2:
            continue  # title case
        prose = _has_sentence(paragraph) and (not only or paragraph.count(" ") >= _LONE_PROSE_WORDS)
        if prose or _long_sentence(page, index, _LONE_WORDS if only else _LINE_WORDS):
            yield Found(start + last.start(), end, _stopped(last.group()))


def _has_sentence(paragraph: str) -> bool:
    """Whether a sentence ends inside the paragraph, so that it is prose."""
    return any(
        match[1].lower() not in table("abbreviations") and not match[1].isupper()
        for match in _INNER_END.finditer(paragraph)
    ) and not _ENDS.search(paragraph)


def _long_sentence(page: Page, index: int, words: int) -> bool:
    """Whether a paragraph is too long for a heading, among prose."""
    start, end = page.paragraphs[index]
    paragraph = page.text[start:end]
    n = paragraph.count(" ") + 1
    neighbours = page.paragraphs[max(index - 1, 0) : index] + page.paragraphs[index + 1 : index + 2]
    prose = all(_ENDS.search(page.text[a:b]) for a, b in neighbours)
    return n >= words and prose


def _stopped(word: str) -> str:
    """The last word with a full stop, inside a closing quotation mark."""
    if word[-1] in "\"”’'" and len(word) > 1:
        return f"{word[:-1]}.{word[-1]}"
    return f"{word}."
