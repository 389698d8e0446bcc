"""Where an endpoint is and how patiently it is asked: checked options, nothing opened yet."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from evalkit.endpoint.key import Key
from evalkit.endpoint.waiting import Backoff
from evalkit.errors import ConfigError

__all__ = ["RESERVED", "Connection", "Patience", "check_generation", "shown"]

RESERVED = ("model", "messages", "stream", "n", "seed", "response_format", "tools")
"""Keys of a request that are not left to ``generation``."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long and how often an item is tried."""

    concurrency: int = 8
    """Requests that are under way together, at most."""
    tries: int = 6
    """Requests for one item, at most."""
    timeout: float = 120.0
    """Seconds for one request, from the first byte sent to the last one read."""
    deadline: float = 600.0
    """Seconds for one item, pauses and all tries together."""
    wait: float = 1.0
    """The longest first pause, in seconds; it doubles from try to try."""
    longest_wait: float = 60.0
    """The longest pause that is not asked for by the server, in seconds."""

    def __post_init__(self) -> None:
        for name in ("concurrency", "tries"):
            value = getattr(self, name)
            if type(value) is not int or value < 1:
                raise ConfigError(f"{name} is {value!r}, expected a whole number from 1")
        for name in ("timeout", "deadline", "wait", "longest_wait"):
            value = getattr(self, name)
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not math.isfinite(value) or value <= 0:
                raise ConfigError(f"{name} is {value!r}, expected a number of seconds above 0")

    @property
    def backoff(self) -> Backoff:
        """The pauses between tries."""
        return Backoff(self.wait, self.longest_wait)


@dataclass(frozen=True, slots=True)
class Connection:
    """An endpoint: its address, the name of its key, and the patience with it.

    Raises:
        ConfigError: the address is none, or holds a password or anything else that is not to be
            written into a manifest.
    """

    base_url: str
    """What stands before ``/chat/completions``, for example ``https://api.openai.com/v1``."""
    key: Key
    patience: Patience

    def __post_init__(self) -> None:
        wanted = "expected an address like https://api.openai.com/v1"
        if not isinstance(self.base_url, str):
            raise ConfigError(f"base_url is {self.base_url!r}, {wanted}")
        try:
            parts = urlsplit(self.base_url)
            host, _ = parts.hostname, parts.port
        except ValueError as error:
            raise ConfigError(f"base_url is no address ({error}), {wanted}") from None
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ConfigError(
                "base_url is not to hold a user, a password, a query or a fragment: it is written "
                "into the manifest. A key is named by api_key_env."
            )
        if parts.scheme not in {"http", "https"} or not host:
            raise ConfigError(f"base_url is {self.base_url!r}, {wanted}")

    @property
    def address(self) -> str:
        """The base address without a slash at its end, for signatures and messages."""
        return self.base_url.rstrip("/")

    @property
    def url(self) -> str:
        """Where chat completions are asked for."""
        return f"{self.address}/chat/completions"

    @property
    def loopback(self) -> bool:
        """Whether the server is on this machine, which no network is needed for."""
        return urlsplit(self.base_url).hostname in _LOOPBACK


def check_generation(generation: object) -> None:
    """Raises ConfigError where generation settings are no mapping, or set what is not theirs."""
    if not isinstance(generation, Mapping):
        raise ConfigError("generation is to hold settings by name, for example temperature: 0")
    for name in generation:
        if name in RESERVED:
            remedy = {
                "seed": "use the option 'seed'",
                "model": "use the option 'model'",
                "messages": "use 'prompt' and 'system'",
            }.get(str(name), "it is set by evalkit")
            raise ConfigError(f"generation cannot hold {name!r}: {remedy}")
    try:
        json.dumps(dict(generation), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"generation holds what JSON cannot: {error}") from None


def shown(value: object) -> str:
    """A value in a signature, on one line and without the mark that parts its fields."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True).replace("|", "\\u007c")
