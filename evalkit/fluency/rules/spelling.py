"""Slips of spelling that need no dictionary: apostrophes, ordinals, figures, fixed phrases.

Left alone: everything that a spelling checker would need a word list for.
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from evalkit.fluency.rules.rule import Found, Page

__all__ = ["foreign_figures", "mixed_spelling", "ordinals", "slips"]

_ORDINAL = re.compile(r"(?<![\w.,-])(\d{0,6}(\d))(st|nd|rd|th)\b")
_DOTTED = re.compile(
    r"(?<![\w.,-])(\d{1,2})\.[ \u00a0](?=(?:century|centuries|anniversary|birthday)\b)"
)
_FIGURES = re.compile(r"(?<![\w.,/-])\d{1,3}(?:\.\d{3}){2,}(?![\w.])")
_ENDING = {"1": "st", "2": "nd", "3": "rd"}


def ordinals(page: Page) -> Iterator[Found]:
    """``2th``, ``11st``, ``19. century``."""
    for match in _ORDINAL.finditer(page.text):
        ending = "th" if match[1][-2:-1] == "1" else _ENDING.get(match[2], "th")
        if match[3] != ending:
            yield Found(match.start(), match.end(), match[1] + ending)
    for match in _DOTTED.finditer(page.text):
        ending = "th" if match[1][-2:-1] == "1" else _ENDING.get(match[1][-1], "th")
        yield Found(match.start(), match.end() - 1, match[1] + ending)


def foreign_figures(page: Page) -> Iterator[Found]:
    """Thousands set off by full stops: ``1.000.000``. Four groups under 256 are an address."""
    for match in _FIGURES.finditer(page.text):
        groups = match.group().split(".")
        if len(groups) != 4 or any(int(group) > 255 for group in groups):
            yield Found(match.start(), match.end(), match.group().replace(".", ","))


def slips(page: Page) -> Iterator[Found]:
    """Contractions without their apostrophe, and fixed phrases that are always wrong."""
    for match in _slips()[0].finditer(page.text):
        right = _slips()[1][match.group().lower().replace("’", "'")]
        yield Found(
            match.start(),
            match.end(),
            right[0].upper() + right[1:] if match.group()[0].isupper() else right,
        )


def mixed_spelling(page: Page) -> Iterator[Found]:
    """The first word in the rarer of British and American spelling, where a page has both."""
    for pattern, other in _variants():
        found: tuple[list[Found], list[Found]] = ([], [])
        for match in pattern.finditer(page.text):
            side, right = other[match["stem"]]
            found[side].append(Found(match.start(), match.end(), right + (match["ending"] or "")))
        if found[0] and found[1]:
            yield min(found, key=lambda places: (len(places), -places[0].start))[0]


@cache
def _variants() -> tuple[tuple[re.Pattern[str], dict[str, tuple[int, str]]], ...]:
    """For each kind of difference: a pattern, and each form's side and counterpart."""
    content = files("evalkit.fluency.rules").joinpath("tables/variants.json").read_text("utf-8")
    made = []
    for pairs in json.loads(content).values():
        other: dict[str, tuple[int, str]] = {}
        for british, american in pairs:
            other[british], other[american] = (0, american), (1, british)
        stems = "|".join(sorted(other, key=len, reverse=True))
        endings = "s|d|ed|ing|er|ers|able|ful|ly|al|hood|less"
        pattern = rf"(?<![\w-])(?P<stem>{stems})(?P<ending>{endings})?(?![\w-])"
        made.append((re.compile(pattern), other))
    return tuple(made)


@cache
def _slips() -> tuple[re.Pattern[str], dict[str, str]]:
    """A pattern of all slips, and what each should be."""
    content = files("evalkit.fluency.rules").joinpath("tables/slips.json").read_text("utf-8")
    right = {str(wrong): str(good) for wrong, good in json.loads(content).items()}
    longest = sorted(right, key=len, reverse=True)
    either = "|".join(re.escape(wrong).replace("'", "['’]") for wrong in longest)
    return re.compile(rf"(?<![\w'’.&/-])(?:{either})(?![\w'’-]| course\b)", re.IGNORECASE), right
