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


app.command("run")(runs.run)
app.command("show")(runs.show)
app.command("report")(runs.report)
app.command("view")(view)
app.command("score")(score)
app.command("compare")(compare)
app.command("diff")(diff)
app.command("buckets")(buckets)
app.command("fluency")(texts.fluency)
app.command("summarize")(texts.summarize)
app.command("list")(configs.list_names)
app.command("check-plugin")(check_plugin)
app.command("validate")(configs.validate)
app.command("fetch")(fetch)
app.command("init")(configs.init)
app.command("schema")(configs.schema)
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
