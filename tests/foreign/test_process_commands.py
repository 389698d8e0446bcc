"""Foreign programs on the command line: score, compare, buckets, run, validate, and Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

import evalkit
from tests.cli.calling import call, jsonl, lines, printed
from tests.foreign.fake_comet import write_comet, write_model
from tests.foreign.programs import HELLO, command, program, runs
from tests.pipeline.harbour import CONFIG, write_harbour

ROOT = Path(evalkit.__file__).parents[1]
ROWS = [f"the ferry number {i} was late" for i in range(20)]
COUNTS_STARTS = """
with open("pids.txt", "a") as file:
    file.write(f"{os.getpid()}\\n")
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def files(here: Path) -> list[object]:
    """Arguments for two systems and a reference."""
    good = lines(here / "good.txt", *ROWS)
    bad = lines(here / "bad.txt", *(row.replace("was ", "") for row in ROWS))
    reference = lines(here / "ref.txt", *ROWS)
    return ["--hypotheses", good, "--hypotheses", bad, "--references", reference]


def named(path: Path, **options: str) -> str:
    parts = ",".join(command(path))
    return f"process(command=[{parts}]{''.join(f',{k}={v}' for k, v in options.items())})"


def started(folder: Path) -> list[int]:
    """Ids of the programs that were started there; none of them runs any more."""
    pids = [int(line) for line in (folder / "pids.txt").read_text().split()]
    assert not any(runs(pid) for pid in pids)
    return pids


def test_score(here: Path, files: list[object], capsys: pytest.CaptureFixture[str]) -> None:
    metric = named(program(here, COUNTS_STARTS), name="words")
    arguments = ("--metrics", f"{metric},rouge1", "--allow-code", "--confidence")
    assert call("score", *files, *arguments, "--format", "json") == 0
    out, err = capsys.readouterr()
    systems = {s["name"]: {m["name"]: m for m in s["metrics"]} for s in json.loads(out)["systems"]}
    assert [systems[name]["words"]["value"] for name in ("good", "bad")] == [6, 5]
    assert systems["bad"]["words"]["low"] == 5
    assert systems["bad"]["words"]["n_scored"] == 20
    assert f"runs code of its own: process: {sys.executable} {here / 'toy.py'}" in err
    assert len(started(here)) == 1


@pytest.mark.parametrize("shape", ["text", "csv", "latex"])
def test_every_format(
    here: Path, files: list[object], capsys: pytest.CaptureFixture[str], shape: str
) -> None:
    metric = named(program(here), name="words")
    assert call("score", *files, "--metrics", metric, "--allow-code", "--format", shape) == 0
    assert "words" in capsys.readouterr().out


def test_compare_and_buckets(
    here: Path, files: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    metric = ("--metrics", named(program(here, COUNTS_STARTS), name="words"), "--allow-code")
    (table,) = printed(capsys, "compare", *files, *metric)["tables"]
    (pair,) = table["comparisons"]
    assert (pair["metric"], pair["delta"], pair["n_won"]) == ("words", 1, 20)
    assert pair["p"] < 0.01
    (table,) = printed(capsys, "buckets", *files, *metric)["tables"]
    first = table["systems"][0]["buckets"][0]
    assert first["metrics"][0]["value"] == 6
    assert len(started(here)) == 2


def test_reasons_and_cuts_are_beside_the_segments(
    here: Path, files: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    body = """
    def item(given):
        if " 3 " in given["hypothesis"]:
            return {"id": given["id"], "reason": "three"}
        more = {"cut": "the end"} if " 4 " in given["hypothesis"] else {}
        return {"id": given["id"], "scores": [1], **more}
    """
    metric = named(program(here, textwrap.dedent(body)), name="words")
    arguments = ("--metrics", metric, "--allow-code", "--segments", "--format", "json")
    assert call("score", *files, *arguments) == 0
    out, err = capsys.readouterr()
    rows = [row for row in json.loads(out)["segments"] if "notes" in row]
    assert [(row["id"], row["system"], row["notes"]) for row in rows] == [
        ("4", "good", ["words: three"]),
        ("5", "good", ["words: the end"]),
        ("4", "bad", ["words: three"]),
        ("5", "bad", ["words: the end"]),
    ]
    for command_ in ("score", "compare", "buckets"):
        assert call(command_, *files, "--metrics", metric, "--allow-code") == 0
        assert "words did not see all of 1 of 20 texts of 'bad'" in capsys.readouterr().err
    assert "words did not see all of 1 of 20 texts of 'good'" in err


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("def answer(r): os._exit(7)", "ended with exit code 7"),
        ("print('hello')", "no JSON"),
        ("HELLO['protocol'] = 2", "it speaks protocol 2"),
    ],
)
def test_failures_exit_with_2(
    here: Path,
    files: list[object],
    capsys: pytest.CaptureFixture[str],
    body: str,
    expected: str,
) -> None:
    metric = named(program(here, COUNTS_STARTS + body))
    assert call("score", *files, "--metrics", metric, "--allow-code") == 2
    out, err = capsys.readouterr()
    assert expected in err
    assert out == ""
    assert "Traceback" not in err
    assert len(started(here)) == 1


