"""Measures of a set by ``evalkit score``: without references, beside other metrics, refused."""

import json
from pathlib import Path

import pytest

from evalkit.metrics.sets import set_score
from tests.cli.test_commands import call

LINES = ["The ferry left at noon.", "The ferry came back at dusk.", "Nobody saw the ferry."]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "out.txt"
    path.write_text("\n".join(LINES) + "\n")
    return path


def score(*arguments: object) -> int:
    return call("score", "--hypotheses", *arguments)


def test_they_need_no_references(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert score(file, "--metrics", "distinct2,self-bleu", "--format", "json") == 0
    (system,) = json.loads(capsys.readouterr().out)["systems"]
    assert {row["name"]: (row["value"], row["n_scored"]) for row in system["metrics"]} == {
        name: (set_score(name, LINES).value, 3) for name in ("distinct2", "self-bleu")
    }


@pytest.mark.parametrize("shown", ["text", "csv", "latex"])
def test_every_format_shows_them_beside_others(
    file: Path, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = (file, "--references", file, "--metrics", "rougeL,self-bleu", "--confidence")
    assert score(*given, "--format", shown) == 0
    out = capsys.readouterr().out
    assert "rougeL" in out
    assert "self-bleu" in out
    assert f"{set_score('self-bleu', LINES).value:.1f}" in out


@pytest.mark.parametrize("command", ["compare", "buckets"])
def test_they_are_neither_tested_nor_bucketed(
    file: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ("--hypotheses", file, "--hypotheses", f"b={file}", "--metrics", "self-bleu")
    assert call(command, *given, "--references", file) == 2
    err = capsys.readouterr().err
    assert "self-bleu" in err
    assert "Traceback" not in err
