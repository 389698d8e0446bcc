"""A whole report: how it came about, its tables, documents and items."""

from pydantic import ConfigDict, Field

from evalkit.records import SCHEMA_VERSION
from evalkit.results.buckets import BucketTable
from evalkit.results.record import Record
from evalkit.results.sanity import SanityTable
from evalkit.results.tables import Table
from evalkit.results.texts import Item, MarkedDocument, SourceText

__all__ = ["Report", "RunInfo"]


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
    warnings: tuple[str, ...] = ()
    """What a reader must not miss: failed items, cut inputs, few documents."""


class Report(Record):
    """A finished run, whole: the content of ``report.json``."""

    schema_version: int = Field(default=SCHEMA_VERSION, alias="schema")
    run: RunInfo
    tables: tuple[Table, ...]
    documents: tuple[MarkedDocument, ...]
    items: tuple[Item, ...]
    sanity: tuple[SanityTable, ...] = ()
    """What is plainly wrong with single outputs, table by table."""
    buckets: tuple[BucketTable, ...] = ()
    """The scores of items of a kind, table by table."""
    sources: tuple[SourceText, ...] = ()
    """What the items were made from, but for the texts that ``documents`` has."""

    model_config = ConfigDict(populate_by_name=True)
