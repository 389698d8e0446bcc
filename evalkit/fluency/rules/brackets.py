"""Brackets that nothing opens or closes, or that another kind closes.

Paired paragraph by paragraph; one that stays open may close in the next. Left alone: enumerators
(``a)``, ``1)``), emoticons, intervals (``[0, 1)``), and, in a lone sentence, a bracket that may
have opened before it or may close after it.
"""

import re
from collections.abc import Iterator

from evalkit.fluency.rules.rule import Found, Page

__all__ = ["unbalanced_brackets"]

_PAIRS = {"(": ")", "[": "]", "{": "}"}
_BRACKET = re.compile(r"[()\[\]{}]")
_ENUMERATOR = re.compile(r"(?:(?<=\s)|^)\(?(?:[A-Za-z]|\d{1,3}|[ivxIVX]{1,5})$")
_EMOTICON = re.compile(r"[:;=8xX][-o']?$")
_INTERVAL = re.compile(r"[\[(]\s*[-−\d.∞a-z]+\s*,\s*[-−\d.∞a-z]+\s*[\])]")


def unbalanced_brackets(page: Page) -> Iterator[Found]:
    """An opening bracket that never closes, or a closing one that never opened."""
    pending: list[int] = []
    for start, end in page.paragraphs:
        stack, alone = _match(page, start, end, pending)
        still = [position for position in stack if position in pending]
        yield from (Found(p, p + 1) for p in (*alone, *still))
        pending = [position for position in stack if position >= start]
    if page.complete:
        yield from (Found(p, p + 1) for p in pending)


def _match(page: Page, start: int, end: int, pending: list[int]) -> tuple[list[int], list[int]]:
    """Matches a paragraph's brackets: positions that stayed open, closing ones left alone."""
    skipped = {
        p for m in _INTERVAL.finditer(page.text, start, end) for p in (m.start(), m.end() - 1)
    }
    stack, alone = list(pending), []
    for bracket in _BRACKET.finditer(page.text, start, end):
        position, char = bracket.start(), bracket.group()
        if position in skipped or page.shielded(position, position + 1):
            continue
        if char in _PAIRS:
            if not _EMOTICON.search(page.text, max(start, position - 3), position):
                stack.append(position)
        elif stack and _PAIRS[page.text[stack[-1]]] == char:
            stack.pop()
        elif not _harmless(page, start, position) and (page.complete or stack):
            alone.append(position)
    return stack, alone


def _harmless(page: Page, start: int, position: int) -> bool:
    """Whether a lone closing bracket ends an enumerator or an emoticon."""
    left = page.text[max(start, position - 6) : position]
    return bool(_ENUMERATOR.search(left) or _EMOTICON.search(left))
