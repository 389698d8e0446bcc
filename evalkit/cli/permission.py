"""Code that ``--allow-code`` lets run: shown before it does."""

from collections.abc import Iterable

import typer

__all__ = ["announce"]


def announce(code: Iterable[str], *, allowed: bool) -> None:
    """Says on standard error what will run; nothing where it isn't allowed, or there is none."""
    if allowed:
        for each in code:
            typer.echo(f"evalkit: runs code of its own: {each}", err=True)
