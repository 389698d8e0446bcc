"""Summaries against hand-written ones: a table per kind of reference."""

from collections.abc import Sequence
from dataclasses import dataclass

from evalkit.corpus.references import References
from evalkit.pipeline.closing import close_all
from evalkit.pipeline.generate import PlannedSystem, generate
from evalkit.pipeline.items import cut_warnings, items, output_info
from evalkit.pipeline.job import Job
from evalkit.pipeline.layout import against_summaries
from evalkit.pipeline.measure import measure_each
from evalkit.pipeline.sanity_tables import Looked, aligned_warnings, marked_items, sanity_table
from evalkit.pipeline.section import Section, joined
from evalkit.pipeline.spending import spent_on_outputs, spent_on_scores, ungraded
from evalkit.pipeline.tables import Question, Scored, table
from evalkit.records import Document, Output
from evalkit.results import Item
from evalkit.stages import Scorer, SetScorer

__all__ = ["Written", "summary_section", "write_summaries"]

SHOWN = 5
"""Failed outputs, and cut texts, that are warned of one by one for each system."""


@dataclass(frozen=True, slots=True)
class Written:
    """A system and what it wrote, one output per document."""

    system: PlannedSystem
    outputs: tuple[Output, ...]


def write_summaries(
    job: Job, systems: Sequence[PlannedSystem], documents: Sequence[Document]
) -> tuple[Written, ...]:
    """Every system's outputs; those of an earlier run are read, not written again."""
    written = []
    for place, system in enumerate(systems):
        written.append(Written(system, generate(job, system, documents)))
        generator: object = system.generator
        is_done = all(other.generator is not generator for other in systems[place + 1 :])
        if is_done:
            close_all([generator])
    return tuple(written)


def summary_section(
    job: Job,
    written: Sequence[Written],
    documents: Sequence[Document],
    references: References | None,
    metrics: Sequence[Scorer | SetScorer],
) -> Section:
    """A table and its items for each kind of reference, and the failures among the outputs."""
    texts = [against_summaries(w.system, documents, w.outputs, references) for w in written]
    wanted = [_usable(each.system, metrics) for each in written]
    found = measure_each(job, list(zip(texts, wanted, strict=True)), stage="summaries")
    scored = [Scored(its, rows, whole) for its, (rows, whole) in zip(texts, found, strict=True)]
    names = dict.fromkeys(each.system.table for each in written)
    sections = []
    for name in names:
        places = [at for at, each in enumerate(written) if each.system.table == name]
        same = [written[at] for at in places], [scored[at] for at in places]
        sections.append(_one_table(job, *same, documents, references))
    return joined([*sections, _failures(written, documents)])


def _usable(
    system: PlannedSystem, metrics: Sequence[Scorer | SetScorer]
) -> list[Scorer | SetScorer]:
    return [metric for metric in metrics if system.kind or "references" not in metric.needs]


def _one_table(
    job: Job,
    written: Sequence[Written],
    scored: Sequence[Scored],
    documents: Sequence[Document],
    references: References | None,
) -> Section:
    kind = written[0].system.kind
    shown: list[Item] = []
    for each, its in zip(written, scored, strict=True):
        names = [_reference_names(references, document, kind) for document in documents]
        infos = [output_info(output, each.system.length.words) for output in each.outputs]
        shown += items(each.system.table, its.hypotheses, its.found, names, infos)
    title = f"Summaries: {kind or f'{written[0].system.length.words} words'}"
    sanity, warnings = sanity_table(
        written[0].system.table,
        title,
        "document",
        [
            Looked(each.hypotheses, task="summary", stopped=_stopped(system.outputs))
            for each, system in zip(scored, written, strict=True)
        ],
    )
    question = Question(
        name=written[0].system.table,
        title=title,
        unit="document",
        notes=() if kind else ("No references of this length: only metrics without references.",),
    )
    failed = ungraded(scored)
    return Section(
        tables=(table(job, question, scored),),
        items=marked_items(shown, sanity),
        warnings=(
            *(w for each in scored for w in aligned_warnings(each.hypotheses)),
            *(w for each in scored for w in cut_warnings(each.hypotheses, each.found)),
            *failed.warnings,
            *warnings,
        ),
        n_failed=failed.n_failed,
        sanity=(sanity,),
        spent=spent_on_scores(scored),
    )


def _stopped(outputs: Sequence[Output]) -> frozenset[int]:
    return frozenset(at for at, output in enumerate(outputs) if output.stop == "length")


def _reference_names(references: References | None, document: Document, kind: str) -> list[str]:
    if references is None or not kind:
        return []
    versions = references.of(document.id).summaries.get(kind, {})
    return [f"{kind}.{version}" for version in versions]


def _failures(written: Sequence[Written], documents: Sequence[Document]) -> Section:
    warnings = []
    n_failed = 0
    for each in written:
        name = each.system.text_name
        pairs = list(zip(documents, each.outputs, strict=True))
        failed = [(document.id, o.error) for document, o in pairs if o.error]
        cut = [(document.id, o.cut) for document, o in pairs if o.cut and not o.error]
        n_failed += len(failed)
        warnings += [f"{name} on {document} failed: {why}" for document, why in failed[:SHOWN]]
        warnings += [f"{name} on {document}: {what}" for document, what in cut[:SHOWN]]
        for more, what in ((failed, "failed"), (cut, "did not see all of their text")):
            if len(more) > SHOWN:
                warnings.append(
                    f"{name}: {len(more)} of {len(pairs)} outputs {what}; details stand beside each"
                )
    spent = tuple(
        line
        for each in written
        for line in spent_on_outputs(each.system.text_name, each.system.generator, each.outputs)
    )
    return Section(warnings=tuple(warnings), n_failed=n_failed, spent=spent)
