"""The line to a foreign program: it is asked, listened to against the clock, and ended.

One thread does it all: it writes a request, and reads standard output and standard error while it
does, so that neither side can wait for the other for ever. Whatever goes wrong, an interruption
included, the program's whole process group is killed and waited for; so it is when the channel is
forgotten, or this process ends. Where this process is killed itself, the program sees the end of
its standard input.
"""

import contextlib
import json
import os
import selectors
import weakref
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import IO, cast

from evalkit.errors import ForeignError
from evalkit.foreign.launching import Spec, end, how_it_ended, start

__all__ = ["Channel", "shown"]

ERRORS_KEPT = 16 * 1024
"""Bytes of standard error that are kept, the last ones."""
LONGEST_LINE = 256 * 1024 * 1024
"""Bytes of an answer."""
_GRACE = 5.0
"""Seconds that a program has to end by itself, once it was asked to."""
_TICK = 0.5
"""Seconds after which a silent program is looked at: does it still run?"""
_PIECE = 1 << 16
_PIECES = 64
"""More than a pipe holds."""


class Channel:
    """A program that runs, and the line to it.

    Args:
        spec: what to start.

    Raises:
        ConfigError: there is no such program, or it cannot be started here.
    """

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self._program = start(spec)
        self._finalizer = weakref.finalize(self, end, self._program)
        self._heard = bytearray()
        self._errors = bytearray()
        self._stdin = cast(IO[bytes], self._program.stdin)
        self._stdout = cast(IO[bytes], self._program.stdout)
        self._stderr = cast(IO[bytes], self._program.stderr)
        for pipe in (self._stdin, self._stdout, self._stderr):
            os.set_blocking(pipe.fileno(), False)

    @property
    def pid(self) -> int:
        """Id of the process, and of its group."""
        return self._program.pid

    @property
    def open(self) -> bool:
        """Whether it can be asked."""
        return self._finalizer.alive

    def ask(self, message: Mapping[str, object], *, seconds: float) -> Mapping[str, object]:
        """The program's answer to a request: the object on the next line that it writes.

        Args:
            message: the request.
            seconds: how long it may take.

        Raises:
            ForeignError: it ended, stayed silent, or wrote something that is no answer; with the
                end of its standard error. The program is killed.
        """
        if not self.open:
            raise ForeignError(f"{self.spec.title} has been ended already")
        try:
            return self._read(self._exchange(_encoded(message), str(message["type"]), seconds))
        except BaseException:
            self.kill()
            raise

    def close(self) -> None:
        """Asks the program to end, gives it a few seconds, and kills what is left of it."""
        if not self.open:
            return
        try:
            self._say_goodbye(monotonic() + _GRACE)
        finally:
            self.kill()

    def kill(self) -> None:
        """Kills the program and all that it started, and waits for it."""
        self._finalizer()

    def fails(self, what: str) -> ForeignError:
        """The error that says what went wrong, with the end of the program's standard error."""
        self._catch_up()
        said = self._shown(bytes(self._errors)).strip()
        tail = f"\nIts standard error ends:\n{said}" if said else ""
        return ForeignError(f"{self.spec.title}: {what}{tail}")

    def _shown(self, raw: bytes | bytearray) -> str:
        return shown(raw, self.spec.environment.secrets)

    def _exchange(self, request: bytes, kind: str, seconds: float) -> bytes:
        """Writes the request and reads up to the next line feed."""
        deadline = monotonic() + seconds
        waiting = memoryview(request)
        known = 0
        with selectors.DefaultSelector() as selector:
            selector.register(self._stdin, selectors.EVENT_WRITE)
            selector.register(self._stdout, selectors.EVENT_READ)
            selector.register(self._stderr, selectors.EVENT_READ)
            while (found := self._heard.find(b"\n", known)) < 0:
                known = len(self._heard)
                self._check(kind, deadline, seconds)
                ready = {key.fileobj for key, _ in selector.select(_TICK)}
                if self._stdin in ready:
                    waiting = self._write(waiting)
                    if not waiting:
                        selector.unregister(self._stdin)
                if self._stderr in ready and self._listen(self._stderr, self._errors) == 0:
                    selector.unregister(self._stderr)
                ended = self._stdout in ready and self._listen(self._stdout, self._heard) == 0
                if ended or (not ready and self._program.poll() is not None):
                    raise self._ended(kind)
        line = bytes(self._heard[:found])
        del self._heard[: found + 1]
        return line

    def _check(self, kind: str, deadline: float, seconds: float) -> None:
        if len(self._heard) > LONGEST_LINE:
            raise self.fails(f"it wrote {len(self._heard)} bytes without a line feed")
        if monotonic() > deadline:
            option = "start_timeout" if kind == "hello" else "timeout"
            raise self.fails(
                f"no answer to {kind!r} within {seconds:g} seconds ({option} allows more); it was "
                "killed"
            )

    def _write(self, waiting: memoryview) -> memoryview:
        """Writes what the pipe takes; a program that no longer reads may still have answered."""
        try:
            return waiting[os.write(self._stdin.fileno(), waiting[:_PIECE]) :]
        except BlockingIOError:
            return waiting
        except OSError:
            return waiting[:0]

    def _listen(self, pipe: IO[bytes], heard: bytearray) -> int | None:
        """Reads what is there: how many bytes, 0 at the end of the pipe, None where none is yet."""
        try:
            piece = os.read(pipe.fileno(), _PIECE)
        except BlockingIOError:
            return None
        heard += piece
        del self._errors[:-ERRORS_KEPT]
        return len(piece)

    def _catch_up(self) -> None:
        """Reads what there is of standard error, but no endless flood."""
        for _ in range(_PIECES if self.open else 0):
            if not self._listen(self._stderr, self._errors):
                return

    def _ended(self, kind: str) -> ForeignError:
        """It ended where an answer was due."""
        how = how_it_ended(self._program, within=_TICK)
        if how is None:
            return self.fails(f"it closed its standard output instead of answering {kind!r}")
        half = f", after half a line ('{self._shown(self._heard[:80])}')" if self._heard else ""
        return self.fails(f"it ended {how} instead of answering {kind!r}{half}")

    def _say_goodbye(self, deadline: float) -> None:
        """Asks it to end, and reads on until it does or its time is up."""
        with contextlib.suppress(OSError):
            os.write(self._stdin.fileno(), _encoded({"type": "bye"}))
        self._stdin.close()
        with selectors.DefaultSelector() as selector:
            selector.register(self._stdout, selectors.EVENT_READ)
            selector.register(self._stderr, selectors.EVENT_READ)
            while selector.get_map() and monotonic() < deadline:
                for key, _ in selector.select(_TICK):
                    if self._listen(cast(IO[bytes], key.fileobj), self._errors) == 0:
                        selector.unregister(key.fileobj)
                if self._program.poll() is not None:
                    return

    def _read(self, line: bytes) -> Mapping[str, object]:
        try:
            text = line.decode("utf-8")
            for secret in self.spec.environment.secrets:
                text = text.replace(secret, "***")
            found = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise self.fails(
                f"it wrote a line that is no JSON ('{self._shown(line[:120])}': "
                f"{str(error)[:80]}). Only answers may go to standard output; everything else "
                "belongs on standard error"
            ) from error
        if not isinstance(found, dict):
            raise self.fails(f"it wrote '{self._shown(line[:80])}', which is no JSON object")
        if found.get("type") == "error":
            said = str(found.get("message", "it does not say why"))[:2000]
            said = self._shown(said.encode("utf-8", "backslashreplace"))
            raise self.fails(f"it cannot go on: {said}")
        return found


def shown(raw: bytes | bytearray, secrets: Sequence[str] = ()) -> str:
    r"""Foreign bytes as a text that is safe to print: secrets blanked out, control signs spelt.

    >>> shown(b"key sk-123456\x1b[2J", ["sk-123456"])
    'key ***\\x1b[2J'
    """
    text = raw.decode("utf-8", "backslashreplace").replace("\r\n", "\n").replace("\r", "\n")
    for secret in secrets:
        text = text.replace(secret, "***")
    return "".join(c if c.isprintable() or c in "\n\t" else _spelt(c) for c in text)


def _spelt(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def _encoded(message: Mapping[str, object]) -> bytes:
    """ASCII, so that no text, not even half a surrogate pair, can break a line or its encoding."""
    return json.dumps(message, ensure_ascii=True, allow_nan=False).encode("ascii") + b"\n"
