"""The tables of a finished run, measured again from its texts, for tests that it did not make.

A run folder holds every hypothesis beside its references; they are measured by the metrics of the
run's own config, whose signatures must be those of the run's table. The documents' texts are the
sources; a metric that needs them is left out, with a word, where the run does not hold them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evalkit import registry
from evalkit.config.models import EvaluationConfig, ScorerEntry
from evalkit.errors import InputError, StoreError, UnknownNameError
from evalkit.metrics.signature import with_references
from evalkit.pipeline.closing import close_all
from evalkit.pipeline.job import Job
from evalkit.pipeline.keepers import Found
from evalkit.pipeline.measure import Hypotheses, measure
from evalkit.pipeline.segments import Measurements
from evalkit.registry import Code
from evalkit.results import Item, Report, Table
from evalkit.stages import Scorer, SetScorer
from evalkit.store.folder import read_report

__all__ = ["RunTable", "as_hypotheses", "entries_of", "read_tables"]


@dataclass(frozen=True, slots=True)
class RunTable:
    """One table of a run."""

    name: str
    title: str
    unit: str
    """What an item is."""
    documents: tuple[str, ...]
    """The document of each item."""
    measured: Measurements
    warnings: tuple[str, ...]


def read_tables(folder: Path, *, table: str | None, code: Code) -> tuple[RunTable, ...]:
    """The tables of a run in which several systems have the same items.

    Args:
        folder: the run folder.
        table: the one to read; None: all that can be compared.
        code: permission for metrics of the config's own.

    Raises:
        StoreError: no finished run there.
        UnknownNameError: no such table; lists those that can be compared.
        InputError: no table can be compared.
    """
    report = read_report(folder)
    comparable = [found for found in report.tables if len(_systems(report, found)) > 1]
    if table is not None:
        chosen = [found for found in comparable if found.name == table]
        if not chosen:
            raise UnknownNameError("table to compare", table, [t.name for t in comparable])
        comparable = chosen
    if not comparable:
        raise InputError(
            f"{folder} has no table in which two systems have the same items; compare files "
            "with --hypotheses instead"
        )
    return tuple(_read(report, found, code) for found in comparable)


def _systems(report: Report, table: Table) -> Mapping[str, list[Item]]:
    """The items of each system, where all systems have the same."""
    found: dict[str, list[Item]] = {}
    for item in report.items:
        if item.table == table.name:
            found.setdefault(item.system, []).append(item)
    places = {tuple((item.document, item.index) for item in items) for items in found.values()}
    return found if len(places) == 1 else {}


def _read(report: Report, table: Table, code: Code) -> RunTable:
    systems = _systems(report, table)
    entries = entries_of(report, table)
    made: list[Scorer | SetScorer] = []
    try:
        made.extend(registry.metric(entry.name, code=code, **entry.options) for entry in entries)
        return _measured(report, table, systems, made)
    finally:
        close_all(made)


def _measured(
    report: Report,
    table: Table,
    systems: Mapping[str, list[Item]],
    made: Sequence[Scorer | SetScorer],
) -> RunTable:
    texts = {d.id: d.text for d in report.documents if d.system == "documents"}
    scorers, warnings = [], []
    for scorer in made:
        items = next(iter(systems.values()))
        if not isinstance(scorer, Scorer):
            warnings.append(f"{scorer.name} is not compared: {scorer.whole}")
        elif "sources" in scorer.needs and not all(item.document in texts for item in items):
            warnings.append(f"{scorer.name} is not compared: the run does not hold its sources")
        else:
            scorers.append(scorer)
    hypotheses = {name: as_hypotheses(name, items, texts) for name, items in systems.items()}
    job = Job()
    found: dict[str, Found] = {
        name: tuple((s, measure(job, s, each, stage="compare")) for s in scorers)
        for name, each in hypotheses.items()
    }
    first = next(iter(hypotheses.values()))
    measured = Measurements(
        n=len(first.texts),
        found=found,
        signatures={s.name: _signature(s, first, table) for s in scorers},
    )
    return RunTable(table.name, table.title, table.unit, first.documents, measured, tuple(warnings))


def entries_of(report: Report, table: Table) -> Sequence[ScorerEntry]:
    """The metrics of the run's config that the table has."""
    config = EvaluationConfig.model_validate(report.run.config)
    if table.name == "post-edit":
        entries = config.post_edit.metrics if config.post_edit else ()
    else:
        entries = config.summaries.metrics if config.summaries else ()
    there = {score.scorer for score in table.scores}
    return [entry for entry in entries if (entry.label or entry.name) in there or ":" in entry.name]


def as_hypotheses(system: str, items: Sequence[Item], texts: Mapping[str, str]) -> Hypotheses:
    """A run's items as what scorers measure.

    Args:
        system: their system.
        items: the items.
        texts: the documents' texts by id; they are the sources where all of them are there.
    """
    has_references = any(item.references for item in items)
    has_sources = all(item.document in texts for item in items)
    return Hypotheses(
        system=system,
        documents=tuple(item.document for item in items),
        indices=tuple(item.index for item in items),
        texts=tuple(item.hypothesis for item in items),
        languages=tuple("en" for _ in items),
        references=(
            tuple(tuple(r.text for r in item.references) for item in items)
            if has_references
            else None
        ),
        sources=tuple(texts[item.document] for item in items) if has_sources else None,
        failures={
            at: f"not generated: {item.output.error}"
            for at, item in enumerate(items)
            if item.output is not None and item.output.error
        },
    )


def _signature(scorer: Scorer, hypotheses: Hypotheses, table: Table) -> str:
    """The scorer's signature, which must be the one that the run has.

    Raises:
        StoreError: the run was scored with other settings or versions.
    """
    signature = scorer.signature()
    if "references" in scorer.needs and hypotheses.references is not None:
        signature = with_references(signature, hypotheses.references)
    known = {score.signature for score in table.scores if score.scorer == scorer.name}
    if known and signature not in known:
        raise StoreError(
            f"{scorer.name} in table {table.name} was scored as {known.pop()!r}, and this evalkit "
            f"scores as {signature!r}: the versions differ. Run the config again."
        )
    return signature
