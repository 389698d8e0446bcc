"""Characters that do not belong: lookalikes, invisible ones, broken encodings, other scripts.

Left alone: Greek letters that look like no Latin one (µm, β-carotene), joiners in emoji, words of
other scripts in brackets or quotation marks, or after a colon, where they are cited.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from evalkit.fluency.rules.rule import Found, Page

__all__ = ["broken_encoding", "foreign_script", "full_width", "invisible", "lookalikes"]

_WORD = re.compile(r"[^\W\d_]+")
_INVISIBLE = re.compile(
    "[\u200b\u2060\ufeff\u00ad\u200e\u200f\u202a-\u202e\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]+"
    "|(?<=[A-Za-z])[\u200c\u200d]+(?=[A-Za-z])"
)
_BROKEN = re.compile(
    r"�+|â€(?:™|œ|\u009d|˜|“|”|¦|\u0080.|\u0099)?|Ã[\u0080-\u00bf©¨¡³¶¼¤±]|Â(?=[\u00a0-\u00bf])|ï»¿"
)
_FULL_WIDTH = re.compile(
    r"[，。、；：？！（）「」『』【】《》％]|[\uff21-\uff3a\uff41-\uff5a\uff10-\uff19]+"
)
_OTHER = re.compile(r"[^\W\d_]+(?:[ \u00a0-][^\W\d_]+)*")
_CITED = re.compile(r"[(\[“\"«‘:/=][^()\[\]“”\"«».!?]*$")
_ENGLISH_SCRIPTS = ("LATIN", "GREEK", "MODIFIER", "FEMININE", "MASCULINE", "MICRO", "FULLWIDTH")
_PLAIN = dict(zip("，。、；：？！（）％", ",.,;:?!()%", strict=True))


def lookalikes(page: Page) -> Iterator[Found]:
    """Letters of another alphabet inside a Latin word."""
    letters = _lookalikes()
    for match in _WORD.finditer(page.text):
        word = match.group()
        if word.isascii() or not any(char in letters for char in word):
            continue
        scripts = {_script(char) for char in word}
        if "LATIN" in scripts and len(scripts) > 1:
            plain = "".join(letters.get(char, char) for char in word)
            latin = all(_script(char) == "LATIN" for char in plain)
            yield Found(match.start(), match.end(), plain if latin else None)


def invisible(page: Page) -> Iterator[Found]:
    """Zero-width and control characters."""
    for match in _INVISIBLE.finditer(page.text):
        yield Found(match.start(), match.end(), "")


def broken_encoding(page: Page) -> Iterator[Found]:
    """Replacement characters, and UTF-8 that was read as something else."""
    for match in _BROKEN.finditer(page.text):
        yield Found(match.start(), match.end())


def full_width(page: Page) -> Iterator[Found]:
    """Punctuation, digits and letters of East Asian typesetting."""
    for match in _FULL_WIDTH.finditer(page.text):
        marks = match.group()
        plain = unicodedata.normalize("NFKC", marks) if marks.isalnum() else _PLAIN.get(marks)
        yield Found(match.start(), match.end(), plain)


def foreign_script(page: Page) -> Iterator[Found]:
    """Words in another script than Latin that nothing marks as cited."""
    if page.text.isascii():
        return
    for match in _OTHER.finditer(page.text):
        if match.group().isascii() or _CITED.search(
            page.text[max(match.start() - 80, 0) : match.start()]
        ):
            continue
        for word in _WORD.finditer(match.group()):
            if all(_foreign(char) for char in word.group()):
                yield Found(match.start() + word.start(), match.start() + word.end())


def _foreign(char: str) -> bool:
    """Whether a character is a letter of a script that English words do not use."""
    return char.isalpha() and _script(char) not in _ENGLISH_SCRIPTS


@cache
def _script(char: str) -> str:
    """The first word of a letter's Unicode name, which for letters is the script."""
    return unicodedata.name(char, "UNKNOWN").split()[0]


@cache
def _lookalikes() -> dict[str, str]:
    """Letters that look like Latin ones, and those."""
    content = files("evalkit.fluency.rules").joinpath("tables/lookalikes.json").read_text("utf-8")
    return {str(char): str(latin) for char, latin in json.loads(content).items()}
