"""The stages for texts at hand: no config, no run folder, nothing kept."""

from collections.abc import Sequence

from evalkit.execute import Progress
from evalkit.pipeline.fluency import fluency_section, measure_fluency
from evalkit.pipeline.generate import PlannedSystem, generate
from evalkit.pipeline.job import Job
from evalkit.pipeline.prepare import check_language
from evalkit.pipeline.versions import about_now
from evalkit.records import Document, Length, Output
from evalkit.results import Report
from evalkit.stages import Generator, Scorer

__all__ = ["read_fluency", "write_summary"]


def read_fluency(
    documents: Sequence[Document], scorers: Sequence[Scorer], *, progress: Progress
) -> Report:
    """The fluency of documents, as a report of one table.

    Raises:
        LanguageError: a document is in a language that a scorer does not read.
    """
    for scorer in scorers:
        check_language(tuple(documents), scorer.languages, f"the scorer {scorer.name}")
    job = Job(progress=progress)
    texts = measure_fluency(job, {"documents": documents}, scorers)
    section = fluency_section(job, texts, titles={}, annotations={})
    return Report(
        run=about_now("fluency"),
        tables=section.tables,
        documents=section.documents,
        items=(),
    )


def write_summary(
    generator: Generator, documents: Sequence[Document], length: Length, *, progress: Progress
) -> tuple[Output, ...]:
    """One output per document.

    Raises:
        LanguageError: a document is in a language that the generator does not read.
    """
    check_language(tuple(documents), generator.languages, f"the model {generator.name}")
    system = PlannedSystem(generator.name, "", length, generator=generator)
    return generate(Job(progress=progress), system, documents)
