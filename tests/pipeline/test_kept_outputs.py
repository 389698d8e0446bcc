"""Outputs of a server in a run folder: kept one by one, asked for once, failed ones on request."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evalkit.config.load import load
from evalkit.errors import EndpointError
from evalkit.pipeline.run import Evaluated, Options, evaluate
from tests.cli.calling import call, jsonl
from tests.endpoint.fake_server import KEY, Asked, FakeServer, Said, completion, error

CONFIG = """
name: kept
corpus: {path: texts.jsonl}
summaries:
  systems:
    - kind: endpoint
      name: far
      words: 5
      base_url: URL
      model: tiny
      api_key_env: KEY_OF_THE_KEPT
      prompt: "{{ id }}: {{ text }}"
      system: ""
      wait: 0.001
      concurrency: 4
      prices: {input: 1000, output: 2000, currency: EUR}
  metrics: [length]
"""
N = 12


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY_OF_THE_KEPT", KEY)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[Callable[[Asked], Said]], FakeServer]]:
    """Starts a server and writes the corpus and a config that asks it."""
    stack = []

    def start(script: Callable[[Asked], Said]) -> FakeServer:
        stack.append(FakeServer(script).running())
        server = stack[-1].__enter__()
        rows = [{"id": f"d{i}", "text": f"Text number {i} is here."} for i in range(N)]
        jsonl(tmp_path / "texts.jsonl", *rows)
        (tmp_path / "kept.yaml").write_text(CONFIG.replace("URL", server.url))
        return server

    yield start
    for context in stack:
        context.__exit__(None, None, None)


def answer(asked: Asked) -> Said:
    return completion(f"Said of {asked.prompt.split(':')[0]}.")


def run(folder: Path, **options: object) -> Evaluated:
    return evaluate(
        load(folder / "kept.yaml"), folder / "run", options=Options(**options)  # type: ignore[arg-type]
    )  # fmt: skip


def texts(evaluated: Evaluated) -> list[str]:
    return [item.hypothesis for item in evaluated.report.items]


def kept(folder: Path) -> dict[str, dict]:
    """The journal's outputs by document."""
    (path,) = (folder / "run" / "parts" / "outputs").glob("*.jsonl")
    rows = [json.loads(line)["row"] for line in path.read_text().splitlines()[1:]]
    return {row["text"]: row for row in rows}


def everything(folder: Path) -> str:
    """All that a run folder holds."""
    return "".join(p.read_text(errors="replace") for p in folder.rglob("*") if p.is_file())


def test_every_output_is_asked_for_once_over_all_runs(serve, tmp_path: Path) -> None:
    server = serve(answer)
    first = run(tmp_path)
    again = run(tmp_path)
    assert texts(first) == texts(again) == [f"Said of d{i}." for i in range(N)]
    assert len(server.asked) == N
    assert len(kept(tmp_path)) == N


def test_more_documents_ask_for_those_alone(serve, tmp_path: Path) -> None:
    server = serve(answer)
    run(tmp_path, limit=3)
    assert len(server.asked) == 3
    run(tmp_path)
    assert len(server.asked) == N


def test_failed_items_are_shown_as_failed_until_they_are_asked_for_again(
    serve, tmp_path: Path
) -> None:
    bad = {"d2", "d7"}
    script = [lambda asked: completion("") if asked.prompt[:2] in bad else answer(asked)]
    server = serve(lambda asked: script[0](asked))
    assert run(tmp_path).n_failed == 2
    script[0] = answer
    shown = run(tmp_path)
    assert shown.n_failed == 2
    assert any(
        "far, 5 words on d2 failed: the answer is emp" in w for w in shown.report.run.warnings
    )
    assert len(server.asked) == N
    mended = run(tmp_path, retry_failed=True)
    assert mended.n_failed == 0
    assert texts(mended) == [f"Said of d{i}." for i in range(N)]
    assert Counter(prompt[:2] for prompt in server.prompts)["d2"] == 2
    assert len(server.asked) == N + 2
    assert kept(tmp_path)["Said of d2."]["usage"]["requests"] == 2
    assert run(tmp_path).n_failed == 0


def test_what_was_answered_before_the_run_ended_is_kept(serve, tmp_path: Path) -> None:
    closed = [True]
    server = serve(
        lambda asked: error(401) if closed[0] and asked.prompt[:2] == "d9" else answer(asked)
    )
    with pytest.raises(EndpointError, match="HTTP 401"):
        run(tmp_path)
    closed[0] = False
    whole = run(tmp_path)
    assert texts(whole) == [f"Said of d{i}." for i in range(N)]
    assert max(Counter(server.answered).values()) == 1


