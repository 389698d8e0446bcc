"""What the sanity gate finds: one record, and the kinds that there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = ["KINDS", "TASKS", "Finding", "Kind", "Task"]

Task = Literal["translation", "summary"]
"""What the outputs are asked to be: a summary may leave out, a translation may not."""

TASKS: tuple[Task, ...] = ("translation", "summary")
"""Every task."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of finding."""

    title: str
    """For a table's head."""
    meaning: str
    """What it says of an output, for a legend."""
    needs: str = ""
    """What it cannot be looked for without: ``source``, ``glossary``, ``language``."""


KINDS: Mapping[str, Kind] = {
    "empty": Kind("empty", "nothing but white space"),
    "copied-source": Kind("copied source", "the source, not translated or shortened", "source"),
    "wrong-language": Kind("wrong language", "surely in another language", "language"),
    "wrong-script": Kind("wrong script", "letters of another script", "language"),
    "loop": Kind("loop", "the same words over and over"),
    "cut-ending": Kind("cut ending", "ends in the middle of a sentence"),
    "leftover": Kind("leftover", "template, prompt or model tokens left in"),
    "number": Kind("number", "a number lost, changed or made up", "source"),
    "name": Kind("name", "a name lost, changed or made up", "source"),
    "url": Kind("address", "a web or mail address lost or changed", "source"),
    "placeholder": Kind("placeholder", "a placeholder lost, changed or added", "source"),
    "tag": Kind("tag", "a tag lost or added", "source"),
    "term": Kind("term", "a glossary term without its translation", "glossary"),
}
"""Every kind, in the order of tables."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with one output."""

    kind: str
    """One of ``KINDS``."""
    item: int
    """Which output, from 0."""
    message: str
    """One sentence for a person."""
    start: int | None = None
    """First code point of the stretch in the output; None where there is none to point at."""
    end: int | None = None
    """One past the last code point."""
    about: str = ""
    """What of the source it is about: the number, name, address, placeholder, tag or term."""
