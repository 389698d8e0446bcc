"""``fluency``, ``summarize``: texts straight from files or a pipe, without a config."""

from enum import StrEnum
from typing import Annotated

import typer

__all__ = ["fluency", "summarize"]


class Format(StrEnum):
    """How a command prints."""

    TEXT = "text"
    JSON = "json"


Files = Annotated[
    list[str] | None, typer.Argument(help="Files or folders of text; - is standard input.")
]
How = Annotated[Format, typer.Option(help="For a person or for a program.")]


def fluency(
    files: Files = None,
    scorers: Annotated[
        str,
        typer.Option(help="From 'evalkit list': mechanics,\"causal_lm(model=FOLDER,stride=256)\"."),
    ] = "mechanics,detector",
    offline: Annotated[bool, typer.Option(help="Never touch the network.")] = False,
    format: How = Format.TEXT,  # noqa: A002
) -> None:
    """Score how fluent texts are, without a reference, and mark where they break."""
    from evalkit.cli import reading

    reading.fluency(files or [], scorers, offline=offline, as_json=format == "json")


def summarize(
    files: Files = None,
    model: Annotated[
        str,
        typer.Option(help="lead, central, rewriter, or a sequence-to-sequence model's id or path."),
    ] = "rewriter",
    words: Annotated[int, typer.Option(min=1, help="Length of the summary, in words.")] = 60,
    offline: Annotated[bool, typer.Option(help="Never touch the network.")] = False,
    format: How = Format.TEXT,  # noqa: A002
) -> None:
    """Summarise each text."""
    from evalkit.cli import reading

    reading.summarize(files or [], model, words, offline=offline, as_json=format == "json")
