"""A metric in a process of its own: its numbers, and everything that can go wrong with it."""

import gc
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from evalkit import registry
from evalkit.errors import ConfigError, ForeignError, PermissionNeededError
from evalkit.foreign.channel import ERRORS_KEPT, Channel
from evalkit.foreign.process import ProcessScorer, process
from evalkit.records import Batch
from evalkit.registry import Code
from evalkit.stages import Closable, Scorer
from evalkit.stats.exact import sliced
from tests.foreign.programs import HELLO, command, program, runs, spec

TEXTS = ("one", "two words", "", "naïve 日本 x", "a\u2028b\nc", "\ud800 lone", "🙂 " * 3)
BATCH = Batch(TEXTS)


@pytest.fixture
def made() -> Iterator[list[ProcessScorer]]:
    """Scorers that are ended after the test."""
    scorers: list[ProcessScorer] = []
    yield scorers
    for scorer in scorers:
        scorer.close()


def toy(made: list[ProcessScorer], path: Path, **options: object) -> ProcessScorer:
    scorer = process(command=command(path), folder=str(path.parent), **options)
    made.append(scorer)
    return scorer


def pid_of(scorer: ProcessScorer) -> int:
    return scorer._session.channel.pid


def test_scores_are_means_of_the_programs_scores(tmp_path: Path, made: list[ProcessScorer]) -> None:
    scorer = toy(made, program(tmp_path), batch_size=2)
    assert isinstance(scorer, Scorer)
    assert isinstance(scorer, Closable)
    assert (scorer.name, scorer.columns, scorer.needs) == ("toy", ("sum.toy", "texts"), frozenset())
    measured = scorer.measure(BATCH)
    words = [len(text.split()) for text in TEXTS]
    assert measured.statistics.tolist() == [[n, 1] for n in words]
    assert measured.valid.all()
    assert (measured.spans, measured.tokens, dict(measured.cuts)) == (None, None, {})
    total = sliced(measured.statistics).total().values()[0]
    assert scorer.score(total).tolist() == [np.mean(words)]
    assert np.isnan(scorer.score(np.zeros((3, 2)))).all()
    assert scorer.score(np.ones((4, 5, 2))).shape == (4, 5, 1)


def test_no_text_asks_nothing(tmp_path: Path, made: list[ProcessScorer]) -> None:
    scorer = toy(made, program(tmp_path, "def answer(request): raise SystemExit(9)"))
    assert scorer.measure(Batch(())).statistics.shape == (0, 2)


def test_every_part_of_an_answer_arrives(tmp_path: Path, made: list[ProcessScorer]) -> None:
    hello = HELLO.replace('"signature"', '"spans": True, "tokens": True, "signature"')
    body = """
    def item(given):
        if not given["hypothesis"]:
            return {"id": given["id"], "reason": "empty", "cut": "all"}
        return {"id": given["id"], "scores": [2.5], "cut": "the end",
                "spans": [{"start": 0, "end": 1, "category": "grammar"}], "tokens": [[0, 1, 0.5]]}
    """
    path = program(tmp_path, textwrap.dedent(body), hello=hello)
    measured = toy(made, path).measure(Batch(("ab", "")))
    assert measured.valid.tolist() == [True, False]
    assert measured.reasons == {1: "empty"}
    assert measured.cuts == {0: "the end", 1: "all"}
    assert measured.spans is not None
    assert measured.tokens is not None
    assert [len(spans) for spans in measured.spans] == [1, 0]
    assert measured.spans[0][0].finder == "toy"
    assert [len(tokens) for tokens in measured.tokens] == [1, 0]


