"""Texts for a terminal: findings numbered and coloured, sentences, summaries, word changes."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table as Drawn
from rich.text import Text

from evalkit.report import visible
from evalkit.report.beside import Beside, Group, Section
from evalkit.report.fields import Shown
from evalkit.report.flow import Flow, Piece
from evalkit.report.marking import Finding
from evalkit.report.reading import Reading, SentenceRow
from evalkit.report.terminal_grids import footnotes, plain, sheet

__all__ = ["flowing", "group_parts", "reading_parts", "worst_parts"]

_COLOURS = ("cyan", "red", "green", "magenta", "yellow", "blue", "bright_black", "bright_red")
_SHADES = {"match": "on grey30", "removed": "red strike", "added": "green underline"}
_BRACKETS = {"match": ("", ""), "removed": ("[-", "-]"), "added": ("{+", "+}")}
"""Word changes without colour, in the notation of wdiff."""
_INDENT = (0, 0, 0, 2)


def reading_parts(view: Reading, n_sentences: int) -> Iterator[RenderableType]:
    """A document's text, its findings and its ``n_sentences`` worst sentences."""
    title = f"{view.title} ({view.id})" if view.title else view.id
    yield plain(f"{title}, {view.system}", "bold")
    yield from _scores(view.scores)
    # Readers' marks beside those of scorers would fill the text with numbers.
    drawn = [finding for finding in view.findings if not finding.by_person] or view.findings
    yield Padding(flowing(view.flow, drawn), (1, 0, 1, 2), expand=False)
    for legend in view.legends:
        names = ", ".join(map(visible.line, legend.scorers))
        where = " by readers, on the page" if legend.by_people and drawn != view.findings else ""
        yield Text(f"{names}: {legend.n_findings}{where}", style=_COLOURS[legend.style])
    for finding in drawn:
        yield _finding(finding)
    if view.sentences:
        yield from _sentences(view, n_sentences)


def worst_parts(views: Sequence[Reading], n_sentences: int) -> Iterator[RenderableType]:
    """The worst sentences of all texts together."""
    rows = [(row.rank, index, row) for index, view in enumerate(views) for row in view.sentences]
    rows.sort(key=lambda entry: (entry[0], entry[1], entry[2].index))
    yield Text("Worst sentences", style="bold")
    for _, index, row in rows[:n_sentences]:
        view = views[index]
        scores = ", ".join(
            f"{visible.line(column.field)} {value}"
            for column, value in zip(view.columns, row.values, strict=True)
        )
        yield plain(f"{view.id}, {view.system}, sentence {row.index + 1}: {scores}")
        yield Padding(plain(row.text, ""), _INDENT, expand=False)
    if len(rows) > n_sentences:
        yield plain(f"{n_sentences} of {len(rows)} sentences")


def group_parts(section: Section, group: Group, *, coloured: bool) -> Iterator[RenderableType]:
    """One document's hypotheses beside their references."""
    yield plain(section.title, "bold")
    for item in group.items:
        yield from _item(item, paired=section.paired, coloured=coloured)
    for reference in group.references:
        yield plain(f"reference {reference.name}")
        yield Padding(flowing(reference.flow, ()), _INDENT, expand=False)


def _item(item: Beside, *, paired: bool, coloured: bool) -> Iterator[RenderableType]:
    head = f"{item.system} {item.index + 1}" if paired else item.system
    yield Text.assemble(visible.line(head), (f"  {', '.join(item.how)}".rstrip(), "dim"))
    shade = "removed" if paired else "match"
    yield Padding(
        flowing(item.flow, item.findings, shade=shade, coloured=coloured), _INDENT, expand=False
    )
    if item.reference is not None:
        yield plain(f"{item.reference.name} {item.index + 1}{', the same' * item.unchanged}")
        if not item.unchanged:
            shown = flowing(item.reference.flow, (), shade="added", coloured=coloured)
            yield Padding(shown, _INDENT, expand=False)
    for line in item.alerts:
        yield plain(line, "yellow")
    for line in item.notes:
        yield plain(line)
    for finding in item.findings:
        yield _finding(finding)
    yield from _scores(item.scores)


def flowing(
    flow: Flow, findings: Sequence[Finding], *, shade: str = "match", coloured: bool = True
) -> Text:
    """A text with these findings; without colour, word changes stand in brackets."""
    shown = Text()
    drawn = {finding.number: finding for finding in findings}
    for paragraph in flow.paragraphs:
        was_shaded = False
        for piece in (piece for run in paragraph.runs for piece in run.pieces):
            if piece.shaded != was_shaded and not coloured:
                shown.append(_BRACKETS[shade][was_shaded])
            was_shaded = piece.shaded
            _append(shown, piece, drawn, shade)
        if was_shaded and not coloured:
            shown.append(_BRACKETS[shade][1])
        shown.append("\n\n" if paragraph.after.count("\n") > 1 else "\n")
    shown.rstrip()
    return shown if shown.plain else Text("(no text)", style="dim")


def _append(shown: Text, piece: Piece, drawn: Mapping[int, Finding], shade: str) -> None:
    styles = [_SHADES[shade]] if piece.shaded else []
    for finding in (drawn[number] for number in piece.marks if number in drawn):
        styles.append(f"underline {_COLOURS[finding.style]}")
        styles += ["bold"] if finding.severity == "major" else []
    shown.append(visible.text(piece.text), " ".join(styles))
    for finding in (drawn[number] for number in piece.ends if number in drawn):
        shown.append(f"[{finding.number}]", f"dim {_COLOURS[finding.style]}")


def _finding(finding: Finding) -> RenderableType:
    line = Text(f"{finding.number:>3} ", style=_COLOURS[finding.style])
    line.append(visible.line(finding.category or "unnamed"), "not dim bold")
    facts = filter(None, (finding.severity, finding.probability, visible.line(finding.source)))
    line.append(f" {', '.join(facts)}", "dim")
    quote = f" “{finding.quote}”" if finding.quote else ""
    change = f" → {finding.change}" if finding.change else ""
    line.append(f"{quote}{change}", "default")
    line.append(f" {visible.line(finding.message)}" if finding.message else "", "dim")
    return line


def _scores(shown: Sequence[Shown]) -> Iterator[Text]:
    if shown:
        parts = [f"{s.named.field}{s.named.arrow and f' {s.named.arrow}'} {s.value}" for s in shown]
        yield plain("   ".join(parts))


def _sentences(view: Reading, n_sentences: int) -> Iterator[RenderableType]:
    rows = view.sentences[:n_sentences]
    by = f", worst first, by {view.sorted_by}" if view.sorted_by else ""
    yield Text()
    yield plain(f"Sentences{by}", "bold")
    columns = ((f"{column.field} {column.arrow}", True) for column in view.columns)
    drawn: Drawn = sheet(("no.", True), ("sentence", False), *columns)
    for row in rows:
        drawn.add_row(str(row.index + 1), plain(_labelled(row), ""), *map(_number, row.values))
    yield drawn
    if len(rows) < len(view.sentences):
        yield plain(f"{len(rows)} of {len(view.sentences)} sentences; --worst N shows more")
    yield from footnotes(view.footnotes)


def _labelled(row: SentenceRow) -> str:
    return f"{row.text} {row.note}" if row.note else row.text


def _number(value: str) -> Text:
    return Text(value, no_wrap=True)
