"""Options that several commands share, each written once."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

__all__ = [
    "METRICS",
    "AllowCode",
    "Baseline",
    "By",
    "Cluster",
    "Confidence",
    "Correction",
    "Corrections",
    "DiffFormat",
    "Draws",
    "Edges",
    "Format",
    "Formats",
    "Frequencies",
    "Glossary",
    "Hypotheses",
    "Interval",
    "IntervalKind",
    "Junit",
    "Kind",
    "Language",
    "Level",
    "MaybeHypotheses",
    "MaybeMetrics",
    "Method",
    "Methods",
    "Metrics",
    "NoColor",
    "Offline",
    "OneTable",
    "Output",
    "References",
    "Require",
    "Run",
    "Sane",
    "Seed",
    "Segments",
    "ShortSignatures",
    "Sources",
    "StdinKind",
    "Task",
    "Test",
    "Tests",
]

METRICS = "bleu,chrf,ter,rouge1,rouge2,rougeL,rougeLsum"
"""What is scored where nothing else is asked for."""


class Test(StrEnum):
    """Where p-values come from."""

    PERMUTATION = "permutation"
    BOOTSTRAP = "bootstrap"


class Correction(StrEnum):
    """For several tests."""

    HOLM = "holm"
    BH = "bh"
    NONE = "none"


class Interval(StrEnum):
    """Kind of bootstrap interval."""

    PERCENTILE = "percentile"
    BCA = "bca"


class Method(StrEnum):
    """How the bootstrap weighs."""

    AUTO = "auto"
    MULTINOMIAL = "multinomial"
    POISSON = "poisson"


class Kind(StrEnum):
    """What outputs are asked to be."""

    TRANSLATION = "translation"
    SUMMARY = "summary"


class Format(StrEnum):
    """How scores are printed."""

    TEXT = "text"
    JSON = "json"
    LATEX = "latex"
    CSV = "csv"


class DiffFormat(StrEnum):
    """How a difference of runs is printed."""

    TEXT = "text"
    JSON = "json"
    MD = "md"
    HTML = "html"


_HYPOTHESES = typer.Option(
    "--hypotheses",
    metavar="FILE",
    help="FILE or NAME=FILE, a segment per line, or JSON Lines, CSV, TSV, Parquet; - is standard "
    "input. Repeat for more systems.",
)
Hypotheses = Annotated[list[str], _HYPOTHESES]
MaybeHypotheses = Annotated[list[str] | None, _HYPOTHESES]
References = Annotated[
    list[str] | None,
    typer.Option(
        "--references",
        metavar="FILE",
        help="As many segments; repeat for more references. Not needed where they stand beside "
        "the hypotheses (key 'references').",
    ),
]
Sources = Annotated[
    str | None,
    typer.Option("--sources", metavar="FILE", help="What was translated or summarised."),
]
_METRICS = typer.Option(
    "--metrics",
    metavar="NAMES",
    help="Names from 'evalkit list', by commas; options: bleu(tokenizer=zh).",
)
Metrics = Annotated[str, _METRICS]
MaybeMetrics = Annotated[str | None, _METRICS]
StdinKind = Annotated[
    str | None,
    typer.Option("--stdin", help="What - holds: lines, jsonl, csv or tsv.", show_default="lines"),
]
Language = Annotated[
    str | None,
    typer.Option(
        help="Of the hypotheses, ISO 639-1 [default: en; for the gate, that of the references].",
        show_default=False,
    ),
]
Sane = Annotated[
    bool, typer.Option("--sanity/--no-sanity", help="Count outputs that are plainly wrong.")
]
Task = Annotated[Kind, typer.Option("--task", help="What outputs are: a summary may leave out.")]
Glossary = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Terms that must be translated so (gate).")
]
Cluster = Annotated[
    str, typer.Option(help="What is resampled: segment, document, or a column of the files.")
]
Draws = Annotated[int, typer.Option(min=100, help="Resamples.")]
Seed = Annotated[int, typer.Option(min=0, help="Of every resample.")]
Level = Annotated[float, typer.Option(min=50, max=99.99, help="Of the intervals, in percent.")]
IntervalKind = Annotated[Interval, typer.Option("--interval", help="Percentile, or BCa.")]
Methods = Annotated[
    Method, typer.Option("--method", help="Bootstrap weights; auto: Poisson from 100,000 on.")
]
Run = Annotated[Path | None, typer.Argument(help="A run folder, instead of --hypotheses.")]
OneTable = Annotated[str | None, typer.Option("--table", help="Of the run folder [default: all].")]
Baseline = Annotated[
    str | None, typer.Option(help="Compare each system with this one, not all pairs.")
]
Tests = Annotated[Test, typer.Option("--test", help="Paired permutation or paired bootstrap.")]
Corrections = Annotated[
    Correction, typer.Option("--correction", help="For the pairs of one metric.")
]
Confidence = Annotated[
    bool, typer.Option("--confidence", help="Add bootstrap intervals and paired tests.")
]
Segments = Annotated[
    bool, typer.Option("--segments", help="Scores of each segment, with ids (json, csv).")
]
ShortSignatures = Annotated[
    bool, typer.Option("--short-signatures", help="As sacrebleu abbreviates them.")
]
By = Annotated[
    list[str] | None,
    typer.Option(
        "--by",
        metavar="WHAT",
        help="reference-length, hypothesis-length, source-length, document, frequency (of the "
        "reference words), or a column; repeatable [default: reference-length].",
    ),
]
Edges = Annotated[
    str | None,
    typer.Option(help="Where buckets begin, e.g. 10,20,30; makes a column one of numbers."),
]
Frequencies = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Training text to count words in, or a table of word and count "
        "[default: the references].",
    ),
]
AllowCode = Annotated[
    bool,
    typer.Option("--allow-code", help="Let code of its own run: module:attribute, commands."),
]


def _offline(context: typer.Context, value: bool) -> bool:
    """Closes the network for the rest of the command, where it or the environment says so."""
    from evalkit.offline import asked_by_environment, offline_only

    wanted = value or asked_by_environment()
    context.with_resource(offline_only(wanted))
    return wanted


Offline = Annotated[
    bool,
    typer.Option(
        "--offline",
        callback=_offline,
        help="Never touch a network; HF_HUB_OFFLINE=1 does the same.",
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Write a run folder too: report, and every segment for view."),
]
Formats = Annotated[Format, typer.Option("--format", help="text, json, latex or csv.")]
Require = Annotated[
    list[str] | None,
    typer.Option(
        "--require",
        metavar="SCORE>=LIMIT",
        help="[TABLE/][SYSTEM/]SCORE[@low|@high|@worst] >= LIMIT (or >, <=, <), on the scale of "
        "the tables; exit code 3 where one is not met. Repeatable.",
    ),
]
Junit = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write the outcome as JUnit XML (for CI).")
]
NoColor = Annotated[
    bool, typer.Option("--no-color", help="Plain text, as NO_COLOR and a pipe have it.")
]
