"""Many requests under way together, each tried until it has one answer or none.

Every answer is handed over the moment it is there. When the work is stopped (Ctrl-C, or an error
that would befall every request), what is under way is still waited for and handed over, because
it will be paid for; nothing more is sent. A second Ctrl-C ends that, too.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from evalkit.endpoint.connection import Connection
from evalkit.endpoint.faults import Verdict
from evalkit.endpoint.replies import Reply
from evalkit.endpoint.sending import Body, Sender, Try
from evalkit.errors import EndpointError

__all__ = ["Answer", "Done", "Session"]

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one request: a reply, or the reason why there is none."""

    reply: Reply | None
    """The completion; None where ``error`` says why not."""
    error: str
    """Why there is none; "" where there is one."""
    tries: int
    """Requests that were sent for it."""
    usage: Mapping[str, int] = field(default_factory=dict)
    """Tokens as the server counted them, over all tries whose tokens it counted."""


Done = Callable[[int, Answer], None]
"""Is handed the number of a request and what became of it."""


class _StoppedError(Exception):
    """The work is being stopped: this request has no answer, and has not failed either."""


class Session:
    """What the requests to one endpoint share: the quiet that it asks for, and its silence.

    Args:
        connection: the endpoint.
        sender: sends single requests to it.
    """

    def __init__(self, connection: Connection, sender: Sender) -> None:
        self._connection = connection
        self._patience = connection.patience
        self._sender = sender
        self._rng = np.random.default_rng()
        self._stop = asyncio.Event()
        self._quiet_until = 0.0
        self._heard = False
        self._n_unheard = 0

    async def run(self, bodies: Sequence[Body], done: Done) -> None:
        """Has all requests answered, by as many workers as there may be requests under way."""
        places = iter(range(len(bodies)))
        n_workers = min(self._patience.concurrency, len(bodies))
        workers = [asyncio.create_task(self._work(places, bodies, done)) for _ in range(n_workers)]
        try:
            await asyncio.wait(workers, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            self._stop.set()
            n_left = sum(not worker.done() for worker in workers)
            if n_left and self._heard:
                _LOG.warning(
                    "evalkit: waiting for %d answers that are under way and will be paid for; "
                    "Ctrl-C drops them", n_left,
                )  # fmt: skip
            await asyncio.wait(workers)
        for error in [worker.exception() for worker in workers]:
            if error is not None:
                raise error

    async def _work(self, places: Iterator[int], bodies: Sequence[Body], done: Done) -> None:
        for place in places:
            try:
                answer = await self._answer(bodies[place])
            except _StoppedError:
                return
            done(place, answer)

    async def _answer(self, body: Body) -> Answer:
        """Tries until there is an answer, or no further try."""
        usage: Counter[str] = Counter()
        found = Try(reason="nothing was sent")
        n_tries = 0
        started = asyncio.get_running_loop().time()
        late = f"the deadline of {self._patience.deadline:g} s"
        try:
            async with asyncio.timeout(self._patience.deadline):
                while True:
                    await self._pause(self._quiet_until - self._now())
                    n_tries += 1
                    found = await self._sender.send(body)
                    self._listen(found)
                    usage.update(found.usage)
                    if found.reply is not None:
                        return Answer(found.reply, "", n_tries, usage)
                    if found.verdict is Verdict.ITEM:
                        return Answer(None, found.reason, n_tries, usage)
                    if n_tries >= self._patience.tries:
                        break
                    pause = self._next_pause(found, n_tries)
                    if self._now() + pause - started >= self._patience.deadline:
                        found_late = f"{found.reason} (a pause of {pause:.3g} s would pass {late})"
                        return self._given_up(found, found_late, n_tries, usage)
                    await self._pause(pause)
        except TimeoutError:
            return self._given_up(found, f"no answer within {late}; {found.reason}", n_tries, usage)
        return self._given_up(found, f"{found.reason} ({n_tries} tries)", n_tries, usage)

    def _given_up(self, found: Try, reason: str, n_tries: int, usage: Mapping[str, int]) -> Answer:
        """The failure of a request, unless it shows that nobody answers there at all."""
        if not found.heard:
            self._n_unheard += 1
            if self._n_unheard >= (max(3, self._patience.concurrency) if self._heard else 1):
                again = "; once it does, run again with --retry-failed" if self._heard else ""
                raise EndpointError(f"{self._connection.address} does not answer: {reason}{again}")
        return Answer(None, reason, n_tries, usage)

    def _listen(self, found: Try) -> None:
        """Learns from a try what holds for all requests.

        Raises:
            EndpointError: none of them can be answered.
        """
        if found.heard:
            self._heard, self._n_unheard = True, 0
        if found.reply is None and found.verdict is Verdict.RUN:
            raise EndpointError(
                f"{self._connection.url} refuses the request, and would refuse every other: "
                f"{found.reason}. Mend the config (base_url, model, generation) or the key."
            )
        if found.wait is not None and found.wait <= self._patience.deadline:
            self._quiet_until = max(self._quiet_until, self._now() + found.wait)

    def _next_pause(self, found: Try, n_tries: int) -> float:
        """As long as the server asks, and a little by chance; else longer from try to try."""
        if found.wait is not None:
            return found.wait + self._patience.backoff.pause(1, self._rng)
        return self._patience.backoff.pause(n_tries, self._rng)

    async def _pause(self, seconds: float) -> None:
        """Waits, or not at all where the work is being stopped.

        Raises:
            _StoppedError: it is.
        """
        if seconds > 0 and not self._stop.is_set():
            await asyncio.wait(
                [stopped := asyncio.ensure_future(self._stop.wait())], timeout=seconds
            )
            stopped.cancel()
        if self._stop.is_set():
            raise _StoppedError

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
