"""The local server of ``evalkit view``: read only, on loopback, behind a token in the address.

What keeps other people, and other pages in the same browser, out: it listens on 127.0.0.1 alone;
every address starts with a random token; a request whose ``Host`` is not this server's own name is
refused (DNS rebinding); only GET and HEAD are answered; the pages may load nothing from elsewhere.
"""

import secrets
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.resources import files
from typing import TYPE_CHECKING

from evalkit.errors import ConfigError, MissingExtraError
from evalkit.view.query import read_query
from evalkit.view.runs import ShownRun, described

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["HEADERS", "Guard", "application", "listen", "serve"]

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
ASSETS = {
    "": ("index.html", "text/html"),
    "app.js": ("app.js", "text/javascript"),
    "app.css": ("app.css", "text/css"),
}


def application(runs: Sequence[ShownRun], *, token: str, port: int) -> "Starlette":
    """The server's application.

    Args:
        runs: what is shown.
        token: first part of every address.
        port: where it listens; a request for another host or port is refused.

    Raises:
        MissingExtraError: starlette is not installed.
    """
    try:
        from starlette.applications import Starlette
        from starlette.responses import JSONResponse, PlainTextResponse, Response
        from starlette.routing import Route
    except ImportError as error:
        raise MissingExtraError("starlette", "view", "show runs in a browser") from error

    def asset(request: "Request") -> Response:
        name = request.path_params.get("name", "")
        if name not in ASSETS:
            return PlainTextResponse("there is nothing here", status_code=404)
        file, kind = ASSETS[name]
        content = files("evalkit.view").joinpath("assets", file).read_bytes()
        return Response(content, media_type=kind)

    def about(_: "Request") -> Response:
        return JSONResponse(described(runs))

    def rows(request: "Request") -> Response:
        try:
            query = read_query(dict(request.query_params))
            if query.run >= len(runs):
                raise ValueError(f"run is {query.run}; there are {len(runs)}, counted from 0")
            found = runs[query.run].rows.select(query)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        return JSONResponse({"total": found.total, "rows": list(found.rows)})

    start = f"/{token}"
    routes = [
        Route(f"{start}/api/runs", about, methods=["GET"]),
        Route(f"{start}/api/rows", rows, methods=["GET"]),
        Route(f"{start}/", asset, methods=["GET"]),
        Route(f"{start}/{{name}}", asset, methods=["GET"]),
    ]
    made = Starlette(routes=routes)
    hosts = frozenset((f"127.0.0.1:{port}".encode(), f"localhost:{port}".encode()))
    made.add_middleware(Guard, hosts=hosts, token=token)
    return made


class Guard:
    """Refuses what is not for this server, and puts ``HEADERS`` on every answer (ASGI).

    Args:
        app: what answers the rest.
        hosts: values of the ``Host`` header that are this server.
        token: first part of every address.
    """

    def __init__(self, app: "ASGIApp", *, hosts: frozenset[bytes], token: str) -> None:
        self._app = app
        self._hosts = hosts
        self._token = token

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answers a request."""
        from starlette.responses import PlainTextResponse

        async def guarded(message: "Message") -> None:
            if message["type"] == "http.response.start":
                extra = [(k.lower().encode(), v.encode()) for k, v in HEADERS.items()]
                message = {**message, "headers": [*message.get("headers", ()), *extra]}
            await send(message)

        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = [value for name, value in scope["headers"] if name == b"host"]
        if len(given) != 1 or given[0] not in self._hosts:
            refusal = PlainTextResponse("this is not the host that you asked for", status_code=421)
            await refusal(scope, receive, guarded)
        elif scope["method"] not in ("GET", "HEAD"):
            await PlainTextResponse("read only", status_code=405)(scope, receive, guarded)
        elif not secrets.compare_digest(_first(scope["path"]), self._token.encode()):
            refusal = PlainTextResponse("the address lacks its token", status_code=404)
            await refusal(scope, receive, guarded)
        else:
            await self._app(scope, receive, guarded)


def _first(path: str) -> bytes:
    """The first part of an address's path; b"" where it has none."""
    return path.removeprefix("/").split("/")[0].encode("utf-8", "surrogateescape")


def listen(port: int) -> socket.socket:
    """A socket on loopback; port 0 takes a free one.

    Raises:
        ConfigError: the port is taken, or not allowed.
    """
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind(("127.0.0.1", port))
        found.listen()
    except OSError as error:
        found.close()
        raise ConfigError(
            f"port {port} cannot be used ({error.strerror}); leave --port out to take a free one"
        ) from error
    return found


def serve(
    runs: Sequence[ShownRun],
    place: socket.socket,
    *,
    token: str | None = None,
    ready: Callable[[str], None] = lambda _: None,
) -> None:
    """Answers until it is interrupted.

    Args:
        runs: what is shown.
        place: from ``listen``.
        token: first part of every address; a random one where none is given.
        ready: is told the address once the server is made.

    Raises:
        MissingExtraError: starlette or uvicorn is not installed.
    """
    try:
        import uvicorn
    except ImportError as error:
        raise MissingExtraError("uvicorn", "view", "show runs in a browser") from error
    token = secrets.token_urlsafe(16) if token is None else token
    port = int(place.getsockname()[1])
    app = application(runs, token=token, port=port)
    config = uvicorn.Config(
        app, log_level="error", access_log=False, server_header=False, lifespan="off"
    )
    ready(f"http://127.0.0.1:{port}/{token}/")
    with suppress(KeyboardInterrupt):  # which is how a server is ended
        uvicorn.Server(config).run(sockets=[place])
