"""``list``, ``validate``, ``init``, ``schema``: what there is and what a config looks like."""

from pathlib import Path
from typing import Annotated

import typer

from evalkit.cli.options import AllowCode, Offline
from evalkit.cli.printing import print_json
from evalkit.errors import ConfigError

__all__ = ["init", "list_names", "schema", "validate"]

STARTER = Path(__file__).parent / "starter.yaml"


def list_names() -> None:
    """List every scorer and generator that a config can name, with where it comes from.

    Plug-ins are imported, so that one that cannot be is named with its error.
    """
    from evalkit.registry import providers

    for kind in ("scorer", "generator"):
        typer.echo(f"{kind}s")
        for provider in providers(kind, look=True):
            typer.echo(f"  {provider.name:<14} {provider.package:<12} {provider.target}")
            if provider.problem:
                typer.echo(f"    cannot be used: {provider.problem}")


def validate(
    config: Annotated[Path, typer.Argument(help="The config to check.")],
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="key=value put over the config.")
    ] = None,
    offline: Offline = False,
    allow_code: AllowCode = False,
) -> None:
    """Check a config: its keys, names, options, documents, references and requirements.

    Computes nothing. Code of others that it names is listed; without --allow-code none of it runs.
    """
    from dataclasses import replace

    from evalkit.cli.permission import announce
    from evalkit.config.load import load
    from evalkit.pipeline.closing import closing
    from evalkit.pipeline.code import code_of, without_code
    from evalkit.pipeline.prepare import prepare
    from evalkit.pipeline.requirements import demands, planned
    from evalkit.registry import Code

    loaded = load(config, settings=settings or ())
    code = code_of(loaded.config)
    announce(code, allowed=allow_code)
    if not allow_code:
        for each in code:
            typer.echo(f"evalkit: a run needs --allow-code for: {each}", err=True)
        loaded = replace(loaded, config=without_code(loaded.config))
    prepared = prepare(loaded, code=Code(allow_code, loaded.folder), offline=offline)
    with closing([prepared]):
        fluency = loaded.config.fluency
        if allow_code or not code:
            of = fluency.of if fluency else ()
            demands(loaded.config.require, lambda: planned(prepared, of=of))
        typer.echo(f"{config} is valid: {prepared.summary()}")
    if code and not allow_code:
        typer.echo("not looked at: what is code of others (above); add --allow-code to check it")


def init(
    path: Annotated[
        Path | None,
        typer.Argument(
            help="The file to write, or the plug-in's folder.", show_default="evalkit.yaml"
        ),
    ] = None,
    plugin: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Write a package with a scorer and a generator instead."),
    ] = None,
) -> None:
    """Write a starter config, with every section explained; or a plug-in to start from."""
    from evalkit.store.atomic import write_text

    if plugin is not None:
        from evalkit.cli.authoring import write_plugin

        folder = path or Path(plugin)
        write_plugin(plugin, folder)
        typer.echo(
            f"wrote {folder}; then: pip install -e {folder} && evalkit check-plugin {plugin}"
        )
        return
    path = path or Path("evalkit.yaml")
    if path.exists():
        raise ConfigError(f"{path} exists already; nothing was written. Name another file.")
    write_text(path, STARTER.read_text(encoding="utf-8"))
    typer.echo(f"wrote {path}; edit it, then: evalkit run {path}")


def schema(
    what: Annotated[str, typer.Argument(help="'config', 'report' or 'diff'.")] = "config",
) -> None:
    """Print the JSON Schema of a config, of report.json or of diff --format json."""
    from pydantic import BaseModel

    from evalkit.config.models import EvaluationConfig
    from evalkit.results import Difference, Report

    models: dict[str, type[BaseModel]] = {
        "config": EvaluationConfig,
        "report": Report,
        "diff": Difference,
    }
    if what not in models:
        raise ConfigError(f"no schema of {what!r}; there are: {', '.join(models)}")
    print_json(models[what].model_json_schema())
