"""The report as one page: self-contained, without network, everything escaped.

Overview, warnings and provenance are written here, so that they stand in the page without any
script. Texts and items are data (``page_data``), which the page's script draws when their section
is opened. Styles and scripts are inlined, and the page's own content-security policy allows just
these, by hash, and nothing else: no request, no frame, no form, no handler in an attribute, no
text that becomes markup (trusted types). Every printed value goes through ``visible``.

Charts are d3's scales, axes and selections (95 KB; a whole grammar of graphics would be 800 KB in
each report, and needs ``eval`` or an interpreter besides), tables TanStack Table's engine (58 KB),
which leaves the markup to the page: real tables, so that a screen reader can read them.
"""

from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from evalkit.report import numbers, provenance, scripts, visible
from evalkit.report.answers import answers
from evalkit.report.blocks import MOST
from evalkit.report.comparing import Comparisons, comparisons
from evalkit.report.ledger import ledger
from evalkit.report.marking import palette
from evalkit.report.matrix import Matrix, matrices, small
from evalkit.report.overview import Grid, all_numbers, headlines, lead
from evalkit.report.page_data import page_data
from evalkit.report.sane import clear, found, grids
from evalkit.results import Report, Table

__all__ = ["page"]


@dataclass(frozen=True, slots=True)
class _TableView:
    """A table, laid out."""

    table: Table
    lead: str
    small: str
    headlines: Grid
    numbers: Grid
    comparisons: Comparisons
    matrices: tuple[Matrix, ...]


def page(report: Report) -> str:
    """The report as HTML."""
    css, carried, script = scripts.style(), scripts.carried(), scripts.script()
    signatures = provenance.signatures(report)
    data = page_data(report, palette(report), most=MOST)
    paired = {table.name for table in report.tables if table.unit != "document"}
    kinds = {"translations" if item.table in paired else "summaries" for item in report.items}
    return _environment().get_template("page.html").render(
        policy=_policy(css, carried, script),
        css=Markup(css),  # noqa: S704 -- our own file
        carried=Markup(carried),  # noqa: S704 -- files of the package, by hash
        script=Markup(script),  # noqa: S704 -- our own file
        blocks=data.blocks,
        left_out=data.left_out,
        views=[
            *(["fluency"] if report.documents else []),
            *(kind for kind in ("summaries", "translations") if kind in kinds),
            *(["systems"] if report.documents or report.items else []),
        ],
        heading=provenance.heading(report),
        ledger=ledger(report),
        insane=found(report),
        answers=answers(report) if len(report.tables) > 1 else (),
        tables=[_view(table) for table in report.tables],
        sanity=grids(report),
        sane=clear(report),
        run=report.run,
        config=provenance.config_yaml(report),
        libraries=scripts.libraries(),
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
    environment.filters |= {"exact": exact, "when": numbers.when}
    return environment


def _policy(css: str, *inline: str) -> str:
    """A content-security policy for a page with these inline parts and nothing else."""
    hashes = " ".join(f"'sha256-{scripts.digest(script)}'" for script in inline)
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src 'sha256-{scripts.digest(css)}'",
            f"script-src {hashes}",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _view(table: Table) -> _TableView:
    return _TableView(
        table=table,
        lead=lead(table),
        small=small(table),
        headlines=headlines(table),
        numbers=all_numbers(table),
        comparisons=comparisons(table),
        matrices=matrices(table),
    )
