"""Which language a text is in, by ``py3langid`` (a maintained fork of langid.py; BSD).

The library is a naive Bayes over byte sequences. Only its languages with an ISO 639-1 code are
kept (``languages.json``), so that a pidgin or dialect counts as the language beside it. A
confidence is the library's own, scaled to the text's length; it is a probability in form only.
With the limits below, 1 of the 5,000 machine-translated segments of ``fluency/mlqe_pe.dev`` is
called foreign (a row of Romanian titles), and 87-95 % of the Japanese, Russian and Ukrainian
sources of ``translations/wmt22``, sentence by sentence, the shortest included.

Left out: texts in two languages. A text is judged as a whole.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from evalkit.text.words import count_words

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

__all__ = ["UNKNOWN", "Language", "detect", "language_name", "not_in"]

_MIN_WORDS = 5
"""A text shorter than this is never called foreign."""
_SURE = 0.7
"""The least confidence in one language at which a text may be called foreign."""
_EXCLUDED = 0.02
"""The most confidence that the allowed languages may then keep between them."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language that a text seems to be in."""

    code: str
    """ISO 639-1 code; ``und`` where the text has no words to go by."""
    name: str
    """English name."""
    confidence: float
    """0-1, higher is surer."""


UNKNOWN = Language("und", "undetermined", 0.0)
"""What a text without words is in."""


def detect(text: str) -> Language:
    """The likeliest language; ``UNKNOWN`` for a text without words. A guess below some 8 words.

    >>> detect("Les bateaux ne sont pas encore partis ce matin.").name
    'French'
    """
    ranked = _ranked(text)
    return ranked[0] if ranked else UNKNOWN


def not_in(text: str, codes: Collection[str]) -> Language | None:
    """The language that a text surely is in, when that is none of ``codes``; else None.

    None means "may well be in one of them": under 5 words, or with some doubt left, a text is
    given the benefit of it, so that clumsy translations, capitals and strings of foreign names
    pass. A language that the library does not know (``languages.json``) can't be ruled out.

    Raises:
        ValueError: ``codes`` is empty.

    >>> not_in("Das Schiff ist heute Morgen noch nicht gekommen.", ["en"]).code
    'de'
    """
    if not codes:
        raise ValueError("no languages to compare with: codes is empty")
    wanted = {code.split("-")[0].lower() for code in codes}
    if count_words(text) < _MIN_WORDS or not wanted <= _names().keys():
        return None
    ranked = _ranked(text)
    best = ranked[0] if ranked else UNKNOWN
    kept = sum(language.confidence for language in ranked if language.code in wanted)
    sure = best.code not in wanted and best.confidence >= _SURE and kept <= _EXCLUDED
    return best if sure else None


def language_name(code: str) -> str:
    """English name of an ISO 639-1 code, or the code itself where it is not known.

    >>> language_name("is"), language_name("x-klingon")
    ('Icelandic', 'x-klingon')
    """
    return _names().get(code, code)


def _ranked(text: str) -> list[Language]:
    """Every language, likeliest first; [] for a text without words."""
    if not any(character.isalpha() for character in text):
        return []
    ranked = _identifier().rank(_evened(text))
    return [Language(code, language_name(code), confidence) for code, confidence in ranked]


def _evened(text: str) -> str:
    """Text mostly in capitals in lower case: the model was trained on running text."""
    upper = sum(character.isupper() for character in text)
    lower = sum(character.islower() for character in text)
    return text.lower() if upper > lower else text


@cache
def _names() -> dict[str, str]:
    names = json.loads(Path(__file__).with_name("languages.json").read_text(encoding="utf-8"))
    return {str(code): str(name) for code, name in names.items()}


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(_names().keys())
    return identifier
