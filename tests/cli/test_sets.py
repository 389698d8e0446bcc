"""Measures of a set by ``evalkit score``: without references, beside other metrics, refused."""

import io
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
    assert "no sum over texts gives it" in err


def test_a_note_says_why_there_is_no_interval(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert score(file, "--metrics", "repetition,self-bleu", "--format", "json") == 0
    (system,) = json.loads(capsys.readouterr().out)["systems"]
    notes = {row["name"]: row.get("note") for row in system["metrics"]}
    assert notes["repetition"] is None
    assert notes["self-bleu"].startswith("no interval: self-bleu is of all texts together")


def test_one_text_from_a_pipe(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"One text alone.\n")))
    assert score("-", "--metrics", "distinct1,self-bleu", "--format", "json") == 0
    (system,) = json.loads(capsys.readouterr().out)["systems"]
    assert [row["value"] for row in system["metrics"]] == [100, None]
    assert "two texts or more" in system["metrics"][1]["note"]


def test_segments_hold_only_what_has_scores_by_segment(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ("--segments", "--format", "csv", "--metrics")
    assert score(file, *given, "repetition,distinct2") == 0
    captured = capsys.readouterr()
    assert "distinct2" not in captured.out
    assert "distinct2: of the whole set, so not among the segments" in captured.err
    assert score(file, *given, "distinct2") == 2
    assert "no scores by segment" in capsys.readouterr().err


def test_what_else_is_wrong_exits_with_2(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert score(file, "--metrics", "self-blue") == 2
    assert "Did you mean 'self-bleu'" in capsys.readouterr().err
    assert score(file, "--metrics", "rouge1,self-bleu") == 2
    assert "rouge1 needs --references" in capsys.readouterr().err
