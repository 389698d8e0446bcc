"""The page's own styles and scripts, and the libraries that it carries, as they are inlined."""

import base64
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["Library", "carried", "digest", "libraries", "script", "style"]

_STYLES = ("style.css", "parts.css", "texts.css")
_SCRIPTS = (
    "dom", "blocks", "state", "findings", "text", "grid", "charts", "beside", "fluency",
    "summaries", "translations", "systems", "main",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Library:
    """A file of a library, inlined as it was published."""

    file: str
    package: str
    """Its name in the npm registry."""
    version: str
    path: str
    """Where the file lies in the package."""
    licence: str
    """SPDX."""
    text: str
    """The file with the licence's text, beside it."""
    home: str
    sha256: str


@cache
def libraries() -> tuple[Library, ...]:
    """Every library file, in the order in which they run."""
    return tuple(Library(**row) for row in json.loads(_read("inlined", "inlined.json")))


@cache
def carried() -> str:
    """The libraries' scripts; each keeps its head with its licence."""
    texts = [_read("inlined", library.file) for library in libraries()]
    lines = [
        line
        for text in texts
        for line in text.splitlines()
        # A map of the source would be looked for beside the page, and is not there.
        if not line.startswith("//# sourceMappingURL")
    ]
    return "\n".join(lines) + "\n"


@cache
def script() -> str:
    """The page's own script, in one scope."""
    parts = "\n".join(_read("templates", "script", f"{name}.js") for name in _SCRIPTS)
    return f'"use strict";\n(() => {{\n{parts}}})();\n'


@cache
def style() -> str:
    """The page's style sheets."""
    return "".join(_read("templates", name) for name in _STYLES)


def digest(text: str) -> str:
    """SHA-256 in base64, as a content-security policy has it."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _read(*path: str) -> str:
    return files("evalkit.report").joinpath(*path).read_text(encoding="utf-8")
