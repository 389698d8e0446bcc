"""What the command line names, made; what code of others it runs is said first."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from evalkit import registry
from evalkit.cli.permission import announce
from evalkit.config.load import options_of
from evalkit.errors import ConfigError
from evalkit.pipeline.closing import close_all
from evalkit.pipeline.code import what_runs
from evalkit.stages import Generator, Scorer, SetScorer

__all__ = ["generator_of", "measures_of", "scorers_of"]

Entries = Sequence[tuple[str, Mapping[str, object]]]
Made = TypeVar("Made")


def measures_of(entries: Entries, *, allow_code: bool) -> tuple[Scorer | SetScorer, ...]:
    """The scorers of these names and options, measures of a whole set among them.

    Raises what ``registry.metric`` raises.
    """
    return _made(entries, registry.metric, allow_code=allow_code)


def scorers_of(entries: Entries, *, allow_code: bool) -> tuple[Scorer, ...]:
    """Like ``measures_of``, but a measure of a whole set is an error."""
    return _made(entries, registry.scorer, allow_code=allow_code)


def generator_of(
    kind: str | None,
    model: str | None,
    settings: Sequence[str],
    *,
    offline: bool,
    allow_code: bool,
) -> Generator:
    """The generator that ``--kind``, ``--model`` and each ``--set`` name.

    Without a kind, ``model`` is the name of one, or of a sequence-to-sequence model.

    Raises:
        ConfigError: an option is wrong, or the model is named twice; and as ``registry.generator``.
    """
    options = options_of(settings)
    if kind is None and (model is None or model in registry.names("generator")):
        kind, model = model or "rewriter", None
    kind = kind or "seq2seq"
    if model is not None:
        if "model" in options:
            raise ConfigError("--model and --set model=… name a model each; give one")
        options["model"] = model
    announce(filter(None, [what_runs("generator", kind, options)]), allowed=allow_code)
    code = registry.Code(allow_code, Path())
    if offline and registry.takes("generator", kind, "offline", code=code):
        options["offline"] = True
    return registry.generator(kind, code=code, **options)


def _made(entries: Entries, make: Callable[..., Made], *, allow_code: bool) -> tuple[Made, ...]:
    """All of them; those that were made are ended where another cannot be."""
    named = [what_runs("scorer", name, options) for name, options in entries]
    announce(filter(None, named), allowed=allow_code)
    code = registry.Code(allow_code, Path())
    made: list[Made] = []
    try:
        for name, options in entries:
            made.append(make(name, code=code, **options))
    except BaseException:
        close_all(made)
        raise
    return tuple(made)
