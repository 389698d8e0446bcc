"""What the sanity gate and a report say to each other: the sanity part of ``report.json``.

Additive in schema 1: a report of an earlier
evalkit has no such part.
"""

from pydantic import Field

from evalkit.results.record import Record

__all__ = ["SanityFinding", "SanityKind", "SanityRow", "SanityTable"]


class SanityKind(Record):
    """A kind of finding."""

    name: str
    """For example ``copied-source``."""
    title: str
    """For a table's head."""
    meaning: str
    """What it says of an output."""


class SanityRow(Record):
    """How many outputs of one system have a finding of each kind."""

    system: str
    n_outputs: int
    """Outputs that were looked at."""
    counts: dict[str, int]
    """Outputs by kind, for every kind that was looked for; 0 where none has it."""
    unchecked: dict[str, str] = Field(default_factory=dict)
    """Kinds that could not be looked for, with the reason."""


class SanityFinding(Record):
    """Something that is wrong with one output."""

    system: str
    document: str
    """Id of the document, or of the segment."""
    index: int = 0
    """Position in the document."""
    kind: str
    message: str
    """One sentence for a person."""
    start: int | None = None
    """First code point of the stretch in the output; null where there is none to point at."""
    end: int | None = None
    """One past the last code point."""


class SanityTable(Record):
    """The outputs of one table, system by system."""

    table: str
    """The table whose outputs these are."""
    title: str
    """For a person."""
    unit: str
    """What an output is: ``document``, ``paragraph`` or ``segment``."""
    kinds: tuple[SanityKind, ...]
    """Every kind, in order."""
    rows: tuple[SanityRow, ...]
    """The systems, in the order of the table."""
    findings: tuple[SanityFinding, ...]
    """By system, then output; of each system and kind at most as many as ``n_listed``."""
    n_listed: int
    """The most findings of one kind that are listed for a system; the counts are of all."""
    notes: tuple[str, ...] = ()
    """What the outputs were taken for."""
