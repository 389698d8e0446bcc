"""What is different between two runs: the documented shape of ``evalkit diff --format json``.

Every number is of the second run less the first: what it changed by.
"""

from pydantic import ConfigDict, Field

from evalkit.records import SCHEMA_VERSION
from evalkit.results.record import Record

__all__ = [
    "Change",
    "Difference",
    "ItemChange",
    "OutputChange",
    "RunName",
    "ScoreChange",
]


class RunName(Record):
    """One of the two runs."""

    name: str
    """The config's name."""
    folder: str
    """Where it was read, as it was given."""
    finished: str
    """ISO 8601, UTC."""


class Change(Record):
    """A setting, version, input or signature that differs."""

    name: str
    """For example ``summaries.systems.lead.length`` or ``numpy``."""
    a: str | None
    """In the first run; null where it isn't there."""
    b: str | None
    """In the second run."""


class OutputChange(Record):
    """One system's texts in one table."""

    table: str
    system: str
    n_same: int
    """Items of both runs whose text is the same."""
    n_changed: int
    """Items of both runs whose text changed."""
    n_other: int
    """Items of one place whose source or references differ: they are not the same item."""
    n_only_a: int
    """Items that only the first run has."""
    n_only_b: int
    """Items that only the second run has."""


class ScoreChange(Record):
    """One number of one system in both runs."""

    table: str
    system: str
    field: str
    unit: str
    higher_is_better: bool | None
    a: float | None
    """In the first run, of all its items."""
    b: float | None
    """In the second run, of all its items."""
    delta: float | None
    """b less a; null where either is undefined."""
    signature_a: str
    """What decides the number in the first run."""
    signature_b: str
    """In the second; where they differ, the two numbers are not the same measure."""
    test: str = ""
    """What was tested on the common items: ``score`` (the score of their sum), ``mean`` (the mean
    of their own scores), or "" where nothing was."""
    test_delta: float | None = None
    """The tested difference, b less a."""
    low: float | None = None
    """Lower end of its interval."""
    high: float | None = None
    """Upper end of its interval."""
    p: float | None = None
    """Two-sided; null where there is none."""
    p_adjusted: float | None = None
    """Corrected over the systems of the table."""
    n_better: int = 0
    """Common items that are better in the second run."""
    n_worse: int = 0
    """Common items that are worse in the second run."""
    n_equal: int = 0
    """Common items that are equal."""
    n_items: int = 0
    """Common items, scored in both."""
    note: str = ""
    """Why there is no test, or what to mind."""
    test_signature: str = ""
    """Everything that decides the p-value."""


class ItemChange(Record):
    """One item of both runs whose text or score changed."""

    table: str
    system: str
    document: str
    index: int
    """Position in the document, in the second run."""
    field: str
    """The score that it is sorted by; "" where its table has none with a direction."""
    unit: str
    higher_is_better: bool | None
    a: float | None
    """That score in the first run."""
    b: float | None
    """In the second run."""
    text_a: str
    text_b: str


class Difference(Record):
    """Two runs, held against each other."""

    schema_version: int = Field(default=SCHEMA_VERSION, alias="schema")
    a: RunName
    b: RunName
    config: tuple[Change, ...]
    """Settings, but for where the run is written."""
    versions: tuple[Change, ...]
    """Of Python, evalkit and the packages that decide numbers."""
    inputs: tuple[Change, ...]
    """SHA-256 of documents and references."""
    generators: tuple[Change, ...]
    """Signatures of the systems."""
    only_a: tuple[str, ...]
    """Tables, ``table/system`` and ``table/system/score`` that only the first run has."""
    only_b: tuple[str, ...]
    """That only the second run has."""
    outputs: tuple[OutputChange, ...]
    """Every system of both runs."""
    scores: tuple[ScoreChange, ...]
    """Every number of both runs, changed or not."""
    items: tuple[ItemChange, ...]
    """Changed items, largest difference first; at most ``n_listed``."""
    n_items: int
    """Changed items, listed or not."""
    n_listed: int
    """How many were asked for."""
    differs: bool
    """Whether anything is different."""

    model_config = ConfigDict(populate_by_name=True)
