"""The report as Markdown (GitHub's flavour): tables that read well raw and rendered.

Nothing from the data can become markup: every character that Markdown or HTML gives a meaning is
escaped. Texts stand in quotations, with the numbers of their findings in brackets behind the
marked words and the findings in a table below. Left out: token heat, shading, word changes; the
page has them.
"""

from collections.abc import Iterator, Sequence

from evalkit.report import numbers, provenance, sane, visible
from evalkit.report.beside import Beside, Group, Section, sections
from evalkit.report.comparing import comparisons
from evalkit.report.fields import Shown
from evalkit.report.flow import Flow
from evalkit.report.markdown_parts import bullets, escape, inline, line_start, notes, rows
from evalkit.report.marking import Finding, palette
from evalkit.report.overview import Cell, Grid, headlines, lead, secondary
from evalkit.report.reading import Reading, readings
from evalkit.report.requirements import asked
from evalkit.results import Report, Table

__all__ = ["document", "escape"]


def document(report: Report) -> str:
    """The report as one Markdown text."""
    drawn = palette(report)
    parts = [*_heading(report)]
    for table in report.tables:
        parts += _table(table)
    parts += _requirements(report)
    for sanity in sane.grids(report):
        parts += _sanity(sanity)
    if quiet := sane.clear(report):
        parts.append(escape(quiet))
    for view in readings(report, drawn):
        parts += _reading(view)
    for section in sections(report, drawn):
        parts += _section(section)
    parts += _provenance(report)
    return "\n\n".join(parts) + "\n"


def _heading(report: Report) -> Iterator[str]:
    head = provenance.heading(report)
    yield f"# {escape(head.name)}"
    yield " · ".join(map(escape, head.facts))
    if head.spent:
        yield "\n".join(f"- {escape(line)}" for line in head.spent)
    if head.warnings:
        lines = [f"> - {escape(warning)}" for warning in head.warnings]
        yield "\n".join(("> **Mind this before you trust a number**", ">", *lines))


def _table(table: Table) -> Iterator[str]:
    yield f"## {escape(table.title)}"
    yield escape(lead(table))
    if table.notes:
        yield bullets([escape(note) for note in table.notes])
    grid = headlines(table)
    if not grid.columns:
        yield "Nothing was scored."
        return
    yield _grid(grid)
    if grid.legend:
        yield " · ".join(f"{s.value} {s.words.replace('<', '&lt;')}" for s in grid.legend)
    yield from notes(grid.footnotes)
    yield from _compared(table)
    rest = secondary(table)
    if rest.columns:
        yield "### Further numbers"
        yield _grid(rest)
        yield from notes(rest.footnotes)


def _requirements(report: Report) -> Iterator[str]:
    found = asked(report.requirements)
    if found is None:
        return
    yield "## Requirements"
    yield escape(found.summary)
    if found.short:
        cells = [(r.place, r.required, f"{r.found} {r.note}".rstrip()) for r in found.short]
        body = [tuple(map(escape, row)) for row in cells]
        yield rows(("score", "required", "found"), body, right=2)
        yield from notes(found.footnotes)


def _sanity(grid: sane.SanityGrid) -> Iterator[str]:
    yield f"## Sanity: {escape(grid.title)}"
    yield escape(grid.lead)
    if grid.notes:
        yield bullets([escape(note) for note in grid.notes])
    head = ["system", "outputs", *(escape(kind.title) for kind in grid.kinds)]
    body = [[escape(line.system), line.n_outputs, *line.cells] for line in grid.lines]
    yield rows(head, body, right=len(head) - 1)
    yield from notes(grid.footnotes)
    examples = [tuple(map(escape, example)) for example in grid.examples]
    yield rows(("system", "output", "kind", "first findings of each kind"), examples)
    if grid.absent:
        yield escape(grid.absent)


def _grid(grid: Grid) -> str:
    """Fields down, systems across: narrow enough to read raw."""
    head = ["field", "unit", *(escape(row.system) for row in grid.rows)]
    body = [
        [
            f"{escape(column.field)} {column.arrow}".rstrip(),
            escape(column.unit),
            *(_cell(row.cells[at]) for row in grid.rows),
        ]
        for at, column in enumerate(grid.columns)
    ]
    return rows(head, body, right=len(grid.rows))


def _cell(cell: Cell) -> str:
    value = f"**{cell.value}** {cell.standing.value}" if cell.standing.value else cell.value
    note = f"({cell.note})" if cell.note else ""
    return " ".join(filter(None, (value, cell.interval, note)))


