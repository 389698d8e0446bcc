"""``fluency``, ``summarize``: texts straight from files or a pipe, without a config."""

from enum import StrEnum
from typing import Annotated

import typer

from evalkit.cli.options import AllowCode, Offline

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
    offline: Offline = False,
    allow_code: AllowCode = False,
    format: How = Format.TEXT,  # noqa: A002
) -> None:
    """Score how fluent texts are, without a reference, and mark where they break."""
    from evalkit.cli import reading

    del offline  # the option itself closes the network
    reading.fluency(files or [], scorers, allow_code=allow_code, as_json=format == "json")


def summarize(  # noqa: PLR0913 - a command's options
    files: Files = None,
    model: Annotated[
        str | None,
        typer.Option(help="A model's hub id or folder; without --kind also a generator's name."),
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            help="A generator from 'evalkit list': causal, seq2seq, … Without it, --model is "
            "rewriter (the default), lead, central, or of a sequence-to-sequence model."
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="key=value: an option as in a config, e.g. generation.num_beams=4; repeatable.",
        ),
    ] = None,
    words: Annotated[int, typer.Option(min=1, help="Length of the summary, in words.")] = 60,
    offline: Offline = False,
    allow_code: AllowCode = False,
    format: How = Format.TEXT,  # noqa: A002
) -> None:
    """Summarise each text.

    A model behind a server: --model endpoint --set base_url=http://localhost:8000/v1 --set
    model=NAME --set api_key_env=VARIABLE.
    """
    from evalkit.cli import reading
    from evalkit.cli.making import generator_of

    made = generator_of(kind, model, settings or [], offline=offline, allow_code=allow_code)
    reading.summarize(files or [], made, words, as_json=format == "json")
