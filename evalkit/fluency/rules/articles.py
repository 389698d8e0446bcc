"""``a`` or ``an``, by the sound of what follows: words, numbers, letters and acronyms.

Sounds come from spelling and the exceptions in ``tables/articles.json``. Where two pronunciations
are current (``an historic``, ``a FAQ``), or the sound of a name is anybody's guess, nothing is
said. Accents are ignored.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Literal, cast

from evalkit.fluency.rules.rule import Found, Page

__all__ = ["articles_by_sound", "sound"]

Sound = Literal["vowel", "consonant"]

_ARTICLE = re.compile(
    r"(?<![\w'’./&@#+-])(an?|An?)[ \u00a0]+[\"“‘'(\[]?((?:[$£€]\d|\w)[\w.,&'’/-]*)"
)
_VOWEL_LETTERS = frozenset("AEFHILMNORSX")
_AMOUNT = re.compile(r"[$£€]?(\d+(?:,\d{3})*)")


def articles_by_sound(page: Page) -> Iterator[Found]:
    """``a`` before a vowel sound, ``an`` before a consonant sound."""
    for match in _ARTICLE.finditer(page.text):
        article, word = match[1], match[2].rstrip(".,&'’/-")
        if page.shielded(*match.span(2)):
            continue
        if article[0] == "A" and not _starts_sentence(page, match.start()):
            continue
        if article == "An" and word[:1].isupper():
            continue  # a name
        needed = sound(word) if word else None
        if needed is not None and (needed == "vowel") != (len(article) == 2):
            yield Found(match.start(), match.end(1), article[0] + "n" * (needed == "vowel"))


def sound(word: str) -> Sound | None:
    """How a word, number or acronym starts when it is read out; None where that is open.

    >>> sound("unified"), sound("hour"), sound("MP"), sound("11-year"), sound("historic")
    ('consonant', 'vowel', 'vowel', 'vowel', None)
    """
    letters = unicodedata.normalize("NFKD", word)
    plain = "".join(char for char in letters if not unicodedata.combining(char))
    if plain[0] in "$£€" or plain[0].isdigit():
        return _number_sound(plain)
    head = re.split(r"[-/&'’]", plain)[0]
    letters = head.replace(".", "")
    if not letters.isascii() and not letters[0].isascii():
        return None
    if len(head) == 1 or head.isupper() or re.match(r"[a-z][A-Z]", head):
        return _letters_sound(head)
    return _word_sound(letters)


def _number_sound(word: str) -> Sound | None:
    """Eight, eleven and eighteen start with a vowel; 1100 and 1800 may be read in two ways."""
    match = _AMOUNT.match(word)
    if match is None:
        return None
    groups = match[1].split(",")
    if groups[0].startswith("8") or groups[0] in ("11", "18"):
        return "vowel"
    if len(groups) == 1 and re.fullmatch(r"1[18]\d\d", groups[0]):
        return None
    return "consonant"


def _letters_sound(head: str) -> Sound | None:
    """An acronym: by its first letter's name, unless it may be read as a word."""
    tables, letters = _tables(), head.replace(".", "")
    if not letters.isalpha():
        return None
    spelled: Sound = "vowel" if letters[0].upper() in _VOWEL_LETTERS else "consonant"
    if letters in tables["spoken"]:
        return _word_sound(letters.lower())
    if letters in tables["spelled"] or "." in head or not re.search("[AEIOUYaeiouy]", letters[1:]):
        return spelled if len(letters) > 1 or letters.isupper() or head == "e" else None
    return spelled if _word_sound(letters.lower()) == spelled else None


def _word_sound(word: str) -> Sound | None:
    """A word: by its first letter, but for the exceptions."""
    tables, lower = _tables(), word.lower()
    if lower in tables["no_noun"] or lower in tables["open"]:
        return None
    if lower in tables["consonant_words"]:
        return "consonant"
    if lower in tables["vowel_words"]:
        return "vowel"
    for key, answer in (
        ("open_prefixes", None),
        ("vowel_prefixes", "vowel"),
        ("vowel_despite_prefixes", "vowel"),
        ("consonant_prefixes", "consonant"),
    ):
        if lower.startswith(tables[key]):
            return cast("Sound | None", answer)
    if not re.search("[aeiouy]", lower) or not lower.isalpha():
        return None
    if word[0].isupper() and lower[0] in "huyx":
        return None  # names: Hermès, Ugg, Ypres, Xi
    return "vowel" if lower[0] in "aeiou" else "consonant"


@cache
def _tables() -> dict[str, tuple[str, ...]]:
    """The exceptions, as tuples, which ``str.startswith`` takes."""
    content = files("evalkit.fluency.rules").joinpath("tables/articles.json").read_text("utf-8")
    return {key: tuple(entries) for key, entries in json.loads(content).items()}


def _starts_sentence(page: Page, position: int) -> bool:
    """Whether a capital here may be that of a sentence's first word."""
    left = page.text[:position].rstrip(" \u00a0\"“‘'(")
    return left == "" or left[-1] in ".!?\r\n…" or page.before(position) in "\r\n"
