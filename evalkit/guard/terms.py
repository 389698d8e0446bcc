"""Terms of a glossary whose required translation is missing.

A term is looked for in the source as a whole word, as it is written (case ignored, unless the
glossary says ``exact``); in languages without spaces, anywhere. Its translation is found as it is,
or, unless it must be exact, with another ending: the last word may lose its last letter if it has
five or more, and go on by up to three. So an inflected translation passes; a term that is inflected
in the source is not looked for.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from evalkit.corpus.glossary import Term
from evalkit.guard.finding import Finding

__all__ = ["missing_terms"]

_STEM = 5
_MORE = 3
_WIDE_FROM = "\u0e00"
"""From here on stand the scripts without spaces."""


def missing_terms(item: int, source: str, output: str, terms: Iterable[Term]) -> Iterator[Finding]:
    """A finding for each term of the source that has none of its translations in the output."""
    for term in terms:
        if not _source(term.term, term.exact).search(source):
            continue
        if not any(_target(text, term.exact).search(output) for text in term.translations):
            wanted = " or ".join(f"“{text}”" for text in term.translations)
            yield Finding("term", item, f"“{term.term}” should be {wanted}.", about=term.term)


@lru_cache(maxsize=65536)
def _source(term: str, exact: bool) -> re.Pattern[str]:
    return re.compile(_bounded(term, _words(term), term), 0 if exact else re.IGNORECASE)


@lru_cache(maxsize=65536)
def _target(text: str, exact: bool) -> re.Pattern[str]:
    words = text.split()
    if exact or not words or not words[-1].isalpha() or text[-1] >= _WIDE_FROM:
        return re.compile(_bounded(text, _words(text), text), 0 if exact else re.IGNORECASE)
    last = words[-1]
    stem = last[:-1] if len(last) >= _STEM else last
    body = _words(" ".join([*words[:-1], stem])) + rf"\w{{0,{_MORE + len(last) - len(stem)}}}"
    return re.compile(_bounded(text, body, text), re.IGNORECASE)


def _words(text: str) -> str:
    return r"\s+".join(map(re.escape, text.split()))


def _bounded(text: str, body: str, whole: str) -> str:
    """The pattern with word boundaries where the text starts and ends with a word of letters."""
    start = r"(?<!\w)" if text[:1].isalnum() and text[0] < _WIDE_FROM else ""
    end = r"(?!\w)" if whole[-1:].isalnum() and whole[-1] < _WIDE_FROM else ""
    return f"{start}{body}{end}"
