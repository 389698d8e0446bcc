"""The command line: one typer app; each command's work is imported when it is called."""

import sys
from collections.abc import Sequence

import typer

import evalkit
from evalkit.cli import configs, runs, texts, training
from evalkit.cli.buckets import buckets
from evalkit.cli.compare import compare
from evalkit.cli.diff import diff
from evalkit.cli.fetching import fetch
from evalkit.cli.plugins import check_plugin
from evalkit.cli.printing import forgiving_output
from evalkit.cli.score import score
from evalkit.cli.view import view
from evalkit.errors import EvalkitError, missing_extra
from evalkit.redaction import redact

__all__ = ["app", "main"]

app = typer.Typer(
    name="evalkit",
    help="Fluency of machine-translated text, summaries of it, and how both compare with people.",
    epilog="Exit codes: 0 done; 1 finished, but some items failed (diff --exit-code: the runs "
    "differ); 2 bad input, and nothing was written; 3 a requirement is not met; 130 interrupted.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


INTERRUPTED = 130


def _version(value: bool) -> None:
    if value:
        typer.echo(f"evalkit {evalkit.__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Fluency of machine-translated text, summaries of it, and how both compare with people."""
    del version


app.command("run", short_help="Evaluate a config into a run folder.")(runs.run)
app.command("show", short_help="Show a finished run in the terminal.")(runs.show)
app.command("report", short_help="Write a finished run in another format.")(runs.report)
app.command("view", short_help="Look at every item of large runs in a browser.")(view)
app.command("score", short_help="Score hypotheses against references.")(score)
app.command("compare", short_help="Test systems against each other.")(compare)
app.command("diff", short_help="What changed between two runs.")(diff)
app.command("buckets", short_help="Score segments by length, document or column")(buckets)
app.command("fluency", short_help="Score texts without a reference; mark errors.")(texts.fluency)
app.command("summarize", short_help="Summarise texts.")(texts.summarize)
app.command("list", short_help="List scorers and generators.")(configs.list_names)
app.command("check-plugin", short_help="Check that a plug-in keeps the contract.")(check_plugin)
app.command("validate", short_help="Check a config; computes nothing.")(configs.validate)
app.command("fetch", short_help="Bring the models and data of a config.")(fetch)
app.command("init", short_help="Write a starter config, or a plug-in.")(configs.init)
app.command("schema", short_help="Print JSON Schemas.")(configs.schema)
app.add_typer(training.app, name="train")


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line and exits with its code; the console script of the package."""
    forgiving_output()
    try:
        app(args=list(arguments) if arguments is not None else None, prog_name="evalkit")
    except EvalkitError as error:
        typer.echo(redact(f"evalkit: {error}"), err=True)
        sys.exit(2)
    except ModuleNotFoundError as error:
        missing = missing_extra(error)
        if missing is None:
            raise
        typer.echo(f"evalkit: {missing}", err=True)
        sys.exit(2)
    except SystemExit as stop:
        if stop.code == INTERRUPTED:  # typer turns Ctrl-C into an exit without a word
            typer.echo("evalkit: interrupted; run it again to go on", err=True)
        raise
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
