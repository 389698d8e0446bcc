"""Scorers that the command line names, made; what code of others they run is said first."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from evalkit import registry
from evalkit.cli.printing import announce_code
from evalkit.stages import Scorer, SetScorer

__all__ = ["measures_of", "scorers_of"]

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


def _permission(entries: Entries, allow_code: bool) -> registry.Code:
    if allow_code:
        announce_code(registry.runs_code("scorer", name, options) for name, options in entries)
    return registry.Code(allow_code, Path())
