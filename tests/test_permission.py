"""Code of others: named before it runs, in the manifest, and only with --allow-code."""

import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from evalkit import registry
from evalkit.config.load import load
from evalkit.errors import ConfigError, ModelError, PermissionNeededError
from evalkit.models.checkpoint import find_checkpoint
from evalkit.pipeline.code import code_of, what_runs, without_code
from evalkit.pipeline.run import evaluate
from evalkit.report import render
from tests.cli.calling import call
from tests.foreign.written_modules import SHARED, evaluate_cache, write
from tests.pipeline.harbour import CONFIG, write_harbour
from tests.tiny_models import one_thread, tiny_bart

__all__ = ["evaluate_cache", "tiny_bart"]

LOUD = """
from pathlib import Path
Path(__file__).with_name("was-imported").touch()
from evalkit.metrics.ter import Ter
def loud(*, name="loud"):
    return Ter(name=name)
"""
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Path]:
    """A config of a scorer beside it, and the rest evalkit's own."""
    (tmp_path / "loud_code.py").write_text(LOUD)
    yield write_harbour(tmp_path / "in", CONFIG.replace("[ter]", "[ter, 'loud_code:loud']"))
    sys.modules.pop("loud_code", None)


def beside(config: Path) -> Path:
    shutil.move(config.parent.parent / "loud_code.py", config.parent / "loud_code.py")
    return config


@pytest.mark.parametrize(
    ("kind", "name", "options", "says"),
    [
        ("scorer", "bleu", {}, ""),
        ("scorer", "bertscore", {"model": "a/b", "trust_remote_code": False}, ""),
        ("scorer", "mine:Metric", {}, "mine:Metric"),
        ("scorer", "evaluate", {"module": "a/b"}, "evaluate:a/b"),
        ("scorer", "evaluate", {"module": "a\nb"}, "evaluate:a b"),
        (
            "generator",
            "seq2seq",
            {"model": "a/b", "revision": COMMIT, "trust_remote_code": True},
            f"seq2seq: the Python that a/b@{COMMIT} brings",
        ),
        (
            "generator",
            "seq2seq",
            {"model": "a", "trust_remote_code": 1},
            "seq2seq: the Python that a brings",
        ),
    ],
)
def test_what_runs(
    kind: registry.Kind, name: str, options: Mapping[str, object], says: str
) -> None:
    assert what_runs(kind, name, options) == says


