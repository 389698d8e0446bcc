"""``sets``: what texts are as a set, straight from files or a pipe."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from evalkit.errors import AlignmentError, ConfigError

__all__ = ["sets"]


class Format(StrEnum):
    """How a command prints."""

    TEXT = "text"
    JSON = "json"


def sets(
    files: Annotated[
        list[str] | None,
        typer.Argument(help="A text per line, or a table; - is standard input. One set each."),
    ] = None,
    measures: Annotated[
        str, typer.Option(help="distinct<n>, self-bleu; separated by commas.")
    ] = "distinct1,distinct2,self-bleu",
    format: Annotated[Format, typer.Option(help="For a person or for a program.")] = Format.TEXT,  # noqa: A002
) -> None:
    """Measure how varied the texts of a file are: the set as a whole, not its texts one by one."""
    from evalkit.pipeline.sets import checked, set_scores

    names = checked([name.strip() for name in measures.split(",") if name.strip()])
    if not names:
        raise ConfigError("--measures names none; there are: distinct<n>, self-bleu")
    paths = files or ["-"]
    if len(set(paths)) < len(paths):
        raise AlignmentError("a file is named twice; a set is measured once")
    scores = [score for path in paths for score in set_scores(path, _texts(path), names)]
    if format == Format.JSON:
        from evalkit.cli.printing import print_json
        from evalkit.records import SCHEMA_VERSION

        shown = [score.model_dump(mode="json") for score in scores]
        print_json({"schema": SCHEMA_VERSION, "sets": shown})
        return
    for score in scores:
        value = "–" if score.value is None else f"{score.value:.2f}"
        note = f"  {score.note}" if score.note else ""
        texts = "1 text" if score.n_texts == 1 else f"{score.n_texts} texts"
        typer.echo(f"{score.system}  {score.name}  {value}  ({texts}){note}")


def _texts(path: str) -> tuple[str, ...]:
    from evalkit.corpus.outputs import read_lines

    texts = read_lines(path, root=Path(), stream=sys.stdin.buffer)
    if n_empty := sum(not text.strip() for text in texts):
        typer.echo(f"evalkit: {n_empty} of {len(texts)} texts of {path} are empty", err=True)
    return texts
