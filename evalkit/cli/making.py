"""Scorers that the command line names, made; what code of others they run is said first."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from evalkit import registry
from evalkit.cli.permission import announce
from evalkit.pipeline.closing import close_all
from evalkit.pipeline.code import what_runs
from evalkit.stages import Scorer, SetScorer

__all__ = ["measures_of", "scorers_of"]

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
