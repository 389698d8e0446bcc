"""Tokens for ROUGE.

``rouge_score`` gives the tokens of rouge-score 0.1.2: runs of ``a-z0-9`` in the lower-cased text.
It is blind to every other letter: accented words fall apart and other scripts vanish, so that a
perfect Greek summary scores 0. ``unicode``, the default here, gives the same tokens on ASCII text
and right ones elsewhere: runs of letters, digits and their marks after compatibility
normalisation (NFKC) and case folding; scripts written without spaces (Han, Kana, Bopomofo, Thai,
Lao, Burmese, Khmer, Tibetan) go character by character. Both drop punctuation and symbols and can
stem words of more than three characters (Porter).

Left out: word segmentation of those scripts, and other languages' stemmers.
"""

import functools
import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import chain, groupby

from evalkit.metrics.porter import stem

__all__ = ["TOKENIZERS", "find", "folded", "forget", "plain", "stems", "tokenize"]

TOKENIZERS = ("unicode", "rouge_score")
"""The names of the tokenisers."""

_TABLE = bytes(
    ord(chr(point).lower()) if (point < 128 and chr(point).isalnum()) or point == 10 else 32
    for point in range(256)
)
"""ASCII letters in lower case, digits and the line feed; everything else separates tokens."""
_DOTTED_I, _KELVIN = "\u0130", "\u212a"
"""The only characters outside ASCII whose lower case has ASCII in it."""
_UNSPACED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u0f00-\u0fff"  # Tibetan
    "\u1000-\u109f\ua9e0-\ua9ff\uaa60-\uaa7f"  # Burmese
    "\u1780-\u17ff"  # Khmer
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3038-\u303b"  # radicals and ideographic signs
    "\u3040-\u312f\u31a0-\u31bf\u31f0-\u31ff"  # Kana, Bopomofo
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Han
    "\U0001aff0-\U0001b16f\U00020000-\U0003fffd"  # Kana supplements, Han extensions
)
_UNUSUAL = re.compile(
    "[^\x00-\u02ff"  # Latin
    "\u0370-\u0482\u048a-\u0590"  # Greek, Cyrillic, Armenian
    "\u1e00-\u20cf"  # Latin and Greek with accents, marks and signs
    "\uac00-\ud7a3]"  # Hangul
)
_USUAL_WORD = re.compile(r"[^\W_]+")
"""A token where there is no combining mark and no script without spaces: five times as fast."""
_N_STEMS = 1 << 17
"""Words whose stems are remembered at a time."""
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
"""Soft hyphen, joiners and direction marks, which do not separate words."""
_MARKS = "‘’“”–—•«»€£°"
"""Marks of otherwise English text, which separate words."""


class _Stems(dict[str, str]):
    """Token -> its stem, or itself where it has at most three characters."""

    def __missing__(self, token: str) -> str:
        if len(self) >= _N_STEMS:
            self.clear()
        found = self[token] = stem(token) if len(token) > 3 else token
        return found


_stems = _Stems()


def tokenize(text: str, *, tokenizer: str = "unicode", stemmer: bool = False) -> tuple[str, ...]:
    """The tokens of a text; () for a text without any.

    >>> tokenize("Don't panic: 1,200 café-goers!")
    ('don', 't', 'panic', '1', '200', 'café', 'goers')
    >>> tokenize("Don't panic: 1,200 café-goers!", tokenizer="rouge_score")
    ('don', 't', 'panic', '1', '200', 'caf', 'goers')
    """
    if tokenizer == "unicode":
        text = folded(text)
    tokens = find(text) if tokenizer == "unicode" and not text.isascii() else _split(text)
    return tuple(stems(tokens) if stemmer else tokens)


def stems(tokens: Iterable[str]) -> Iterator[str]:
    """The stem of each token of more than three characters, the others as they are.

    >>> list(stems(["ferries", "sailing", "was"]))
    ['ferri', 'sail', 'was']
    """
    return map(_stems.__getitem__, tokens)


def forget() -> None:
    """Drop the stems that are kept, for a fair timing."""
    _stems.clear()


def folded(text: str) -> str:
    """The text as ``unicode`` compares it: ASCII as it is, else normalised and without case.

    A text with nothing but ASCII and common marks comes back as ASCII, which is read faster.

    >>> folded("“Straße”")
    ' strasse '
    """
    if text.isascii():
        return text
    for character in _INVISIBLE:
        text = text.replace(character, "")
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    for character in _MARKS:
        text = text.replace(character, " ")
    return text


def find(text: str) -> list[str]:
    """The tokens of a folded text that has more than ASCII in it."""
    pattern = _word_pattern() if _UNUSUAL.search(text) else _USUAL_WORD
    return pattern.findall(text)


def plain(text: str) -> bytes:
    """What ``rouge_score`` reads: lower-case letters and digits, spaces, line feeds.

    >>> plain("It's 5°C in the Café.")
    b'it s 5 c in the caf  '
    """
    if not text.isascii():
        text = text.replace(_DOTTED_I, "i\u0307").replace(_KELVIN, "k")
    # Every other character becomes a question mark, which separates tokens like any mark.
    return text.encode("ascii", "replace").translate(_TABLE)


def _split(text: str) -> list[str]:
    return plain(text).decode("ascii").split()


@functools.cache
def _word_pattern() -> re.Pattern[str]:
    marks = "".join(_mark_ranges())
    word = rf"(?:[^\W_{_UNSPACED}][{marks}]*)+"
    return re.compile(rf"{word}|[{_UNSPACED}](?<=[^\W_])[{marks}]*")


def _mark_ranges() -> Iterator[str]:
    """Ranges of combining marks for a character class; the class of word characters lacks them."""
    points = chain(range(0x300, 0x20000), range(0xE0100, 0xE01F0))
    marks = (point for point in points if unicodedata.category(chr(point))[0] == "M")
    for _, run in groupby(enumerate(marks), key=lambda pair: pair[1] - pair[0]):
        found = [chr(point) for _, point in run]
        yield f"{found[0]}-{found[-1]}"
