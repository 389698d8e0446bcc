"""What ``--require`` asks for, once scores are there: told, written as JUnit, and exit code 3."""

from pathlib import Path

import typer

from evalkit.report.junit import document
from evalkit.results import Report
from evalkit.store.atomic import write_text

__all__ = ["FELL_SHORT", "finish", "tell", "write_junit"]

FELL_SHORT = 3
"""Exit code where a requirement is not met."""


def write_junit(report: Report, path: Path | None) -> None:
    """Writes the run as JUnit XML, where a file is named."""
    if path is not None:
        write_text(path, document(report))


def tell(report: Report, *, to_errors: bool = False) -> None:
    """Prints what fell short; to standard error where standard output holds data."""
    from rich.console import Console

    from evalkit.report.terminal_requirements import requirement_parts

    console = Console(stderr=to_errors)
    for part in requirement_parts(report.requirements):
        console.print(part)


def finish(report: Report, *, n_failed: int = 0) -> None:
    """Ends with code 3 where a requirement is not met, with 1 where items failed, else returns."""
    if n_failed:
        failed = "1 item" if n_failed == 1 else f"{n_failed} items"
        typer.echo(
            f"{failed} failed; see the warnings above; '--retry-failed' tries them again", err=True
        )
    if not all(each.met for each in report.requirements):
        raise typer.Exit(FELL_SHORT)
    if n_failed:
        raise typer.Exit(1)
