"""How a hypothesis lies beside its references and its source, in ``report.json``.

Additive in schema 1: a report of an earlier evalkit has none of it.
"""

from typing import Literal

from evalkit.results.record import Record

__all__ = ["Edit", "Origin", "Pairing", "Stretches"]

Stretches = tuple[tuple[int, int], ...]
"""Spans of one text, by start: code points, end exclusive."""


class Edit(Record):
    """One step from a hypothesis to a reference, as TER counts them."""

    kind: Literal["shift", "insert", "delete", "replace"]
    start: int
    """First code point in the hypothesis; for an insertion the place where it goes."""
    end: int
    """One past the last; an insertion's is its start."""
    reference_start: int = 0
    """What stands for it in the reference; a deletion, and a shift whose words are edited on,
    have nothing there."""
    reference_end: int = 0
    n_edits: int
    """Edits that this counts as: a shift one, the others one for each word."""


class Pairing(Record):
    """What a summary and one of its references have in common, or how a segment is edited into
    one; for the eye: no score.
    """

    reference: str
    """The reference's name."""
    runs: Stretches = ()
    """In the hypothesis: words that stand next to each other in the reference too."""
    reference_runs: Stretches = ()
    """The same in the reference."""
    lcs: Stretches = ()
    """In the hypothesis: a longest common subsequence of words, case aside."""
    reference_lcs: Stretches = ()
    """The same in the reference."""
    edits: tuple[Edit, ...] = ()
    """Of segments and paragraphs, whose other parts are empty: from the hypothesis on."""


class Origin(Record):
    """A source sentence that a sentence of a summary came from."""

    start: int
    """Of the summary's sentence, in the hypothesis."""
    end: int
    source_start: int
    """Of the source sentence, in the source."""
    source_end: int
    share: float
    """Weight of the summary sentence's words that it brought, 0-1; rare words weigh more."""
