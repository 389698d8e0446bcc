"""``--require`` and ``--junit``: exit code 3, what fell short, and nothing computed for a typo."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.boats import write_boats
from tests.cli.calling import call
from tests.pipeline.harbour import write_harbour


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_boats(tmp_path)


TWO = ("score", "--hypotheses", "good.txt", "--hypotheses", "poor.txt", "--references", "ref.txt",
       "--metrics", "rougeL,distinct2")  # fmt: skip


def test_a_run_that_falls_short_ends_with_3_and_is_written_whole(here: Path, capsys) -> None:
    config = write_harbour(here / "in")
    asked = ("run", config, "--output", "run", "--junit", "junit.xml", "--require", "rouge1>=0.30")
    assert call(*asked) == 0
    assert "All 2 required scores are met." in capsys.readouterr().out
    assert call(*asked, "--require", "lead/rouge1>=90") == 3
    out = capsys.readouterr().out
    assert "2 of 3 required scores are met; 1 falls short." in out
    assert "summaries.short/lead/rouge1" in out
    assert "≥ 90" in out
    assert "## Requirements" in (here / "run" / "report.md").read_text()
    failures = ET.parse(here / "junit.xml").findall(".//failure")
    assert len(failures) == 1
    assert call("show", "run") == 0
    assert "1 falls short" in capsys.readouterr().out
    assert call("report", "run", "--format", "junit") == 0
    assert capsys.readouterr().out == (here / "junit.xml").read_text()


def test_a_wrong_name_ends_with_2_and_writes_nothing(here: Path, capsys) -> None:
    config = write_harbour(here / "in")
    assert call("run", config, "--output", "run", "--require", "rogue1>=3") == 2
    assert "Did you mean 'rouge1'" in capsys.readouterr().err
    assert not (here / "run").exists()


def test_score_is_judged_too(here: Path, capsys) -> None:
    assert call(*TWO, "--require", "rougeL>=20", "--require", "distinct2>=1%") == 0
    assert "All 4 required scores are met." in capsys.readouterr().out
    asked = ("--require", "poor/rougeL>=90", "--format", "json", "--junit", "junit.xml")
    assert call(*TWO, *asked) == 3
    captured = capsys.readouterr()
    assert json.loads(captured.out)["systems"], "standard output stays JSON"
    assert "scores/poor/rougeL" in captured.err
    assert len(ET.parse(here / "junit.xml").findall(".//failure")) == 1


@pytest.mark.parametrize(
    ("require", "said"),
    [
        ("rougel>=3", "Did you mean 'rougeL'"),
        ("godo/rougeL>=3", "Did you mean 'good'"),
        ("rougeL@low>=3", "--confidence"),
        ("distinct2@low>=3", "will have no interval"),
    ],
)
def test_score_refuses_what_there_will_not_be(here: Path, capsys, require: str, said: str) -> None:
    assert call(*TWO, "--require", require) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""


def test_the_lower_end_is_harder(here: Path, capsys) -> None:
    more = ("--confidence", "--draws", "200")
    assert call(*TWO, *more, "--format", "json") == 0
    metric = json.loads(capsys.readouterr().out)["systems"][0]["metrics"][0]
    between = (metric["low"] + metric["value"]) / 2
    assert call(*TWO, *more, "--require", f"good/rougeL>={between}") == 0
    assert call(*TWO, *more, "--require", f"good/rougeL@low>={between}") == 3


def test_help_names_the_exit_codes(capsys) -> None:
    assert call("--help") == 0
    assert "3 a requirement is not met" in " ".join(capsys.readouterr().out.split())


def test_validate_checks_requirements_too(here: Path, capsys) -> None:
    config = write_harbour(here / "in")
    assert call("validate", config, "--set", "require=rouge1 >= 0.3") == 0
    assert call("validate", config, "--set", "require=rogue1 >= 0.3") == 2
    assert "Did you mean 'rouge1'" in capsys.readouterr().err
