"""``evalkit summarize``: which generator --kind, --model and --set name."""

import json
from pathlib import Path

import pytest

from evalkit.cli import main
from tests.summarize.tiny_summaries import on_one_thread
from tests.tiny_models import DOCUMENTS, tiny_bart, tiny_chat

__all__ = ["on_one_thread", "tiny_bart", "tiny_chat"]


@pytest.fixture
def note(tmp_path: Path) -> str:
    path = tmp_path / "note.txt"
    path.write_text(DOCUMENTS[0], encoding="utf-8")
    return str(path)


def call(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as stopped:
        main([str(argument) for argument in arguments])
    return int(stopped.value.code or 0)


def printed(capsys, *arguments: str | Path) -> dict:
    assert call("summarize", *arguments, "--words", "12", "--format", "json") == 0
    return json.loads(capsys.readouterr().out)


def test_a_causal_model_with_options(note: str, tiny_chat: Path, capsys) -> None:
    shown = printed(
        capsys, note, "--kind", "causal", "--model", tiny_chat, "--set", "seed=7",
        "--set", "generation.do_sample=true", "--set", "prompt='{{ text }}'", "--offline",
    )  # fmt: skip

    assert shown["signature"].startswith("causal|model:tiny-chat@sha256-")
    assert "seed:7" in shown["signature"]
    (summary,) = shown["summaries"]
    assert summary["text"]
    assert summary["details"]["prompt"].startswith("sha256-")
    assert '"do_sample":true' in summary["details"]["generation"]


def test_a_model_alone_is_sequence_to_sequence(note: str, tiny_bart: Path, capsys) -> None:
    plain = printed(capsys, note, "--model", tiny_bart)
    with_kind = printed(capsys, note, "--kind", "seq2seq", "--model", tiny_bart)

    assert plain == with_kind
    assert plain["signature"].startswith("seq2seq|")


def test_options_of_a_generator_without_a_model(note: str, capsys) -> None:
    assert call("summarize", note, "--kind", "lead", "--set", "cut=word", "--words", "3") == 0
    assert len(capsys.readouterr().out.split()) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--kind", "causl"], "Did you mean 'causal'"),
        (["--kind", "causal"], "model"),
        (["--kind", "lead", "--model", "x"], "no option 'model'"),
        (["--kind", "causal", "--model", "x", "--set", "model=y"], "name a model each"),
        (["--kind", "lead", "--set", "cut"], "--set 'cut': expected key=value"),
        (["--kind", "lead", "--set", "cut=[1"], "not a YAML value"),
        (["--kind", "lead", "--set", "cot=word"], "Did you mean 'cut'"),
        (["--kind", "causal", "--model", "x", "--set", "trust_remote_code=true"], "--allow-code"),
    ],
)
def test_wrong_calls_exit_with_2_and_say_why(note: str, arguments, message: str, capsys) -> None:
    assert call("summarize", note, *arguments) == 2
    assert message in capsys.readouterr().err
