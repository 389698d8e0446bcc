"""What the command line names, made; what code of others it runs is said first."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from evalkit import registry
from evalkit.cli.printing import announce_code
from evalkit.config.load import options_of
from evalkit.errors import ConfigError
from evalkit.stages import Generator, Scorer, SetScorer

__all__ = ["generator_of", "measures_of", "scorers_of"]

Entries = Sequence[tuple[str, Mapping[str, object]]]


def measures_of(entries: Entries, *, allow_code: bool) -> tuple[Scorer | SetScorer, ...]:
    """The scorers of these names and options, measures of a whole set among them.

    Raises what ``registry.metric`` raises.
    """
    code = _permission(entries, allow_code)
    return tuple(registry.metric(name, code=code, **options) for name, options in entries)


def scorers_of(entries: Entries, *, allow_code: bool) -> tuple[Scorer, ...]:
    """Like ``measures_of``, but a measure of a whole set is an error."""
    code = _permission(entries, allow_code)
    return tuple(registry.scorer(name, code=code, **options) for name, options in entries)


def generator_of(
    kind: str | None,
    model: str | None,
    settings: Sequence[str],
    *,
    offline: bool,
    allow_code: bool,
) -> Generator:
    """The generator that ``--kind``, ``--model`` and each ``--option`` name.

    Without a kind, ``model`` is the name of one, or of a sequence-to-sequence model.

    Raises:
        ConfigError: an option is wrong, or the model is named twice; and as ``registry.generator``.
    """
    options = options_of(settings, flag="--option")
    if kind is None and (model is None or model in registry.names("generator")):
        kind, model = model or "rewriter", None
    kind = kind or "seq2seq"
    if model is not None:
        if "model" in options:
            raise ConfigError("--model and --option model=… name a model each; give one")
        options["model"] = model
    if allow_code:
        announce_code([registry.runs_code("generator", kind, options)])
    code = registry.Code(allow_code, Path())
    if offline and registry.takes("generator", kind, "offline", code=code):
        options["offline"] = True
    return registry.generator(kind, code=code, **options)


def _permission(entries: Entries, allow_code: bool) -> registry.Code:
    if allow_code:
        announce_code(registry.runs_code("scorer", name, options) for name, options in entries)
    return registry.Code(allow_code, Path())