def test_statistics_make_ratios(tmp_path: Path, made: list[ProcessScorer]) -> None:
    hello = """{
        "type": "hello", "protocol": 1, "name": "rate", "columns": ["errors", "words"],
        "fields": [{"unit": "errors per 100 words", "higher_is_better": False,
                    "ratio": ["errors", "words"], "scale": 100},
                   {"name": "length", "unit": "words", "higher_is_better": None,
                    "ratio": ["words", "words"]}],
        "signature": {"version": "1"}}"""
    body = """
    def item(given):
        words = given["hypothesis"].split()
        return {"id": given["id"], "statistics": [words.count("oops"), len(words)]}
    """
    scorer = toy(made, program(tmp_path, textwrap.dedent(body), hello=hello))
    rows = scorer.measure(Batch(("oops a b", "c", ""))).statistics
    assert rows.tolist() == [[1, 3], [0, 1], [0, 0]]
    assert scorer.score(rows.sum(axis=0)).tolist() == [25.0, 1.0]
    assert np.isnan(scorer.score(rows[2])).all()


def test_needs_are_sent_and_texts_without_them_are_left_out(
    tmp_path: Path, made: list[ProcessScorer]
) -> None:
    hello = HELLO.replace('"signature"', '"needs": ["references", "sources"], "signature"')
    body = """
    def item(given):
        return {"id": given["id"], "scores": [len(given["references"]) + len(given["source"])]}
    """
    scorer = toy(made, program(tmp_path, textwrap.dedent(body), hello=hello))
    batch = Batch(("a", "b", "c"), (("x", "y"), (), ("z",)), ("", "ss", "ss"))
    measured = scorer.measure(batch)
    assert measured.statistics.tolist() == [[2, 1], [0, 0], [3, 1]]
    assert measured.reasons == {1: "no reference"}
    with pytest.raises(ValueError, match="toy needs sources and the batch has none"):
        scorer.measure(Batch(("a",), (("x",),)))


def test_the_name_and_what_is_in_the_signature(tmp_path: Path, made: list[ProcessScorer]) -> None:
    path = program(tmp_path)
    first, named = toy(made, path), toy(made, path, name="mine")
    assert named.fields[0].name == named.name == "mine"
    assert first.signature() == named.signature()
    assert re.fullmatch(
        r"process:toy\|protocol:1\|version:1\|command:sha256-[0-9a-f]{16}", first.signature()
    )
    (tmp_path / "elsewhere").mkdir()
    same = toy(made, program(tmp_path / "elsewhere"))
    assert same.signature() == first.signature()  # the content counts, not the place
    other = process(command=[*command(path), "--beta", "2"], folder=str(tmp_path))
    made.append(other)
    assert other.signature() != first.signature()
    set_ = toy(made, path, environment=["DEPTH=3", "HOME"])
    assert set_.signature() not in (first.signature(), other.signature())
    changed = toy(made, program(tmp_path, "WORD = 1", name="changed.py"))
    assert changed.signature() != first.signature()


def test_one_program_serves_all_that_name_it_and_ends_with_the_last(tmp_path: Path) -> None:
    path = program(tmp_path)
    first = process(command=command(path), folder=str(tmp_path))
    second = process(command=command(path), folder=str(tmp_path), name="again")
    pid = pid_of(first)
    assert pid == pid_of(second)
    first.close()
    first.close()
    assert second.measure(Batch(("a b",))).statistics.tolist() == [[2, 1]]
    second.close()
    assert not runs(pid)
    with pytest.raises(ForeignError, match="has been ended already"):
        second.measure(Batch(("a b",)))
    third = process(command=command(path), folder=str(tmp_path))
    assert pid_of(third) != pid
    third.close()


def test_a_forgotten_program_is_ended(tmp_path: Path) -> None:
    scorer = process(command=command(program(tmp_path)), folder=str(tmp_path))
    pid = pid_of(scorer)
    assert runs(pid)
    del scorer
    gc.collect()
    assert not runs(pid)


