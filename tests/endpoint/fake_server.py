"""A chat server on loopback that answers, fails and misbehaves as a test tells it to."""

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = "sk-test-0123456789abcdef"
"""Stands in for a key; it opens nothing."""


@dataclass(frozen=True)
class Asked:
    """A request as the server saw it."""

    path: str
    headers: dict[str, str]
    body: dict
    n: int
    """How many requests with this prompt came before it."""

    @property
    def prompt(self) -> str:
        return self.body["messages"][-1]["content"]


@dataclass(frozen=True)
class Said:
    """What the server does: a status with a body, or something worse."""

    status: int = 200
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
    how: str = "whole"
    """``whole``, ``reset`` (no answer at all), ``cut`` (half of the body) or ``hang``."""


def completion(text: str | None, *, finish: str = "stop", usage: bool = True, **more) -> Said:
    message = {"role": "assistant", "content": text, **more}
    body = {
        "id": "x",
        "object": "chat.completion",
        "model": "tiny-2026-01",
        "system_fingerprint": "fp_1",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
    }
    if usage:
        body["usage"] = {"prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13}
    return Said(body=body)


def error(status: int, message: str = "no", *, headers=None, **more) -> Said:
    return Said(status, {"error": {"message": message, **more}}, headers or {})


class FakeServer:
    """Counts what it was asked and what it answered in full."""

    def __init__(self, script: Callable[[Asked], Said]) -> None:
        self.script = script
        self.asked: list[Asked] = []
        self.answered: list[str] = []
        """Prompts, one entry for each completion that was sent whole."""
        self.most_at_once = 0
        self.release = threading.Event()
        """Set when hanging requests shall go on."""
        self._now = 0
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    @property
    def prompts(self) -> list[str]:
        return [asked.prompt for asked in self.asked]

    @contextmanager
    def running(self) -> Iterator["FakeServer"]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.release.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                with outer._lock:
                    outer._now += 1
                    outer.most_at_once = max(outer.most_at_once, outer._now)
                try:
                    outer._serve(self)
                except OSError:
                    self.close_connection = True
                finally:
                    with outer._lock:
                        outer._now -= 1

            def log_message(self, *args: object) -> None:
                pass

        return Handler

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        body = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        with self._lock:
            prompt = body["messages"][-1]["content"]
            asked = Asked(handler.path, headers, body, self.prompts.count(prompt))
            self.asked.append(asked)
        said = self.script(asked)
        if said.how == "hang":
            self.release.wait(60)
        if said.how in {"reset", "hang"}:
            linger = struct.pack("ii", 1, 0)
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            handler.close_connection = True
            return
        raw = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()
        handler.send_response_only(said.status)
        for name, value in {"Content-Type": "application/json", **said.headers}.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(raw)))
        handler.end_headers()
        if said.how == "cut":
            handler.wfile.write(raw[: len(raw) // 2])
            handler.close_connection = True
            return
        if said.status == 200:
            with self._lock:
                self.answered.append(asked.prompt)
        handler.wfile.write(raw)


def echo(asked: Asked) -> Said:
    """Answers every prompt with its last line."""
    return completion(asked.prompt.splitlines()[-1])
