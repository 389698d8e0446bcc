"""``check-plugin``: for authors of scorers and generators."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evalkit.cli.options import AllowCode, Offline
from evalkit.errors import ConfigError

if TYPE_CHECKING:
    from evalkit.conformance import Check
    from evalkit.registry import Code
    from evalkit.stages import SetScorer

__all__ = ["check_plugin"]


class Kind(StrEnum):
    """What a plug-in is."""

    SCORER = "scorer"
    GENERATOR = "generator"


def check_plugin(
    name: Annotated[str, typer.Argument(help="A name from 'evalkit list', or module:attribute.")],
    option: Annotated[
        list[str] | None,
        typer.Option("--option", metavar="KEY=VALUE", help="What it is made with; repeatable."),
    ] = None,
    kind: Annotated[Kind | None, typer.Option(help="Where a name is both, or cannot tell.")] = None,
    one_reference: Annotated[
        bool, typer.Option("--one-reference", help="Give each text one reference, not several.")
    ] = False,
    offline: Offline = False,
    allow_code: AllowCode = False,
) -> None:
    """Check that a scorer or generator keeps the contract of evalkit.stages.

    Gives it texts of every kind and says what is wrong, and the remedy. Exits with 1 where a check
    failed, with 2 where it could not be made.
    """
    from evalkit.registry import Code, kinds_of

    del offline  # the option itself closes the network
    code = Code(allow_code, Path())
    options = _options(option or ())
    kinds = (kind.value,) if kind is not None else kinds_of(name, code=code)
    n_failed = 0
    for each in kinds:
        checks = _checks(each, name, options, code, one_reference=one_reference)
        width = max(len(check.name) for check in checks)
        typer.echo(f"{each} {name}")
        for check in checks:
            typer.echo(f"  {check.name:<{width}}  {'ok' if check.passed else 'FAILED'}")
            if not check.passed:
                typer.echo(f"    found:  {check.found}\n    remedy: {check.remedy}")
        failed = sum(not check.passed for check in checks)
        typer.echo(f"{len(checks) - failed} of {len(checks)} checks passed")
        n_failed += failed
    if n_failed:
        raise typer.Exit(1)


def _options(given: Sequence[str]) -> dict[str, object]:
    import yaml

    found: dict[str, object] = {}
    for each in given:
        key, equals, text = each.partition("=")
        if not equals or not key.strip():
            raise ConfigError(f"--option {each!r}: expected KEY=VALUE, for example n=2")
        try:
            found[key.strip()] = yaml.safe_load(text)
        except yaml.YAMLError:
            raise ConfigError(f"--option {each!r}: {text!r} is not a YAML value") from None
    return found


def _checks(
    kind: str, name: str, options: Mapping[str, object], code: "Code", *, one_reference: bool
) -> "tuple[Check, ...]":
    from evalkit import registry
    from evalkit.conformance import (
        ONE_REFERENCE,
        PLAIN,
        check_generator,
        check_scorer,
        check_set_scorer,
    )
    from evalkit.pipeline.closing import close_all
    from evalkit.stages import Scorer

    if kind == "generator":
        close_all([registry.generator(name, code=code, **options)])  # an error here is no finding
        return check_generator(partial(registry.generator, name, code=code, **options))
    texts = ONE_REFERENCE if one_reference else PLAIN
    made = registry.metric(name, code=code, **options)
    close_all([made])
    if isinstance(made, Scorer):
        return check_scorer(partial(registry.scorer, name, code=code, **options), texts=texts)
    return check_set_scorer(lambda: _set_scorer(name, options, code), texts=texts)


def _set_scorer(name: str, options: Mapping[str, object], code: "Code") -> "SetScorer":
    from evalkit import registry
    from evalkit.stages import SetScorer

    made = registry.metric(name, code=code, **options)
    if not isinstance(made, SetScorer):
        raise ConfigError(f"{name!r} is a measure of a whole set at one time and not at another")
    return made