def test_validate_lists_it_without_running_it(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    beside(config)
    assert call("validate", config) == 0
    printed = capsys.readouterr()
    assert printed.err == "evalkit: a run needs --allow-code for: loud_code:loud\n"
    assert "is valid" in printed.out
    assert "add --allow-code to check it" in printed.out
    assert not (config.parent / "was-imported").exists()
    assert call("validate", config, "--allow-code") == 0
    assert (config.parent / "was-imported").exists()


def test_a_run_says_it_first_and_writes_it_down(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    beside(config)
    assert call("run", config, "--output", tmp_path / "run") == 2
    assert "'loud_code:loud' is code of its own, which runs only with --allow-code" in (
        capsys.readouterr().err
    )
    assert not (config.parent / "was-imported").exists()
    assert not (tmp_path / "run").exists()
    assert call("run", config, "--output", tmp_path / "run", "--allow-code") == 0
    assert capsys.readouterr().err.startswith("evalkit: runs code of its own: loud_code:loud\n")
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["code"] == ["loud_code:loud"]
    page = (tmp_path / "run" / "report.html").read_text()
    assert "Code from outside evalkit took part: loud_code:loud" in page


@pytest.mark.usefixtures("evaluate_cache")
def test_without_it_the_rest_of_a_config_stands(tmp_path: Path) -> None:
    write(tmp_path, "shared", SHARED)
    text = CONFIG.replace("[rouge1, bleu", "[{name: evaluate, module: shared}, bleu")
    text = text.replace("kind: lead", "kind: 'mine:Model'").replace("[ter]", "['mine:Ter']")
    loaded = load(write_harbour(tmp_path / "in", text))
    assert code_of(loaded.config) == ("evaluate:shared", "mine:Model", "mine:Ter")
    left = without_code(loaded.config)
    assert code_of(left) == ()
    assert left.summaries is not None
    assert [system.kind for system in left.summaries.systems] == ["file"]
    assert [metric.name for metric in left.summaries.metrics] == ["bleu", "faithfulness"]


# Python that a model brings: only with the option, only with permission, only pinned.

OWN = """
from transformers import BartConfig, BartForConditionalGeneration
from pathlib import Path

class OwnConfig(BartConfig):
    model_type = "own-bart"

class OwnModel(BartForConditionalGeneration):
    config_class = OwnConfig
"""


@pytest.fixture
def own_model(tiny_bart: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny model as one whose class it brings along."""
    from transformers import dynamic_module_utils

    monkeypatch.setattr(dynamic_module_utils, "HF_MODULES_CACHE", str(tmp_path / "modules"))
    folder = Path(shutil.copytree(tiny_bart, tmp_path / "own-model"))
    settings = json.loads((folder / "config.json").read_text())
    names = {"AutoConfig": "own.OwnConfig", "AutoModelForSeq2SeqLM": "own.OwnModel"}
    settings |= {"model_type": "own-bart", "auto_map": names, "architectures": ["OwnModel"]}
    (folder / "config.json").write_text(json.dumps(settings))
    (folder / "own.py").write_text(OWN)
    monkeypatch.setattr(sys, "path", [*sys.path])
    return folder


def test_code_of_a_model_runs_only_when_it_is_trusted(own_model: Path) -> None:
    from evalkit.models.seq2seq import load_seq2seq

    with one_thread(), pytest.raises(ModelError, match="trust_remote_code: true and --allow-code"):
        load_seq2seq(find_checkpoint(str(own_model)), settings={})
    trusted = find_checkpoint(str(own_model), remote_code=True)
    assert trusted.remote_code
    with one_thread():
        model = load_seq2seq(trusted, settings={})
    assert type(model._model).__name__ == "OwnModel"


def test_code_is_part_of_a_models_version(own_model: Path) -> None:
    before = find_checkpoint(str(own_model), remote_code=True).version
    assert find_checkpoint(str(own_model)).version != before
    (own_model / "own.py").write_text(OWN + "# changed\n")
    assert find_checkpoint(str(own_model), remote_code=True).version != before


@pytest.mark.parametrize("revision", [None, "main", "v1.0"])
def test_code_of_a_hub_model_must_be_pinned(revision: str | None) -> None:
    with pytest.raises(ConfigError, match="pin it with revision: COMMIT"):
        find_checkpoint("an-owner/a-model", revision=revision, remote_code=True, offline=True)


def test_code_of_yet_another_repository_is_refused(own_model: Path) -> None:
    settings = json.loads((own_model / "config.json").read_text())
    settings["auto_map"] = {"AutoConfig": "somebody/else--own.OwnConfig"}
    (own_model / "config.json").write_text(json.dumps(settings))
    with pytest.raises(ModelError, match="takes code from another repository"):
        find_checkpoint(str(own_model), remote_code=True)


def test_trust_needs_permission_and_stands_in_the_manifest(
    own_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = {"model": str(own_model), "trust_remote_code": True, "device": "cpu"}
    with pytest.raises(
        PermissionNeededError, match=r"the Python that .*own-model brings, .*--allow-code"
    ):
        registry.generator("seq2seq", **options)
    system = f"- {{name: own, kind: seq2seq, length: short, {json.dumps(options)[1:-1]}}}"
    text = CONFIG.replace("- {kind: lead, length: short}", system)
    config, run = write_harbour(tmp_path / "in", text), tmp_path / "run"
    assert call("run", config, "--output", run) == 2
    assert "--allow-code" in capsys.readouterr().err
    with one_thread():
        assert call("run", config, "--output", run, "--allow-code") == 0
    assert f"seq2seq: the Python that {own_model} brings" in capsys.readouterr().err
    manifest = json.loads((run / "manifest.json").read_text())
    assert manifest["code"] == [f"seq2seq: the Python that {own_model} brings"]
    assert manifest["models"]["own"]["remote_code"] is True
    assert "code that the model brings" in (run / "report.html").read_text()


def test_the_models_of_a_run_are_in_its_manifest_and_report(tmp_path: Path) -> None:
    text = CONFIG.replace("[mechanics]", "[detector]").replace("rouge1,", "bertscore,")
    with one_thread():
        done = evaluate(load(write_harbour(tmp_path / "in", text)), tmp_path / "run")
    models = done.report.run.models
    assert set(models) == {"detector", "bertscore"}
    assert models["bertscore"].model == "all-MiniLM-L6-v2"
    assert models["bertscore"].dtype == "float32"
    assert models["detector"].version.startswith("sha256-")
    for format_ in ("html", "md"):
        assert models["detector"].version in render(done.report, format_)
