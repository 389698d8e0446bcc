"""Quotation marks: unbalanced, the wrong way round, spaced, foreign, and two styles in one text.

Double marks, straight and curly, are paired paragraph by paragraph. A straight mark's direction
is read from its neighbours, and from parity where they leave it open. A quotation that runs over
several paragraphs, each opening with a mark, is correct; so is one that closes in the next
paragraph. In a page that is a lone sentence, a quotation may have begun before it or end after it.

Single marks are not paired: nothing tells an apostrophe from a closing mark for certain. A straight
mark after a digit outside a quotation is taken for inches.
"""

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from evalkit.fluency.rules.rule import Found, Page

__all__ = ["foreign_marks", "mixed_styles", "reversed_marks", "spaced_marks", "unbalanced_marks"]

Side = Literal["open", "close", "either"]

_MARK = re.compile(r"[\"“”„‟«»]")
_FOREIGN = re.compile(r"[„‟«»‹›]|(?<![\w,]),,(?=[^\W\d_])")
_FOREIGN_OPEN = frozenset("„«‹")
_INCHES = re.compile(r"\d['′’]\s?\d+(?:\.\d+)?\"")
_BEFORE_OPEN = frozenset("([{-–—/‘'=\u00a0")
_AFTER_CLOSE = frozenset(".,;:!?)]}-–—/’'…")
_STRAIGHT_CURLY = (re.compile("\""), re.compile("[“”]")), (
    re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])"), re.compile(r"(?<=[^\W\d_])’(?=[^\W\d_])"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mark:
    """A double quotation mark of a page."""

    position: int
    """Its code point."""
    char: str
    """The mark itself."""
    side: Side
    """What it does: opens, closes, or cannot be told without its partners."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """How the double quotation marks of a page belong together."""

    pairs: tuple[tuple[int, int], ...]
    """Positions of an opening mark and its closing one."""
    unclosed: tuple[int, ...]
    """Opening marks that nothing closes."""
    unopened: tuple[int, ...]
    """Closing marks that nothing opens."""
    turned: tuple[int, ...]
    """Opening marks that stand where the quotation should close."""


def unbalanced_marks(page: Page) -> Iterator[Found]:
    """Opening marks without a closing one, closing marks without an opening one."""
    pairing = _pair(page)
    for position in pairing.unclosed + pairing.unopened:
        yield Found(position, position + 1)


def reversed_marks(page: Page) -> Iterator[Found]:
    """A mark the wrong way round: an opening one where a quotation closes, or the other way."""
    for position in _pair(page).turned:
        closing = "”" if page.text[position] == "“" else page.text[position]
        if page.before(position) in " \u00a0":
            yield Found(position - 1, position + 1, f"{closing} ")
        else:
            yield Found(position, position + 1, closing)
    for mark in _marks(page):
        if (mark.char, mark.side) in (("“", "close"), ("”", "open")):
            if mark.char == "“" and "„" in page.text:
                continue
            yield Found(mark.position, mark.position + 1, "”" if mark.char == "“" else "“")


def spaced_marks(page: Page) -> Iterator[Found]:
    """A space inside a quotation, next to its mark."""
    for first, last in _pair(page).pairs:
        for start, step in ((first, 1), (last, -1)):
            inner = start + step
            if first < inner < last and page.text[inner] in " \u00a0":
                yield Found(min(start, inner), max(start, inner) + 1, page.text[start])


def foreign_marks(page: Page) -> Iterator[Found]:
    """Quotation marks that English does not use: guillemets and low marks."""
    for match in _FOREIGN.finditer(page.text):
        opens = match.group()[0] in _FOREIGN_OPEN or match.group() == ",,"
        yield Found(match.start(), match.end(), "“" if opens else "”")


def mixed_styles(page: Page) -> Iterator[Found]:
    """The first mark in the rarer style, where a page has straight marks and curly ones."""
    for straight, curly in _STRAIGHT_CURLY:
        found = [
            [m.start() for m in style.finditer(page.text) if not page.shielded(*m.span())]
            for style in (straight, curly)
        ]
        if found[0] and found[1]:
            rare = min(found, key=lambda places: (len(places), -places[0]))
            yield Found(rare[0], rare[0] + 1)


def _marks(page: Page) -> list[Mark]:
    """Every double quotation mark that stands in prose."""
    inches = {match.end() - 1 for match in _INCHES.finditer(page.text)}
    return [
        Mark(match.start(), match.group(), _side(page, match.start()))
        for match in _MARK.finditer(page.text)
        if match.start() not in inches and not page.shielded(*match.span())
    ]


def _side(page: Page, position: int) -> Side:
    """What a mark does, by its neighbours and, where they leave it open, by its shape."""
    char, before, after = page.text[position], page.before(position), page.after(position + 1)
    if char in _FOREIGN_OPEN:
        return "open"
    if char in "»‟":
        return "close"
    ends = after == "" or after.isspace()
    begins = before == "" or before.isspace()
    opens = (begins or before in _BEFORE_OPEN) and not ends and after not in ".,;:!?)"
    closes = not begins and (ends or after in _AFTER_CLOSE)
    if opens != closes:
        return "open" if opens else "close"
    return {"“": "open", "”": "close"}.get(char, "either")  # type: ignore[return-value]


def _pair(page: Page) -> Pairing:
    """Pairs the marks of each paragraph; at most one open quotation passes to the next."""
    marks = _marks(page)
    positions = [mark.position for mark in marks]
    pairs: list[tuple[int, int]] = []
    unclosed: list[int] = []
    unopened: list[int] = []
    turned: list[int] = []
    pending: list[int] = []
    for start, end in page.paragraphs:
        here = marks[bisect.bisect(positions, start - 1) : bisect.bisect(positions, end - 1)]
        stack = pending if here and _continues(here[0], start) else []
        if stack is not pending:
            unclosed.extend(pending)
        elif here[0].side != "close":
            stack = []  # the paragraph opens again a quotation that stayed open
        left = _match(page, here, stack, pairs, unopened)
        while len(left) > 1:
            turned.append(left[1])
            left = left[2:]
        pending = left
    unclosed.extend(pending)
    if not page.complete:
        unclosed = [p for p in unclosed if marks[-1].position != p]
        unopened = [p for p in unopened if marks[0].position != p]
    return Pairing(tuple(pairs), tuple(unclosed), tuple(unopened), tuple(turned))


def _continues(mark: Mark, start: int) -> bool:
    """Whether a paragraph's first mark goes on with, or closes, the quotation before it."""
    return mark.side == "close" or mark.position == start


def _match(
    page: Page, marks: list[Mark], stack: list[int], pairs: list[tuple[int, int]], alone: list[int]
) -> list[int]:
    """Matches one paragraph's marks; returns the positions that stayed open.

    An opening mark after the end of a sentence, while a quotation is open, is that of a new
    paragraph of the quotation whose line break was lost.
    """
    stack = list(stack)
    for mark in marks:
        side = mark.side
        if stack and side == "open" and _reopens(page, mark.position):
            stack.pop()
        if side == "close" and not stack and _after_digit(page, mark):
            continue  # inches
        if side == "either":
            side = "close" if stack else "open"
        if side == "open":
            stack.append(mark.position)
        elif stack:
            pairs.append((stack.pop(), mark.position))
        else:
            alone.append(mark.position)
    return stack


def _after_digit(page: Page, mark: Mark) -> bool:
    return mark.char == '"' and page.before(mark.position).isdigit()


def _reopens(page: Page, position: int) -> bool:
    """Whether a sentence ends just before a mark."""
    left = page.text[max(position - 3, 0) : position].rstrip()
    return left[-1:] in tuple(".?!…")
