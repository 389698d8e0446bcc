"""``score``, ``fluency``, ``summarize``: texts straight from files or a pipe, without a config."""

from enum import StrEnum
from typing import Annotated

import typer

__all__ = ["fluency", "score", "summarize"]


class Format(StrEnum):
    """How a command prints."""

    TEXT = "text"
    JSON = "json"


Files = Annotated[
    list[str] | None, typer.Argument(help="Files or folders of text; - is standard input.")
]
How = Annotated[Format, typer.Option(help="For a person or for a program.")]


def score(
    hypotheses: Annotated[
        list[str],
        typer.Option("--hypotheses", help="A segment per line, or a table; repeat for systems."),
    ],
    references: Annotated[
        list[str],
        typer.Option("--references", help="As many segments; repeat for more references."),
    ],
    sources: Annotated[
        str | None, typer.Option("--sources", help="What was translated or summarised.")
    ] = None,
    metrics: Annotated[
        str, typer.Option(help="Names from 'evalkit list', separated by commas.")
    ] = "bleu,chrf,ter,rouge1,rouge2,rougeL,rougeLsum",
    format: How = Format.TEXT,  # noqa: A002
) -> None:
    """Score hypotheses against references, segment by segment, as one corpus each."""
    from evalkit.cli import scoring

    scoring.score(hypotheses, references, sources, metrics.split(","), as_json=format == "json")


def fluency(
    files: Files = None,
    scorers: Annotated[
        str, typer.Option(help="Names from 'evalkit list', separated by commas.")
    ] = "mechanics,detector",
    format: How = Format.TEXT,  # noqa: A002
) -> None:
    """Score how fluent texts are, without a reference, and mark where they break."""
    from evalkit.cli import reading

    reading.fluency(files or [], scorers.split(","), as_json=format == "json")


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
