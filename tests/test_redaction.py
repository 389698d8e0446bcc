"""Keys are masked wherever they could be written or said."""

import json
from pathlib import Path

import pytest

from evalkit.redaction import redact, redact_command, redact_options
from tests.cli.calling import call
from tests.pipeline.harbour import CONFIG, write_harbour

KEY = 'sk-4f"9<b>é77'


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SOME_API_KEY", KEY)
    return KEY


@pytest.mark.parametrize(
    "name",
    ["OPENAI_API_KEY", "HF_TOKEN", "MY_SECRET_2", "DB_PASSWORD", "AWS_SECRET_ACCESS_KEY", "APIKEY"],
)
def test_variables_that_hold_secrets(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "hunter2-hunter2")
    assert redact("key hunter2-hunter2.") == "key ***************."


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("TOKENIZERS_PARALLELISM", "hunter2-hunter2", "no secret by its name"),
        ("KEYBOARD", "hunter2-hunter2", "no secret by its name"),
        ("PWD", "hunter2-hunter2", "the working directory"),
        ("MY_KEY", "short", "would mask words"),
        ("MY_KEY", "        ", "nothing to mask"),
    ],
)
def test_what_is_not_masked(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str
) -> None:
    monkeypatch.setenv(name, value)
    text = "a short story of hunter2-hunter2         end"
    assert redact(text) == text, reason


def test_every_spelling_is_masked_at_the_length_of_the_secret(key: str) -> None:
    mask = "*" * len(key)
    for plain in (True, False):
        assert json.loads(redact(json.dumps([f"a {key} b"], ensure_ascii=plain))) == [f"a {mask} b"]
    assert redact("<i>sk-4f&quot;9&lt;b&gt;é77</i>") == f"<i>{mask}</i>"


def test_a_secret_within_another_hides_no_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", "12345678")
    monkeypatch.setenv("B_KEY", "12345678-and-more")
    assert redact("12345678-and-more 12345678") == "***************** ********"


def test_options_by_their_names(key: str) -> None:
    config = {
        "api_key": "literal", "token": "t", "batch_tokens": 8192, "tokenizer": "13a",
        "key_variable": "SOME_API_KEY", "my_key": "SOME_API_KEY",
        "systems": [{"password": "p"}],
        "url": "https://me:pw@host:8000/v1", "prompt": f"use {key}", "none": None,
    }  # fmt: skip
    assert redact_options(config) == {
        "api_key": "*******", "token": "*", "batch_tokens": 8192, "tokenizer": "13a",
        "key_variable": "SOME_API_KEY", "my_key": "SOME_API_KEY",
        "systems": [{"password": "*"}],
        "url": "https://*****@host:8000/v1", "prompt": "use *************", "none": None,
    }  # fmt: skip


def test_commands() -> None:
    assert redact_command(["--key"]) == ["--key"]
    assert redact_command(["a", "--api-key=x", "--key", "yy", "z"]) == [
        *("a", "--api-key=*", "--key", "**", "z")
    ]


PLUGIN = """
import os
from evalkit.records import Output

class Leaks:
    name, languages = "leaks", None
    def __init__(self, *, api_key="", fail=True):
        self.fail = fail
    def generate(self, batch):
        key = os.environ["SOME_API_KEY"]
        error = f"401 for key {key}" if self.fail else ""
        stop = "error" if self.fail else "end"
        text = "" if self.fail else f"The key is {key}."
        return tuple(Output(text, stop, error=error, details={"sent": key}) for _ in batch.texts)
    def signature(self):
        return "leaks|key:" + os.environ["SOME_API_KEY"]
"""


@pytest.mark.parametrize("fail", ["true", "false"])
def test_a_run_keeps_no_key_anywhere(
    key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], fail: str
) -> None:
    system = (
        f"- {{name: leaks, kind: 'leaking:Leaks', length: short, api_key: abcd9, fail: {fail}}}"
    )
    config = write_harbour(tmp_path, CONFIG.replace("- {kind: lead, length: short}", system))
    (tmp_path / "leaking.py").write_text(PLUGIN)
    run = tmp_path / "run"
    assert call("run", config, "--allow-code", "--output", run) == (1 if fail == "true" else 0)
    printed = capsys.readouterr()
    files = [path for path in run.rglob("*") if path.is_file()]
    assert len(files) > 5
    for text in (
        printed.out,
        printed.err,
        *(path.read_bytes().decode("utf-8", "replace") for path in files),
    ):
        assert "abcd9" not in text
        for part in ("sk-4f", "é77", "sk-4f&quot;9"):
            assert part not in text
    assert "**" in (run / "manifest.json").read_text()


def test_an_error_tells_no_key(
    key: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert call("score", "--hypotheses", tmp_path / key, "--references", "b") == 2
    assert "sk-4f" not in capsys.readouterr().err
