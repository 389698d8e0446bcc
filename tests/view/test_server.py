"""The local server: what it answers, and all that it refuses."""

import asyncio
import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from evalkit.errors import ConfigError, StoreError
from evalkit.view.runs import open_runs
from evalkit.view.server import HEADERS, application, listen
from tests.view.harbour_runs import make_run

TOKEN = "secret-token"
HOST = "127.0.0.1:4711"


def ask(
    app: Any, path: str, *, host: str | None = HOST, method: str = "GET", query: str = ""
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of a request, without a socket."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "scheme": "http",
        "query_string": query.encode(),
        "headers": [] if host is None else [(b"host", host.encode())],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 4711),
    }
    asyncio.run(app(scope, receive, send))
    start = next(message for message in sent if message["type"] == "http.response.start")
    headers = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return start["status"], headers, b"".join(message.get("body", b"") for message in sent)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Any:
    run = make_run(tmp_path_factory.mktemp("runs") / "harbour")
    return application(open_runs([run]), token=TOKEN, port=4711)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html"),
        ("/app.js", "text/javascript"),
        ("/app.css", "text/css"),
        ("/api/runs", "application/json"),
    ],
)
def test_it_answers_with_its_guards(app: Any, path: str, kind: str) -> None:
    status, headers, body = ask(app, f"/{TOKEN}{path}")
    assert status == 200
    assert headers["content-type"].startswith(kind)
    assert body
    for name, value in HEADERS.items():
        assert headers[name.lower()] == value
    assert ask(app, f"/{TOKEN}{path}", host="localhost:4711")[0] == 200


def test_rows_are_json(app: Any) -> None:
    query = "table=scores&field=ter&sort=score&descending=1&size=2"
    status, _, body = ask(app, f"/{TOKEN}/api/rows", query=query)
    found = json.loads(body)
    assert (status, found["total"]) == (200, 80)
    assert [row["scores"]["ter"] for row in found["rows"]] == [58.5, 58.5]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "the parameter 'table' is needed"),
        ("table=no", "no table 'no'; there are: scores, fluency"),
        ("table=scores&run=3", "run is 3; there are 1, counted from 0"),
    ],
)
def test_a_wrong_question_is_named(app: Any, query: str, message: str) -> None:
    status, _, body = ask(app, f"/{TOKEN}/api/rows", query=query)
    assert (status, json.loads(body)["error"]) == (400, message)


@pytest.mark.parametrize("path", ["/", "/api/runs", "/wrong/", "/secret-toke/", "//", ""])
def test_without_the_token_there_is_nothing(app: Any, path: str) -> None:
    assert ask(app, path)[0] == 404


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:80", "[::1]:4711", None])
def test_another_host_is_refused(app: Any, host: str | None) -> None:
    assert ask(app, f"/{TOKEN}/api/runs", host=host)[0] == 421


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_it_is_read_only(app: Any, method: str) -> None:
    assert ask(app, f"/{TOKEN}/api/runs", method=method)[0] == 405


@pytest.mark.parametrize("name", ["..%2f..", "../server.py", "index.html", "server.py"])
def test_no_other_file_is_served(app: Any, name: str) -> None:
    assert ask(app, f"/{TOKEN}/{name}")[0] == 404


def test_a_taken_port_is_an_error() -> None:
    with listen(0) as first, pytest.raises(ConfigError, match=r"port \d+ cannot be used"):
        listen(int(first.getsockname()[1]))


def test_no_run_and_a_damaged_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no run folder"):
        open_runs([tmp_path / "none"])
    run = make_run(tmp_path / "run")
    (run / "items.arrow").write_bytes(b"ARROW1\0\0nothing")
    with pytest.raises(StoreError, match=r"items\.arrow is damaged"):
        open_runs([run])


def test_the_command_serves_until_it_is_interrupted(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    command = [sys.executable, "-m", "evalkit", "view", str(run)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        address = server.stdout.readline().split()[1]
        assert address.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(f"{address}api/runs") as answer:
            assert json.loads(answer.read())[0]["title"] == "run"
        server.send_signal(signal.SIGINT)
        _, errors = server.communicate(timeout=30)
    finally:
        server.kill()
    assert (server.returncode, errors) == (0, "")
    assert sorted(path.name for path in run.iterdir()) == [
        ".lock",
        "items.arrow",
        "manifest.json",
        "report.json",
    ]
