"""The key of an endpoint: named by its environment variable, read when it is needed, never shown.

Whatever comes back from a server passes through ``redacted`` before anybody sees or keeps it, so a
server that repeats the key (an error page, a proxy, a prompt that was injected) cannot place it in
a message, a log, a run folder or a report.
"""

import os
import re
from urllib.parse import quote

from evalkit.errors import ConfigError

__all__ = ["REDACTED", "Key", "Secret"]

REDACTED = "[key]"
"""What stands where a key stood."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_SHORTEST = 8
"""Characters; a shorter secret could not be told from ordinary words."""


class Secret:
    """The value of a key, or none; printed, it shows nothing.

    Args:
        value: the key; "" for a server that asks for none.
    """

    def __init__(self, value: str = "") -> None:
        self._value = value
        forms = {value, quote(value, safe=""), quote(value)} - {""}
        self._forms = sorted(forms, key=len, reverse=True)

    def __repr__(self) -> str:
        return "Secret()" if not self._value else f"Secret({REDACTED})"

    def header(self) -> dict[str, str]:
        """The header that carries it; empty where there is none."""
        return {"Authorization": f"Bearer {self._value}"} if self._value else {}

    def redacted(self, text: str) -> str:
        """The text with ``[key]`` wherever the key stood, also percent-encoded, also cut short."""
        for form in self._forms:
            text = text.replace(form, REDACTED)
            for n in range(len(form) - 1, _SHORTEST - 3, -1):
                if text.endswith(form[:n]):
                    return text[:-n] + REDACTED
        return text

    def cleaned(self, value: object) -> object:
        """Parsed JSON with every string redacted, keys of objects too."""
        if isinstance(value, str):
            return self.redacted(value)
        if isinstance(value, list):
            return [self.cleaned(item) for item in value]
        if isinstance(value, dict):
            return {self.redacted(str(name)): self.cleaned(item) for name, item in value.items()}
        return value


class Key:
    """Where the key of an endpoint is found.

    Args:
        variable: name of an environment variable, or None for a server without keys.

    Raises:
        ConfigError: the name is none; it is not repeated, because it may be the key itself.
    """

    def __init__(self, variable: str | None = None) -> None:
        if variable is not None and not (isinstance(variable, str) and _NAME.fullmatch(variable)):
            raise ConfigError(
                "api_key_env is to be the name of an environment variable, for example "
                "OPENAI_API_KEY; what stands there is no such name (and not shown, in case it is "
                "the key itself). A key never belongs into a config."
            )
        self._variable = variable

    def read(self) -> Secret:
        """The key as the environment has it now.

        Raises:
            ConfigError: the variable is not set, or holds what cannot be a key.
        """
        if self._variable is None:
            return Secret()
        value = os.environ.get(self._variable, "").strip()
        shown = self._variable if self._variable.isupper() else "that api_key_env names"
        if not value:
            raise ConfigError(
                f"the environment variable {shown} is not set; it is to hold the key of the "
                f"endpoint. For a server without keys leave api_key_env out."
            )
        if not (value.isascii() and value.isprintable()) or " " in value:
            raise ConfigError(
                f"the environment variable {shown} holds white space or characters that no key has"
            )
        if len(value) < _SHORTEST:
            raise ConfigError(
                f"the environment variable {shown} holds fewer than {_SHORTEST} characters: too "
                "short to be told from ordinary words and kept out of what is written. For a "
                "server without keys leave api_key_env out."
            )
        return Secret(value)
