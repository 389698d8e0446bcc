"""The sanity gate beside scores: asked for on the command line, counted in every output."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evalkit.corpus.glossary import read_glossary
from evalkit.corpus.parallel import Parallel
from evalkit.guard.finding import Task
from evalkit.pipeline.sanity import Sanity, SanityCounts

__all__ = ["Gate", "as_json", "gates"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """How outputs are looked at."""

    wanted: bool = True
    task: Task = "translation"
    language: str | None = None
    """ISO 639-1 code; None: what the references seem to be in."""
    glossary: Path | None = None


def gates(gate: Gate, parallel: Parallel) -> list[Sanity]:
    """One for each system; none where they are not wanted.

    Raises:
        InputError: the glossary is missing or damaged.
    """
    if not gate.wanted:
        return []
    terms = () if gate.glossary is None else read_glossary(gate.glossary, root=Path())
    return [
        Sanity(system, language=gate.language, task=gate.task, terms=terms)
        for system in parallel.systems
    ]


def as_json(found: Sequence[SanityCounts], system: str) -> dict[str, object]:
    """What was found in a system's outputs, as ``{"sanity": …}``; {} where nobody looked."""
    for each in found:
        if each.system == system:
            counts = {"n": each.n, "counts": dict(each.counts), "unchecked": dict(each.unchecked)}
            return {"sanity": counts}
    return {}
