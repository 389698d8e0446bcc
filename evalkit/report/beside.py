"""Hypotheses beside their references: summaries as cards, segments with their word changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evalkit.report import numbers
from evalkit.report.fields import Shown, headline_fields, known_fields, shown
from evalkit.report.flow import Flow, flow
from evalkit.report.marking import Finding, Palette, findings, stretches
from evalkit.report.wording import changes
from evalkit.results import Item, OutputInfo, ReferenceText, Report, Table

__all__ = ["Beside", "Group", "Reference", "Section", "sections"]

_STOPS = {
    "end": "came to its own end",
    "length": "stopped at the length limit",
    "error": "failed",
}


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference, in pieces; shaded where a paired hypothesis lacks its words."""

    name: str
    flow: Flow


@dataclass(frozen=True, slots=True)
class Beside:
    """One hypothesis, laid out."""

    system: str
    index: int
    text: str
    flow: Flow
    """Shaded: what a reference has too (summaries), or what the reference lacks (segments)."""
    findings: tuple[Finding, ...]
    reference: Reference | None
    """The reference that it is shown against, word by word; None for summaries."""
    unchanged: bool
    """Whether hypothesis and reference are the same, to the character."""
    how: tuple[str, ...]
    """How the output came about, in words."""
    alerts: tuple[str, ...]
    """Failures and what of the source was cut."""
    notes: tuple[str, ...]
    scores: tuple[Shown, ...]
    more: tuple[Shown, ...]
    """The fields that are no headline."""


@dataclass(frozen=True, slots=True)
class Group:
    """What belongs to one document."""

    document: str
    title: str
    language: str
    items: tuple[Beside, ...]
    references: tuple[Reference, ...]
    """The references that all items share; () where each has its own beside it."""


@dataclass(frozen=True, slots=True)
class Section:
    """The items of one table."""

    table: str
    title: str
    paired: bool
    """Whether each item stands against its own reference; else one card per system."""
    shaded: bool
    """Whether anything is shaded as shared with a reference."""
    groups: tuple[Group, ...]


def sections(report: Report, drawn: Palette) -> tuple[Section, ...]:
    """The report's items by table, in the order of the tables, then by document."""
    tables = {table.name: table for table in report.tables}
    by_table: dict[str, list[Item]] = {name: [] for name in tables}
    for item in report.items:
        by_table.setdefault(item.table, []).append(item)
    known = {document.id: (document.title, document.language) for document in report.documents}
    made = []
    for name, items in by_table.items():
        if not items:
            continue
        table = tables.get(name)
        paired = table is not None and table.unit != "document"
        made.append(
            Section(
                table=name,
                title=table.title if table else name,
                paired=paired,
                shaded=not paired and any(item.matches for item in items),
                groups=_groups(items, table, known, drawn, paired=paired),
            )
        )
    return tuple(made)


def _groups(
    items: Sequence[Item],
    table: Table | None,
    known: Mapping[str, tuple[str, str]],
    drawn: Palette,
    *,
    paired: bool,
) -> tuple[Group, ...]:
    by_document: dict[str, list[Item]] = {}
    for item in items:
        by_document.setdefault(item.document, []).append(item)
    groups = []
    for document, own in by_document.items():
        title, language = known.get(document, ("", ""))
        lay = _paired if paired else _card
        texts = dict.fromkeys(ref for item in own for ref in map(_key, item.references))
        groups.append(
            Group(
                document=document,
                title=title,
                language=language,
                items=tuple(lay(item, table, drawn) for item in own),
                references=()
                if paired
                else tuple(Reference(name, flow(text)) for name, text in texts),
            )
        )
    return tuple(groups)


def _key(reference: ReferenceText) -> tuple[str, str]:
    return reference.name, reference.text


def _card(item: Item, table: Table | None, drawn: Palette) -> Beside:
    return _beside(item, table, drawn, shades=item.matches, reference=None)


def _paired(item: Item, table: Table | None, drawn: Palette) -> Beside:
    if not item.references:
        return _beside(item, table, drawn, shades=(), reference=None)
    first = item.references[0]
    found = changes(item.hypothesis, first.text)
    reference = Reference(first.name, flow(first.text, shades=found.after))
    return _beside(item, table, drawn, shades=found.before, reference=reference)


def _beside(
    item: Item,
    table: Table | None,
    drawn: Palette,
    *,
    shades: Sequence[tuple[int, int]],
    reference: Reference | None,
) -> Beside:
    heads = headline_fields(table, item.scores)
    names = {field.field for field in heads}
    rest = [field for field in known_fields(table).values() if field.field not in names]
    return Beside(
        system=item.system,
        index=item.index,
        text=item.hypothesis,
        flow=flow(item.hypothesis, marks=stretches(item.spans, drawn), shades=shades),
        findings=findings(item.hypothesis, item.spans, drawn),
        reference=reference,
        unchanged=reference is not None and item.hypothesis == item.references[0].text,
        how=_how(item.output),
        alerts=_alerts(item.output),
        notes=item.notes,
        scores=shown(heads, item.scores),
        more=shown(rest, item.scores),
    )


def _how(output: OutputInfo | None) -> tuple[str, ...]:
    if output is None:
        return ()
    words = f"{numbers.count(output.words)} {'word' if output.words == 1 else 'words'}"
    if output.target_words is not None:
        words += f" of {numbers.count(output.target_words)} asked for"
    return words, _STOPS.get(output.stop, output.stop)


def _alerts(output: OutputInfo | None) -> tuple[str, ...]:
    if output is None:
        return ()
    failed = f"Failed: {output.error}" if output.error else ""
    cut = f"Not seen by the model: {output.cut}" if output.cut else ""
    return tuple(filter(None, (failed, cut)))
