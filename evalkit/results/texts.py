"""Texts, what was marked in them, and the items that were scored, in ``report.json``."""

from pydantic import Field

from evalkit.results.beside import Origin, Pairing
from evalkit.results.record import Record

__all__ = [
    "Item",
    "Mark",
    "MarkedDocument",
    "OutputInfo",
    "ReferenceText",
    "SentenceScores",
    "SourceText",
    "Token",
]


class Mark(Record):
    """A stretch of a text that a scorer or a reader marked."""

    start: int
    end: int
    scorer: str
    """Who marked it: a scorer's name, or ``annotator`` names for people."""
    finder: str = ""
    """The rule or model part."""
    category: str = ""
    """MQM category."""
    severity: str | None = None
    """``minor`` or ``major``."""
    probability: float | None = None
    """0-1; null for a rule or a person."""
    message: str = ""
    """For a person."""
    correction: str | None = None
    """Text to put there; "" deletes."""


class Token(Record):
    """One token's score."""

    start: int
    end: int
    value: float
    """In the unit that ``token_units`` names."""


class SentenceScores(Record):
    """One sentence of a marked document."""

    start: int
    end: int
    paragraph: int
    """Index of its paragraph, from 0."""
    scores: dict[str, float | None]
    """By field name; null where undefined."""
    notes: tuple[str, ...] = ()
    """Reasons for what is null."""


class MarkedDocument(Record):
    """A text with everything that the fluency scorers found in it."""

    system: str
    """``documents`` for the corpus itself, ``post-edit``, or the name of a summariser."""
    table: str
    """The fluency table it belongs to."""
    id: str
    """The document's id."""
    title: str = ""
    """From the corpus' metadata."""
    language: str = "en"
    text: str
    sentences: tuple[SentenceScores, ...]
    spans: tuple[Mark, ...] = ()
    """All scorers' spans, by start."""
    tokens: dict[str, tuple[Token, ...]] = Field(default_factory=dict)
    """By scorer name."""
    token_units: dict[str, str] = Field(default_factory=dict)
    """What the tokens' values are, by scorer name, for example ``bits`` or ``probability``."""
    scores: dict[str, float | None] = Field(default_factory=dict)
    """The document's scores by field name."""


class SourceText(Record):
    """What a summary or translation was made from."""

    id: str
    """The document's id."""
    title: str = ""
    language: str = "en"
    text: str


class ReferenceText(Record):
    """What a person wrote for an item."""

    name: str
    """For example ``short.a`` or ``post-edit``."""
    text: str


class OutputInfo(Record):
    """How a generated text came about."""

    stop: str
    """``end``, ``length`` or ``error``."""
    words: int
    """Words of the output."""
    target_words: int | None = None
    """Words that were asked for."""
    cut: str = ""
    """What of the source the model did not see; "" when it saw all."""
    error: str = ""
    """Why it failed."""
    usage: dict[str, int] = Field(default_factory=dict)
    """Counts, for example of tokens."""
    details: dict[str, str | int | float] = Field(default_factory=dict)
    """How it came about: prompt hash, seed, the model that answered …"""


class Item(Record):
    """One hypothesis beside its references."""

    table: str
    """The table that it counts in."""
    system: str
    document: str
    """Id of the document."""
    index: int = 0
    """Position in the document (paragraphs); 0 for whole documents."""
    hypothesis: str
    references: tuple[ReferenceText, ...]
    scores: dict[str, float | None]
    """By field name; null where undefined."""
    notes: tuple[str, ...] = ()
    """Reasons for what is null, and failures."""
    matches: tuple[tuple[int, int], ...] = ()
    """Stretches of the hypothesis of two words or more that some reference has too."""
    source: str = ""
    """What a segment was made from, where the run has it; a summary's is its document."""
    pairings: tuple[Pairing, ...] = ()
    """What the hypothesis has in common with each of its references, in their order."""
    origins: tuple[Origin, ...] = ()
    """The source sentences that each sentence of the hypothesis came from, best first."""
    spans: tuple[Mark, ...] = ()
    """Spans in the hypothesis, for example names that the source lacks."""
    output: OutputInfo | None = None
    """For generated texts."""
