"""``run``, ``show``, ``report``: evaluate a config, and look at what came of it."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["report", "run", "show"]


def run(
    config: Annotated[Path, typer.Argument(help="The evaluation, a YAML file.")],
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="key=value put over the config, e.g. statistics.seed=7."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="The run folder [default: runs/<name>].")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N documents.")] = None,
    offline: Annotated[bool, typer.Option(help="Never touch the network.")] = False,
    allow_code: Annotated[
        bool, typer.Option(help="Let the config name code of its own (module:attribute, commands).")
    ] = False,
) -> None:
    """Evaluate a config into a run folder; what is there already is not computed again."""
    from rich.console import Console

    from evalkit.cli.permission import announce
    from evalkit.cli.progress import bars
    from evalkit.config.load import load
    from evalkit.pipeline.prepare import code_named
    from evalkit.pipeline.run import Options, evaluate
    from evalkit.registry import Code
    from evalkit.report import write_all
    from evalkit.report.terminal import show as show_report

    loaded = load(config, settings=settings or ())
    folder = output or Path(loaded.config.output or Path("runs") / loaded.config.name)
    announce(code_named(loaded), allowed=allow_code)
    options = Options(limit=limit, offline=offline, code=Code(allow_code, loaded.folder))
    with bars() as progress:
        evaluated = evaluate(loaded, folder, options=options, progress=progress)
    written = write_all(evaluated.report, folder)
    show_report(evaluated.report, Console(), document=None, worst=None)
    page = next(path for path in written if path.suffix == ".html")
    typer.echo(f"report: {page}")
    if evaluated.n_failed:
        typer.echo(f"{evaluated.n_failed} items failed; see the warnings above", err=True)
        raise typer.Exit(1)


def show(
    run: Annotated[Path, typer.Argument(help="A run folder.")],
    document: Annotated[
        str | None, typer.Option(help="Show this document's text with its errors marked.")
    ] = None,
    worst: Annotated[
        int | None, typer.Option(min=1, help="Show the N least fluent sentences.")
    ] = None,
) -> None:
    """Show a finished run in the terminal."""
    from rich.console import Console

    from evalkit.report.terminal import show as show_report
    from evalkit.store.folder import read_report

    show_report(read_report(run), Console(), document=document, worst=worst)


def report(
    run: Annotated[Path, typer.Argument(help="A run folder.")],
    format: Annotated[str, typer.Option(help="html, md, json or csv.")] = "html",  # noqa: A002
    output: Annotated[
        Path | None, typer.Option(help="File to write [default: standard output].")
    ] = None,
) -> None:
    """Print or write a finished run as HTML, Markdown, JSON or CSV; needs no model."""
    from evalkit.report import render
    from evalkit.store.atomic import write_text
    from evalkit.store.folder import read_report

    text = render(read_report(run), format)
    if output is None:
        typer.echo(text, nl=False)
    else:
        write_text(output, text)
        typer.echo(f"wrote {output}")
