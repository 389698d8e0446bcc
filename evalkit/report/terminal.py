"""A finished run on a terminal: tables that fit the width, texts with their findings marked.

Every string from the data goes through ``visible`` into rich ``Text`` objects, never through
rich's markup: no text can colour, move or clear a terminal. Piped output is plain (rich sees to
it, and to NO_COLOR); the numbers behind the marked words carry the meaning without colour.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, RenderableType
from rich.text import Text

from evalkit.errors import InputError, nearest
from evalkit.report import provenance
from evalkit.report.beside import sections
from evalkit.report.choosing import chosen
from evalkit.report.marking import palette
from evalkit.report.reading import readings
from evalkit.report.sane import clear, grids
from evalkit.report.terminal_grids import plain, score_table
from evalkit.report.terminal_requirements import requirement_parts
from evalkit.report.terminal_sanity import sanity_grid
from evalkit.report.terminal_texts import group_parts, reading_parts, worst_parts
from evalkit.report.terminal_versus import duel_parts
from evalkit.report.terminal_worst import worst_item_parts
from evalkit.report.versus import duels
from evalkit.results import Report

__all__ = ["Asked", "show"]

_SENTENCES = 10
"""Sentences of a document that are shown when the caller doesn't say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What of a run to show beside its score tables."""

    systems: Sequence[str] = ()
    """These systems alone; none: all."""
    table: str | None = None
    """This table alone."""
    pair: tuple[str, str] | None = None
    """Two systems to show side by side, item by item."""


def show(
    report: Report,
    console: Console,
    *,
    document: str | None,
    worst: int | None,
    asked: Asked | None = None,
) -> None:
    """Prints a run: its score tables, or one document, or the worst, or two systems.

    Args:
        report: the finished run.
        console: where to print; its width is kept.
        document: id of the document to show with its findings and summaries, instead of tables.
        worst: how many sentences to show, worst first; of all texts where no document is named
            (items, where no text was read for fluency);
            where two systems are shown, how many items of each table.
        asked: which systems and tables; None: all.

    Raises:
        InputError: the run has no such document, system or table; the message names those that
            it has.
    """
    asked = asked or Asked()
    report = chosen(report, systems=asked.systems, table=asked.table)
    if document is not None:
        _check(document, _documents(report))
    console.print(plain(report.run.name, "bold underline"))
    if asked.pair is not None:
        report = _of_document(report, document)
        parts = _versus(report, console, asked.pair, _SENTENCES if worst is None else worst)
    elif document is not None:
        parts = _document(report, console, document, _SENTENCES if worst is None else worst)
    elif worst is not None:
        views = readings(report, palette(report))
        read = any(view.sentences for view in views)
        parts = worst_parts(views, worst) if read else worst_item_parts(report, worst)
    else:
        parts = _overview(report, console.width)
    for part in parts:
        console.print(part)


def _versus(
    report: Report, console: Console, pair: tuple[str, str], n: int
) -> Iterator[RenderableType]:
    coloured = console.color_system is not None and not console.no_color
    for duel in duels(report, *pair, n=n):
        yield Text()
        yield from duel_parts(duel, console.width, coloured=coloured)


def _of_document(report: Report, document: str | None) -> Report:
    """The report with one document's texts alone."""
    if document is None:
        return report
    return report.model_copy(
        update={
            "documents": tuple(each for each in report.documents if each.id == document),
            "items": tuple(each for each in report.items if each.document == document),
        }
    )


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
    if report.requirements:
        yield Text()
        yield from requirement_parts(report.requirements)
    known = _documents(report)
    if known:
        yield Text()
        yield plain(f"--document shows one of: {', '.join(known)}")


def _document(report: Report, console: Console, document: str, n: int) -> Iterator[RenderableType]:
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


def _check(document: str, known: Sequence[str]) -> None:
    if document not in known:
        guess = nearest(document, known)
        hint = f" Did you mean {guess!r}?" if guess else ""
        listed = ", ".join(map(repr, known)) or "none"
        raise InputError(f"this run has no document {document!r}.{hint} Known: {listed}.")
