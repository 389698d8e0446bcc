"""Standard output that never fails on a character: whatever the terminal's encoding."""

import io
import json
import sys
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["console", "forgiving_output", "is_unicode", "print_json"]


def forgiving_output() -> None:
    """Characters that standard output cannot show are printed as escapes, not as a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and not is_unicode(stream):
            stream.reconfigure(errors="backslashreplace")


def console(*, no_color: bool) -> "Console":
    """Standard output for tables: plain where it is piped, without colour where that is wanted.

    Args:
        no_color: whether the command line says so; else the variable NO_COLOR does.
    """
    from rich.console import Console

    return Console(no_color=no_color or None)


def print_json(data: object) -> None:
    """JSON for a program: as it is where the output is Unicode, else with JSON's own escapes."""
    plain = not is_unicode(sys.stdout)
    typer.echo(json.dumps(data, ensure_ascii=plain, indent=1))


def is_unicode(stream: object) -> bool:
    """Whether a stream can show every character."""
    return str(getattr(stream, "encoding", "") or "").lower().replace("-", "") in {"utf8", "utf16"}
