"""Options that several commands share, each written once."""

from enum import StrEnum
from typing import Annotated

import typer

__all__ = [
    "METRICS",
    "AllowCode",
    "Cluster",
    "Draws",
    "Format",
    "Formats",
    "Hypotheses",
    "Language",
    "Level",
    "Metrics",
    "References",
    "Seed",
    "Sources",
    "StdinKind",
]

METRICS = "bleu,chrf,ter,rouge1,rouge2,rougeL,rougeLsum"
"""What is scored where nothing else is asked for."""


class Format(StrEnum):
    """How scores are printed."""

    TEXT = "text"
    JSON = "json"
    LATEX = "latex"
    CSV = "csv"


Hypotheses = Annotated[
    list[str],
    typer.Option(
        "--hypotheses",
        help="FILE or NAME=FILE, a segment per line, or JSON Lines, CSV, TSV, Parquet; - is "
        "standard input. Repeat for more systems.",
    ),
]
References = Annotated[
    list[str] | None,
    typer.Option(
        "--references",
        help="As many segments; repeat for more references. Not needed where they stand beside "
        "the hypotheses (key 'references').",
    ),
]
Sources = Annotated[
    str | None, typer.Option("--sources", help="What was translated or summarised.")
]
Metrics = Annotated[
    str,
    typer.Option(
        "--metrics", help="Names from 'evalkit list', by commas; options: bleu(tokenizer=zh)."
    ),
]
StdinKind = Annotated[
    str | None,
    typer.Option("--stdin", help="What - holds: lines, jsonl, csv or tsv.", show_default="lines"),
]
Language = Annotated[str, typer.Option(help="Of the hypotheses, ISO 639-1.")]
Cluster = Annotated[
    str, typer.Option(help="What is resampled: segment, document, or a column of the files.")
]
Draws = Annotated[int, typer.Option(min=100, help="Resamples.")]
Seed = Annotated[int, typer.Option(min=0, help="Of every resample.")]
Level = Annotated[float, typer.Option(min=50, max=99.99, help="Of the intervals, in percent.")]
AllowCode = Annotated[
    bool, typer.Option("--allow-code", help="Let --metrics name code of its own (module:attribute)")
]
Formats = Annotated[Format, typer.Option("--format", help="text, json, latex or csv.")]
