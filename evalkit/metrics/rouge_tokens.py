"""Tokens for ROUGE, line by line.

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
import sys
import unicodedata
from collections.abc import Iterator
from itertools import chain, groupby

from evalkit.metrics.porter import stem

__all__ = ["TOKENIZERS", "Lines", "tokenize", "tokenize_lines"]

TOKENIZERS = ("unicode", "rouge_score")
"""The names of the tokenisers."""

Lines = tuple[tuple[str, ...], ...]

_ASCII = re.compile(r"[a-z0-9]+")
_TABLE = {
    point: character.lower() if (character := chr(point)).isalnum() else " "
    for point in range(128)
    if point != ord("\n")
}
"""What ``_ASCII`` finds in lower-cased ASCII text, as a table: ten times as fast."""
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
_N_STEMS = 1 << 17
"""Words whose stems are remembered at a time."""
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
"""Soft hyphen, joiners and direction marks, which do not separate words."""


class _Stems(dict[str, str]):
    """Token -> its stem, or itself where it has at most three characters."""

    def __missing__(self, token: str) -> str:
        if len(self) >= _N_STEMS:
            self.clear()
        found = self[token] = sys.intern(stem(token) if len(token) > 3 else token)
        return found


_stems = _Stems()


def tokenize(text: str, *, tokenizer: str = "unicode", stemmer: bool = False) -> tuple[str, ...]:
    """The tokens of a text; () for a text without any.

    >>> tokenize("Don't panic: 1,200 café-goers!")
    ('don', 't', 'panic', '1', '200', 'café', 'goers')
    >>> tokenize("Don't panic: 1,200 café-goers!", tokenizer="rouge_score")
    ('don', 't', 'panic', '1', '200', 'caf', 'goers')
    """
    return tuple(chain.from_iterable(tokenize_lines(text, tokenizer, stemmer)))


@functools.lru_cache(maxsize=1 << 14)
def tokenize_lines(text: str, tokenizer: str, stemmer: bool) -> Lines:
    """The tokens of each line that has any; only the line feed separates lines.

    Cached, because ROUGE-1, -2, -L and -Lsum of one text need the same tokens.

    >>> tokenize_lines(f"One line.{chr(10)}Another line.", "unicode", False)
    (('one', 'line'), ('another', 'line'))
    """
    lines = _lines(text, tokenizer)
    finish = _stems.__getitem__ if stemmer else sys.intern
    return tuple(tuple(map(finish, line)) for line in lines if line)


def _lines(text: str, tokenizer: str) -> Iterator[list[str]]:
    if text.isascii():
        return (line.split() for line in text.translate(_TABLE).split("\n"))
    if tokenizer == "rouge_score":
        return (_ASCII.findall(line) for line in text.lower().split("\n"))
    return (_word_pattern().findall(line) for line in _folded(text).split("\n"))


def _folded(text: str) -> str:
    visible = unicodedata.normalize("NFKC", text.translate(_INVISIBLE))
    return unicodedata.normalize("NFKC", visible.casefold())


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
