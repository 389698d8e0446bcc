"""What scorers and generators have in common: names, fields, signature, and ``close``."""

import math
from collections.abc import Callable, Iterator, Sequence

from evalkit.records import Field

__all__ = [
    "CLOSE",
    "MADE",
    "NEEDS",
    "SIGNATURE",
    "chosen_language",
    "closing",
    "field_problems",
    "lacking",
    "languages_problems",
    "needs_problems",
    "signatures",
]

PARTS = frozenset({"references", "sources"})
SIGNATURE = "return one line of printable text that depends on options and versions alone"
NEEDS = (
    "needs is a frozenset of 'references', 'sources'; languages a frozenset of ISO 639-1 codes, or "
    "None for any"
)
CLOSE = "let close be called at any time"
MADE = "let it be made with the options it was given, with every member of its protocol"


def lacking(made: object, members: Sequence[str]) -> Iterator[str]:
    """Which members of a protocol something has not."""
    absent = [name for name in members if not hasattr(made, name)]
    if absent:
        yield f"{type(made).__name__} lacks {', '.join(absent)}"


def needs_problems(needs: object, languages: object) -> Iterator[str]:
    """What is wrong with what a scorer says it needs and reads."""
    if not isinstance(needs, frozenset) or not needs <= PARTS:
        yield f"needs is {needs!r}"
    yield from languages_problems(languages)


def chosen_language(languages: frozenset[str] | None) -> str:
    """The language that the checks say their texts are in: English where it is read."""
    return "en" if languages is None or "en" in languages or not languages else min(languages)


def languages_problems(languages: object) -> Iterator[str]:
    """What is wrong with the languages that something says it reads."""
    if languages is None:
        return
    if not isinstance(languages, frozenset) or not languages:
        yield f"languages is {languages!r}"
        return
    for code in languages:
        if not isinstance(code, str) or not (code.isalpha() and code.islower() and len(code) < 4):
            yield f"{code!r} among languages"


def field_problems(name: object, fields: Sequence[Field]) -> Iterator[str]:
    """What is wrong with a scorer's fields."""
    if not isinstance(name, str) or not name or "\n" in name:
        yield f"name is {name!r}"
        return
    if not fields:
        yield "no field"
        return
    names = [field.name for field in fields]
    if names[0] != name:
        yield f"the headline field is {names[0]!r}, the name {name!r}"
    for field in fields:
        if names.count(field.name) > 1:
            yield f"{field.name!r} stands twice"
        if not field.unit:
            yield f"{field.name!r} has no unit"
        if math.isnan(field.low) or math.isnan(field.high) or field.low >= field.high:
            yield f"{field.name!r} has bounds from {field.low} to {field.high}"


def signatures(signature: object, others: Sequence[tuple[str, object]]) -> Iterator[str]:
    """What is wrong with a signature, and with those that should equal it."""
    if not isinstance(signature, str) or not signature.strip():
        yield f"it is {signature!r}"
        return
    if not signature.isprintable():
        yield f"it holds a line break or control character: {signature[:80]!r}"
    for when, other in others:
        if other != signature:
            yield f"{when} it is {str(other)[:80]!r}, before {signature[:80]!r}"


def closing(made: object, again: Callable[[], Iterator[str]]) -> Iterator[str]:
    """What goes wrong when ``close``, if there is one, is called twice, and work goes on."""
    close = getattr(made, "close", None)
    if close is None:
        return
    close()
    close()
    yield from again()
