"""A small package of a scorer, a generator and their tests, written for an author to change."""

import re
from pathlib import Path
from string import Template

from evalkit.errors import ConfigError
from evalkit.registry import names
from evalkit.store.atomic import write_text

__all__ = ["write_plugin"]

TEMPLATE = Path(__file__).parent / "plugin"
NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
PLACES = {
    "pyproject.toml": "pyproject.toml",
    "README.md": "README.md",
    "__init__.py": "{package}/__init__.py",
    "metric.py": "{package}/metric.py",
    "summariser.py": "{package}/summariser.py",
    "test_contract.py": "tests/test_contract.py",
}
"""File of the template -> where it goes."""


def write_plugin(name: str, folder: Path) -> None:
    """Writes the package ``name`` into a new or empty folder.

    Raises:
        ConfigError: the name can be no plug-in's, or the folder holds something.
    """
    if not NAME.fullmatch(name):
        raise ConfigError(
            f"{name!r} can be no plug-in's name: small letters and digits, parted by hyphens, for "
            "example my-metric"
        )
    for taken in (*names("scorer"), *names("generator")):
        if taken in (name, f"{name}-opening"):
            raise ConfigError(f"there is a {taken!r} already (evalkit list); choose another name")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(f"{folder} exists already; nothing was written. Name another folder.")
    package = name.replace("-", "_")
    words = {"name": name, "package": package, "cls": name.title().replace("-", "")}
    for source, place in PLACES.items():
        text = (TEMPLATE / f"{source}.txt").read_text(encoding="utf-8")
        write_text(folder / place.format(package=package), Template(text).substitute(words))
