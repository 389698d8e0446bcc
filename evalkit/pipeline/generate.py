"""Systems to outputs: generated once per document and kept, or read from a file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from evalkit.errors import ConfigError
from evalkit.execute import plan
from evalkit.pipeline.blame import blamed
from evalkit.pipeline.job import Job
from evalkit.pipeline.spending import added
from evalkit.records import Document, GenerationBatch, Length, Output
from evalkit.stages import EachGenerator, Generator
from evalkit.store.parts import key_of

__all__ = ["PlannedSystem", "generate"]

DOCUMENTS_AT_ONCE = 8
"""Documents that a generator gets together where it gives back all outputs at the end."""


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
    """One output per document, each kept as soon as it is there.

    Failed ones are kept with their error, and tried again only where ``job.retry_failed``.
    """
    if system.generator is None:
        return system.outputs[: len(documents)]  # --limit takes the first documents
    generator = system.generator
    decisive = (generator.name, generator.signature(), asdict(system.length))
    journal = job.parts.journal("outputs", key_of(*decisive))
    keys = [key_of(d.id, d.text, d.language) for d in documents]
    missing = [
        place for place, key in enumerate(keys) if _is_open(journal.get(key), job.retry_failed)
    ]
    n_done = len(documents) - len(missing)
    stage = f"summaries: {system.text_name}"

    def keep(made: Mapping[int, Output]) -> None:
        nonlocal n_done
        rows = {keys[at]: _row(output, journal.get(keys[at])) for at, output in made.items()}
        journal.add_all(rows)
        n_done += len(made)
        job.progress(stage, n_done, len(documents))

    job.progress(stage, n_done, len(documents))
    for chosen in _batches(generator, documents, missing):
        _write(generator, documents, chosen, system.length, keep)
    return tuple(_output(journal.get(key)) for key in keys)


def _row(output: Output, earlier: Mapping[str, Any] | None) -> dict[str, object]:
    """An output as it is kept: what an earlier, failed attempt cost is added to its usage."""
    row = asdict(output)
    return row if earlier is None else {**row, "usage": added(earlier["usage"], output.usage)}


def _is_open(row: Mapping[str, object] | None, retry_failed: bool) -> bool:
    """Whether an output is still to be written."""
    return row is None or (retry_failed and bool(row["error"]))


def _batches(
    generator: Generator, documents: Sequence[Document], places: Sequence[int]
) -> Iterator[tuple[int, ...]]:
    """Places of documents that are handed over together: those of one language.

    All of them, where each output is handed back at once; else a few, because those that are
    under way are lost when the run is killed.
    """
    for _, same in groupby(places, key=lambda place: documents[place].language):
        if isinstance(generator, EachGenerator):
            yield tuple(same)
        else:
            yield from plan(same, weight=lambda _: 1, budget=DOCUMENTS_AT_ONCE)


def _write(
    generator: Generator,
    documents: Sequence[Document],
    places: Sequence[int],
    length: Length,
    keep: Callable[[Mapping[int, Output]], None],
) -> None:
    """Has the chosen documents summarised, and every output kept."""
    chosen = [documents[place] for place in places]
    batch = GenerationBatch(
        ids=tuple(d.id for d in chosen),
        texts=tuple(d.text for d in chosen),
        length=length,
        language=chosen[0].language,
    )
    if isinstance(generator, EachGenerator):
        with blamed(generator):
            generator.generate_each(batch, lambda at, output: keep({places[at]: output}))
        return
    with blamed(generator):
        outputs = generator.generate(batch)
    if len(outputs) != len(places):
        raise ConfigError(
            f"{generator.name} gave {len(outputs)} outputs for {len(places)} documents; "
            "one each is needed"
        )
    keep(dict(zip(places, outputs, strict=True)))


def _output(row: Mapping[str, Any] | None) -> Output:
    if row is None:
        raise ConfigError("the generator handed no output back for a document; each needs one")
    return Output(**row)
