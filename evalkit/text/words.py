"""Words as a reader counts them, as code-point spans into the text as it is.

A word is a run of Unicode letters and digits with its combining marks. It goes on over an inner
hyphen, apostrophe (straight or curly) or ampersand (``night-and-day``, ``don't``, ``AT&T``), over
the separators inside a number (``1,200.50``, ``10:30``), and takes the full stops of an
abbreviation made of single letters (``U.S.``, ``a.m.``). Han, Hiragana and Katakana are written
without spaces: each of their characters is a word.

Every other character is a mark: a token, but no word. ASCII-only tokenisers score accented or
non-Latin text as empty; this one has no such blind spot.

Left out: words of Thai, Lao, Khmer and Burmese (written without spaces; a run counts as one word),
abbreviations of more letters (``Mr.`` is a word and a mark), and addresses of the web, which
count by their parts, because ``first.The`` with its missing space must stay two words.
"""

import re
import unicodedata

__all__ = ["count_words", "tokens", "words"]

_MARK = "\u0300"
"""Stands for any combining mark or joining control."""
_IDEOGRAPH = "\ue000"
"""Stands for any character that is a word by itself."""
_OTHER = "\ufffd"
"""Stands for any private-use character of the text."""
_APOSTROPHES = "\u2019\uff07"
_HYPHENS = "\u2010\u2011\uff0d"
_JOINING_CONTROLS = "\u00ad\u200c\u200d\u2060"
_IDEOGRAPH_RANGES = (
    (0x3005, 0x3007),  # iteration mark, closing mark, zero
    (0x3040, 0x3098),  # Hiragana
    (0x309B, 0x30FF),  # Katakana
    (0x31F0, 0x31FF),  # small Katakana
    (0x3400, 0x4DBF),  # Han, extension A
    (0x4E00, 0x9FFF),  # Han
    (0xF900, 0xFAFF),  # Han, compatibility
    (0xFF66, 0xFF9F),  # half-width Katakana
    (0x1B000, 0x1B16F),  # Kana supplements
    (0x20000, 0x3FFFD),  # Han, further extensions
)

_ALNUM = rf"(?:[^\W_]{_MARK}*)"
_LETTER = rf"(?:[^\W\d_]{_MARK}*)"
_INITIALS = rf"{_LETTER}(?:\.{_LETTER})+(?![^\W_])\.?"
_RUN = rf"{_ALNUM}+(?:[.,:/٫٬](?<=\d.)(?=\d){_ALNUM}+)*"
_WORD = rf"(?:{_INITIALS}|{_RUN})(?:[-'&](?:{_INITIALS}|{_RUN}))*|{_IDEOGRAPH}{_MARK}*"
_WORDS = re.compile(_WORD)
_TOKENS = re.compile(rf"{_WORD}|\S{_MARK}*")


class _Shapes(dict[int, str]):
    """Code point -> the one character that stands for its class; filled as texts need it."""

    def __missing__(self, point: int) -> str:
        shape = _shape(chr(point))
        self[point] = shape
        return shape


def _shape(character: str) -> str:
    point = ord(character)
    category = unicodedata.category(character)
    if category.startswith("M") or character in _JOINING_CONTROLS:
        return _MARK
    if any(low <= point <= high for low, high in _IDEOGRAPH_RANGES) and category[0] in "LN":
        return _IDEOGRAPH
    if character in _APOSTROPHES:
        return "'"
    if character in _HYPHENS:
        return "-"
    return _OTHER if category == "Co" else character


_shapes = _Shapes()


def words(text: str) -> tuple[tuple[int, int], ...]:
    """Spans of the words, in order, end exclusive; () for a text without any.

    >>> text = "Britain's U.S.-led talks - at 10:30 - cost 1,200.50 euros."
    >>> [text[start:end] for start, end in words(text)]
    ["Britain's", 'U.S.-led', 'talks', 'at', '10:30', 'cost', '1,200.50', 'euros']
    """
    return _spans(_WORDS, text)


def tokens(text: str) -> tuple[tuple[int, int], ...]:
    """Spans of the words and of each single mark: together every character but white space.

    >>> text = "“No,” they said.."
    >>> [text[start:end] for start, end in tokens(text)]
    ['“', 'No', ',', '”', 'they', 'said', '.', '.']
    """
    return _spans(_TOKENS, text)


def count_words(text: str) -> int:
    """Number of words, 0 for an empty text.

    >>> count_words("The people-smuggling gangs didn't stop.")
    5
    """
    return len(words(text))


def _spans(pattern: re.Pattern[str], text: str) -> tuple[tuple[int, int], ...]:
    # One character stands for one, so that spans of the shapes are spans of the text.
    shapes = text if text.isascii() else text.translate(_shapes)
    return tuple(match.span() for match in pattern.finditer(shapes))
