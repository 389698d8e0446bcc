"""An evaluation from config to report, stage by stage."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import cast

from evalkit.config.load import LoadedConfig, as_json
from evalkit.config.models import EvaluationConfig
from evalkit.execute import Progress, silent
from evalkit.offline import offline_only
from evalkit.pipeline.beside import sources
from evalkit.pipeline.closing import closing
from evalkit.pipeline.fluency import fluency_section, measure_fluency
from evalkit.pipeline.job import Job
from evalkit.pipeline.layout import as_documents, post_edited
from evalkit.pipeline.postedit import post_edit_section
from evalkit.pipeline.prepare import Prepared, prepare
from evalkit.pipeline.requirements import Demand, demands, fell_short, judged, planned
from evalkit.pipeline.section import Section, joined
from evalkit.pipeline.summaries import Written, summary_section, write_summaries
from evalkit.pipeline.versions import now, versions
from evalkit.records import Document, Span
from evalkit.redaction import redact, redact_options
from evalkit.registry import Code
from evalkit.results import Report, RunInfo
from evalkit.stats.resampling import MIN_CLUSTERS
from evalkit.store.folder import open_for_writing

__all__ = ["Evaluated", "Options", "evaluate"]


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line may ask of a run."""

    limit: int | None = None
    """Only the first N documents."""
    offline: bool = False
    """Never touch the network."""
    code: Code = field(default_factory=Code)
    """Whether foreign code may run."""
    retry_failed: bool = False
    """Try items again that failed in an earlier run of the folder."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A finished run."""

    report: Report
    n_failed: int
    """Items that could not be generated or scored."""


def evaluate(
    loaded: LoadedConfig,
    output: Path,
    *,
    options: Options | None = None,
    progress: Progress = silent,
) -> Evaluated:
    """Runs an evaluation into the folder ``output``; computes only what isn't there yet.

    Raises:
        EvalkitError: before anything is written, if the config or its inputs are wrong.
    """
    options = options or Options()
    with offline_only(options.offline):
        prepared = prepare(loaded, code=options.code, limit=options.limit, offline=options.offline)
    with offline_only(options.offline), closing([prepared]):
        fluency = loaded.config.fluency
        of = fluency.of if fluency else ()
        asked = demands(loaded.config.require, lambda: planned(prepared, of=of))
        return _evaluate(loaded, prepared, asked, output, options, progress)


def _evaluate(
    loaded: LoadedConfig,
    prepared: Prepared,
    asked: Sequence[Demand],
    output: Path,
    options: Options,
    progress: Progress,
) -> Evaluated:
    with open_for_writing(output) as folder:
        clock, started = perf_counter(), now()
        created = str(folder.manifest().get("created", started))
        info = _about(loaded, prepared, created)
        folder.write_manifest("running", info.model_dump(mode="json"))
        job = Job(folder.parts, loaded.config.statistics, progress, options.retry_failed)
        section = compute(job, loaded.config, prepared)
        outcomes = judged(asked, section.tables)
        done = {
            "finished": now(),
            "seconds": round(perf_counter() - clock, 3),
            "warnings": (*fell_short(outcomes), *section.warnings),
            "spent": section.spent,
        }
        info = info.model_copy(update=done)
        report = Report(
            run=info,
            tables=section.tables,
            documents=section.documents,
            items=section.items,
            sanity=section.sanity,
            requirements=outcomes,
            buckets=section.buckets,
            sources=sources(prepared.documents, section.documents, _titles(prepared))
            if section.items
            else (),
        )
        report = _without_secrets(report)
        folder.write_items(report)
        folder.write_report(report)
        folder.write_manifest("finished", info.model_dump(mode="json"))
    return Evaluated(report, section.n_failed)


def _without_secrets(report: Report) -> Report:
    """The report with keys masked, for the pages and the terminal as well as the file."""
    text = report.model_dump_json(by_alias=True)
    masked = redact(text)
    return report if masked == text else Report.model_validate_json(masked)


def compute(job: Job, config: EvaluationConfig, prepared: Prepared) -> Section:
    """Every stage in order: summaries are written, fluency read, everything compared."""
    documents, references = prepared.documents, prepared.references
    written = write_summaries(job, prepared.systems, documents)
    sections = []
    if config.fluency is not None:
        sections.append(_fluency(job, config.fluency.of, prepared, written))
    if written:
        sections.append(summary_section(job, written, documents, references, prepared.metrics))
    if config.post_edit is not None and references is not None:
        sections.append(post_edit_section(job, documents, references, prepared.post_edit))
    return joined([Section(warnings=_few(prepared)), *sections])


def _few(prepared: Prepared) -> tuple[str, ...]:
    n = len(prepared.documents)
    if n >= MIN_CLUSTERS:
        return ()
    documents = "1 document is" if n == 1 else f"{n} documents are"
    return (
        f"{documents} too few for intervals and tests over documents ({MIN_CLUSTERS} are "
        f"needed): differences between systems are anecdotes.",
    )


def _fluency(
    job: Job, wanted: Collection[str], prepared: Prepared, written: Sequence[Written]
) -> Section:
    texts: dict[str, tuple[Document, ...]] = {}
    if "documents" in wanted:
        texts["documents"] = prepared.documents
    if "post-edit" in wanted and prepared.references is not None:
        texts["post-edit"] = post_edited(prepared.documents, prepared.references)
    if "summaries" in wanted:
        for each in written:
            made = as_documents(prepared.documents, each.outputs)
            texts[each.system.text_name] = made
    there = {name: found for name, found in texts.items() if found}
    measured = measure_fluency(job, there, prepared.fluency)
    return fluency_section(
        job, measured, titles=_titles(prepared), annotations=_annotations(prepared)
    )


def _titles(prepared: Prepared) -> dict[str, str]:
    return {d.id: d.columns.get("title", "") for d in prepared.documents}


def _annotations(prepared: Prepared) -> dict[str, tuple[Span, ...]]:
    if prepared.references is None:
        return {}
    return {
        document.id: tuple(
            span for spans in prepared.references.of(document.id).errors.values() for span in spans
        )
        for document in prepared.documents
    }


def _about(loaded: LoadedConfig, prepared: Prepared, created: str) -> RunInfo:
    return RunInfo(
        name=loaded.config.name,
        created=created,
        finished="",
        seconds=0.0,
        config=cast(dict[str, object], redact_options(as_json(loaded.config))),
        versions=versions(),
        inputs=dict(prepared.hashes),
        generators={s.text_name: s.signature for s in prepared.systems},
        code=prepared.code,
        models=dict(prepared.models),
    )
