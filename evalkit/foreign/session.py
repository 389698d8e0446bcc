"""A foreign program that has introduced itself, shared by all that name it in the same words.

A config may name one command for several tables; it runs once. Whoever opens a session closes it,
and the last one ends the program.
"""

import weakref
from collections.abc import Callable, Mapping
from typing import TypeVar

import evalkit
from evalkit.foreign.answers import hello
from evalkit.foreign.channel import Channel
from evalkit.foreign.launching import Spec
from evalkit.foreign.protocol import Introduction, Role, introduction

__all__ = ["Session", "open_session"]

Found = TypeVar("Found")


class Session:
    """A program and what it said of itself.

    Args:
        spec: what to start.
        role: what it shall be.
        seconds: how long it may take to be ready.

    Raises:
        ConfigError: there is no such program, or it cannot be started here.
        ForeignError: it failed, or its hello is not as it must be.
    """

    def __init__(self, spec: Spec, role: Role, seconds: float) -> None:
        self.channel = Channel(spec)
        self.n_users = 0
        self._next = 0
        self.said: Introduction = self.ask(
            hello(role, evalkit.__version__),
            lambda answer: introduction(answer, role),
            seconds=seconds,
        )

    def ask(
        self,
        request: Mapping[str, object],
        read: Callable[[Mapping[str, object]], Found],
        *,
        seconds: float,
    ) -> Found:
        """What ``read`` makes of the program's answer.

        Raises:
            ForeignError: it failed, or ``read`` refused the answer; the program is killed.
        """
        answer = self.channel.ask(request, seconds=seconds)
        try:
            return read(answer)
        except ValueError as error:
            failed = self.channel.fails(str(error))
            self.channel.kill()
            raise failed from error

    def ids(self, n: int) -> int:
        """The first of ``n`` ids that no request has had."""
        self._next += n
        return self._next - n

    def close(self) -> None:
        """One user less; the last one ends the program."""
        self.n_users -= 1
        if self.n_users <= 0:
            self.channel.close()


_OPEN: "weakref.WeakValueDictionary[tuple[object, ...], Session]" = weakref.WeakValueDictionary()


def open_session(spec: Spec, role: Role, seconds: float) -> Session:
    """The session with that program: the one that runs, or a new one. Raises like ``Session``."""
    variables = tuple(sorted(spec.environment.variables.items()))
    key = (spec.command, spec.folder.absolute(), variables, role)
    found = _OPEN.get(key)
    if found is None or not found.channel.open:
        found = Session(spec, role, seconds)
        _OPEN[key] = found
    found.n_users += 1
    return found
