"""``fetch``: everything that a config needs, onto this machine."""

from pathlib import Path
from typing import Annotated

import typer

from evalkit.cli.options import AllowCode
from evalkit.cli.permission import announce
from evalkit.errors import ConfigError

__all__ = ["fetch"]


def fetch(
    config: Annotated[Path, typer.Argument(help="The evaluation, a YAML file.")],
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="key=value put over the config.")
    ] = None,
    allow_code: AllowCode = False,
) -> None:
    """Bring every model, dataset and module that a config needs, so that it runs --offline.

    Prints what was brought, what was here, and each commit. Exits with 1 where something is
    missing still.
    """
    from evalkit.config.load import load
    from evalkit.offline import VARIABLES, asked_by_environment
    from evalkit.pipeline.code import code_of
    from evalkit.pipeline.fetch import fetch as bring
    from evalkit.registry import Code

    if asked_by_environment():
        raise ConfigError(
            f"fetch needs the network, and the environment forbids it: unset {', '.join(VARIABLES)}"
        )
    loaded = load(config, settings=settings or ())
    announce(code_of(loaded.config), allowed=allow_code)
    found = bring(loaded, code=Code(allow_code, loaded.folder))
    for each in found:
        if each.error:
            typer.echo(f"missing    {each.name}: {each.error}")
        else:
            state = "brought  " if each.brought else "was here "
            typer.echo(f"{state}  {each.name} {each.version} ({each.used_by})")
    n_missing = sum(bool(each.error) for each in found)
    if n_missing:
        typer.echo(f"{n_missing} of {len(found)} could not be brought; see above", err=True)
        raise typer.Exit(1)
    if not found:
        typer.echo("nothing to bring: the config names no model, dataset or module")
    typer.echo(f"now runs without a network: evalkit run {config} --offline")