def _compared(table: Table) -> Iterator[str]:
    found = comparisons(table)
    if not found.rows:
        return
    yield f"**Comparisons:** {escape(found.summary)}"
    if not any(row.tested for row in found.rows):
        yield from notes(found.footnotes)
        return
    head = ("field", "systems", "what the test says", "difference", "p", found.p_adjusted, "effect",
            "could show", "wins/losses/ties", "items")  # fmt: skip
    body = [
        (
            escape(row.field),
            f"{escape(row.system_a)} − {escape(row.system_b)}",
            escape(row.verdict) + (f" ({row.note})" if row.note else ""),
            row.delta,
            row.p.replace("<", "&lt;"),
            row.p_adjusted.replace("<", "&lt;"),
            row.effect,
            row.smallest,
            f"{row.wins}/{row.losses}/{row.ties}",
            row.n_items,
        )
        for row in found.rows
    ]
    yield rows(head, body, right=7)
    yield escape(found.legend)
    if found.rankings:
        yield bullets([escape(line) for line in found.rankings])
    yield from notes(found.footnotes)


def _reading(view: Reading) -> Iterator[str]:
    title = f"{escape(view.title)} ({escape(view.id)})" if view.title else escape(view.id)
    yield f"## Text: {title}, {escape(view.system)}"
    yield from _scores(view.scores)
    yield _quotation(view.flow)
    yield from _findings(view.findings)
    if view.sentences:
        by = f", worst first, by {escape(view.sorted_by)}" if view.sorted_by else ""
        yield f"### Sentences{by}"
        head = ["no.", "sentence", *(f"{escape(c.field)} {c.arrow}".rstrip() for c in view.columns)]
        body = [
            [
                str(row.index + 1),
                escape(row.excerpt) + (f" ({row.note})" if row.note else ""),
                *row.values,
            ]
            for row in view.sentences
        ]
        yield rows(head, body, right=len(view.columns))
        yield from notes(view.footnotes)


def _quotation(flow: Flow) -> str:
    """A text as a quotation, each finding's number behind its last word."""
    paragraphs = []
    for paragraph in flow.paragraphs:
        pieces = (piece for run in paragraph.runs for piece in run.pieces)
        written = "".join(
            inline(piece.text) + "".join(f"\\[{number}]" for number in piece.ends)
            for piece in pieces
        )
        paragraphs.append(f"> {line_start(written) or '(no text)'}")
    return "\n>\n".join(paragraphs)


def _findings(found: Sequence[Finding]) -> Iterator[str]:
    if not found:
        return
    head = ("no.", "found", "category", "severity", "probability", "correction", "message", "by")
    body = [
        (
            str(f.number),
            escape(f.quote),
            escape(f.category),
            escape(f.severity),
            f.probability,
            escape(f.change),
            escape(f.message),
            escape(f.source),
        )
        for f in found
    ]
    yield rows(head, body)


def _scores(shown: Sequence[Shown]) -> Iterator[str]:
    if shown:
        yield " · ".join(
            f"{escape(s.named.field)}{s.named.arrow and f' {s.named.arrow}'} {s.value}"
            for s in shown
        )


def _section(section: Section) -> Iterator[str]:
    yield f"## {escape(section.title)}: the texts"
    for group in section.groups:
        title = group.title or group.document
        yield f"### {escape(title)}"
        yield from _group(group)


def _group(group: Group) -> Iterator[str]:
    for item in group.items:
        yield from _item(item)
    for reference in group.references:
        yield f"**reference {escape(reference.name)}**"
        yield _quotation(reference.flow)


def _item(item: Beside) -> Iterator[str]:
    number = f" {item.index + 1}" if item.reference is not None else ""
    how = f" ({escape(', '.join(item.how))})" if item.how else ""
    yield f"**{escape(item.system)}{number}**{how}"
    yield _quotation(item.flow)
    if item.alerts or item.notes:
        yield bullets([escape(line) for line in (*item.alerts, *item.notes)])
    yield from _findings(item.findings)
    yield from _scores(item.scores)
    if item.reference is not None:
        yield f"**{escape(item.reference.name)}{number}**"
        yield "> the same" if item.unchanged else _quotation(item.reference.flow)


def _provenance(report: Report) -> Iterator[str]:
    yield "## Where the numbers come from"
    found = provenance.signatures(report)
    if found:
        yield rows(
            ("signature", "numbers"),
            [(escape(s.text), escape("; ".join(s.numbers))) for s in found],
        )
    yield "### Config"
    # Indented, so that no fence can be closed from inside.
    config = visible.text(provenance.config_yaml(report))
    yield "\n".join(f"    {line}" for line in config.splitlines())
    for title, entries in (
        ("Models", provenance.models(report)),
        ("Versions", report.run.versions),
        ("Inputs, SHA-256", report.run.inputs),
    ):
        if entries:
            yield f"### {title}"
            yield rows(("name", "value"), [(escape(n), escape(v)) for n, v in entries.items()])
    created, finished = numbers.when(report.run.created), numbers.when(report.run.finished)
    yield f"Run folder begun {escape(created)}, last run finished {escape(finished)}."
