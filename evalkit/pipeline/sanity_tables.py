"""The guards at work: every table's outputs through the sanity gate, beside their references."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from evalkit.corpus.glossary import Term
from evalkit.guard.alignment import check_alignment
from evalkit.guard.finding import KINDS, Finding, Task
from evalkit.guard.gate import Findings, Outputs, examine
from evalkit.pipeline.measure import Hypotheses
from evalkit.results import Item, Mark, SanityFinding, SanityKind, SanityRow, SanityTable
from evalkit.text.language import UNKNOWN

__all__ = ["Looked", "Tags", "aligned_warnings", "marked_items", "sanity_table"]

Tags = tuple[tuple[str, ...], ...]
"""For each text its inline tags."""

_LISTED = 1000
_SHARE = 0.01
"""Share of a system's outputs with one kind of finding from which on it is warned of on top."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One system's outputs and what the gate is told of them."""

    hypotheses: Hypotheses
    task: Task = "translation"
    stopped: frozenset[int] = frozenset()
    """Outputs whose generator stopped at its length limit."""
    tags: Tags | None = None
    source_tags: Tags | None = None
    terms: tuple[Term, ...] = ()


def sanity_table(
    table: str, title: str, unit: str, looked: Sequence[Looked], notes: Sequence[str] = ()
) -> tuple[SanityTable, tuple[str, ...]]:
    """What the gate finds in a table's outputs, and the warnings for the top of the report."""
    found = [(each.hypotheses, _findings(each)) for each in looked]
    made = SanityTable(
        table=table,
        title=title,
        unit=unit,
        kinds=tuple(
            SanityKind(name=name, title=kind.title, meaning=kind.meaning)
            for name, kind in KINDS.items()
        ),
        rows=tuple(
            SanityRow(
                system=hypotheses.system,
                n_outputs=findings.n,
                counts=findings.n_items,
                unchecked=dict(findings.unchecked),
            )
            for hypotheses, findings in found
        ),
        findings=tuple(record for each in found for record in _records(*each)),
        n_listed=_LISTED,
        notes=tuple(notes),
    )
    return made, tuple(filter(None, (_warning(made, row) for row in made.rows)))


def marked_items(items: Sequence[Item], table: SanityTable) -> tuple[Item, ...]:
    """The items with the gate's findings: a mark where there is a stretch, else a note."""
    by_item: dict[tuple[str, str, int], list[SanityFinding]] = {}
    for finding in table.findings:
        by_item.setdefault((finding.system, finding.document, finding.index), []).append(finding)
    return tuple(
        _marked(item, found)
        if item.table == table.table
        and (found := by_item.get((item.system, item.document, item.index)))
        else item
        for item in items
    )


def aligned_warnings(hypotheses: Hypotheses) -> tuple[str, ...]:
    """What the alignment guard says of a system beside its first references."""
    if hypotheses.references is None:
        return ()
    first = [texts[0] if texts else "" for texts in hypotheses.references]
    there = [text for at, text in enumerate(hypotheses.texts) if at not in hypotheses.failures]
    if not any(text.strip() for text in there) or not any(first):
        return ()
    found = check_alignment({hypotheses.system: hypotheses.texts}, {"the references": first})
    said = (*found.errors, *found.warnings)
    return tuple(text for text in said if "are empty" not in text)


def _findings(looked: Looked) -> Findings:
    """Of all languages together; each language's outputs are looked at apart."""
    hypotheses = looked.hypotheses
    groups: dict[str, list[int]] = {}
    for at, language in enumerate(hypotheses.languages):
        groups.setdefault(language, []).append(at)
    parts = [(chosen, examine(_outputs(looked, chosen))) for chosen in groups.values()]
    if not parts:
        return examine(_outputs(looked, []))
    found = [
        replace(finding, item=chosen[finding.item])
        for chosen, part in parts
        for finding in part.found
    ]
    return Findings(
        n=sum(part.n for _, part in parts),
        found=tuple(sorted(found, key=lambda finding: finding.item)),
        unchecked={kind: why for _, part in parts for kind, why in part.unchecked.items()},
    )


def _outputs(looked: Looked, chosen: Sequence[int]) -> Outputs:
    batch = looked.hypotheses.batch(chosen)
    place = {at: number for number, at in enumerate(chosen)}
    return Outputs(
        texts=batch.hypotheses,
        sources=batch.sources,
        references=batch.references,
        language=batch.language if chosen and batch.language != UNKNOWN.code else None,
        task=looked.task,
        tags=None if looked.tags is None else [looked.tags[at] for at in chosen],
        source_tags=(
            None if looked.source_tags is None else [looked.source_tags[at] for at in chosen]
        ),
        terms=looked.terms,
        stopped=frozenset(place[at] for at in looked.stopped if at in place),
        skipped=frozenset(place[at] for at in looked.hypotheses.failures if at in place),
    )


def _records(hypotheses: Hypotheses, findings: Findings) -> Iterator[SanityFinding]:
    listed: Counter[str] = Counter()
    for finding in findings.found:
        listed[finding.kind] += 1
        if listed[finding.kind] <= _LISTED:
            yield _record(hypotheses, finding)


def _record(hypotheses: Hypotheses, finding: Finding) -> SanityFinding:
    return SanityFinding(
        system=hypotheses.system,
        document=hypotheses.documents[finding.item],
        index=hypotheses.indices[finding.item],
        kind=finding.kind,
        message=finding.message,
        start=finding.start,
        end=finding.end,
    )


def _warning(table: SanityTable, row: SanityRow) -> str:
    titles = {kind.name: kind.title for kind in table.kinds}
    many = {kind: n for kind, n in row.counts.items() if n and n >= _SHARE * row.n_outputs}
    if not many:
        return ""
    listed = ", ".join(f"{titles[kind]} {n}" for kind, n in many.items())
    outputs = "output" if row.n_outputs == 1 else "outputs"
    return f"sanity: {row.system} ({table.title}), {row.n_outputs} {outputs}: {listed}"


def _marked(item: Item, found: Sequence[SanityFinding]) -> Item:
    marks = tuple(
        Mark(
            start=finding.start,
            end=finding.end,
            scorer="sanity",
            finder=f"sanity.{finding.kind}",
            message=finding.message,
        )
        for finding in found
        if finding.start is not None and finding.end is not None
    )
    notes = tuple(f"sanity: {finding.message}" for finding in found if finding.start is None)
    return item.model_copy(update={"spans": (*item.spans, *marks), "notes": (*item.notes, *notes)})
