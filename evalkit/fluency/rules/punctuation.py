"""Doubled, stray and colliding punctuation marks, and hyphens that do the work of commas.

Left alone: two or three question or exclamation marks in a row (a matter of register), spaced and
unspaced ellipses, and the full stop of an abbreviation before another mark (``etc.,``).
"""

import re
from collections.abc import Iterator

from evalkit.fluency.rules.rule import Found, Page, table

__all__ = ["dash_commas", "doubled_marks", "empty_pairs", "leading_marks", "stray_marks"]

_DOUBLED = re.compile(r"(?<!,),,(?!,)|;;+|(?<![\w:]):{2,}|,[.;:]|;[,.:]|:[,;.](?![\w.])|\?\.(?!\.)")
_TWO_STOPS = re.compile(r"(?<![./\d])\.\.(?![./\w])")
_STOP_COMMA = re.compile(r"\b([a-z]{4,})\.[,;]")
_STRAY = re.compile(r"(?<=[\w\"”’')\]])[ \u00a0]*[.,;:!?][ \t\u00a0]+[.,;:](?=\s|$)")
_ELLIPSIS = re.compile(r"\.(?:[ \t\u00a0]*\.)+")
_LEADING = re.compile(r"[,;:!?)\]}]+(?=\s)|\.(?=\s)|[,;](?=\w)")
_EMPTY = re.compile(r"(?<=\s)\([ \t]*\)|(?<=\s)\[[ \t]+\]|(?<=\s)“\s*”|(?<=\s)\"\"(?=\s|$)")

_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_PART = r"(?:morning|afternoon|evening|night)"
_TIME = (
    rf"(?:(?:last|this|next|early|late|the)\s+)*"
    rf"(?:{_DAY}(?:\s+{_PART})?|(?:\d{{1,2}}\s+)?{_MONTH}(?:\s+\d{{1,4}})?|{_PART}|week|month|year"
    rf"|weekend|summer|autumn|winter|spring|\d{{4}})"
)
_ADVERBIAL = (
    rf"(?:(?:on|in|at|by|since|during|until|from|for|before|after)\s+)?{_TIME}"
    r"|today|yesterday|tomorrow|tonight|recently|now"
    r"|however|therefore|moreover|furthermore|nevertheless|meanwhile|also|thus|consequently"
    r"|(?:on|in|at|from|to|near)\s+[A-Z][a-z]+(?:\s+[A-Z][a-z]+)?"
)
_DASHED = re.compile(
    rf"(?<=\w)[ \u00a0]([-–])[ \u00a0]+({_ADVERBIAL})[ \u00a0]+\1[ \u00a0]+(?=[a-z])"
)


def doubled_marks(page: Page) -> Iterator[Found]:
    """Marks that cannot stand side by side: ``,,`` ``;;`` ``,.`` ``..`` ``?.``."""
    for match in _DOUBLED.finditer(page.text):
        yield Found(match.start(), match.end(), _stronger(match.group()))
    for match in _TWO_STOPS.finditer(page.text):
        yield Found(match.start(), match.end(), ".")
    for match in _STOP_COMMA.finditer(page.text):
        if match[1] not in table("abbreviations"):
            yield Found(match.end() - 2, match.end(), match.group()[-1])


def stray_marks(page: Page) -> Iterator[Found]:
    """A second mark set off by a space, ``. .`` or ``, .``; a spaced ellipsis is none."""
    ellipses = [match.span() for match in _ELLIPSIS.finditer(page.text)]
    dotted = [(a, b) for a, b in ellipses if page.text[a:b].count(".") > 2]
    for match in _STRAY.finditer(page.text):
        if not any(a < match.end() and match.start() < b for a, b in dotted):
            yield Found(match.start(), match.end(), _stronger(match.group()))


def leading_marks(page: Page) -> Iterator[Found]:
    """A paragraph that starts with a mark that can only follow a word."""
    for start, _ in page.paragraphs:
        match = _LEADING.match(page.text, start)
        if match:
            yield Found(start, match.end(), "")


def empty_pairs(page: Page) -> Iterator[Found]:
    """Brackets or quotation marks with nothing in them, not those of a function call."""
    for match in _EMPTY.finditer(page.text):
        yield Found(match.start(), match.end(), "")


def dash_commas(page: Page) -> Iterator[Found]:
    """Spaced hyphens or dashes around an adverbial of time or place, where commas belong."""
    for match in _DASHED.finditer(page.text):
        end = match.end(2) + match.group()[match.end(2) - match.start() :].index(match[1]) + 1
        yield Found(match.start(), end, f", {match[2]},")


def _stronger(marks: str) -> str:
    """Of colliding marks the one that ends most: a query, a full stop, then the first."""
    for mark in "?!.":
        if mark in marks:
            return mark
    return marks[0]
