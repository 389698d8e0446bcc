"""A base install, without torch and the rest: every command does its work, or names the extra."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.calling import lines

# Stands before the installed packages, so that they are found no more, nor their versions.
HIDE = """
import importlib.metadata, sys

HIDDEN = {"torch", "transformers", "tokenizers", "safetensors", "datasets", "evaluate",
          "huggingface_hub", "matplotlib", "starlette", "uvicorn", "httpx2", "onnxruntime"}

class Hide:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in HIDDEN:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Hide())
found = importlib.metadata.version

def version(name):
    if name in HIDDEN:
        raise importlib.metadata.PackageNotFoundError(name)
    return found(name)

importlib.metadata.version = version
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("base")
    lines(made / "a.txt", "A ferry left the harbour.", "The quay was wet.")
    lines(made / "r.txt", "The ferry left harbour.", "A quay was wet.")
    (made / "sitecustomize.py").write_text(HIDE)
    (made / "texts").mkdir()
    lines(made / "texts" / "a.txt", "A ferry left the harbour on Monday.")
    (made / "c.yaml").write_text("corpus: {path: texts}\nfluency: {}\n")
    return made


def called(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    root = str(Path(__file__).parents[2])
    return subprocess.run(
        [sys.executable, "-m", "evalkit", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{root}"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        "score --hypotheses a.txt --references r.txt --output run",
        "compare --hypotheses a.txt --hypotheses r.txt --references r.txt",
        "fluency a.txt --scorers mechanics",
        "summarize a.txt --model lead",
        "list",
    ],
)
def test_what_needs_no_model_works(folder: Path, arguments: str) -> None:
    done = called(folder, *arguments.split())
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr


@pytest.mark.parametrize(
    ("arguments", "package", "extra"),
    [
        ("fluency a.txt", "torch", "models"),
        ("fluency a.txt --scorers causal_lm(model=texts)", "torch", "models"),
        ("summarize a.txt", "torch", "models"),
        ("summarize a.txt --model owner/name --offline", "huggingface_hub", "models"),
        ("score --hypotheses a.txt --references r.txt --metrics bertscore", "torch", "models"),
        ("run c.yaml --output other", "torch", "models"),
        ("validate c.yaml", "torch", "models"),
        ("view run", "uvicorn", "view"),
        ("report run --figures f", "matplotlib", "figures"),
    ],
)
def test_what_is_missing_is_named_with_its_extra(
    folder: Path, arguments: str, package: str, extra: str
) -> None:
    if "run" in arguments.split()[1:2]:
        made = "score --hypotheses a.txt --references r.txt --output run"
        assert called(folder, *made.split()).returncode == 0
    done = called(folder, *arguments.split())
    assert done.returncode == 2, done.stderr
    assert f'pip install "evalkit[{extra}]"' in done.stderr
    assert package in done.stderr or extra == "models"
    assert "Traceback" not in done.stderr
    assert not (folder / "other").exists()
