"""Nothing reaches a network: every command with ``--offline``, and with the hub's own variables."""

import os
import socket
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from evalkit.offline import VARIABLES, asked_by_environment, offline_only
from tests.cli.calling import call, lines
from tests.pipeline.harbour import CONFIG, write_harbour

MODEL = "someone/not-here"
BERTSCORE = f"bertscore(model={MODEL},layer=1)"


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[object]]:
    """Whatever tries to reach something, which fails loudly; the caches are empty."""
    from huggingface_hub import constants

    found: list[object] = []

    def refuse(*arguments: object, **_: object) -> None:
        found.append(arguments)
        raise AssertionError(f"a network was tried: {arguments}")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    for name in ("getaddrinfo", "gethostbyname", "create_connection"):
        monkeypatch.setattr(socket, name, refuse)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.chdir(tmp_path)
    yield found
    assert found == []


def commands(folder: Path) -> dict[str, tuple[object, ...]]:
    """Commands that each need a model or dataset of the hub."""
    out = lines(folder / "out.txt", "the ferry is late", "nobody waited")
    systems = f"- {{name: bart, kind: seq2seq, model: {MODEL}, length: short, device: cpu}}"
    model = write_harbour(folder / "a", CONFIG.replace("- {kind: lead, length: short}", systems))
    data = write_harbour(folder / "b", CONFIG.replace("{path: texts}", f"{{dataset: {MODEL}}}"))
    scored = ("--hypotheses", out, "--references", out, "--metrics", BERTSCORE)
    return {
        "run": ("run", model),
        "run, a dataset": ("run", data),
        "validate": ("validate", model),
        "validate, a dataset": ("validate", data),
        "score": ("score", *scored),
        "compare": ("compare", *scored, "--hypotheses", lines(folder / "b.txt", "a", "b")),
        "buckets": ("buckets", *scored),
        "summarize": ("summarize", out, "--model", MODEL),
        "fluency": ("fluency", out, "--scorers", f"mechanics,{BERTSCORE}"),
    }


NAMES = (
    *("run", "run, a dataset", "validate", "validate, a dataset", "score", "compare", "buckets"),
    *("summarize", "fluency"),
)


@pytest.mark.parametrize("variable", ["", *VARIABLES])
@pytest.mark.parametrize("name", NAMES)
def test_a_command_without_a_network_names_what_is_missing(
    attempts: list[object],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    variable: str,
) -> None:
    for each in VARIABLES:
        monkeypatch.delenv(each, raising=False)
    if variable:
        monkeypatch.setenv(variable, "1")
    arguments = commands(tmp_path)[name]
    assert call(*arguments, *(() if variable else ("--offline",))) == 2
    error = capsys.readouterr().err
    if name == "fluency":  # it has no references to give: the option is what is looked at here
        assert "references" in error or MODEL in error
        return
    assert MODEL in error
    assert "offline" in error
    assert "Bring it with: " in error
    assert ("evalkit fetch" if "dataset" in name else f"hf download {MODEL}") in error


def send() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"", ("192.0.2.1", 9))


def test_the_network_is_closed_for_any_code_and_opened_again() -> None:
    before = {name: os.environ.get(name) for name in VARIABLES}
    with offline_only(), offline_only():
        assert asked_by_environment()
        for reach in (
            lambda: socket.create_connection(("192.0.2.1", 9), timeout=1),
            lambda: urllib.request.urlopen("http://example.invalid/"),
            send,
            lambda: socket.getaddrinfo("example.invalid", 80),
        ):
            with pytest.raises(OSError, match="on a network, and this run is offline"):
                reach()
    assert {name: os.environ.get(name) for name in VARIABLES} == before
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("example.invalid", 80)


def test_this_machine_is_no_network() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        with offline_only():
            for host in ("127.0.0.1", "localhost"):
                socket.create_connection((host, listening.getsockname()[1])).close()


def test_the_libraries_believe_it_and_then_what_they_believed_before() -> None:
    import datasets
    from huggingface_hub import constants

    before = constants.HF_HUB_OFFLINE, datasets.config.HF_HUB_OFFLINE
    with offline_only():
        assert constants.HF_HUB_OFFLINE
        assert datasets.config.HF_HUB_OFFLINE
    after = constants.HF_HUB_OFFLINE, datasets.config.HF_HUB_OFFLINE
    assert after == before


def test_not_wanted_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    with offline_only(False):
        assert not asked_by_environment()


@pytest.mark.parametrize(("text", "on"), [("1", True), ("yes", True), ("0", False), ("", False)])
def test_variables_are_read_as_the_hub_reads_them(
    monkeypatch: pytest.MonkeyPatch, text: str, on: bool
) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_DATASETS_OFFLINE", text)
    assert asked_by_environment() is on


def test_a_plugin_that_tries_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "calls_home.py").write_text(
        "import socket\n"
        "class Calls:\n"
        "    def __init__(self):\n"
        "        socket.create_connection(('192.0.2.1', 80), timeout=1)\n"
    )
    monkeypatch.chdir(tmp_path)
    out = lines(tmp_path / "out.txt", "one")
    arguments = ("--hypotheses", out, "--metrics", "calls_home:Calls", "--allow-code")
    assert call("score", *arguments, "--offline") == 2
    printed = capsys.readouterr().err
    assert "evalkit: runs code of its own: calls_home:Calls\n" in printed
    assert "'192.0.2.1' is on a network, and this run is offline" in printed
    sys.modules.pop("calls_home", None)
