"""Keys and passwords are masked in whatever is written or said: files of a run, messages, configs.

What counts as secret: the values of environment variables whose names say so (``OPENAI_API_KEY``,
``HF_TOKEN``, ``DB_PASSWORD``, ``MY_SECRET_2``), values of options so named, and the user's part of
an address. A mask is as long as what it hides, so that offsets into a text stay right. Left out:
values of fewer than eight characters, which would mask common words.
"""

import html
import json
import os
import re
from collections.abc import Mapping, Sequence

__all__ = ["redact", "redact_command", "redact_options"]

SHORTEST = 8
VARIABLE = re.compile(r"(?:^|_)(?:API)?(?:KEY|TOKEN|PASSWORD|PASSWD)$|SECRET|PASSWORD", re.I)
OPTION = re.compile(r"(?:^|[_-])(?:api)?(?:key|token|password|passwd|secret)$", re.I)
NAME = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
"""The name of an environment variable, which is no secret."""
ADDRESS = re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)")


def redact(text: str) -> str:
    """The text with every secret of the environment masked, also where it stands escaped in JSON
    or HTML.

    >>> os.environ["DOCTEST_API_KEY"] = "sk-12345678"
    >>> redact("401 for key sk-12345678")
    '401 for key ***********'
    >>> del os.environ["DOCTEST_API_KEY"]
    """
    for secret in _secrets():
        for shown in _spellings(secret):
            text = text.replace(shown, "*" * len(secret))
    return text


def redact_options(value: object, *, name: str = "") -> object:
    """Plain data (a config) with every secret masked: by its name, and by the environment.

    >>> redact_options({"api_key": "abc", "key_variable": "MY_KEY", "url": "http://me:pw@host/v1"})
    {'api_key': '***', 'key_variable': 'MY_KEY', 'url': 'http://*****@host/v1'}
    """
    if isinstance(value, Mapping):
        return {key: redact_options(inner, name=str(key)) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        strings = all(isinstance(part, str) for part in value)
        parts: Sequence[object] = redact_command(value) if strings else value
        return [redact_options(part, name=name) for part in parts]
    if not isinstance(value, str):
        return value
    if OPTION.search(name) and not NAME.fullmatch(value):
        return "*" * len(value)
    return redact(ADDRESS.sub(lambda found: "*" * len(found[0]), value))


def redact_command(parts: Sequence[str]) -> list[str]:
    """The arguments of a command, masked where an option before them says that they are secret.

    >>> redact_command(["score.py", "--api-key", "abc", "--token=xyz", "--n", "3"])
    ['score.py', '--api-key', '***', '--token=***', '--n', '3']
    """
    made: list[str] = []
    before = ""
    for part in parts:
        option, equals, value = part.partition("=")
        if equals and option.startswith("-") and OPTION.search(option):
            made.append(f"{option}={'*' * len(value)}")
        elif before.startswith("-") and OPTION.search(before):
            made.append("*" * len(part))
        else:
            made.append(part)
        before = part
    return made


def _secrets() -> list[str]:
    """Longest first, so that none hides a part of another."""
    found = {
        value.strip()
        for name, value in os.environ.items()
        if VARIABLE.search(name) and len(value.strip()) >= SHORTEST
    }
    return sorted(found, key=lambda value: (-len(value), value))


def _spellings(secret: str) -> set[str]:
    escaped = {json.dumps(secret, ensure_ascii=plain)[1:-1] for plain in (True, False)}
    return {secret, *escaped, html.escape(secret)}
