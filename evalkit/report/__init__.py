"""A finished run, written for people and for programs: HTML, Markdown, JSON, CSV, terminal.

Everything here formats ``evalkit.results.Report`` and computes no score: a run folder made on
another machine is shown without any model. A format is one function from a report to a text, in
a module of its own; ``FORMATS`` names them all.
"""

from collections.abc import Callable
from pathlib import Path

from evalkit.errors import ConfigError, nearest
from evalkit.results import Report
from evalkit.store.atomic import write_text

__all__ = ["FORMATS", "render", "write_all"]

_FILES = {"json": "report.json", "md": "report.md", "html": "report.html"}


def _html(report: Report) -> str:
    # Jinja is loaded by this format only.
    from evalkit.report.html import page

    return page(report)


def _markdown(report: Report) -> str:
    from evalkit.report.markdown import document

    return document(report)


def _json(report: Report) -> str:
    return report.model_dump_json(by_alias=True, indent=2) + "\n"


def _csv(report: Report) -> str:
    from evalkit.report.long_form import scores

    return scores(report)


def _latex(report: Report) -> str:
    from evalkit.report.latex import document

    return document(report)


def _junit(report: Report) -> str:
    from evalkit.report.junit import document

    return document(report)


FORMATS: dict[str, Callable[[Report], str]] = {
    "html": _html,
    "md": _markdown,
    "json": _json,
    "csv": _csv,
    "latex": _latex,
    "junit": _junit,
}
"""Every format by the name that the command line knows it by."""


def render(report: Report, format: str) -> str:  # noqa: A002
    """A report as one text.

    Args:
        report: the finished run.
        format: a key of FORMATS.

    Raises:
        ConfigError: there is no such format; the message names those that there are.
    """
    if format not in FORMATS:
        guess = nearest(format, FORMATS)
        hint = f" Did you mean {guess!r}?" if guess else ""
        raise ConfigError(
            f"no report format {format!r}.{hint} Known: {', '.join(FORMATS)}, parquet."
        )
    return FORMATS[format](report)


def write_all(report: Report, folder: Path) -> tuple[Path, ...]:
    """Writes report.json, report.md and report.html into a run folder, each atomically.

    Raises:
        StoreError: the folder cannot be written.
    """
    texts = {folder / name: render(report, format_) for format_, name in _FILES.items()}
    for path, text in texts.items():
        write_text(path, text)
    return tuple(texts)
