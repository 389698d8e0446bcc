"""A finished run on a terminal: tables that fit the width, texts with their findings marked.

Every string from the data goes through ``visible`` into rich ``Text`` objects, never through
rich's markup: no text can colour, move or clear a terminal. Piped output is plain (rich sees to
it, and to NO_COLOR); the numbers behind the marked words carry the meaning without colour.
"""

from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.text import Text

from evalkit.errors import InputError, nearest
from evalkit.report import provenance
from evalkit.report.beside import sections
from evalkit.report.marking import palette
from evalkit.report.reading import readings
from evalkit.report.sane import clear, grids
from evalkit.report.terminal_grids import plain, score_table
from evalkit.report.terminal_sanity import sanity_grid
from evalkit.report.terminal_texts import group_parts, reading_parts, worst_parts
from evalkit.results import Report

__all__ = ["show"]

_SENTENCES = 10
"""Sentences of a document that are shown when the caller doesn't say."""


def show(report: Report, console: Console, *, document: str | None, worst: int | None) -> None:
    """Prints a run: its score tables, or one document, or the worst sentences.

    Args:
        report: the finished run.
        console: where to print; its width is kept.
        document: id of the document to show with its findings and summaries, instead of tables.
        worst: how many sentences to show, worst first; of all texts where no document is named.

    Raises:
        InputError: the run has no such document; the message names those that it has.
    """
    console.print(plain(report.run.name, "bold underline"))
    if document is not None:
        parts = _document(report, console, document, _SENTENCES if worst is None else worst)
    elif worst is not None:
        parts = worst_parts(readings(report, palette(report)), worst)
    else:
        parts = _overview(report, console.width)
    for part in parts:
        console.print(part)


def _overview(report: Report, width: int) -> Iterator[RenderableType]:
    head = provenance.heading(report)
    yield plain(", ".join(head.facts))
    yield from map(plain, head.spent)
    for warning in head.warnings:
        yield Text.assemble(("! ", "bold yellow"), plain(warning, "yellow"))
    for table in report.tables:
        yield Text()
        yield from score_table(table, width)
    for sanity in grids(report):
        yield Text()
        yield from sanity_grid(sanity)
    if quiet := clear(report):
        yield Text()
        yield plain(quiet)
    known = _documents(report)
    if known:
        yield Text()
        yield plain(f"--document shows one of: {', '.join(known)}")


def _document(report: Report, console: Console, document: str, n: int) -> Iterator[RenderableType]:
    known = _documents(report)
    if document not in known:
        guess = nearest(document, known)
        hint = f" Did you mean {guess!r}?" if guess else ""
        listed = ", ".join(map(repr, known)) or "none"
        raise InputError(f"this run has no document {document!r}.{hint} Known: {listed}.")
    drawn = palette(report)
    own = [view for view in readings(report, drawn) if view.id == document]
    for view in own[:1]:
        yield from reading_parts(view, n)
    if own[1:]:
        others = ", ".join(view.system for view in own[1:])
        yield plain(f"The page shows it marked for {others}, too.")
    coloured = console.color_system is not None and not console.no_color
    for section in sections(report, drawn):
        for group in section.groups:
            if group.document == document:
                yield Text()
                yield from group_parts(section, group, coloured=coloured)


def _documents(report: Report) -> list[str]:
    """Ids of all documents, in the order of the run."""
    ids = [document.id for document in report.documents] + [item.document for item in report.items]
    return list(dict.fromkeys(ids))
