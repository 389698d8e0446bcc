"""The work behind ``report``: a finished run as text, as a table of bytes, or drawn."""

import sys
from pathlib import Path

import typer

from evalkit.errors import ConfigError
from evalkit.results import Report
from evalkit.store.atomic import write_bytes, write_text

__all__ = ["draw", "export"]

FLAT = ("csv", "parquet")
"""Formats of one flat table."""


def export(found: Report, format: str, output: Path | None, of: str | None) -> None:  # noqa: A002
    """Prints or writes a run.

    Args:
        found: the run.
        format: a name that the command line knows.
        output: the file; None: standard output.
        of: which table, for flat formats.

    Raises:
        ConfigError: no such format or table, ``of`` with a format of everything, or bytes for a
            terminal.
    """
    if of is not None and format not in FLAT:
        raise ConfigError(f"--of {of} needs --format csv or parquet: {format} has everything")
    if format == "parquet":
        _write_parquet(found, output, of or "scores")
        return
    text = _text(found, format, of)
    if output is None:
        typer.echo(text, nl=False)
    else:
        write_text(output, text)
        typer.echo(f"wrote {output}")


def _text(found: Report, format: str, of: str | None) -> str:  # noqa: A002
    from evalkit.report import render

    if of in (None, "scores"):
        return render(found, format)
    from evalkit.report.frames import frame

    return frame(found, of).to_csv()


def _write_parquet(found: Report, output: Path | None, of: str) -> None:
    from evalkit.report.frames import frame

    content = frame(found, of).to_parquet()
    if output is not None:
        write_bytes(output, content)
        typer.echo(f"wrote {output}")
    elif sys.stdout.isatty():
        raise ConfigError("parquet is no text: name a file with --output FILE, or pipe it")
    else:
        typer.echo(content, nl=False)


def draw(found: Report, folder: Path) -> None:
    """Draws a run's figures and says what was left out."""
    from evalkit.report.figures import write_figures

    drawn = write_figures(found, folder)
    for note in drawn.notes:
        typer.echo(f"evalkit: {note}", err=True)
    typer.echo(f"wrote {len(drawn.paths)} files to {folder}", err=True)
