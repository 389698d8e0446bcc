"""Outputs in another language or script than was asked for.

The language is judged by ``text.language.not_in``, which never calls a short text or a doubtful
one foreign. It takes a millisecond, so a text is asked about only where its words give cause: in
languages with spaces, a text most of whose words stand in some reference is in their language.

The script: for a language that is written in Latin letters, words in another script that nothing
marks as cited (``fluency.rules.characters``); for another, letters of a third script, or a text of
which less than a third of the letters are the language's own. Addresses, tags and single letters
are left alone.
"""

import json
import unicodedata
from collections.abc import Collection, Iterator
from functools import cache
from importlib.resources import files

from evalkit.fluency.rules.characters import foreign_script
from evalkit.fluency.rules.rule import Page
from evalkit.text.language import Language, language_name, not_in
from evalkit.text.words import words

__all__ = ["foreign", "foreign_letters", "scripts_of", "vocabulary"]

_KNOWN = 0.5
_OWN = 1 / 3
_LETTERS = 20
"""Letters from which on a text can be in the wrong script as a whole."""
_LEAST = 2
"""Letters of a run of a third script that are no symbol."""
_WIDE_FROM = "\u2e80"


def vocabulary(texts: Collection[str]) -> frozenset[str]:
    """The words of some texts, case evened."""
    return frozenset(text[start:end].casefold() for text in texts for start, end in words(text))


def foreign(text: str, language: str, known: Collection[str]) -> Language | None:
    """The language that a text surely is in, where it is another one.

    Args:
        text: the output.
        language: ISO 639-1 code that it should be in.
        known: words of that language (``vocabulary`` of references); may be empty.
    """
    if known and not any(character >= _WIDE_FROM for character in text):
        own = [text[start:end].casefold() for start, end in words(text)]
        telling = [word for word in own if word[0].isalpha()]
        if sum(word in known for word in telling) >= _KNOWN * len(telling):
            return None
    strange = not_in(text, [language])
    # Names are no evidence: what remains of a text without its capitals must be foreign, too.
    return strange if strange is not None and not_in(_uncapitalised(text), [language]) else None


def _uncapitalised(text: str) -> str:
    """A text without the words that begin with a capital; one in capitals stays as it is."""
    found = [text[start:end] for start, end in words(text)]
    small = [word for word in found if not word[0].isupper()]
    return " ".join(small) if any(word[0].islower() for word in found) else text


@cache
def scripts_of(language: str) -> frozenset[str]:
    """Names of the scripts that a language is written in, as Unicode names its letters."""
    content = files("evalkit.guard").joinpath("tables/scripts.json").read_text("utf-8")
    code = language.split("-")[0].lower()
    found = {str(script) for script, codes in json.loads(content).items() if code in codes}
    return frozenset(found or {"LATIN"})


def foreign_letters(text: str, language: str) -> Iterator[tuple[int, int, str]]:
    """Stretches in a script that the language does not use: start, end, and what to say.

    Args:
        text: the output.
        language: ISO 639-1 code that it should be in.
    """
    if text.isascii() and "LATIN" in scripts_of(language):
        return
    scripts = scripts_of(language)
    if scripts == {"LATIN"}:
        page = Page.of(text, complete=False)
        for found in foreign_script(page):
            run = text[found.start : found.end]
            if len(run) >= _LEAST and not page.shielded(found.start, found.end):
                yield found.start, found.end, f"“{run}” is not in the Latin script."
        return
    yield from _other(text, language, scripts)


def _other(text: str, language: str, scripts: frozenset[str]) -> Iterator[tuple[int, int, str]]:
    page = Page.of(text, complete=False)
    own = letters = 0
    third: list[tuple[int, int, str]] = []
    for start, end in words(text):
        if page.shielded(start, end):
            continue
        met = {_script(char) for char in text[start:end] if char.isalpha()}
        n = sum(char.isalpha() for char in text[start:end])
        letters += n
        own += n if met & scripts else 0
        if n and not met & (scripts | _NEUTRAL):
            if third and third[-1][1] == start:  # each ideograph is a word
                start = third.pop()[0]
            third.append((start, end, text[start:end]))
    name = language_name(language)
    if letters >= _LETTERS and own < _OWN * letters:
        yield 0, len(text), f"Most letters are in a script that {name} is not written in."
        return
    for start, end, run in third:
        if len(run) >= _LEAST:
            yield start, end, f"“{run}” is in a script that {name} is not written in."


_NEUTRAL = frozenset(
    {"LATIN", "GREEK", "MODIFIER", "FULLWIDTH", "HALFWIDTH", "ROMAN", "IDEOGRAPHIC", "CIRCLED",
     "KATAKANA-HIRAGANA", "FEMININE", "MASCULINE", "MICRO", "SCRIPT", "DOUBLE-STRUCK",
     "MATHEMATICAL", "UNKNOWN"}
)  # fmt: skip
"""Letters that any language may borrow."""


@cache
def _script(char: str) -> str:
    return unicodedata.name(char, "UNKNOWN").split()[0]