def test_the_ledger_is_in_the_manifest_and_the_report(serve, tmp_path: Path) -> None:
    serve(answer)
    evaluated = run(tmp_path)
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    (spent,) = manifest["spent"]
    assert spent == {
        "name": "far, 5 words",
        "n_requests": N,
        "n_uncounted": 0,
        "tokens": {"prompt_tokens": 10 * N, "completion_tokens": 3 * N},
        "cost": pytest.approx((10 * N * 1000 + 3 * N * 2000) / 1e6),
        "currency": "EUR",
    }
    assert evaluated.report.run.spent[0].model_dump() == spent


def test_what_the_server_did_not_count_is_said(serve, tmp_path: Path) -> None:
    serve(lambda asked: completion("Fine.", usage=asked.prompt[:2] != "d3"))
    (spent,) = run(tmp_path).report.run.spent
    assert (spent.n_uncounted, spent.tokens["prompt_tokens"]) == (1, 10 * (N - 1))


def test_the_key_is_nowhere_in_the_folder(serve, tmp_path: Path, capsys) -> None:
    def script(asked: Asked) -> Said:
        if asked.prompt.startswith("d1:"):
            return completion(None, refusal=f"not with {KEY}")
        return completion(f"You sent {asked.headers['authorization']}.")

    serve(script)
    assert call("run", tmp_path / "kept.yaml", "--output", tmp_path / "run") == 1
    printed = capsys.readouterr()
    assert "You sent Bearer [key]." in everything(tmp_path / "run")
    assert KEY not in everything(tmp_path / "run") + printed.out + printed.err


def test_the_command_says_how_failed_items_are_tried_again(serve, tmp_path: Path, capsys) -> None:
    script = [lambda _: completion("")]
    serve(lambda asked: script[0](asked))
    asked_for = ("run", tmp_path / "kept.yaml", "--output", tmp_path / "run")
    assert call(*asked_for) == 1
    assert "12 items failed" in (err := capsys.readouterr().err)
    assert "--retry-failed" in err
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    failures = [warning for warning in manifest["warnings"] if warning.startswith("far, 5 words")]
    assert [" failed: the answer is empty" in warning for warning in failures] == [
        *[True] * 5,
        False,
    ]
    assert failures[-1].startswith("far, 5 words: 12 of 12 outputs failed")
    script[0] = answer
    assert call(*asked_for, "--retry-failed") == 0
    assert "far, 5 words: 24 requests, 240 tokens read and" in capsys.readouterr().out


def test_a_killed_run_asks_for_nothing_that_was_answered(serve, tmp_path: Path) -> None:
    """SIGKILL while the fifth and later answers hang; then the rest, and each exactly once."""
    hangs = [True]

    def script(asked: Asked) -> Said:
        number = int(asked.prompt.split(":")[0][1:])
        return Said(how="hang") if hangs[0] and number >= 5 else answer(asked)

    server = serve(script)
    command = [sys.executable, "-m", "evalkit", "run", str(tmp_path / "kept.yaml")]
    process = subprocess.Popen(
        [*command, "--output", str(tmp_path / "run")],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ,
    )  # fmt: skip
    journal = tmp_path / "run" / "parts" / "outputs"
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        lines = sum(p.read_bytes().count(b"\n") for p in journal.glob("*.jsonl"))
        if lines == 6:  # the header and the five that do not hang
            break
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert len(kept(tmp_path)) == 5
    hangs[0] = False
    server.release.set()
    whole = run(tmp_path)
    assert texts(whole) == [f"Said of d{i}." for i in range(N)]
    counts = Counter(prompt.split(":")[0] for prompt in server.prompts)
    assert [counts[f"d{i}"] for i in range(5)] == [1] * 5
    assert Counter(server.answered) == Counter(set(server.answered))
    assert len(server.answered) == N


def test_ctrl_c_keeps_what_is_under_way_and_asks_nothing_more(serve, tmp_path: Path) -> None:
    """Four requests are under way when Ctrl-C comes; they are paid for, so they are waited for."""
    go = threading.Event()

    def script(asked: Asked) -> Said:
        go.wait(30)
        return answer(asked)

    server = serve(script)
    command = [sys.executable, "-m", "evalkit", "run", str(tmp_path / "kept.yaml")]
    process = subprocess.Popen(
        [*command, "--output", str(tmp_path / "run")],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ,
    )  # fmt: skip
    until = time.monotonic() + 60
    while time.monotonic() < until and len(server.asked) < 4:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    time.sleep(1)  # time for the signal to arrive; nothing below asks how much was needed
    go.set()
    assert process.wait(60) in {0, 130}
    assert sorted(kept(tmp_path)) == sorted(f"Said of {p.split(':')[0]}." for p in server.prompts)
    assert texts(run(tmp_path)) == [f"Said of d{i}." for i in range(N)]
    assert len(server.asked) == N
