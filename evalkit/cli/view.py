"""``view``: a run's items in a browser, from a local server or as a static folder."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["view"]


def view(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN", help="Run folders.")],
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Where to listen; 0 takes a free port.")
    ] = 0,
    open_browser: Annotated[
        bool, typer.Option("--open", help="Open the address in the browser.")
    ] = False,
    export: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Write a static folder instead, for a web server or disk."
        ),
    ] = None,
) -> None:
    """Page, sort, filter and search every item of large runs in a browser, on this machine only."""
    from evalkit.view.runs import open_runs

    shown = open_runs(runs)
    if export is not None:
        from evalkit.view.export import export_runs

        n = export_runs(shown, export)
        typer.echo(f"wrote {export / 'index.html'} ({n:,} rows)")
        return
    from evalkit.view.server import listen, serve

    def ready(address: str) -> None:
        typer.echo(f"evalkit: {address}  (Ctrl-C ends it)")
        if open_browser:
            typer.launch(address)

    serve(shown, listen(port), ready=ready)
