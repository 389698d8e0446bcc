"""``evalkit sets``: files and pipes in, numbers or an error out."""

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


def test_every_file_is_a_set(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = file.with_name("other.jsonl")
    table.write_text("".join(json.dumps({"text": line}) + "\n" for line in LINES[:2]))
    assert call("sets", file, table, "--format", "json") == 0
    found = json.loads(capsys.readouterr().out)["sets"]
    assert [(row["system"], row["name"], row["n_texts"]) for row in found] == [
        (str(path), name, n)
        for path, n in ((file, 3), (table, 2))
        for name in ("distinct1", "distinct2", "self-bleu")
    ]
    assert found[2]["value"] == set_score("self-bleu", LINES).value


def test_for_a_person_and_from_a_pipe(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"One text alone.\n")))
    assert call("sets", "--measures", "distinct1, self-bleu") == 0
    assert capsys.readouterr().out.splitlines() == [
        "-  distinct1  100.00  (1 text)",
        "-  self-bleu  –  (1 text)  a set of two texts or more is needed",
    ]


def test_empty_texts_are_told(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text("a b\n\nc d\n")
    assert call("sets", file) == 0
    assert "1 of 3 texts of" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["out.txt", "--measures", "self-blue"], "Did you mean 'self-bleu'"),
        (["out.txt", "--measures", " , "], "--measures names none"),
        (["out.txt", "out.txt"], "named twice"),
        (["gone.txt"], "gone.txt"),
    ],
)
def test_wrong_input_exits_with_2(
    arguments: list[str],
    says: str,
    file: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(file.parent)
    assert call("sets", *arguments) == 2
    captured = capsys.readouterr()
    assert says in captured.err
    assert "Traceback" not in captured.err
