"""One request and what it brought: sent, bounded in time and size, and judged."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx2

from evalkit.endpoint.connection import Connection
from evalkit.endpoint.faults import Verdict, verdict
from evalkit.endpoint.key import Secret
from evalkit.endpoint.replies import MalformedError, Reply, one_line, read_problem, read_reply
from evalkit.endpoint.waiting import retry_after

__all__ = ["Body", "Sender", "Try"]

Body = Mapping[str, object]
"""The JSON of a request."""
_LARGEST = 64 * 2**20
"""Bytes of an answer; more is no chat completion."""
_OPTIONAL = "response_format"
"""Left out from then on where a server says that it doesn't know it."""


@dataclass(frozen=True, slots=True)
class Try:
    """What one request brought: a reply, or a reason and what follows from it."""

    reply: Reply | None = None
    """The completion; None where there is none, or it holds no text."""
    reason: str = ""
    """Why there is none."""
    verdict: Verdict = Verdict.AGAIN
    """What follows from the reason."""
    wait: float | None = None
    """Seconds that the server asked for."""
    heard: bool = True
    """Whether any answer came, be it an error."""
    usage: Mapping[str, int] = field(default_factory=dict)
    """Tokens as the server counted them."""


class Sender:
    """Sends requests over one client.

    Args:
        connection: the endpoint.
        secret: its key; kept out of everything that is returned.
        client: open.
    """

    def __init__(self, connection: Connection, secret: Secret, client: httpx2.AsyncClient) -> None:
        self._connection = connection
        self._secret = secret
        self._client = client
        self._answered = False
        self._dropped = False

    async def send(self, body: Body) -> Try:
        """One try; never raises for what a server or a network may do."""
        timeout = self._connection.patience.timeout
        if self._dropped:
            body = {name: value for name, value in body.items() if name != _OPTIONAL}
        try:
            async with asyncio.timeout(timeout):
                response, content = await self._post(body)
        except TimeoutError:
            return Try(reason=f"no whole answer within {timeout:g} s", heard=False)
        except httpx2.HTTPError as error:
            said = self._secret.redacted(str(error))
            reason = f"{type(error).__name__}: {one_line(said)}".removesuffix(": ")
            return Try(reason=reason, heard=False)
        if len(content) > _LARGEST:
            return Try(reason=f"an answer of more than {_LARGEST} bytes", verdict=Verdict.ITEM)
        if response.status_code == 200:
            return self._read(content)
        if self._knows_no_format(response.status_code, content, body):
            self._dropped = True
            return await self.send(body)
        return self._failed(response, content)

    async def _post(self, body: Body) -> tuple[httpx2.Response, bytes]:
        """The answer and its content, read no further than it may be long."""
        content = bytearray()
        async with self._client.stream(
            "POST",
            self._connection.url,
            content=json.dumps(body),
            headers={"Content-Type": "application/json", "Accept": "application/json"},
        ) as response:
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > _LARGEST:
                    break
        return response, bytes(content)

    def _read(self, content: bytes) -> Try:
        try:
            reply = read_reply(content, self._secret)
        except MalformedError as error:
            return Try(reason=str(error), usage=error.usage)
        self._answered = True
        if reply.refused:
            return Try(reason=reply.refused, verdict=Verdict.ITEM, usage=reply.usage)
        return Try(reply, usage=reply.usage)

    def _failed(self, response: httpx2.Response, content: bytes) -> Try:
        problem = read_problem(content, self._secret)
        return Try(
            reason=f"HTTP {response.status_code}: {problem.message or 'no message'}",
            verdict=verdict(response.status_code, problem, answered=self._answered),
            wait=retry_after(response.headers, datetime.now(UTC)),
        )

    def _knows_no_format(self, status: int, content: bytes, body: Body) -> bool:
        """Whether the server refused the request for its ``response_format``."""
        if status not in {400, 422} or _OPTIONAL not in body:
            return False
        said = read_problem(content, self._secret).message
        return _OPTIONAL in said or "json_schema" in said
