"""Systems to outputs: generated once per document and kept, or read from a file."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from evalkit.execute import ordered_map, plan
from evalkit.pipeline.job import Job
from evalkit.records import Document, GenerationBatch, Length, Output
from evalkit.stages import Generator
from evalkit.store.parts import key_of

__all__ = ["PlannedSystem", "generate"]

DOCUMENTS_PER_PART = 8
"""Documents whose outputs are written together."""


@dataclass(frozen=True, slots=True)
class PlannedSystem:
    """A summariser at one length."""

    name: str
    """Its name in tables."""
    kind: str
    """The reference kind that it is compared with; "" for none."""
    length: Length
    generator: Generator | None = None
    """None where the outputs exist."""
    outputs: tuple[Output, ...] = ()
    """The outputs that exist, one per document of the whole corpus."""
    sources: tuple[str, ...] | None = None
    """What existing outputs were made from, where their file says so."""
    signature: str = ""

    @property
    def table(self) -> str:
        """Name of the table that it belongs to."""
        return f"summaries.{self.kind or f'{self.length.words}-words'}"

    @property
    def text_name(self) -> str:
        """Its name among all the texts of a run."""
        return f"{self.name}, {self.kind or f'{self.length.words} words'}"


def generate(job: Job, system: PlannedSystem, documents: Sequence[Document]) -> tuple[Output, ...]:
    """One output per document; failed ones carry their error and are tried again next time."""
    if system.generator is None:
        return system.outputs[: len(documents)]  # --limit takes the first documents
    generator = system.generator

    def rows(chosen: tuple[Document, ...]) -> list[dict[str, Any]]:
        batch = GenerationBatch(
            ids=tuple(d.id for d in chosen),
            texts=tuple(d.text for d in chosen),
            length=system.length,
            language=chosen[0].language,
        )
        key = key_of(generator.name, generator.signature(), asdict(batch))
        return job.parts.rows(
            "outputs",
            key,
            lambda: [asdict(output) for output in generator.generate(batch)],
            keep=lambda made: not any(row["error"] for row in made),
        )

    batches = [
        batch
        for _, same in groupby(documents, key=lambda document: document.language)
        for batch in plan(same, weight=lambda _: 1, budget=DOCUMENTS_PER_PART)
    ]
    found = ordered_map(
        rows, batches, stage=f"summaries: {system.text_name}", progress=job.progress
    )
    return tuple(Output(**row) for part in found for row in part)
