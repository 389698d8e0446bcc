"""Small foreign programs, written where a test runs and started with this Python."""

import os
import sys
from pathlib import Path

from evalkit.foreign.environment import environment
from evalkit.foreign.launching import Spec

HELLO = """{
    "type": "hello", "protocol": 1, "name": "toy",
    "fields": [{"unit": "words", "higher_is_better": True, "low": 0}],
    "signature": {"version": "1"},
}"""
LOOP = """
import json, os, sys, time
HELLO = {hello}

def item(given):
    return {{"id": given["id"], "scores": [len(given["hypothesis"].split())]}}

def answer(request):
    items = [item(given) for given in request["items"]]
    return {{"type": "measured", "id": request["id"], "items": items}}

def say(found):
    print(found if isinstance(found, str) else json.dumps(found), flush=True)

{body}

for line in sys.stdin:
    request = json.loads(line)
    if request["type"] == "bye":
        break
    say(HELLO if request["type"] == "hello" else answer(request))
"""
"""A metric that counts words; ``body`` may put its own ``item``, ``answer`` or ``say`` over it."""


def program(folder: Path, body: str = "", *, hello: str = HELLO, name: str = "toy.py") -> Path:
    """Writes a program into the folder."""
    path = folder / name
    path.write_text(LOOP.format(hello=hello, body=body), encoding="utf-8")
    return path


def command(path: Path, *arguments: str) -> list[str]:
    """How to start it."""
    return [sys.executable, str(path), *arguments]


def spec(path: Path, *named: str) -> Spec:
    """What to start, with these variables named."""
    return Spec(tuple(command(path)), path.parent, environment(os.environ, named))


def runs(pid: int) -> bool:
    """Whether a process of that id, or of that group, is there, a zombie included."""
    for ask in (os.kill, os.killpg):
        try:
            ask(pid, 0)
        except ProcessLookupError:
            continue
        return True
    return False