def test_very_long_texts_and_a_flood_of_standard_error(
    tmp_path: Path, made: list[ProcessScorer]
) -> None:
    body = """
    def item(given):
        sys.stderr.write("noise \\u00e9\\n" * 100_000)
        sys.stderr.flush()
        return {"id": given["id"], "reason": given["hypothesis"]}
    """
    scorer = toy(made, program(tmp_path, textwrap.dedent(body)))
    long = "日本 " * 1_000_000
    measured = scorer.measure(Batch((long, "b" * 70_000)))
    assert measured.reasons == {0: long.strip(), 1: "b" * 70_000}
    assert len(scorer._session.channel._errors) == ERRORS_KEPT


WRONG = {
    "short": (
        'def answer(r): return {"type": "measured", "id": r["id"], "items": []}',
        "about 0 of 2 items: item 0 is missing",
    ),
    "twice": (
        'def answer(r): return {"type": "measured", "id": r["id"], "items": '
        '[item(r["items"][0])] * 2}',
        "it answers about item 0 twice",
    ),
    "unknown": ('def item(given): return {"id": 99, "scores": [1]}', "item 99, which it was not"),
    "nan": (
        'def item(given): return {"id": given["id"], "scores": [float("nan")]}',
        "no finite number, and there is no 'reason'",
    ),
    "bound": ('def item(given): return {"id": given["id"], "scores": [-1]}', "outside the bounds"),
    "garbage": (
        'print("loading \\x1b[31mweights")',
        "it wrote a line that is no JSON ('loading \\x1b[31mweights'",
    ),
    "list": ('def answer(r): return [1]', "which is no JSON object"),
    "deep": ('def answer(r): return "[" * 100_000', "that is no JSON"),
    "bytes": (
        'def answer(r): os.write(1, b"\\xff\\n"); return ""',
        "that is no JSON ('\\xff'",
    ),
    "late": ('def answer(r): say("{}"); return {"type": "x"}', "of type None, not 'measured'"),
    "own": (
        'def answer(r): return {"type": "error", "message": "no weights\\x07"}',
        "it cannot go on: no weights\\x07",
    ),
    "crash": (
        'def answer(r): raise RuntimeError("out of \\x1b[2J memory")',
        "it ended with exit code 1 instead of answering 'measure'",
    ),
    "signal": ("def answer(r): os.kill(os.getpid(), 11)", "it ended by signal SIGSEGV"),
    "half": (
        'def answer(r): os.write(1, b"{\\"type\\""); os._exit(0)',
        "with exit code 0 instead of answering 'measure', after half a line",
    ),
    "closed": (
        "def answer(r): os.close(1); time.sleep(60)",
        "it closed its standard output instead of answering",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG)
def test_a_program_that_breaks_the_protocol_is_ended_with_a_clear_error(
    tmp_path: Path, kind: str
) -> None:
    body, expected = WRONG[kind]
    path = program(tmp_path, body)
    pids = tmp_path / "pid"
    path.write_text(f"import os\nopen({str(pids)!r}, 'w').write(str(os.getpid()))\n"
                    + path.read_text())  # fmt: skip
    with pytest.raises(ForeignError) as caught:
        process(command=command(path), folder=str(tmp_path)).measure(Batch(("a", "b")))
    said = str(caught.value)
    assert expected in said
    assert str(path)[:100] in said
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", said)
    assert not runs(int(pids.read_text()))


def test_the_end_of_standard_error_is_shown(tmp_path: Path) -> None:
    body = 'sys.stderr.write("x" * 50_000 + "\\n"); raise RuntimeError("no such \\x1b[2Jmodel")'
    with pytest.raises(ForeignError) as caught:
        process(command=command(program(tmp_path, body)), folder=str(tmp_path))
    said = str(caught.value)
    assert said.endswith("RuntimeError: no such \\x1b[2Jmodel")
    assert len(said) < ERRORS_KEPT + 2000


@pytest.mark.parametrize(
    ("body", "options", "expected"),
    [
        (
            "time.sleep(60)",
            {"start_timeout": 0.3},
            "no answer to 'hello' within 0.3 seconds (start_timeout allows more); it was killed",
        ),
        (
            "def answer(r): time.sleep(60)",
            {"timeout": 0.3},
            "no answer to 'measure' within 0.3 seconds (timeout allows more); it was killed",
        ),
        (
            "sys.stderr.write('busy' * 2)\n"
            "def answer(r):\n    while True: sys.stderr.write('busy'); time.sleep(0.01)",
            {"timeout": 0.3},
            "busybusy",
        ),
    ],
    ids=["start", "answer", "noisy"],
)
def test_silence_is_not_waited_for_for_ever(
    tmp_path: Path, body: str, options: dict, expected: str
) -> None:
    path = program(tmp_path, body)
    with pytest.raises(ForeignError, match=re.escape(expected)):
        process(command=command(path), folder=str(tmp_path), **options).measure(Batch(("a",)))


def test_the_whole_group_is_killed(tmp_path: Path) -> None:
    """A child of the program, which holds its standard output open, goes with it."""
    body = """
    import subprocess
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    def item(given):
        return {"id": given["id"], "reason": str(child.pid)}
    """
    scorer = process(
        command=command(program(tmp_path, textwrap.dedent(body))), folder=str(tmp_path)
    )
    child = int(scorer.measure(Batch(("a",))).reasons[0])
    pid = pid_of(scorer)
    os.kill(child, 0)
    scorer.close()
    assert not _alive(pid)
    deadline = time.monotonic() + 30
    while _alive(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not _alive(child)


def _alive(pid: int) -> bool:
    """Whether it runs; a zombie, which whoever adopted it will reap, does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_an_interruption_leaves_no_process(tmp_path: Path) -> None:
    path = program(tmp_path, "def answer(r): time.sleep(600)")
    scorer = process(command=command(path), folder=str(tmp_path))
    pid = pid_of(scorer)
    main = threading.main_thread().ident
    assert main is not None
    timer = threading.Timer(0.2, lambda: signal.pthread_kill(main, signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        scorer.measure(Batch(("a",)))
    timer.join()
    assert not runs(pid)


def test_a_program_that_ignores_the_farewell_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evalkit.foreign.channel._GRACE", 0.2)
    body = "import atexit; atexit.register(lambda: time.sleep(600))"
    channel = Channel(spec(program(tmp_path, body)))
    assert channel.ask({"type": "hello"}, seconds=60)["name"] == "toy"
    channel.close()
    assert not runs(channel.pid)
    assert not channel.open


def test_the_environment_holds_no_secret_that_nobody_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: list[ProcessScorer]
) -> None:
    for name in ("OPENAI_API_KEY", "HF_TOKEN", "MY_SECRET", "EDITOR", "PYTHONPATH", "LC_ALL"):
        monkeypatch.setenv(name, f"value of {name}")
    body = """
    def item(given):
        return {"id": given["id"], "reason": json.dumps(dict(os.environ))}
    """
    path = program(tmp_path, textwrap.dedent(body))

    def variables(*named: str) -> dict[str, str]:
        found = toy(made, path, environment=named).measure(Batch(("a",))).reasons[0]
        return json.loads(found)

    plain = variables()
    assert plain["LC_ALL"] == "value of LC_ALL"
    assert plain["PATH"] == os.environ["PATH"]
    assert not {"OPENAI_API_KEY", "HF_TOKEN", "MY_SECRET", "EDITOR", "PYTHONPATH"} & set(plain)
    named = variables("HF_TOKEN", "EDITOR", "DEPTH=3")
    assert named["HF_TOKEN"] == "***"  # it was passed, and is shown to nobody
    assert (named["EDITOR"], named["DEPTH"]) == ("value of EDITOR", "3")
    assert toy(made, path, offline=True).measure(Batch(("a",))).reasons[0].count("OFFLINE") == 3


def test_a_secret_that_was_passed_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_API_KEY", "sk-0123456789")
    path = program(tmp_path, 'raise RuntimeError("refused " + os.environ["MY_API_KEY"])')
    with pytest.raises(ForeignError) as caught:
        process(command=command(path), folder=str(tmp_path), environment=["MY_API_KEY"])
    assert "refused ***" in str(caught.value)
    assert "sk-0123456789" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"command": "python x.py"}, "a list of the program and its arguments is needed"),
        ({"command": []}, "a list of the program"),
        ({"command": ["python", 3]}, "the command holds 3, no text: put it in quotes"),
        ({"command": [" "]}, "names no program"),
        ({"command": ["a\0b"]}, "NUL"),
        ({"command": ["no-such-program-here"]}, "no program 'no-such-program-here' on the PATH"),
        ({"command": ["./absent"]}, "there is no program "),
        ({"command": [sys.executable], "folder": "/absent/folder"}, "there is no folder"),
        ({"command": ["/dev/null"]}, "there is no program /dev/null"),
        ({"command": [__file__]}, "cannot be started"),
        ({"command": [sys.executable], "timeout": 0}, "'timeout' is 0"),
        ({"command": [sys.executable], "batch_size": 0}, "'batch_size' is 0"),
        ({"command": [sys.executable], "name": 3}, "'name' is 3"),
        ({"command": [sys.executable], "offline": "yes"}, "'offline' is 'yes'"),
        ({"command": [sys.executable], "start_timeout": "long"}, "'start_timeout' is 'long'"),
        ({"command": [sys.executable], "environment": ["NO_SUCH_ONE"]}, "which is not set here"),
        ({"command": [sys.executable], "environment": ["A_KEY=x"]}, "the value of A_KEY, a secret"),
        ({"command": [sys.executable], "environment": "HOME"}, "a list of NAME or NAME=value"),
        ({"command": [sys.executable], "environment": ["a b"]}, "NAME or NAME=value is needed"),
        ({"command": [sys.executable], "shell": True}, "no option 'shell'"),
    ],
)
def test_options_that_are_refused(options: dict, expected: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(expected)):
        registry.scorer("process", code=Code(allowed=True), **options)


def test_permission_is_needed(tmp_path: Path) -> None:
    path = program(tmp_path, f"open({str(tmp_path / 'ran')!r}, 'w')")
    with pytest.raises(PermissionNeededError, match="--allow-code"):
        registry.scorer("process", command=command(path))
    with pytest.raises(PermissionNeededError, match="--allow-code"):
        registry.generator("process", command=command(path))
    assert not (tmp_path / "ran").exists()


def test_a_script_of_its_own_is_started_by_its_path(
    tmp_path: Path, made: list[ProcessScorer]
) -> None:
    path = program(tmp_path)
    path.write_text(f"#!{sys.executable}\n" + path.read_text())
    path.chmod(0o755)
    scorer = process(command=["./toy.py"], folder=str(tmp_path))
    made.append(scorer)
    before = scorer.signature()
    scorer.close()
    path.write_text(path.read_text() + "# changed\n")
    again = process(command=["./toy.py"], folder=str(tmp_path))
    made.append(again)
    assert again.signature() != before


def test_the_template_is_a_metric(made: list[ProcessScorer]) -> None:
    from evalkit.foreign.commands import ADAPTERS

    scorer = process(command=[sys.executable, "-S", str(ADAPTERS / "template.py")])
    made.append(scorer)
    batch = Batch(("a b", "x", "c"), (("a c",), (" ",), ("c", "d")))
    measured = scorer.measure(batch)
    assert measured.statistics[:, 0].tolist() == [0.5, 0, 0.5]
    assert measured.reasons == {1: "the references have no words"}


def test_it_ends_by_itself_where_its_input_ends() -> None:
    from evalkit.foreign.commands import ADAPTERS

    done = subprocess.run(
        [sys.executable, str(ADAPTERS / "template.py")], input=b"", capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
