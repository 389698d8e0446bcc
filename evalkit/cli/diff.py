"""``diff``: what changed between two runs."""

from pathlib import Path
from typing import Annotated

import typer

from evalkit.cli import options

__all__ = ["diff"]


def diff(  # noqa: PLR0913  (a command's options)
    run_a: Annotated[Path, typer.Argument(help="A run folder, the first.")],
    run_b: Annotated[Path, typer.Argument(help="A run folder, the second.")],
    format: Annotated[  # noqa: A002
        options.DiffFormat, typer.Option(help="text, json, md or html.")
    ] = options.DiffFormat.TEXT,
    items: Annotated[int, typer.Option(min=0, help="List so many changed items.")] = 10,
    output: Annotated[
        Path | None, typer.Option(help="File to write [default: standard output].")
    ] = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="End with 1 if anything differs, as git diff does.")
    ] = False,
    no_color: options.NoColor = False,
) -> None:
    """What changed between two runs: config, versions, inputs, outputs, scores, with tests.

    Items are matched by table, system, document and place, and by their references and source.
    Differences are those of the second run less the first. To compare the systems of one run:
    evalkit compare.

    Exit codes: 0 done, 2 bad input; with --exit-code 1 if anything differs.
    """
    from evalkit.cli.printing import console
    from evalkit.pipeline.diff import read_difference
    from evalkit.store.atomic import write_text

    found = read_difference(run_a, run_b, n_items=items)
    if format is options.DiffFormat.TEXT and output is None:
        from evalkit.report.diff.terminal import show

        show(found, console(no_color=no_color))
    else:
        from evalkit.report.diff import render

        text = render(found, format.value)
        if output is None:
            typer.echo(text, nl=False)
        else:
            write_text(output, text)
            typer.echo(f"wrote {output}")
    if exit_code and found.differs:
        raise typer.Exit(1)
