"""Comma splices: two main clauses with nothing but a comma between them.

Found where the second clause begins with a pronoun (or *these* and a noun) and a finite verb of
the closed classes (*is*, *must*, *need* …), and the first begins like a main clause and holds such
a verb too. Left alone: a first clause with a subordinating word (*if it rains, we stay*), with a
negation (*it is no plan, it is a promise* is a figure of speech), of fewer than three words or
broken off (*the thing is, we stay*), and reports (*it is late, it was said*). Splices of other
verbs are left out: without a parser they cannot be told from lists and appositions.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from evalkit.fluency.rules.rule import Found, Page, table

__all__ = ["comma_splices"]

_FINITE = (
    r"(?:is|are|was|were|am|has|have|had|does|do|did|will|would|can|could|cannot|must|should|may"
    r"|might|shall|needs?|wants?)"
)
_PRONOUN = r"(?:I|we|you|they|he|she|it|there|this|(?:these|those)[ \u00a0]+[a-z]+)"
_CONTRACTED = r"(?:I|we|you|they|he|she|it|there)['’](?:m|re|s|ve|ll|d)"
_SECOND = re.compile(
    rf"(?:{_PRONOUN}[ \u00a0]+{_FINITE}(?:n['’]t)?|{_CONTRACTED})(?![\w'’])"
    rf"(?P<rest>(?:[ \u00a0]+[\w'’-]+){{1,4}})"
)
_START = re.compile(r"(?:(?<=[.?!:;][\"”’' \u00a0])|(?<=[“\"(—–\n])|^)[“\"]?(?=\w)", re.MULTILINE)
_MAIN = re.compile(
    rf"(?:{_PRONOUN}|(?:the|a|an|my|our|your|their|his|her|its)[ \u00a0]+\w+|[A-Z]\w+)[ \u00a0]",
    re.IGNORECASE,
)
_VERB = re.compile(rf"\b{_FINITE}\b|['’](?:m|re|ve|ll)\b", re.IGNORECASE)
_WORD = re.compile(r"[\w'’-]+")
_NEGATED = re.compile(r"n['’]t$")
_COORDINATORS = frozenset({"and", "or", "but"})
_FEWEST = 3
_REPORTS = frozenset(
    {
        "said",
        "told",
        "reported",
        "thought",
        "understood",
        "believed",
        "hoped",
        "added",
        "argued",
        "claimed",
    }
)


def comma_splices(page: Page) -> Iterator[Found]:
    """The word before the comma, and the comma; a semicolon would do."""
    for start in sorted({match.end() for match in _START.finditer(page.text)}):
        yield from _chain(page, start)


def _chain(page: Page, start: int) -> Iterator[Found]:
    """The splices of one sentence: clause after clause, as long as each is a main clause."""
    while True:
        comma = _end_of_clause(page.text, start)
        if comma is None or not _is_main(page.text[start:comma]):
            return
        second = _SECOND.match(page.text, _skip_space(page.text, comma + 1))
        if second is None or _REPORTS & set(second["rest"].lower().split()):
            return
        last = start + [match.start() for match in _WORD.finditer(page.text[start:comma])][-1]
        yield Found(last, comma + 1, page.text[last:comma] + ";")
        start = second.start()


def _end_of_clause(text: str, start: int) -> int | None:
    """The comma that ends the clause, or None where another mark does."""
    mark = re.compile(r"[^\w\s'’\u00a0-]").search(text, start)
    return mark.start() if mark is not None and mark.group() == "," else None


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \u00a0":
        position += 1
    return position


def _is_main(clause: str) -> bool:
    words = [match.group().lower() for match in _WORD.finditer(clause)]
    bound = any(word in table("subordinating") or _NEGATED.search(word) for word in words)
    turned = any(a in _COORDINATORS and b in table("opening") for a, b in pairwise(words))
    return (
        len(words) >= _FEWEST
        and "\n" not in clause
        and not (bound or turned)
        and words[0] not in table("opening")
        and _VERB.fullmatch(words[-1]) is None
        and _MAIN.match(clause) is not None
        and _VERB.search(clause) is not None
    )
