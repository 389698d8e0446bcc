"""A whole report: how it came about, its tables, documents and items."""

from pydantic import ConfigDict, Field

from evalkit.records import SCHEMA_VERSION
from evalkit.results.buckets import BucketTable
from evalkit.results.record import Record
from evalkit.results.requirements import Requirement
from evalkit.results.sanity import SanityTable
from evalkit.results.tables import Table
from evalkit.results.texts import Item, MarkedDocument, SourceText

__all__ = ["ModelInfo", "Report", "RunInfo", "Spent"]


class ModelInfo(Record):
    """A model that took part, pinned."""

    model: str
    """Hub id, or name of the local or bundled folder."""
    version: str
    """The hub's commit, or ``sha256-`` and a hash over every file that is loaded."""
    dtype: str = ""
    """What was computed in; "" where the scorer has no such option."""
    device: str = ""
    """Where it ran; "" where the scorer has no such option."""
    pickled: bool = False
    """Whether its weights were pickled (``allow_pickle``)."""
    remote_code: bool = False
    """Whether Python that it brings ran (``trust_remote_code``)."""


class Spent(Record):
    """What was asked of a server for one system or scorer, and what it cost."""

    name: str
    """The system, or the scorer and the system that it read."""
    n_requests: int
    """Requests that were sent, also those that failed."""
    n_uncounted: int = 0
    """Items for which the server counted no tokens: they are not in ``tokens``."""
    tokens: dict[str, int]
    """``prompt_tokens``, ``completion_tokens`` and, of these, ``cached_tokens`` and
    ``reasoning_tokens``, as the server counted them."""
    cost: float | None = None
    """By the config's prices; null where it gives none."""
    currency: str = ""
    """Of the cost."""


class RunInfo(Record):
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
    models: dict[str, ModelInfo] = Field(default_factory=dict)
    """Models whose files were read, by the scorer or system that read them."""
    warnings: tuple[str, ...] = ()
    """What a reader must not miss: failed items, cut inputs, few documents."""
    spent: tuple[Spent, ...] = ()
    """What was asked of servers, system by system, and what it cost."""


class Report(Record):
    """A finished run, whole: the content of ``report.json``."""

    schema_version: int = Field(default=SCHEMA_VERSION, alias="schema")
    run: RunInfo
    tables: tuple[Table, ...]
    documents: tuple[MarkedDocument, ...]
    items: tuple[Item, ...]
    sanity: tuple[SanityTable, ...] = ()
    """What is plainly wrong with single outputs, table by table."""
    requirements: tuple[Requirement, ...] = ()
    """What the config required, score by score, and whether it was met."""
    buckets: tuple[BucketTable, ...] = ()
    """The scores of items of a kind, table by table."""
    sources: tuple[SourceText, ...] = ()
    """What the items were made from, but for the texts that ``documents`` has."""

    model_config = ConfigDict(populate_by_name=True)
