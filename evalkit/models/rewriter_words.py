"""Words as the rewriter reads and writes them.

The rewriter's unit is the source's own word, so that a copied word keeps its case, its hyphens
and its apostrophes. The encoder sees a plain form of it: lower case, straight quotation marks, one
dash for all dashes. A possessive ``'s`` stands apart, so that a name can be copied without it.

Left out: recovering white space other than single blanks; a written text is one line.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from evalkit.text.words import tokens

__all__ = ["ReadWord", "joined", "plain", "read_words"]

_CLITIC = re.compile(r"(?<=\w)['’]s$", re.IGNORECASE)
_PLAIN = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'",
                        "`": "'", "–": "-", "—": "-", "‐": "-", "‑": "-", "…": "."})  # fmt: skip
_RUNS = frozenset({"-", ".", "'"})
"""Marks of which a run is read as one word: ``--``, ``...``, ``''``."""
_NO_SPACE_BEFORE = frozenset(",.;:!?)]}%")
_QUOTES = frozenset({'"', "'"})
_CLOSING = frozenset("”")
_NO_SPACE_AFTER = frozenset("([{$£€#")


@dataclass(frozen=True, slots=True)
class ReadWord:
    """A word or mark of a text."""

    start: int
    """First code point in the text."""
    end: int
    """One past the last code point in the text."""
    surface: str
    """``text[start:end]``."""
    plain: str
    """What the encoder sees."""


def plain(surface: str) -> str:
    """The form that the encoder sees: lower case, straight quotation marks, one kind of dash.

    >>> plain("“"), plain("—"), plain("Britain’s")
    ('"', '-', "britain's")
    """
    form = surface.lower().translate(_PLAIN)
    if form in ("''", "--", "---"):
        return '"' if form == "''" else "-"
    return form


def read_words(text: str) -> tuple[ReadWord, ...]:
    """Words and marks of a text, in order; () for a text without any.

    >>> [word.plain for word in read_words("Kim’s men left -- “at last”.")]
    ['kim', "'s", 'men', 'left', '-', '"', 'at', 'last', '"', '.']
    """
    spans: list[tuple[int, int]] = []
    for start, end in tokens(text):
        clitic = _CLITIC.search(text[start:end])
        if clitic is not None:
            spans += [(start, start + clitic.start()), (start + clitic.start(), end)]
        elif spans and _continues(text, spans[-1], start):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return _quotes_named([ReadWord(a, b, text[a:b], plain(text[a:b])) for a, b in spans], text)


def _quotes_named(words: list[ReadWord], text: str) -> tuple[ReadWord, ...]:
    """Single quotation marks that open and close a quotation, read as double ones."""
    if any(word.plain == '"' for word in words):
        return tuple(words)  # a quotation within one stays as it is
    opened: int | None = None
    for i, word in enumerate(words):
        if word.plain != "'":
            continue
        spaced = word.start == 0 or not text[word.start - 1].isalnum()
        if (
            opened is None
            and word.surface != "’"
            and spaced
            and text[word.end : word.end + 1].strip()
        ):
            opened = i
        elif opened is not None and not text[word.end : word.end + 1].isalnum():
            for place in (opened, i):
                words[place] = replace(words[place], plain='"')
            opened = None
    return tuple(words)


def _continues(text: str, last: tuple[int, int], start: int) -> bool:
    mark = text[start]
    return last[1] == start and mark in _RUNS and set(text[last[0] : last[1]]) == {mark}


def joined(surfaces: Sequence[str], *, tight: Sequence[bool | None] = ()) -> str:
    """One line of text from words and marks, spaced as English prints it.

    Straight quotation marks open and close in turn; a single one after a plural's *s* is its
    possessive.

    Args:
        surfaces: the words and marks.
        tight: for each whether it stands close to the one before it, where that is known.

    >>> joined(["Kim", "’s", "men", "said", ":", '"', "no", "!", '"'])
    'Kim’s men said: "no!"'
    """
    pieces: list[str] = []
    still_open: set[str] = set()
    glue = True
    owners = sum(plain(surface) == "'" for surface in surfaces) % 2 == 1
    for i, surface in enumerate(surfaces):
        form = plain(surface)
        opening = False
        close = form == "'s" or form[:1] in _NO_SPACE_BEFORE
        if form in _QUOTES:
            possessive = form == "'" and form not in still_open and owners and surface != "‘"
            possessive = possessive and pieces[-1:] != [] and pieces[-1].endswith("s")
            opening = not possessive and surface not in _CLOSING and form not in still_open
            close = not opening
            (still_open.add if opening else still_open.discard)(form)
        known = tight[i] if i < len(tight) else None
        pieces.append(surface if (glue or close if known is None else known) else " " + surface)
        glue = opening or form in _NO_SPACE_AFTER
    return "".join(pieces).strip()
