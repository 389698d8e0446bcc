"""The command line as a user meets it: output, exit codes, and errors without a traceback."""

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from evalkit.cli import main
from tests.endpoint.fake_server import FakeServer, completion
from tests.pipeline.harbour import CONFIG, write_harbour


def call(*arguments: str) -> int:
    try:
        main([str(argument) for argument in arguments])
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_run_show_and_report(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = write_harbour(here / "in")
    assert call("run", config) == 0
    out = capsys.readouterr().out
    assert "rouge1" in out
    assert "report:" in out
    for name in ("manifest.json", "report.json", "report.md", "report.html"):
        assert (here / "runs" / "harbour" / name).stat().st_size > 500
    assert call("show", "runs/harbour", "--document", "ferry") == 0
    assert "Captain Ines Duarte" in capsys.readouterr().out
    assert call("report", "runs/harbour", "--format", "csv") == 0
    assert capsys.readouterr().out.startswith("table,")
    assert call("report", "runs/harbour", "--format", "md", "--output", "r.md") == 0
    assert (here / "r.md").read_text().startswith("#")


def test_a_wrong_config_exits_with_2_and_writes_nothing(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = write_harbour(here / "in", CONFIG + "sumaries: {}\n")
    assert call("run", config) == 2
    captured = capsys.readouterr()
    assert "unknown key sumaries. Did you mean 'summaries'?" in captured.err
    assert "Traceback" not in captured.err
    assert not (here / "runs").exists()


def test_failed_items_exit_with_1(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = CONFIG.replace("kind: lead", "kind: 'failing_for_cli:Fails'")
    config = write_harbour(here / "in", text)
    (config.parent / "failing_for_cli.py").write_text(
        "from evalkit.records import Output\n"
        "class Fails:\n"
        "    name, languages = 'fails', None\n"
        "    def generate(self, batch):\n"
        "        return tuple(Output('', 'error', error='no') for _ in batch.texts)\n"
        "    def signature(self):\n"
        "        return 'fails'\n"
    )
    assert call("run", config) == 2  # not allowed
    assert "--allow-code" in capsys.readouterr().err
    assert call("run", config, "--allow-code") == 1
    assert "items failed" in capsys.readouterr().err


def lines(path: Path, *texts: str) -> Path:
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


def test_score_prints_the_documented_json(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = lines(here / "out.txt", "the cat sat on the mat", "a dog barks")
    ref = lines(here / "ref.txt", "the cat sat on a mat", "the dog barks loudly")
    assert call("score", "--hypotheses", out, "--references", ref, "--format", "json") == 0
    printed = json.loads(capsys.readouterr().out)
    assert set(printed) == {"schema", "systems"}
    (system,) = printed["systems"]
    assert system["name"] == "out"
    names = {metric["name"] for metric in system["metrics"]}
    assert {"bleu", "chrf", "ter", "rouge1", "rouge2", "rougeL", "rougeLsum"} <= names
    for metric in system["metrics"]:
        assert set(metric) == {"name", "value", "scale", "signature", "n_scored", "n_skipped"}
        assert (metric["n_scored"], metric["n_skipped"]) == (2, 0)
    bleu = next(m for m in system["metrics"] if m["name"] == "bleu")
    assert bleu["signature"].startswith("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:")


def test_score_takes_standard_input_and_several_systems(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    piped = io.TextIOWrapper(io.BytesIO("naïve café\n".encode()))
    monkeypatch.setattr("sys.stdin", piped)
    lines(here / "ref.txt", "naïve café")
    lines(here / "b.txt", "something else")
    arguments = ("--hypotheses", "-", "--hypotheses", "b.txt", "--references", "ref.txt")
    assert call("score", *arguments, "--metrics", "rouge1", "--format", "json") == 0
    first, second = json.loads(capsys.readouterr().out)["systems"]
    assert first["metrics"][0]["value"] == pytest.approx(100.0)
    assert second["metrics"][0]["value"] == 0.0


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("--hypotheses", "a.txt", "--references", "long.txt"), "do not belong together"),
        (("--hypotheses", "absent.txt", "--references", "a.txt"), "absent.txt"),
        (("--hypotheses", "a.txt", "--references", "a.txt", "--metrics", "blue"), "'bleu'"),
        (("--hypotheses", "a.txt", "--references", "a.txt", "--metrics", ","), "names none"),
        (("--hypotheses", "a.txt", "--hypotheses", "a.txt", "--references", "a.txt"), "twice"),
        (("--hypotheses", "-", "--references", "-"), "only once"),
        (
            ("--hypotheses", "a.txt", "--references", "a.txt", "--metrics", "faithfulness"),
            "--sources",
        ),
        (("--hypotheses", "latin.txt", "--references", "a.txt"), "UTF-8"),
    ],
)
def test_score_refuses_bad_input(
    here: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], expected: str
) -> None:
    lines(here / "a.txt", "one", "two")
    lines(here / "long.txt", "one", "two", "three")
    (here / "latin.txt").write_bytes(b"caf\xe9\nb\n")
    assert call("score", *arguments) == 2
    captured = capsys.readouterr()
    assert expected in captured.err
    assert captured.out == ""


def test_score_warns_of_empty_lines(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines(here / "a.txt", "one two", "", "three")
    lines(here / "r.txt", "one two", "two", "")
    assert call("score", "--hypotheses", "a.txt", "--references", "r.txt", "--format", "json") == 0
    captured = capsys.readouterr()
    assert "1 of 3 hypotheses of 'a' are empty" in captured.err
    assert "1 of 3 lines of the references 'r.txt' are empty" in captured.err
    metric = json.loads(captured.out)["systems"][0]["metrics"][0]
    assert (metric["n_scored"], metric["n_skipped"]) == (2, 1)


def test_fluency_gives_offsets_into_the_file(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "“The boat left.” It was was late .\n\nNobody came, , she said."
    path = here / "note.txt"
    path.write_text(text, encoding="utf-8")
    assert call("fluency", path, "--scorers", "mechanics", "--format", "json") == 0
    (document,) = json.loads(capsys.readouterr().out)["documents"]
    assert document["text"] == text
    assert document["spans"]
    found = {text[span["start"] : span["end"]] for span in document["spans"]}
    assert any("was" in part for part in found)
    assert all(span["category"] for span in document["spans"])
    assert "mechanics.errors" in document["scores"]


def test_fluency_refuses_another_language(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = lines(here / "brief.txt", "Das Schiff ist heute nicht gekommen, weil es stürmte.")
    assert call("fluency", path, "--scorers", "mechanics") == 2
    assert "German" in capsys.readouterr().err


def test_summarize_with_lead(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = lines(here / "note.txt", "The boat left at noon. Nobody was on board. It came back.")
    assert call("summarize", path, "--model", "lead", "--words", "10") == 0
    assert capsys.readouterr().out.strip() == "The boat left at noon.\nNobody was on board."


def test_summarize_with_a_model_behind_a_server(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = lines(here / "note.txt", "The boat left at noon. Nobody was on board.")
    with FakeServer(lambda asked: completion(f"Seed {asked.body['seed']}.")).running() as server:
        settings = ("--set", f"base_url={server.url}", "--set", "model=tiny", "--set", "seed=7")
        command = ("summarize", path, "--model", "endpoint", *settings)
        assert call(*command) == 0
        assert capsys.readouterr().out.strip() == "Seed 7."
        assert call(*command, "--set", "generation.top_p=0.5", "--format", "json") == 0
    (summary,) = json.loads(capsys.readouterr().out)["summaries"]
    assert summary["usage"]["completion_tokens"] == 3
    assert summary["details"]["settings"] == '{"temperature":0,"top_p":0.5}'
    assert call("summarize", path, "--model", "endpoint", *settings[:4], "--set", "sed=7") == 2
    assert "no option 'sed'. Did you mean 'seed'" in capsys.readouterr().err
    assert call("summarize", path, "--model", "endpoint", *settings[:4], "--set", "tries=1") == 2
    assert "does not answer" in capsys.readouterr().err


def test_output_of_another_encoding_is_escaped_and_stays_json(here: Path) -> None:
    path = lines(here / "note.txt", "“The boat left,” said Zoë Ålund of the harbour office.")
    command = (sys.executable, "-m", "evalkit", "summarize", path, "--model", "lead", "--format")
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}  # it has no curly marks
    printed = {
        how: subprocess.run(
            [*command, how], capture_output=True, check=True, env=environment
        ).stdout.decode("latin-1")
        for how in ("text", "json")
    }
    assert printed["text"].startswith("\\u201cThe boat left")
    (summary,) = json.loads(printed["json"])["summaries"]
    assert summary["text"].startswith("“The boat left,” said Zoë Ålund")


def test_init_writes_a_config_that_is_read(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from evalkit.config.load import load

    assert call("init", "mine.yaml") == 0
    assert load(here / "mine.yaml").config.summaries is not None
    assert call("init", "mine.yaml") == 2
    assert "exists already" in capsys.readouterr().err


def test_validate_list_and_schema(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("validate", write_harbour(here / "in")) == 0
    assert "2 documents" in capsys.readouterr().out
    assert not (here / "runs").exists()
    assert call("list") == 0
    listed = capsys.readouterr().out
    assert all(name in listed for name in ("rougeLsum", "detector", "seq2seq", "lead"))
    for what in ("config", "report"):
        assert call("schema", what) == 0
        assert json.loads(capsys.readouterr().out)["properties"]
    assert call("schema", "nothing") == 2


@pytest.mark.parametrize("arguments", [("--help",), ("run", "--help"), ("--version",)])
def test_help(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert call(*arguments) == 0
    assert re.search(r"evalkit|Usage", capsys.readouterr().out)


def test_ctrl_c_says_how_to_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("evalkit.registry.providers", interrupted)
    assert call("list") == 130
    assert capsys.readouterr().err == "evalkit: interrupted; run it again to go on\n"
