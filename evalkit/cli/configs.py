"""``list``, ``validate``, ``init``, ``schema``: what there is and what a config looks like."""

from pathlib import Path
from typing import Annotated

import typer

from evalkit.cli.printing import print_json
from evalkit.errors import ConfigError

__all__ = ["init", "list_names", "schema", "validate"]

STARTER = Path(__file__).parent / "starter.yaml"


def list_names() -> None:
    """List every scorer and generator that a config can name, with where it comes from."""
    from evalkit.registry import providers

    for kind in ("scorer", "generator"):
        typer.echo(f"{kind}s")
        for provider in providers(kind):
            typer.echo(f"  {provider.name:<14} {provider.package:<12} {provider.target}")


def validate(
    config: Annotated[Path, typer.Argument(help="The config to check.")],
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="key=value put over the config.")
    ] = None,
    allow_code: Annotated[
        bool, typer.Option(help="Let module:attribute and commands run.")
    ] = False,
) -> None:
    """Check a config: its keys, names, options, documents and references. Computes nothing."""
    from evalkit.cli.permission import announce
    from evalkit.config.load import load
    from evalkit.pipeline.closing import closing
    from evalkit.pipeline.prepare import code_named, prepare
    from evalkit.registry import Code

    loaded = load(config, settings=settings or ())
    announce(code_named(loaded), allowed=allow_code)
    with closing([prepare(loaded, code=Code(allow_code, loaded.folder))]) as (prepared,):
        typer.echo(f"{config} is valid: {prepared.summary()}")


def init(
    path: Annotated[Path, typer.Argument(help="The file to write.")] = Path("evalkit.yaml"),
) -> None:
    """Write a starter config, with every section explained."""
    from evalkit.store.atomic import write_text

    if path.exists():
        raise ConfigError(f"{path} exists already; nothing was written. Name another file.")
    write_text(path, STARTER.read_text(encoding="utf-8"))
    typer.echo(f"wrote {path}; edit it, then: evalkit run {path}")


def schema(
    what: Annotated[str, typer.Argument(help="'config' or 'report'.")] = "config",
) -> None:
    """Print the JSON Schema of a config or of report.json."""
    from pydantic import BaseModel

    from evalkit.config.models import EvaluationConfig
    from evalkit.results import Report

    models: dict[str, type[BaseModel]] = {"config": EvaluationConfig, "report": Report}
    if what not in models:
        raise ConfigError(f"no schema of {what!r}; there are: {', '.join(models)}")
    print_json(models[what].model_json_schema())
