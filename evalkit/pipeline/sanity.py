"""The sanity gate over files of any length: how many outputs of each system are plainly wrong."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evalkit.corpus.chunks import Chunk
from evalkit.corpus.glossary import Term
from evalkit.guard.finding import KINDS, Finding, Task
from evalkit.guard.gate import Outputs, examine, likely_language
from evalkit.results import SanityFinding

__all__ = ["LISTED", "Sanity", "SanityCounts", "sanity_notes"]

LISTED = 100
"""Findings of one kind that are listed for a system; the counts are of all."""


@dataclass(frozen=True, slots=True)
class SanityCounts:
    """What the gate found in one system's outputs."""

    system: str
    n: int
    """Outputs that were looked at."""
    counts: Mapping[str, int]
    """For every kind that was looked for, how many outputs have such a finding."""
    unchecked: Mapping[str, str]
    """Kinds that could not be looked for, with the reason."""
    findings: tuple[SanityFinding, ...] = ()
    """The first ``LISTED`` of each kind, by segment."""

    def found(self) -> dict[str, int]:
        """The kinds that occur."""
        return {kind: n for kind, n in self.counts.items() if n}


class Sanity:
    """Looks at every output of one system, chunk by chunk.

    Args:
        system: the system's name.
        language: ISO 639-1 code of the outputs; None: what the references seem to be in.
        task: what the outputs are asked to be.
        terms: a glossary.
    """

    def __init__(
        self,
        system: str,
        *,
        language: str | None = None,
        task: Task = "translation",
        terms: Sequence[Term] = (),
    ) -> None:
        self.system = system
        self._language = language
        self._task = task
        self._terms = terms
        self._n = 0
        self._counts: Counter[str] = Counter()
        self._unchecked: dict[str, str] = {}
        self._findings: list[SanityFinding] = []
        self._listed: Counter[str] = Counter()

    def take(self, chunk: Chunk) -> None:
        """Examines the chunk's outputs."""
        if self._language is None and chunk.references is not None:
            self._language = likely_language([text for texts in chunk.references for text in texts])
        found = examine(
            Outputs(
                texts=chunk.systems[self.system],
                sources=chunk.sources,
                references=chunk.references,
                language=self._language,
                task=self._task,
                tags=chunk.tags.get(self.system),
                source_tags=chunk.source_tags,
                terms=self._terms,
            )
        )
        self._n += found.n
        self._counts.update(found.n_items)
        self._unchecked |= found.unchecked
        for finding in found.found:
            self._listed[finding.kind] += 1
            if self._listed[finding.kind] <= LISTED:
                self._findings.append(self._record(chunk, finding))

    def counts(self) -> SanityCounts:
        """What was found in all chunks."""
        kinds = [kind for kind in KINDS if kind not in self._unchecked]
        counts = {kind: self._counts[kind] for kind in kinds}
        findings = tuple(self._findings)
        return SanityCounts(self.system, self._n, counts, self._unchecked, findings)

    def _record(self, chunk: Chunk, finding: Finding) -> SanityFinding:
        return SanityFinding(
            system=self.system,
            document=chunk.ids[finding.item],
            kind=finding.kind,
            message=finding.message,
            start=finding.start,
            end=finding.end,
        )


def sanity_notes(found: Sequence[SanityCounts]) -> Iterator[str]:
    """A sentence for each system with findings, or one that there are none; what was not asked."""
    flagged = [each for each in found if each.found()]
    for each in flagged:
        listed = ", ".join(f"{n} {KINDS[kind].title}" for kind, n in each.found().items())
        yield f"Sanity gate, {each.system}: {listed} (of {each.n} outputs)."
    if found and not flagged:
        yield "Sanity gate: nothing found."
    reasons: dict[str, list[str]] = {}
    for kind, reason in (found[0].unchecked if found else {}).items():
        reasons.setdefault(reason, []).append(KINDS[kind].title)
    for reason, titles in reasons.items():
        if reason != "no glossary":
            yield f"Not looked for ({reason}): {', '.join(titles)}."
