"""What a rule is: a page of text goes in, findings come out, and the rule dresses them as spans.

A rule sees a whole page (a document, or a hypothesis that stands alone) and no model. Findings
are bare stretches with an optional correction; category, severity and message belong to the rule.
"""

import bisect
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from evalkit.records import Severity, Span

__all__ = ["Found", "Page", "Rule", "table"]

_LINE = re.compile(r"[^\n]+")
_SHIELD = re.compile(
    r"""
    \b(?:https?|ftp)://[^\s<>"“”]*[\w/]          # addresses
    | \bwww\.[^\s<>"“”]*[\w/]
    | (?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+  # mail
    | (?<![\w@])@\w+(?:\.\w+)*                   # handles
    | (?<![\w&])\#\w+                            # hashtags
    | (?<![\w.-])[\w-]{1,64}(?:\.[\w-]{1,64}){0,6}\.
        (?:com|org|net|gov|edu|mil|io|info|eu|uk|us|de|fr|ru|ee|ro|js|py|md|html?|php|aspx?|pdf
        |docx?|xlsx?|csv|json|xml|yml|txt|jpe?g|png|gif|mp[34])(?![\w-])
        (?:/[^\s<>"“”]*[\w/])?                   # domains and files
    | </?[A-Za-z][^<>\n]{0,300}>                 # tags, whose attributes hold quotation marks
    | (?<!\w)(?:\.{1,2})?/[\w.-]+(?:/[\w.-]+)+   # paths
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Found:
    """A stretch that a rule objects to."""

    start: int
    """First code point of the page."""
    end: int
    """One past the last."""
    correction: str | None = None
    """Text to put in its place, or None where the rule offers none."""


@dataclass(frozen=True, slots=True)
class Page:
    """A text as rules see it."""

    text: str
    """The whole text."""
    complete: bool
    """True for a document; False for a sentence that stands alone, so that a quotation or bracket
    may have begun before it and may end after it."""
    paragraphs: tuple[tuple[int, int], ...]
    """Lines that are not blank, without their outer white space."""
    shields: tuple[tuple[int, int], ...]
    """Addresses, file names, handles and tags, inside which prose rules say nothing."""

    @classmethod
    def of(cls, text: str, *, complete: bool = True) -> "Page":
        """The page of a text."""
        lines = []
        for line in _LINE.finditer(text):
            piece = line.group()
            start = line.start() + len(piece) - len(piece.lstrip())
            end = line.start() + len(piece.rstrip())
            if start < end:
                lines.append((start, end))
        shields = tuple(match.span() for match in _SHIELD.finditer(text))
        return cls(text, complete, tuple(lines), shields)

    def shielded(self, start: int, end: int) -> bool:
        """Whether any of ``start:end`` lies in an address, file name, handle or tag."""
        following = bisect.bisect_left(self.shields, (end,))
        return following > 0 and self.shields[following - 1][1] > start

    def before(self, position: int) -> str:
        """The code point before a position, "" at the start of the text."""
        return self.text[position - 1] if position > 0 else ""

    def after(self, position: int) -> str:
        """The code point at a position, "" at the end of the text."""
        return self.text[position] if position < len(self.text) else ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A named kind of slip and the function that finds it."""

    id: str
    """Its name; spans carry it as ``mechanics.<id>``."""
    category: str
    """One of ``records.CATEGORIES``."""
    severity: Severity
    """How much a reader stumbles over it."""
    message: str
    """One sentence for a person."""
    find: Callable[[Page], Iterable[Found]]
    """Finds it: pure, in order or not."""
    everywhere: bool = False
    """Whether it also speaks inside addresses and tags (``Page.shields``)."""

    def spans(self, page: Page) -> Iterator[Span]:
        """The rule's findings on a page, as spans of the page's text."""
        for found in self.find(page):
            if self.everywhere or not page.shielded(found.start, found.end):
                yield Span(
                    start=found.start,
                    end=found.end,
                    category=self.category,
                    severity=self.severity,
                    finder=f"mechanics.{self.id}",
                    message=self.message,
                    correction=found.correction,
                )


@cache
def table(name: str) -> frozenset[str]:
    """The entries of ``tables/<name>.txt``: one a line, ``#`` starts a comment."""
    content = files("evalkit.fluency.rules").joinpath(f"tables/{name}.txt")
    lines = (line.split("#")[0].strip() for line in content.read_text("utf-8").splitlines())
    return frozenset(line for line in lines if line)
