"""A small hub on loopback: models, datasets and spaces at commits, as the hub's client asks.

Enough of the API for ``snapshot_download`` and ``load_dataset``: a repository's branches and
commits, its tree, and its files. Every request is written down.
"""

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

__all__ = ["Hub", "hub_running"]

KINDS = {"models": "", "datasets": "datasets/", "spaces": "spaces/"}


class Hub:
    """The repositories; each commit is a mapping of names to contents."""

    def __init__(self) -> None:
        self.commits: dict[tuple[str, str], dict[str, Mapping[str, bytes]]] = {}
        self.branches: dict[tuple[str, str], dict[str, str]] = {}
        self.requests: list[str] = []
        self.url = ""

    def push(self, kind: str, name: str, files: Mapping[str, bytes] | Path) -> str:
        """Makes a commit of these files the head of ``main``; returns it."""
        if isinstance(files, Path):
            files = {path.name: path.read_bytes() for path in files.iterdir() if path.is_file()}
        text = json.dumps({key: hashlib.sha1(body).hexdigest() for key, body in files.items()})
        commit = hashlib.sha1(f"{kind} {name} {text}".encode()).hexdigest()
        self.commits.setdefault((kind, name), {})[commit] = files
        self.branches.setdefault((kind, name), {})["main"] = commit
        return commit

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and content for a request."""
        self.requests.append(f"{method} {path}")
        parts = [unquote(part) for part in urlsplit(path).path.strip("/").split("/")]
        if parts[0] == "api" and len(parts) > 3 and parts[1] in KINDS:
            return self._api(parts[1], "/".join(parts[2:4]), parts[4:], body)
        kind = next((k for k, prefix in KINDS.items() if prefix == f"{parts[0]}/"), "models")
        rest = parts if kind == "models" else parts[1:]
        if len(rest) > 4 and rest[2] == "resolve":
            return self._file(kind, "/".join(rest[:2]), rest[3], "/".join(rest[4:]))
        return 404, {}, b"{}"

    def _commit(self, kind: str, name: str, revision: str) -> str | None:
        found = self.branches[kind, name].get(revision, revision)
        return found if found in self.commits[kind, name] else None

    def _api(self, kind: str, name: str, rest: list[str], body: bytes):
        if (kind, name) not in self.commits:
            return 404, {"X-Error-Code": "RepoNotFound"}, b"{}"
        what, revision = rest[0] if rest else "revision", rest[1] if len(rest) > 1 else "main"
        commit = self._commit(kind, name, revision)
        if commit is None:
            return 404, {"X-Error-Code": "RevisionNotFound"}, b"{}"
        files = self.commits[kind, name][commit]
        entries = [
            {"type": "file", "path": path, "size": len(text), "oid": hashlib.sha1(text).hexdigest()}
            for path, text in files.items()
        ]
        if what == "revision":
            siblings = [{"rfilename": path} for path in files]
            info = {"id": name, "sha": commit, "siblings": siblings, "private": False, "tags": []}
            return 200, {}, json.dumps(info).encode()
        if what == "tree":
            under = "/".join(rest[2:])
            kept = [e for e in entries if str(e["path"]).startswith(under)]
            return 200, {}, json.dumps(kept).encode()
        if what == "paths-info":
            asked = json.loads(body or b"{}").get("paths", [])
            kept = [entry for entry in entries if entry["path"] in asked]
            return 200, {}, json.dumps(kept).encode()
        return 404, {}, b"{}"

    def _file(self, kind: str, name: str, revision: str, path: str):
        if (kind, name) not in self.commits:
            return 404, {"X-Error-Code": "RepoNotFound"}, b""
        commit = self._commit(kind, name, revision)
        text = self.commits[kind, name][commit].get(path) if commit else None
        if text is None:
            return 404, {"X-Error-Code": "EntryNotFound" if commit else "RevisionNotFound"}, b""
        tag = {"ETag": f'"{hashlib.sha1(text).hexdigest()}"', "X-Repo-Commit": str(commit)}
        return 200, tag, text


@contextmanager
def hub_running() -> Iterator[Hub]:
    """A hub that answers while this is open."""
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            status, headers, text = hub.answer(self.command, self.path, self.rfile.read(length))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(text)

        do_GET = do_HEAD = do_POST = _serve  # noqa: N815

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
