"""The report as one page: self-contained, without network, everything escaped.

Styles and the small script are inlined and the page's own content-security policy allows just
these two, by hash, and nothing else: no request, no frame, no form, no handler in an attribute.
Element ids are made of positions, never of names from the data. Every printed value goes through
``visible``; texts keep every character but the control characters that HTML cannot hold.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from evalkit.report import numbers, provenance, visible
from evalkit.report.beside import sections
from evalkit.report.comparing import Comparisons, comparisons
from evalkit.report.marking import Palette, palette
from evalkit.report.overview import Grid, all_numbers, headlines, lead
from evalkit.report.reading import Reading, readings
from evalkit.report.sane import clear, grids
from evalkit.results import Report, Table

__all__ = ["page"]


@dataclass(frozen=True, slots=True)
class _TableView:
    """A table, laid out."""

    table: Table
    lead: str
    headlines: Grid
    numbers: Grid
    comparisons: Comparisons


@dataclass(frozen=True, slots=True)
class _Shelf:
    """All readings of one document, the corpus' own first."""

    id: str
    title: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class _Texts:
    """The documents that belong to one fluency table."""

    table: str
    title: str
    shelves: tuple[_Shelf, ...]


def page(report: Report) -> str:
    """The report as HTML."""
    drawn = palette(report)
    css, script = _asset("style.css") + _asset("texts.css"), _asset("script.js")
    signatures = provenance.signatures(report)
    laid = sections(report, drawn)
    return _environment().get_template("page.html").render(
        policy=_policy(css, script),
        css=Markup(css),  # noqa: S704 -- our own file
        script=Markup(script),  # noqa: S704 -- our own file
        heading=provenance.heading(report),
        tables=[_view(table) for table in report.tables],
        sanity=grids(report),
        sane=clear(report),
        texts=_texts(report, drawn),
        cards=[section for section in laid if not section.paired],
        pairs=[section for section in laid if section.paired],
        run=report.run,
        config=provenance.config_yaml(report),
        signatures=signatures,
        models=provenance.models(report),
        signature_numbers={s.text: number for number, s in enumerate(signatures, start=1)},
    )  # fmt: skip


def exact(text: str) -> Markup:
    """A text, escaped, with every character in its place; control characters become pictures."""
    return escape(visible.pictures(text))


def plain(value: object) -> object:
    """What is printed outside of texts: invisible characters are spelt out."""
    return (
        visible.text(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("evalkit.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=plain,
    )
    environment.filters |= {
        "exact": exact,
        "probability": numbers.probability,
        "when": numbers.when,
    }
    return environment


@cache
def _asset(name: str) -> str:
    return files("evalkit.report").joinpath("templates", name).read_text(encoding="utf-8")


def _policy(css: str, script: str) -> str:
    """A content-security policy for a page with these two inline parts and nothing else."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src 'sha256-{_digest(css)}'",
            f"script-src 'sha256-{_digest(script)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _view(table: Table) -> _TableView:
    return _TableView(
        table=table,
        lead=lead(table),
        headlines=headlines(table),
        numbers=all_numbers(table),
        comparisons=comparisons(table),
    )


def _texts(report: Report, drawn: Palette) -> Sequence[_Texts]:
    tables = {table.name: table for table in report.tables}
    found: dict[str, dict[str, list[Reading]]] = {}
    for view in readings(report, drawn):
        found.setdefault(view.table, {}).setdefault(view.id, []).append(view)
    return [
        _Texts(
            table=name,
            title=tables[name].title if name in tables else name,
            shelves=tuple(
                _Shelf(id_, next((r.title for r in readings if r.title), ""), tuple(readings))
                for id_, readings in shelves.items()
            ),
        )
        for name, shelves in found.items()
    ]
