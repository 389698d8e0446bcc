"""What is different between two runs, as Markdown."""

from collections.abc import Iterator

from evalkit.report.diff.layout import Sheet, changed_texts, heading, sheets, unchanged
from evalkit.report.flow import Flow
from evalkit.report.markdown_parts import bullets, escape, inline, notes, rows
from evalkit.results import Difference

__all__ = ["document"]


def document(found: Difference) -> str:
    """The difference as one Markdown text."""
    return "\n\n".join(_parts(found)) + "\n"


def _parts(found: Difference) -> Iterator[str]:
    yield "# What changed between two runs"
    yield bullets([escape(line) for line in heading(found)])
    for each in sheets(found):
        yield from _sheet(each)
    if said := unchanged(found):
        yield escape(said)
    texts = changed_texts(found)
    if texts:
        yield "## Changed items, largest difference first"
    for item in texts:
        yield f"### {escape(item.place)}"
        if item.score:
            yield escape(item.score)
        if item.same:
            yield "The same text."
            continue
        yield f"a:\n\n{_quotation(item.before, '~~')}"
        yield f"b:\n\n{_quotation(item.after, '**')}"
    if found.n_items > len(found.items):
        yield f"{len(found.items)} of {found.n_items} changed items."


def _sheet(each: Sheet) -> Iterator[str]:
    yield f"## {escape(each.title)}"
    body = [tuple(map(escape, row)) for row in each.rows]
    yield rows(tuple(map(escape, each.head)), body)
    yield from notes(each.footnotes)


def _quotation(flow: Flow, mark: str) -> str:
    """A text as a quotation, its changed words marked."""
    lines = []
    for paragraph in flow.paragraphs:
        pieces = [piece for run in paragraph.runs for piece in run.pieces]
        shown = "".join(
            f"{mark}{inline(piece.text)}{mark}"
            if piece.shaded and piece.text.strip()
            else inline(piece.text)
            for piece in pieces
        )
        lines.append(f"> {shown}")
    return "\n>\n".join(lines) or "> (no text)"
