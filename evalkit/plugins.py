"""Plug-ins: entry points of the groups ``evalkit.scorers`` and ``evalkit.generators``, and code
that a config names as ``module:attribute``.

Nothing of a plug-in is imported before it is used, or looked at. Leaves out names (``registry``).
"""

import importlib
import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Literal

from evalkit.errors import ConfigError, PermissionNeededError, nearest

__all__ = [
    "Code",
    "Kind",
    "attribute",
    "check_options",
    "foreign_factory",
    "import_problem",
    "package_of",
    "points",
]

Kind = Literal["scorer", "generator"]


@dataclass(frozen=True, slots=True)
class Code:
    """Permission to run code that no installed entry point declares."""

    allowed: bool = False
    """Whether ``--allow-code`` was given."""
    folder: Path | None = None
    """The config's own folder, searched for modules after the installed packages."""


def points(kind: Kind) -> dict[str, list[EntryPoint]]:
    """Every entry point by name: more than one where plug-ins clash."""
    found: dict[str, list[EntryPoint]] = {}
    for point in entry_points(group=f"evalkit.{kind}s"):
        same = found.setdefault(point.name, [])
        if all(other.value != point.value for other in same):
            same.append(point)
    return found


def package_of(point: EntryPoint) -> str:
    """The distribution that declares it."""
    return point.dist.name if point.dist is not None else point.value


def import_problem(kind: Kind, target: str) -> str:
    """Why ``module:attribute`` cannot be imported; "" where it can."""
    try:
        attribute(kind, target)
    except ConfigError as error:
        return str(error)
    return ""


def attribute(kind: Kind, target: str) -> Callable[..., object]:
    """What ``module:attribute`` names: a class, or a function that makes a scorer or generator.

    Raises:
        ConfigError: it cannot be imported, or called; names the error.
    """
    module_name, _, path = target.partition(":")
    try:
        found: object = importlib.import_module(module_name)
        for part in path.split("."):
            found = getattr(found, part)
    except (Exception, SystemExit) as error:  # whatever an author's module does when imported
        raise ConfigError(
            f"{kind} {target!r} cannot be loaded: {type(error).__name__}: {error}"
        ) from error
    if not callable(found):
        raise ConfigError(f"{kind} {target!r} is not callable: a class or function is needed")
    return found


def check_options(
    kind: Kind, name: str, factory: Callable[..., object], options: Mapping[str, object]
) -> None:
    """Holds the options of a config entry against what its factory takes.

    Raises:
        ConfigError: it has no such option (names the nearest, and all), or one is missing.
    """
    try:
        parameters = inspect.signature(factory).parameters.values()
    except ValueError:  # some classes written in C have none: let the call itself complain
        return
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters)
    known = [p.name for p in parameters if p.kind is not p.VAR_POSITIONAL]
    for option in options:
        if option not in known and not takes_any:
            guess = nearest(option, known)
            hint = f" Did you mean {guess!r}?" if guess else ""
            listed = ", ".join(known) or "none"
            raise ConfigError(f"{kind} {name!r} has no option {option!r}.{hint} Known: {listed}.")
    needed = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY and p.default is p.empty]
    if lacking := [option for option in needed if option not in options]:
        raise ConfigError(f"{kind} {name!r} needs the option {lacking[0]!r}")


def foreign_factory(kind: Kind, target: str, code: Code) -> Callable[..., object]:
    """What ``module:attribute`` of an installed package, or the config's own folder, names.

    Raises:
        PermissionNeededError: without ``--allow-code``.
        ConfigError: it cannot be imported, or called.
    """
    if not code.allowed:
        raise PermissionNeededError(
            f"{kind} {target!r} is code of its own, which runs only with --allow-code. "
            f"Read it, then add --allow-code."
        )
    folder = str(code.folder) if code.folder is not None else None
    if folder is None or folder in sys.path:
        return attribute(kind, target)
    sys.path.append(folder)  # after the installed packages, so that it can't shadow them
    try:
        return attribute(kind, target)
    finally:
        sys.path.remove(folder)
