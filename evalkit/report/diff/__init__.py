"""Two runs held against each other, written for people: terminal, Markdown, a page, JSON."""

import io

from evalkit.results import Difference

__all__ = ["render"]


def render(found: Difference, format: str) -> str:  # noqa: A002
    """A difference as one text.

    Args:
        found: the difference.
        format: ``html``, ``md``, ``json`` or ``text`` (plain, 100 columns).

    Raises:
        ValueError: there is no such format.
    """
    if format == "json":
        return found.model_dump_json(by_alias=True, indent=1) + "\n"
    if format == "md":
        from evalkit.report.diff.markdown import document

        return document(found)
    if format == "html":
        from evalkit.report.diff.page import page

        return page(found)
    if format == "text":
        from rich.console import Console

        from evalkit.report.diff.terminal import show

        file = io.StringIO()
        show(found, Console(file=file, width=100, color_system=None))
        return file.getvalue()
    raise ValueError(f"no format {format!r}; there are: html, json, md, text")