def test_what_was_started_ends_where_something_else_fails(
    here: Path, files: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    metric = named(program(here, COUNTS_STARTS))
    for metrics in (f"{metric},blue", f"{metric},{metric[:-1]},timeout=9)", f"{metric},self-bleu"):
        assert call("compare", *files, "--metrics", metrics, "--allow-code") == 2
    assert call("score", "--hypotheses", "absent.txt", "--metrics", metric, "--allow-code") == 2
    assert call("score", *files, "--metrics", metric) == 2
    assert "--allow-code" in capsys.readouterr().err
    assert len(started(here)) == 4


HARBOUR = """
fluency: {scorers: [mechanics, {name: process, label: words, command: COMMAND}]}
summaries:
  systems:
    - {kind: lead, length: short}
    - {name: two, kind: file, path: two.jsonl, length: short}
    - {name: first, kind: process, command: WRITER, length: short}
  metrics: [rouge1, {name: process, label: words, command: COMMAND}]
post_edit: {metrics: [ter, {name: process, label: words, command: COMMAND}]}
"""
WRITER = """
import json, os, sys
with open("pids.txt", "a") as file:
    file.write(f"{os.getpid()}\\n")
for line in sys.stdin:
    request = json.loads(line)
    if request["type"] == "hello":
        answer = {"type": "hello", "protocol": 1, "name": "first", "signature": {"version": "1"}}
    elif request["type"] == "generate":
        items = [{"id": item["id"], "text": item["text"].split("\\n")[0], "usage": {"words": 5},
                  "details": {"seed": 1}, "cut": "all but the first paragraph"}
                 for item in request["items"]]
        answer = {"type": "generated", "id": request["id"], "items": items}
    else:
        break
    print(json.dumps(answer), flush=True)
"""


def harbour(home: Path, config: str = HARBOUR) -> Path:
    """A config whose programs lie beside it, named by paths from there."""
    start = CONFIG.split("fluency:")[0]
    end = CONFIG[CONFIG.index("statistics:") :]
    text = start + config.strip() + "\n" + end
    text = text.replace("COMMAND", f"['{sys.executable}', toy.py]")
    path = write_harbour(home, text.replace("WRITER", f"['{sys.executable}', writer.py]"))
    program(home, COUNTS_STARTS)
    (home / "writer.py").write_text(WRITER, encoding="utf-8")
    return path


def test_run_with_a_metric_and_a_summariser(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = harbour(here / "in")
    assert call("run", config) == 2
    assert "--allow-code" in capsys.readouterr().err
    assert not (here / "runs").exists()
    assert call("validate", config, "--allow-code") == 0
    assert call("run", config, "--allow-code") == 0
    assert len(started(here / "in")) == 4  # a metric and a summariser, twice
    shown = [f"process: {sys.executable} {name}.py" for name in ("toy", "writer")]
    err = capsys.readouterr().err
    assert all(err.count(f"runs code of its own: {each}\n") == 2 for each in shown)
    manifest = json.loads((here / "runs" / "harbour" / "manifest.json").read_text())
    assert manifest["code"] == shown
    report = json.loads((here / "runs" / "harbour" / "report.json").read_text())
    scores = {(s["system"], s["field"]): s for table in report["tables"] for s in table["scores"]}
    texts = [json.loads(line) for line in (here / "in" / "two.jsonl").read_text().splitlines()]
    words = [len(row["text"].split()) for row in texts]
    assert scores["two", "words"]["value"] == pytest.approx(sum(words) / 2)
    assert scores["two", "words"]["signature"].startswith("process:toy|protocol:1|version:1|")
    (ferry, *_) = [i for i in report["items"] if (i["system"], i["document"]) == ("first", "ferry")]
    assert ferry["hypothesis"].startswith("The harbour ferry stopped on Monday")
    assert ferry["output"]["cut"] == "all but the first paragraph"
    assert call("compare", "runs/harbour", "--table", "summaries.short", "--allow-code") == 2
    err = capsys.readouterr().err  # toy.py is not here, but beside the config
    assert "runs code of its own: process" in err
    os.chdir(here / "in")
    run = here / "runs" / "harbour"
    assert call("compare", run, "--table", "summaries.short", "--allow-code") == 0
    assert "words" in capsys.readouterr().out
    assert len(started(here / "in")) == 5


def test_a_run_goes_on_where_a_crash_ended_it(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was computed is kept; what the program did not answer is asked again."""
    body = """
    def answer(request):
        if os.path.exists("crash"):
            os._exit(5)
        return {"type": "measured", "id": request["id"],
                "items": [item(given) for given in request["items"]]}
    """
    config = harbour(here / "in")
    program(here / "in", COUNTS_STARTS + textwrap.dedent(body))
    (here / "in" / "crash").touch()
    assert call("run", config, "--allow-code") == 2
    assert "it ended with exit code 5" in capsys.readouterr().err
    assert not (here / "runs" / "harbour" / "report.json").exists()
    (here / "in" / "crash").unlink()
    assert call("run", config, "--allow-code") == 0
    started(here / "in")


def test_a_config_that_is_wrong_elsewhere_leaves_no_program(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = harbour(here / "in", HARBOUR.replace("[ter, ", "[terr, "))
    assert call("run", config, "--allow-code") == 2
    assert "'ter'" in capsys.readouterr().err
    assert len(started(here / "in")) == 2


def test_comet_on_the_command_line_and_in_a_config(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [{"hypothesis": f"a b {i}", "source": "s", "references": ["a c"]} for i in range(12)]
    file = jsonl(here / "rows.jsonl", *rows)
    write_model(here / "model", '{"class": "RegressionMetric"}')
    path = write_comet(here)
    metric = f"comet(python={sys.executable},model=model,environment=[{path}])"
    arguments = ("--hypotheses", file, "--metrics", metric, "--allow-code")
    (system,) = printed(capsys, "score", *arguments)["systems"]
    assert system["metrics"][0]["value"] == 10.25
    assert call("score", *arguments) == 0
    assert "runs code of its own: comet: " in capsys.readouterr().err

    entry = (
        f"{{name: comet, python: '{sys.executable}', model: '../model', environment: ['{path}']}}"
    )
    config = harbour(here / "in", HARBOUR.replace("[rouge1, ", f"[rouge1, {entry}, "))
    assert call("run", config, "--allow-code") == 0
    report = json.loads((here / "runs" / "harbour" / "report.json").read_text())
    found = {s["system"]: s for t in report["tables"] for s in t["scores"] if s["field"] == "comet"}
    assert set(found) == {"lead", "two", "first"}
    assert found["lead"]["n_scored"] == 2
    manifest = json.loads((here / "runs" / "harbour" / "manifest.json").read_text())
    assert manifest["models"]["comet"]["model"] == "COMET model model"
    assert manifest["models"]["comet"]["version"].startswith("sha256-")
    assert manifest["models"]["comet"]["pickled"] is True
    capsys.readouterr()
    assert call("fetch", config, "--allow-code") == 0
    assert "was here   COMET model model sha256-" in capsys.readouterr().out
    started(here / "in")
    assert found["lead"]["signature"].startswith("nrefs:2|process:comet|protocol:1|model:sha256-")


def test_ctrl_c_leaves_no_process(here: Path, files: list[object]) -> None:
    """Only evalkit is interrupted, as the program is in a group of its own; both end."""
    body = """
    def answer(request):
        open("asked", "w").close()
        time.sleep(600)
    """
    metric = named(program(here, COUNTS_STARTS + textwrap.dedent(body)))
    arguments = [*map(str, files), "--metrics", metric, "--allow-code"]
    running = subprocess.Popen(
        [sys.executable, "-m", "evalkit", "score", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL,
    )
    while not (here / "asked").exists():
        assert running.poll() is None
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    assert running.wait() == 130
    assert len(started(here)) == 1


def test_they_keep_the_contract_of_plugins(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = ",".join(command(program(here, COUNTS_STARTS)))
    options = ("--option", f"command=[{parts}]", "--allow-code")
    assert call("check-plugin", "process", *options, "--kind", "scorer") == 0
    parts = ",".join(command(Path(__file__).parents[1] / "summarize" / "first_words.py"))
    options = ("--option", f"command=[{parts}]", "--allow-code")
    assert call("check-plugin", "process", *options, "--kind", "generator") == 0
    write_model(here / "model", '{"class": "RegressionMetric"}')
    options = (f"python={sys.executable}", "model=model", f"environment=[{write_comet(here)}]")
    given = [part for option in options for part in ("--option", option)]
    assert call("check-plugin", "comet", *given, "--allow-code") == 0
    capsys.readouterr()
    started(here)


def test_fluency_with_a_program(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = lines(here / "text.txt", "The ferry was late. Nobody waited.")
    metric = named(program(here, COUNTS_STARTS), name="words")
    assert call("fluency", file, "--scorers", metric, "--allow-code", "--format", "json") == 0
    assert '"words": 4' in capsys.readouterr().out
    assert len(started(here)) == 1


def test_it_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("list") == 0
    out = capsys.readouterr().out
    assert out.count("  process ") == 2
    assert "  comet " in out


def test_a_hello_with_a_label_may_name_several_fields(
    here: Path, files: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    hello = HELLO.replace(
        '"low": 0}]', '"low": 0}, {"name": "half", "unit": "words", "higher_is_better": None}]'
    )
    body = 'def item(given): return {"id": given["id"], "scores": [4, 2]}'
    metric = named(program(here, body, hello=hello), name="mine")
    (good, _) = printed(capsys, "score", *files, "--metrics", metric, "--allow-code")["systems"]
    assert [(m["name"], m["value"]) for m in good["metrics"]] == [("mine", 4), ("mine.half", 2)]
