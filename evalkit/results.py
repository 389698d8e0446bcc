"""What a finished run says: the documented, versioned shape of ``report.json``.

Part of the room ``records``: frozen pydantic models, so that ``evalkit schema report`` prints
their JSON Schema. The pipeline fills them, the store writes and reads them, the report formats
them. Offsets are code points, end exclusive, into the text of the same record. A number that is
undefined is null and comes with a note that says why.
"""

from pydantic import BaseModel, ConfigDict, Field

from evalkit.records import SCHEMA_VERSION
from evalkit.sanity import SanityTable

__all__ = [
    "Comparison",
    "Item",
    "Mark",
    "MarkedDocument",
    "OutputInfo",
    "Rank",
    "ReferenceText",
    "Report",
    "RunInfo",
    "Score",
    "SentenceScores",
    "Table",
    "Token",
]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Score(_Record):
    """One number of one system in one table."""

    system: str
    """The system's name."""
    scorer: str
    """The scorer's name, for example ``rouge1``."""
    field: str
    """The field's name, for example ``rouge1.recall``; the headline field is the scorer's name."""
    unit: str
    """For example ``0-100``."""
    higher_is_better: bool | None
    """None where neither direction is better."""
    value: float | None
    """The score of all items together; null where undefined, with the reason in ``note``."""
    low: float | None = None
    """Lower end of the interval; null where there is none."""
    high: float | None = None
    """Upper end of the interval."""
    note: str = ""
    """Why there is no value or no interval, or what to mind about it."""
    n_scored: int
    """Items behind the value."""
    n_skipped: int
    """Items that could not be scored."""
    signature: str
    """Everything that decides the number."""
    interval_signature: str = ""
    """Everything that decides the interval: kind, weights, draws, seed, unit, confidence."""


class Comparison(_Record):
    """A paired test of two systems on the items that both have."""

    field: str
    """The field that was compared."""
    system_a: str
    """The first system."""
    system_b: str
    """The second system; a positive delta means that the first has the larger number."""
    delta: float | None
    """Score of a minus score of b on the common items."""
    p: float | None
    """Two-sided p-value; null where there are too few clusters."""
    p_adjusted: float | None = None
    """After the table's correction over the comparisons of this field."""
    low: float | None = None
    """Lower end of the interval of delta; null where there is none."""
    high: float | None = None
    """Upper end of the interval of delta."""
    effect: float | None = None
    """Delta in standard errors."""
    smallest_difference: float | None = None
    """The smallest true difference that these items would show in 80 of 100 such test sets at
    p < 0.05: (z.975 + z.80) standard errors; null where the standard error is 0 or unknown."""
    wins: int = 0
    """Items on which a is better."""
    losses: int = 0
    """Items on which b is better."""
    ties: int = 0
    """Items on which they are equal."""
    n_items: int = 0
    """Items valid for both."""
    note: str = ""
    """Why there is no p-value, or what to mind."""
    signature: str = ""
    """Everything that decides the p-value: kind of test, weights, draws, seed, unit."""


class Rank(_Record):
    """A system's place in one field, in significance clusters as WMT's findings draw them."""

    field: str
    """The field that systems are ordered by."""
    system: str
    cluster: int
    """From 1, the best: every system of a cluster is significantly better than every system of
    the clusters after it."""
    best_rank: int
    """1 and the number of systems that are significantly better."""
    worst_rank: int
    """The number of systems less those that are significantly worse."""


class Table(_Record):
    """Systems by scores: one question, answered."""

    name: str
    """Unique in the run: ``fluency``, ``summaries.short``, ``post-edit``."""
    title: str
    """For a person."""
    unit: str
    """What an item is: ``sentence``, ``paragraph``, ``document`` or ``segment``."""
    cluster: str
    """What was resampled: the unit, or ``document``."""
    n_items: int
    """Items in the table."""
    n_clusters: int
    """Clusters that were resampled."""
    confidence: float = 95.0
    """Of the intervals, in percent."""
    draws: int = 0
    """Resamples behind each interval and each p-value; 0 where nothing was resampled."""
    seed: int = 0
    """Seed of every draw."""
    systems: tuple[str, ...]
    """In the order of the config."""
    scores: tuple[Score, ...]
    """Every system's numbers, by system, then scorer, then field."""
    comparisons: tuple[Comparison, ...] = ()
    """All pairs, or all with the baseline, for each headline field."""
    correction: str = "holm"
    """Of the p-values of one field: ``holm``, ``bh`` (Benjamini and Hochberg) or ``none``."""
    ranks: tuple[Rank, ...] = ()
    """For each headline field with a direction, the systems best first; none where not all pairs
    were compared, or none could be tested."""
    notes: tuple[str, ...] = ()
    """What a reader must know before they trust the table."""


class Mark(_Record):
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


class Token(_Record):
    """One token's score."""

    start: int
    end: int
    value: float
    """For ``detector`` the probability of an error, 0-1."""


class SentenceScores(_Record):
    """One sentence of a marked document."""

    start: int
    end: int
    paragraph: int
    """Index of its paragraph, from 0."""
    scores: dict[str, float | None]
    """By field name; null where undefined."""
    notes: tuple[str, ...] = ()
    """Reasons for what is null."""


class MarkedDocument(_Record):
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
    scores: dict[str, float | None] = Field(default_factory=dict)
    """The document's scores by field name."""


class ReferenceText(_Record):
    """What a person wrote for an item."""

    name: str
    """For example ``short.a`` or ``post-edit``."""
    text: str


class OutputInfo(_Record):
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


class Item(_Record):
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
    spans: tuple[Mark, ...] = ()
    """Spans in the hypothesis, for example names that the source lacks."""
    output: OutputInfo | None = None
    """For generated texts."""


class RunInfo(_Record):
    """What was run, on what, by what."""

    name: str
    """The config's name."""
    created: str
    """Start of the first run into this folder, ISO 8601, UTC."""
    finished: str
    """End of the last run into this folder."""
    seconds: float
    """Wall time of the last run."""
    config: dict[str, object]
    """The resolved config."""
    versions: dict[str, str]
    """Of Python, evalkit and the packages that decide numbers."""
    inputs: dict[str, str]
    """SHA-256 of every document and reference, by name."""
    generators: dict[str, str]
    """Signature of each generator, by system name."""
    code: tuple[str, ...] = ()
    """Foreign code that ``--allow-code`` let in."""
    warnings: tuple[str, ...] = ()
    """What a reader must not miss: failed items, cut inputs, few documents."""


class Report(_Record):
    """A finished run, whole: the content of ``report.json``."""

    schema_version: int = Field(default=SCHEMA_VERSION, alias="schema")
    run: RunInfo
    tables: tuple[Table, ...]
    documents: tuple[MarkedDocument, ...]
    items: tuple[Item, ...]
    sanity: tuple[SanityTable, ...] = ()
    """What is plainly wrong with single outputs, table by table."""

    model_config = ConfigDict(populate_by_name=True)
