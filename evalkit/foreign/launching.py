"""A foreign program: found, started without a shell in a process group of its own, and ended."""

import contextlib
import os
import shlex
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from evalkit.errors import ConfigError
from evalkit.foreign.environment import Environment

__all__ = ["Program", "Spec", "end", "how_it_ended", "start"]

Program = subprocess.Popen[bytes]


@dataclass(frozen=True, slots=True)
class Spec:
    """A program to start."""

    command: tuple[str, ...]
    """The program and its arguments; no shell reads them."""
    folder: Path
    """Where it runs; a program that is named by a relative path is looked for here."""
    environment: Environment

    @property
    def title(self) -> str:
        """The command, as a person would type it, up to 200 characters."""
        whole = shlex.join(self.command)
        return whole if len(whole) <= 200 else f"{whole[:199]}…"


def start(spec: Spec) -> Program:
    """Starts the program, with pipes to all three of its streams.

    Raises:
        ConfigError: there is no such program or folder, or it cannot be started here.
    """
    if os.name != "posix":
        raise ConfigError("programs of another environment need Linux, macOS or another POSIX")
    program = _program(spec)
    try:
        return subprocess.Popen(  # noqa: S603  (an argument list; permission was given)
            (program, *spec.command[1:]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=spec.folder,
            env=dict(spec.environment.variables),
            start_new_session=True,
            bufsize=0,
        )
    except (OSError, ValueError) as error:
        raise ConfigError(f"{spec.title} cannot be started in {spec.folder}: {error}") from error


def end(program: Program) -> None:
    """Kills the program's whole group; leaves no zombie and no open pipe."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(program.pid, signal.SIGKILL)
    program.wait()
    for pipe in (program.stdin, program.stdout, program.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def how_it_ended(program: Program, *, within: float) -> str | None:
    """Its exit code or signal, in words; None where it still runs after that many seconds."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        program.wait(timeout=within)
    code = program.poll()
    if code is None:
        return None
    if code >= 0:
        return f"with exit code {code}"
    try:
        return f"by signal {signal.Signals(-code).name}"
    except ValueError:
        return f"by signal {-code}"


def _program(spec: Spec) -> str:
    """The file to run: a path starts in the folder, a plain name is looked up.

    A link is not followed: a virtual environment's Python is known by where it lies.
    """
    name = spec.command[0]
    if not spec.folder.is_dir():
        raise ConfigError(f"{spec.title}: there is no folder {spec.folder} to run it in")
    if "/" not in name:
        found = which(name, path=spec.environment.variables.get("PATH"))
        if found is None:
            raise ConfigError(f"{spec.title}: no program {name!r} on the PATH; write where it is")
        return found
    path = spec.folder / Path(name).expanduser()
    if not path.is_file():
        raise ConfigError(
            f"{spec.title}: there is no program {path.absolute()} (a relative path starts in the "
            "config's folder, or where evalkit was called)"
        )
    return str(path.absolute())
