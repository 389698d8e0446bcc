"""Standard output that never fails on a character: whatever the terminal's encoding."""

import io
import json
import sys

import typer

__all__ = ["forgiving_output", "is_unicode", "print_json"]


def forgiving_output() -> None:
    """Characters that standard output cannot show are printed as escapes, not as a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and not is_unicode(stream):
            stream.reconfigure(errors="backslashreplace")


def print_json(data: object) -> None:
    """JSON for a program: as it is where the output is Unicode, else with JSON's own escapes."""
    plain = not is_unicode(sys.stdout)
    typer.echo(json.dumps(data, ensure_ascii=plain, indent=1))


def is_unicode(stream: object) -> bool:
    """Whether a stream can show every character."""
    return str(getattr(stream, "encoding", "") or "").lower().replace("-", "") in {"utf8", "utf16"}
