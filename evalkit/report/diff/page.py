"""What is different between two runs, as a page: self-contained, without network or script."""

import base64
import hashlib
from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from evalkit.report import visible
from evalkit.report.diff.layout import changed_texts, heading, sheets, unchanged
from evalkit.results import Difference

__all__ = ["page"]

_NOTHING_ELSE = "base-uri 'none'; form-action 'none'"


def page(found: Difference) -> str:
    """The difference as HTML; everything from the runs is escaped, and nothing is loaded."""
    css = _file("page.css")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return _template().render(
        css=Markup(css),  # noqa: S704 -- our own file
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; {_NOTHING_ELSE}",
        heading=heading(found),
        sheets=list(sheets(found)),
        unchanged=unchanged(found),
        texts=changed_texts(found),
        n_items=found.n_items,
    )


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_plain,
    )
    return environment.from_string(_file("page.html"))


def _plain(value: object) -> object:
    """What is printed: invisible characters are spelt out."""
    bare = isinstance(value, str) and not hasattr(value, "__html__")
    return visible.text(str(value)) if bare else value


def _file(name: str) -> str:
    return files("evalkit.report.diff").joinpath(name).read_text(encoding="utf-8")
