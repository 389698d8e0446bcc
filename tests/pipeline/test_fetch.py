"""``fetch`` against a hub on loopback: what is brought, at which commit, and that a run needs no
network afterwards.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import evalkit
from evalkit.config.load import load
from evalkit.errors import ConfigError, InputError, ModelError
from evalkit.models.checkpoint import find_checkpoint
from evalkit.pipeline.fetch import Fetched, fetch
from evalkit.registry import Code
from tests.cli.calling import call
from tests.fake_hub import Hub, hub_running
from tests.foreign.written_modules import SHARED, evaluate_cache
from tests.foreign.written_modules import write as write_module
from tests.pipeline.harbour import TEXTS
from tests.tiny_models import tiny_bart

__all__ = ["evaluate_cache", "tiny_bart"]

CONFIG = """
name: fetched
corpus: {dataset: team/news, language: en}
fluency: {scorers: [mechanics]}
summaries:
  systems:
    - {kind: lead, words: 12}
    - {name: bart, kind: seq2seq, model: team/tiny, words: 12, device: cpu}
  metrics: [extractiveness]
"""


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub, and empty caches, for this process and for those that it starts."""
    import datasets
    from huggingface_hub import constants

    with hub_running() as running:
        home = tmp_path / "home"
        for name, value in {"HF_ENDPOINT": running.url, "HF_HOME": str(home)}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(constants, "ENDPOINT", running.url)
        template = running.url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(home / "hub"))
        monkeypatch.setattr(datasets.config, "HF_ENDPOINT", running.url)
        monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", home / "datasets")
        monkeypatch.setenv("HF_HUB_DISABLE_PROGRESS_BARS", "1")
        yield running


@pytest.fixture
def news(hub: Hub) -> str:
    rows = [json.dumps({"id": key, "text": text}) for key, text in TEXTS.items()]
    return hub.push("datasets", "team/news", {"train.jsonl": "\n".join(rows).encode()})


def write(folder: Path, text: str = CONFIG) -> Path:
    path = folder / "fetched.yaml"
    path.write_text(text)
    return path


def shown(found: tuple[Fetched, ...]) -> list[tuple[str, str, bool]]:
    return [(each.name, each.version, each.brought) for each in found]


def test_a_model_is_pinned_to_the_commit_behind_its_branch(hub: Hub, tiny_bart: Path) -> None:
    first = hub.push("models", "team/tiny", tiny_bart)
    assert find_checkpoint("team/tiny").identity == f"team/tiny@{first}"

    files = {p.name: p.read_bytes() for p in tiny_bart.iterdir()} | {"more.txt": b"more"}
    second = hub.push("models", "team/tiny", files)
    assert find_checkpoint("team/tiny").version == second != first
    assert find_checkpoint("team/tiny", revision=first).version == first

    hub.requests.clear()
    assert find_checkpoint("team/tiny", offline=True).version == second
    assert find_checkpoint("team/tiny", revision=first, offline=True).version == first
    assert hub.requests == []
    with pytest.raises(ModelError, match="has no revision 'v9' on the hub"):
        find_checkpoint("team/tiny", revision="v9")


def test_what_was_here_and_what_was_brought(
    hub: Hub, news: str, tiny_bart: Path, tmp_path: Path
) -> None:
    model = hub.push("models", "team/tiny", tiny_bart)
    loaded = load(write(tmp_path))
    wanted = [("dataset team/news", news), ("team/tiny", model)]
    assert shown(fetch(loaded, code=Code())) == [(*each, True) for each in wanted]
    assert shown(fetch(loaded, code=Code())) == [(*each, False) for each in wanted]


def test_what_cannot_be_brought_is_said_and_the_rest_comes(
    hub: Hub, news: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = CONFIG.replace("[extractiveness]", "[extractiveness, {name: evaluate, module: team/m}]")
    assert call("fetch", write(tmp_path, text)) == 1
    printed = capsys.readouterr()
    first, second, third = printed.out.splitlines()
    assert first == f"brought    dataset team/news {news} (corpus)"
    assert second.startswith("missing    generator seq2seq: the hub has no model team/tiny")
    assert third.startswith("missing    scorer evaluate:")
    assert "--allow-code" in third
    assert "2 of 3 could not be brought" in printed.err


@pytest.mark.usefixtures("evaluate_cache")
def test_a_module_of_evaluate_at_its_commit(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The ferry was late.")
    script = (write_module(tmp_path, "shared", SHARED) / "shared.py").read_bytes()
    commit = hub.push("spaces", "team/shared", {"shared.py": script})
    text = (
        "corpus: {path: a.txt}\n"
        "summaries:\n"
        "  systems: [{kind: lead, words: 9}]\n"
        "  metrics:\n"
        f"    - {{name: evaluate, module: team/shared, revision: {commit}, score: shared}}\n"
    )
    loaded = load(write(tmp_path, text))
    allowed = Code(allowed=True, folder=tmp_path)
    wanted = ("evaluate module team/shared", commit)
    found = fetch(loaded, code=allowed)
    assert shown(found) == [(*wanted, True)], found
    assert shown(fetch(loaded, code=allowed)) == [(*wanted, False)]


def test_fetch_says_that_the_environment_forbids_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert call("fetch", write(tmp_path)) == 2
    assert "unset HF_HUB_OFFLINE" in capsys.readouterr().err


def test_another_version_of_a_dataset_is_never_taken_for_the_one_asked_for(
    hub: Hub, news: str, tmp_path: Path
) -> None:
    from evalkit.corpus.hub import dataset_rows

    assert dataset_rows("team/news", root=tmp_path).commit == news
    assert dataset_rows("team/news", root=tmp_path, revision=news, offline=True).commit == news
    with pytest.raises(InputError, match=f"revision 0+ is commit 0+, and only {news} is on this"):
        dataset_rows("team/news", root=tmp_path, revision="0" * 40, offline=True)
    with pytest.raises(InputError, match="revision 'v2' is not known on this machine"):
        dataset_rows("team/news", root=tmp_path, revision="v2", offline=True)


def test_fetched_then_run_without_a_hub(
    news: str, hub: Hub, tiny_bart: Path, tmp_path: Path
) -> None:
    """In processes of their own, which read the variables as a user's would."""
    model = hub.push("models", "team/tiny", tiny_bart)
    config, run = write(tmp_path), tmp_path / "run"
    done = evalkit_run(tmp_path, "fetch", config)
    assert done.returncode == 0, done.stderr
    assert f"brought    team/tiny {model} (generator seq2seq)" in done.stdout

    hub.requests.clear()
    done = evalkit_run(tmp_path, "run", config, "--output", run, "--offline")
    assert done.returncode == 0, done.stderr
    assert hub.requests == []
    manifest = json.loads((run / "manifest.json").read_text())
    assert manifest["models"] == {
        "bart": {
            "model": "team/tiny", "version": model, "dtype": "float32", "device": "cpu",
            "pickled": False, "remote_code": False,
        }
    }  # fmt: skip
    assert manifest["inputs"]["dataset team/news"] == f"commit {news}"
    assert model in (run / "report.html").read_text()


def evalkit_run(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    root = str(Path(evalkit.__file__).parents[1])
    return subprocess.run(
        [sys.executable, "-m", "evalkit", *map(str, arguments)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": root, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_nothing_to_bring(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text("The ferry was late.")
    text = "corpus: {path: a.txt}\nfluency: {scorers: [mechanics]}\n"
    assert call("fetch", write(tmp_path, text)) == 0
    assert "nothing to bring" in capsys.readouterr().out
    with pytest.raises(ConfigError, match="no config file"):
        load(tmp_path / "absent.yaml")
