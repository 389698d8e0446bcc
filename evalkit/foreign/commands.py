"""Commands that options name: checked, listed for a person, and hashed for signatures."""

import hashlib
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from evalkit.errors import ConfigError
from evalkit.redaction import redact_command

__all__ = ["ADAPTERS", "PROGRAMS", "arguments", "comet_command", "identity", "listed"]

ADAPTERS = Path(__file__).parent / "adapters"
"""Where evalkit's own adapters are."""
PROGRAMS = frozenset({"comet", "process"})
"""Names of scorers and generators that are programs; they have an option ``folder`` to run in."""
_LARGEST = 16 * 1024 * 1024
"""Bytes of a file that is hashed by its content."""
EXAMPLE = "command: [/path/to/python, my_metric.py]"


def arguments(command: object) -> tuple[str, ...]:
    """The command as an argument list.

    Raises:
        ConfigError: it is one text, empty, or holds something else than texts.
    """
    if isinstance(command, str) or not isinstance(command, Sequence) or not command:
        raise ConfigError(
            f"the command is {command!r:.100}; a list of the program and its arguments is needed "
            f"(no shell reads it): {EXAMPLE}"
        )
    for part in command:
        if not isinstance(part, str):
            raise ConfigError(f"the command holds {part!r:.60}, no text: put it in quotes")
        if "\0" in part:
            raise ConfigError(f"the command holds a NUL character, in {part!r:.60}")
    if not command[0].strip():
        raise ConfigError(f"the command names no program: {EXAMPLE}")
    return tuple(command)


def identity(command: Sequence[str], folder: Path, variables: Sequence[str] = ()) -> str:
    """A hash of what a command decides: its arguments, scripts and small files by their content,
    and the variables that are set for it.

    The program itself counts where it is a script, so that one and the same metric has one
    signature wherever its interpreter lies. What modules it imports is for its own signature.
    """
    digest = hashlib.sha256()
    for place, part in enumerate(command):
        content = _content(folder / part, script=place == 0)
        if content is None and place == 0:
            continue
        digest.update(
            hashlib.sha256(
                part.encode("utf-8", "surrogatepass") if content is None else content
            ).digest()
        )
    for entry in sorted(variables):
        digest.update(hashlib.sha256(f"environment {entry}".encode()).digest())
    return f"sha256-{digest.hexdigest()[:16]}"


def _content(path: Path, *, script: bool) -> bytes | None:
    """What the file holds; None where it is no small file, or no script where one is wanted."""
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            return None
        found = path.read_bytes()
    except (OSError, ValueError):
        return None
    return None if script and not found.startswith(b"#!") else found


def comet_command(
    python: str, model: str, settings: Mapping[str, str | int], *, offline: bool = False
) -> tuple[str, ...]:
    """The command of the COMET adapter, in the environment of that Python."""
    flat = [text for name, value in settings.items() for text in (f"--{name}", str(value))]
    more = ["--offline"] if offline else []
    return (python, str(ADAPTERS / "comet.py"), "--model", model, *flat, *more)


def listed(name: str, options: Mapping[str, object]) -> str | None:
    """What a named entry runs that its options name, in words; None where it runs nothing foreign.

    >>> listed("process", {"command": ["python3", "my metric.py"]})
    "process: python3 'my metric.py'"
    """
    if name == "evaluate":
        return f"evaluate:{options.get('module')}"
    if name == "process":
        command = options.get("command")
        parts = command if isinstance(command, list | tuple) else [command]
        return f"process: {shlex.join(redact_command([str(part) for part in parts]))}"
    if name == "comet":
        own = comet_command(str(options.get("python")), str(options.get("model")), {})
        return f"comet: {shlex.join(own)}"
    return None
