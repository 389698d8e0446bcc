"""Missing and superfluous spaces around words, punctuation marks, brackets and hyphens.

Left alone: two spaces after the end of a sentence (a convention), spaces before ``%``, runs of five
or more spaces and tabs (layout), emoticons, and suspended hyphens (``pre- and post-war``).
"""

import re
from collections.abc import Iterator

from evalkit.fluency.rules.rule import Found, Page, table

__all__ = [
    "detached_currency",
    "double_space",
    "glued_bracket",
    "glued_comma",
    "glued_sentence",
    "loose_hyphen",
    "space_before_mark",
    "space_in_brackets",
]

_SPACE = "[ \u00a0]"
_BEFORE = re.compile(
    rf"(?<=[\w\"”’')\]%])({_SPACE}+)([,;!?]|:(?!\))|\.(?![\w.]|{_SPACE}*\.))(?=[\s\"”’)\]]|$)"
)
_DOUBLE = re.compile(r"(?<=[^\s.?!:;\"”’)\]|•*–—-])[ \u00a0]{2,4}(?=[^\s|•*–—-])")
_COMMA = re.compile(
    r"(?<=[a-z0-9)\]”])[,;](?=[A-Za-z“])|(?<=[a-z]{2}),(?=\d)|(?<=[a-z]{3}):(?=[A-Z][a-z])"
)
_SENTENCE = re.compile(
    r"""(?P<word>\b[a-z]{2,}|\d|\b[A-Z][a-z]{2,}|[a-z)][”’"])(?P<stop>[.!?][”’"]?)(?P<next>[“"‘]?[A-Z](?:[a-z]+|(?=\s)))(?![\w./@])
    |(?P<quoted>[a-z][,.!?]”)(?P<after>[A-Za-z]{2,})""",
    re.VERBOSE,
)
_OPEN = re.compile(rf"(?<=[(\[])({_SPACE}+)(?=[^\s)\]])|(?<=[^\s(\[]){_SPACE}+(?=[)\]](?!\w))")
_GLUED = re.compile(
    r"(?<=[a-z]{3})(?=\([A-Za-z]{4,}[ ,)])|(?<=[a-z]{4}\))(?=[A-Za-z]{3,})"
    r"|(?<=[a-z]{4}”)(?=[a-z]{3})"
)
_HYPHEN = re.compile(
    rf"(?<=[a-z]{{3}})-{_SPACE}+(?=[a-z])(?!(?:and|or|to|nor|versus|vs|but|as|through|plus|rather|than|into)\b)|(?<=[a-z,]){_SPACE}+-(?=[a-z]{{2}})"
)
_CURRENCY = re.compile(rf"(?<![\w$£€])([$£€]){_SPACE}+(?=\d)")


def space_before_mark(page: Page) -> Iterator[Found]:
    """A space before a comma, full stop, colon, semicolon, question or exclamation mark."""
    for match in _BEFORE.finditer(page.text):
        yield Found(match.start(), match.end(), match[2])


def double_space(page: Page) -> Iterator[Found]:
    """Two to four spaces between words of one line."""
    for match in _DOUBLE.finditer(page.text):
        yield Found(match.start(), match.end(), " ")


def glued_comma(page: Page) -> Iterator[Found]:
    """No space after a comma, semicolon or colon."""
    for match in _COMMA.finditer(page.text):
        yield _with_neighbours(page, match.end(), f"{match.group()} ", replaced=len(match.group()))


def glued_sentence(page: Page) -> Iterator[Found]:
    """No space between two sentences, or after the quotation that a sentence goes on from."""
    for match in _SENTENCE.finditer(page.text):
        if match["quoted"]:
            cut = match.start("after")
        elif match["next"] in table("suffixes") or match["word"] in table("brands"):
            continue
        else:
            cut = match.start("next")
        yield _with_neighbours(page, cut, f"{page.text[cut - 1]} ", replaced=1)


def space_in_brackets(page: Page) -> Iterator[Found]:
    """A space after an opening or before a closing bracket."""
    for match in _OPEN.finditer(page.text):
        yield Found(match.start(), match.end(), "")


def glued_bracket(page: Page) -> Iterator[Found]:
    """No space before an opening bracket, or after a closing one."""
    for match in _GLUED.finditer(page.text):
        start = max(match.start() - 1, 0)
        yield Found(start, match.start() + 1, f"{page.text[start]} {page.text[match.start()]}")


def loose_hyphen(page: Page) -> Iterator[Found]:
    """A hyphen with a space on one side only."""
    for match in _HYPHEN.finditer(page.text):
        yield Found(match.start(), match.end())


def detached_currency(page: Page) -> Iterator[Found]:
    """A space between a currency sign and its amount."""
    for match in _CURRENCY.finditer(page.text):
        yield Found(match.start(), match.end(), match[1])


def _with_neighbours(page: Page, cut: int, replacement: str, *, replaced: int) -> Found:
    """The finding at a missing space: the mark before it and the first letter after it."""
    return Found(cut - replaced, cut + 1, replacement + page.after(cut))
