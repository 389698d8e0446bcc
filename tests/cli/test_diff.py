"""``evalkit diff``: formats, exit codes as ``git diff`` has them, errors."""

import json
from pathlib import Path

import pytest

from tests.cli.boats import write_boats
from tests.cli.calling import call, printed
from tests.pipeline.harbour import CONFIG, write_harbour


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two run folders, ``a`` and ``b``."""
    folder = tmp_path_factory.mktemp("diff")
    longer = CONFIG.replace("{kind: lead, length: short}", "{kind: lead, length: short, words: 40}")
    for name, config in (("a", CONFIG), ("b", longer)):
        path = write_harbour(folder / f"in-{name}", config)
        assert call("run", path, "--output", folder / name) == 0
    return folder


def test_text_and_exit_codes(runs: Path, capsys) -> None:
    assert call("diff", runs / "a", runs / "b") == 0
    out = capsys.readouterr().out
    assert "summaries.systems.lead.words" in out
    assert "{+Captain Ines Duarte" in out
    assert "\x1b" not in out
    assert call("diff", runs / "a", runs / "b", "--exit-code") == 1
    assert call("diff", runs / "a", runs / "a", "--exit-code") == 0
    assert "Nothing is different." in capsys.readouterr().out


def test_formats_and_files(runs: Path, capsys) -> None:
    found = printed(capsys, "diff", runs / "a", runs / "b")
    assert found["differs"]
    assert found["a"]["folder"] == str(runs / "a")
    for format_ in ("html", "md", "text"):
        path = runs / f"diff.{format_}"
        assert call("diff", runs / "a", runs / "b", "--format", format_, "--output", path) == 0
        assert "lead" in path.read_text()
    capsys.readouterr()
    assert json.loads(json.dumps(found["scores"]))


def test_few_items_are_said_to_be_few(runs: Path, capsys) -> None:
    assert call("diff", runs / "a", runs / "b", "--items", "1") == 0
    assert "changed items; --items N shows more" in capsys.readouterr().out
    assert printed(capsys, "diff", runs / "a", runs / "b", "--items", "0")["items"] == []


def test_what_is_no_run_is_said(runs: Path, capsys) -> None:
    assert call("diff", runs / "a", runs / "c") == 2
    assert "no run folder" in capsys.readouterr().err
    assert call("diff", runs / "a", runs / "in-a") == 2
    assert "is no run" in capsys.readouterr().err


def test_show_two_systems_and_one_of_them(runs: Path, capsys) -> None:
    assert call("show", runs / "a", "--diff", "lead", "two", "--worst", "1") == 0
    assert "1 of 2 items, by rouge1, largest difference first" in capsys.readouterr().out
    assert call("show", runs / "a", "--system", "two", "--table", "summaries.short") == 0
    out = capsys.readouterr().out
    assert "two" in out
    assert "lead" not in out
    assert call("show", runs / "a", "--system", "tow", "--no-color") == 2
    assert "Did you mean 'two'" in capsys.readouterr().err


def test_two_folders_of_score_are_tested_by_their_sums(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.chdir(write_boats(tmp_path))
    for name in ("good", "poor"):
        files = ("--hypotheses", f"ours={name}.txt", "--references", "ref.txt")
        assert call("score", *files, "--metrics", "bleu", "--segments", "--format", "json",
                    "--output", f"run-{name}") == 0  # fmt: skip
    capsys.readouterr()
    found = printed(capsys, "diff", "run-poor", "run-good")
    bleu = next(score for score in found["scores"] if score["field"] == "bleu")
    assert bleu["test"] == "score"
    assert bleu["test_delta"] == bleu["delta"] > 0
    assert bleu["p"] < 0.05
