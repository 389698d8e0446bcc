"""``run``, ``show``, ``report``: evaluate a config, and look at what came of it."""

from pathlib import Path
from typing import Annotated

import typer

from evalkit.cli import options as shared
from evalkit.cli.options import AllowCode, Offline

__all__ = ["report", "run", "show"]


def run(  # noqa: PLR0913  (a command's options)
    config: Annotated[Path, typer.Argument(help="The evaluation, a YAML file.")],
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="key=value put over the config, e.g. statistics.seed=7."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="The run folder [default: runs/<name>].")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N documents.")] = None,
    offline: Offline = False,
    allow_code: AllowCode = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try items again that failed in an earlier run.")
    ] = False,
    require: shared.Require = None,
    junit: shared.Junit = None,
) -> None:
    """Evaluate a config into a run folder; what is there already is not computed again.

    Exit codes: 0 done, 1 items failed, 2 bad input, 3 a requirement is not met.
    """
    from rich.console import Console

    from evalkit.cli import requiring
    from evalkit.cli.permission import announce
    from evalkit.cli.progress import bars
    from evalkit.config.load import load
    from evalkit.pipeline.code import code_of
    from evalkit.pipeline.run import Options, evaluate
    from evalkit.registry import Code
    from evalkit.report import write_all
    from evalkit.report.terminal import show as show_report

    loaded = load(config, settings=settings or (), require=require or ())
    folder = output or Path(loaded.config.output or Path("runs") / loaded.config.name)
    announce(code_of(loaded.config), allowed=allow_code)
    code = Code(allow_code, loaded.folder)
    options = Options(limit=limit, offline=offline, code=code, retry_failed=retry_failed)
    with bars() as progress:
        evaluated = evaluate(loaded, folder, options=options, progress=progress)
    written = write_all(evaluated.report, folder)
    show_report(evaluated.report, Console(), document=None, worst=None)
    page = next(path for path in written if path.suffix == ".html")
    typer.echo(f"report: {page}")
    requiring.write_junit(evaluated.report, junit)
    requiring.finish(evaluated.report, n_failed=evaluated.n_failed)


def show(  # noqa: PLR0913  (a command's options)
    run: Annotated[Path, typer.Argument(help="A run folder.")],
    document: Annotated[
        str | None, typer.Option(help="Show this document's text with its errors marked.")
    ] = None,
    worst: Annotated[
        int | None,
        typer.Option(min=1, help="Show the N least fluent sentences; with --diff, N items."),
    ] = None,
    diff: Annotated[
        tuple[str, str] | None,
        typer.Option(
            metavar="A B", help="Two systems side by side by item, largest differences first."
        ),
    ] = None,
    system: Annotated[list[str] | None, typer.Option(help="Only this system; repeatable.")] = None,
    table: Annotated[str | None, typer.Option(help="Only this table.")] = None,
    no_color: shared.NoColor = False,
) -> None:
    """Show a finished run in the terminal: tables, one text, the worst, two systems.

    Tables fit the width, and what does not is said. Piped, it is plain text.
    """
    from evalkit.cli.printing import console
    from evalkit.report.terminal import Asked
    from evalkit.report.terminal import show as show_report
    from evalkit.store.folder import read_report

    asked = Asked(systems=system or (), table=table, pair=diff)
    shown = console(no_color=no_color)
    show_report(read_report(run), shown, document=document, worst=worst, asked=asked)


def report(
    run: Annotated[Path, typer.Argument(help="A run folder.")],
    format: Annotated[  # noqa: A002
        str | None,
        typer.Option(
            help="html: the page. md: Markdown. json: report.json, everything. csv, parquet: a "
            "flat table (see --of). latex: the tables, with booktabs. junit: requirements and "
            "failed items, for a CI server. [default: html]"
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="File to write [default: standard output].")
    ] = None,
    of: Annotated[
        str | None,
        typer.Option(
            help="For csv and parquet: scores, comparisons, items, sentences or requirements.",
            show_default="scores",
        ),
    ] = None,
    figures: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Draw figures for papers, each as SVG and PNG, into DIR."),
    ] = None,
) -> None:
    """Print or write a finished run in another format, or draw it; needs no model."""
    from evalkit.cli import exporting
    from evalkit.store.folder import read_report

    found = read_report(run)
    if figures is not None:
        exporting.draw(found, figures)
    if format is not None or figures is None:
        exporting.export(found, format or "html", output, of)
