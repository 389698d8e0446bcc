"""The frozen records that cross a border between rooms. They hold data and check it; no work.

All offsets are Unicode code points, end exclusive, into the text as it stands in its file
(newlines untranslated). Arrays are numpy; this room imports numpy and nothing heavier.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "CATEGORIES",
    "SCHEMA_VERSION",
    "Batch",
    "BoolArray",
    "Context",
    "Document",
    "Field",
    "FloatArray",
    "GenerationBatch",
    "Length",
    "Measured",
    "Output",
    "Segment",
    "SetScore",
    "Severity",
    "Span",
    "TokenScore",
]

SCHEMA_VERSION = 1
"""Version of everything that is written to a run folder or printed as JSON."""

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Severity = Literal["minor", "major"]

CATEGORIES = ("grammar", "punctuation", "spelling", "unnatural", "register", "inconsistency")
"""The MQM fluency categories that spans carry."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text in which something is wrong."""

    start: int
    """First code point."""
    end: int
    """One past the last code point; at least ``start``."""
    category: str
    """One of CATEGORIES."""
    severity: Severity | None = None
    """How much the reader stumbles, or None where the finder cannot tell."""
    probability: float | None = None
    """The finder's probability that this is an error, 0-1; None for a rule."""
    finder: str = ""
    """The rule, model or annotator that marked it, for example ``mechanics.doubled-word``."""
    message: str = ""
    """One sentence for a person."""
    correction: str | None = None
    """Text to put in the span's place ("" deletes it), or None where none is offered."""

    def moved(self, by: int) -> "Span":
        """The same span, ``by`` code points further on."""
        return Span(
            self.start + by, self.end + by, self.category, self.severity,
            self.probability, self.finder, self.message, self.correction,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class TokenScore:
    """One token of a scored text and what the model thinks of it."""

    start: int
    """First code point."""
    end: int
    """One past the last code point."""
    value: float
    """The scorer's per-token number; its ``token_unit`` says what it is, where it has one."""


@dataclass(frozen=True, slots=True)
class Document:
    """A text as it was read, with what its file said about it."""

    id: str
    """Unique in its corpus."""
    text: str
    """The whole text, newlines untranslated."""
    language: str = "en"
    """ISO 639-1 code."""
    origin: str = ""
    """File (relative to the corpus) and line or row, for messages."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Every other column, as text."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence or paragraph of a document."""

    document: str
    """Id of the document."""
    index: int
    """Position among the document's segments of this kind, from 0."""
    paragraph: int
    """Index of the paragraph it lies in, from 0."""
    start: int
    """First code point in the document's text."""
    end: int
    """One past the last code point in the document's text."""
    text: str
    """``document.text[start:end]``."""


@dataclass(frozen=True, slots=True)
class Context:
    """Where a hypothesis stands in a longer text, for scorers that look around it."""

    text: str
    """The whole document."""
    start: int
    """``text[start : start + len(hypothesis)]`` is the hypothesis."""


@dataclass(frozen=True, slots=True)
class Field:
    """A name for one of the numbers that a scorer gives."""

    name: str
    """Unique among the scorer's fields; the headline field bears the scorer's own name."""
    unit: str
    """For example ``"0-100"`` or ``"errors per 100 words"``."""
    higher_is_better: bool | None
    """None where neither direction is better (a length ratio, say)."""
    low: float = 0.0
    """Smallest possible value."""
    high: float = 100.0
    """Largest possible value; ``inf`` where there is none."""


@dataclass(frozen=True, slots=True)
class SetScore:
    """A number of a whole set of texts that no sum over them gives; it is not resampled."""

    name: str
    """The measure, for example ``distinct2``."""
    unit: str
    """For example ``0-100``."""
    higher_is_better: bool | None
    """None where neither direction is better."""
    value: float
    """NaN where undefined."""
    n_texts: int
    """Texts in the set."""
    reason: str
    """Why the value is undefined; "" where it is not."""
    signature: str
    """Everything that decides the value."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What a scorer measures: n hypotheses and what belongs to each."""

    hypotheses: tuple[str, ...]
    """The n texts to score."""
    references: tuple[tuple[str, ...], ...] | None = None
    """For each hypothesis its references, as many as it has; None where there are none at all."""
    sources: tuple[str, ...] | None = None
    """For each hypothesis the text it was made from."""
    documents: tuple[str, ...] | None = None
    """For each hypothesis the id of its document."""
    contexts: tuple[Context, ...] | None = None
    """For each hypothesis its place in its document. None: each stands alone."""
    language: str = "en"
    """ISO 639-1 code of the hypotheses."""

    def __post_init__(self) -> None:
        for name in ("references", "sources", "documents", "contexts"):
            part = getattr(self, name)
            if part is not None and len(part) != len(self.hypotheses):
                raise ValueError(
                    f"{len(self.hypotheses)} hypotheses but {len(part)} {name}: one each is needed"
                )
        for at, own in enumerate(self.references or ()):
            if _is_bare(own):
                raise ValueError(
                    f"references[{at}] is a bare text, each character of which would count as a "
                    "reference; give one tuple for each hypothesis"
                )

    def __len__(self) -> int:
        return len(self.hypotheses)


def _is_bare(references: object) -> bool:
    return isinstance(references, str)


@dataclass(frozen=True, slots=True)
class Measured:
    """What a scorer found: a row of additive statistics per hypothesis."""

    statistics: FloatArray
    """(n, k), additive; the rows of invalid items are zero."""
    valid: BoolArray
    """(n,), False where the item could not be measured."""
    reasons: Mapping[int, str] = field(default_factory=dict)
    """For each invalid row the reason, in words."""
    spans: tuple[tuple[Span, ...], ...] | None = None
    """For each hypothesis its error spans, offsets into the hypothesis; a span may reach past
    its end into the text that follows in the context. None: the scorer marks no spans."""
    tokens: tuple[tuple[TokenScore, ...], ...] | None = None
    """For each hypothesis its tokens' scores, offsets into the hypothesis."""
    cuts: Mapping[int, str] = field(default_factory=dict)
    """For each row of which the model did not see all: what it did not see, in words."""

    def __post_init__(self) -> None:
        n = self.valid.shape[0]
        if self.statistics.ndim != 2 or self.statistics.shape[0] != n:
            raise ValueError(f"statistics of shape {self.statistics.shape} for {n} items")
        if not np.isfinite(self.statistics).all():
            raise ValueError("statistics hold NaN or infinity; mark such rows invalid instead")
        missing = set(np.flatnonzero(~self.valid).tolist()) - set(self.reasons)
        if missing:
            raise ValueError(f"invalid rows without a reason: {sorted(missing)}")


@dataclass(frozen=True, slots=True)
class Length:
    """How long a summary should be, in words."""

    words: int
    """The target."""
    kind: str = ""
    """The reference kind it was derived from, for example ``"short"``; "" for a plain count."""


@dataclass(frozen=True, slots=True)
class GenerationBatch:
    """What a generator summarises."""

    ids: tuple[str, ...]
    """Document ids."""
    texts: tuple[str, ...]
    """The documents' texts."""
    length: Length
    """The length that is asked for."""
    language: str = "en"
    """ISO 639-1 code of the texts."""


@dataclass(frozen=True, slots=True)
class Output:
    """One generated text and how it came about."""

    text: str
    """The text; "" where generation failed."""
    stop: str
    """Why it ended: ``"end"``, ``"length"`` or ``"error"``."""
    usage: Mapping[str, int] = field(default_factory=dict)
    """Counts, for example ``{"source_words": 400, "words": 58}``."""
    cut: str = ""
    """What of the source the model did not see, in words; "" where it saw all of it."""
    error: str = ""
    """Why it failed; "" where it did not."""
    details: Mapping[str, str | int | float] = field(default_factory=dict)
    """How it came about, for example ``{"prompt": "sha256-…", "seed": 7}``; never a secret."""
