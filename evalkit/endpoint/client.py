"""``ask``: many requests to one endpoint, each answered or failed once.

Left out: streaming, several choices per request, batch APIs.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import evalkit
from evalkit.endpoint.connection import Connection
from evalkit.errors import MissingExtraError

if TYPE_CHECKING:
    from evalkit.endpoint.sending import Body
    from evalkit.endpoint.session import Done

__all__ = ["ask"]


def ask(connection: Connection, bodies: "Sequence[Body]", done: "Done") -> None:
    """Sends every request until it is answered or has failed; each is handed over once.

    Args:
        connection: the endpoint.
        bodies: the requests, JSON objects.
        done: is called with the number of a request and its ``Answer``, in the order in which
            they end. What it raises ends the work.

    Raises:
        ConfigError: the key is not there.
        EndpointError: no request can be answered: the key, the model, the address or the settings
            are refused, or nobody answers there.
        MissingExtraError: httpx2 is not installed.
    """
    if not bodies:
        return
    try:
        import httpx2
    except ImportError as error:
        raise MissingExtraError("httpx2", "endpoint", "ask an endpoint") from error
    from evalkit.endpoint.sending import Sender
    from evalkit.endpoint.session import Session

    secret = connection.key.read()
    n_most = connection.patience.concurrency
    headers = {"User-Agent": f"evalkit/{evalkit.__version__}", **secret.header()}

    async def work() -> None:
        async with httpx2.AsyncClient(
            headers=headers,
            timeout=connection.patience.timeout,
            limits=httpx2.Limits(max_connections=n_most, max_keepalive_connections=n_most),
            trust_env=not connection.loopback,
        ) as client:
            await Session(connection, Sender(connection, secret, client)).run(bodies, done)

    _complete(work())


def _complete(work: Coroutine[None, None, None]) -> None:
    """Runs to the end, also inside a notebook, whose own loop is running already."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(work)
        return
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()
