"""The command line, called in this process."""

import json
import random
from pathlib import Path

import pytest

from evalkit.cli import main

__all__ = ["call", "jsonl", "lines", "printed", "worsened"]


def call(*arguments: object) -> int:
    """Exit code of a command."""
    try:
        main([str(argument) for argument in arguments])
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


def printed(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict:
    """What a command that must succeed prints as JSON."""
    assert call(*arguments, "--format", "json") == 0
    return json.loads(capsys.readouterr().out)


def lines(path: Path, *texts: str) -> Path:
    """A file of these lines."""
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return path


def jsonl(path: Path, *rows: object) -> Path:
    """A file of these rows."""
    return lines(path, *(json.dumps(row, ensure_ascii=False) for row in rows))


def worsened(texts: list[str], share: float, seed: int) -> list[str]:
    """Texts in which that share of words is another word."""
    rng = random.Random(seed)
    return [" ".join(w if rng.random() > share else "oops" for w in t.split()) for t in texts]
