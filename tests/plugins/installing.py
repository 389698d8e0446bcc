"""Packages that are really installed, without a network, where the tests run."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import evalkit
from evalkit.cli.authoring import write_plugin

__all__ = ["command", "installed", "plugins_here", "written"]

EXAMPLE = Path(__file__).parents[1] / "example_plugin"
ROOT = Path(evalkit.__file__).parents[1]


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``evalkit init --plugin my-metric`` writes."""
    folder = tmp_path_factory.mktemp("authored") / "my-metric"
    write_plugin("my-metric", folder)
    return folder


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory, written: Path) -> Path:
    """A folder with the example package and the written one, as pip installs them."""
    base = tmp_path_factory.mktemp("plugins")
    sources = [shutil.copytree(EXAMPLE, base / "a"), shutil.copytree(written, base / "b")]
    target = base / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    flags = ["--no-deps", "--no-build-isolation", "--no-index", "--target", str(target)]
    done = subprocess.run(
        [*pip, *flags, *map(str, sources)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture
def plugins_here(installed: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The packages, importable in this process for the length of a test."""
    monkeypatch.syspath_prepend(str(installed))
    yield installed
    for name in [n for n in sys.modules if n.split(".")[0] in ("evalkit_example", "my_metric")]:
        del sys.modules[name]


def command(installed: Path, *arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, which finds the packages by their entry points."""
    path = os.pathsep.join([str(installed), str(ROOT)])
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
