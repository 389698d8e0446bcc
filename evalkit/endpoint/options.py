"""The options that everything asking an endpoint shares, and what follows from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from evalkit.endpoint.connection import Connection, Patience, check_generation, shown
from evalkit.endpoint.key import Key
from evalkit.endpoint.prices import Prices
from evalkit.errors import ConfigError
from evalkit.text.limit import Limit

if TYPE_CHECKING:
    from evalkit.endpoint.sending import Body

__all__ = ["Asking"]


@dataclass(kw_only=True)
class Asking:
    """A model behind an address, and how it is asked. The fields are options of a config."""

    base_url: str
    """What stands before ``/chat/completions``: ``https://api.openai.com/v1``,
    ``http://localhost:8000/v1`` …"""
    model: str
    """The model, as the server calls it."""
    api_key_env: str | None = None
    """Name of the environment variable that holds the key; None for a server without keys."""
    generation: Mapping[str, object] = field(default_factory=dict)
    """Further settings of the request: ``max_tokens``, ``top_p`` … ``temperature`` is 0 where
    none is given; ``temperature: null`` sends none."""
    seed: int | None = 0
    """Sent with every request; None sends none, for servers that refuse one."""
    long_input: str = "refuse"
    """What happens to a text over the limit: ``refuse`` or ``truncate``."""
    max_source_words: int | None = None
    """The longest source text in words; None for any."""
    max_source_characters: int | None = None
    """The longest source text in characters; None for any."""
    prices: Mapping[str, object] = field(default_factory=dict)
    """``input``, ``output`` and ``cached_input`` per million tokens, and ``currency``: turns the
    tokens that were counted into a cost."""
    offline: bool = False
    """Ask only a server on this machine."""
    concurrency: int = 8
    """Requests that are under way together, at most."""
    tries: int = 6
    """Times that one request is sent, at most."""
    timeout: float = 120.0
    """Seconds for one try."""
    deadline: float = 600.0
    """Seconds for one request, all tries and pauses together."""
    wait: float = 1.0
    """The longest first pause before another try, in seconds; it doubles from try to try."""
    longest_wait: float = 60.0
    """The longest pause that the server doesn't ask for, in seconds."""

    def __post_init__(self) -> None:
        if not isinstance(self.model, str) or not self.model.strip():
            raise ConfigError("model is to be the name by which the server knows its model")
        if self.seed is not None and type(self.seed) is not int:
            raise ConfigError(f"seed is {self.seed!r}, expected a whole number or null")
        check_generation(self.generation)
        self._limit = Limit(self.long_input, self.max_source_words, self.max_source_characters)
        self._prices = Prices.read(self.prices)
        names = ("concurrency", "tries", "timeout", "deadline", "wait", "longest_wait")
        patience = Patience(**{name: getattr(self, name) for name in names})
        self._connection = Connection(self.base_url, Key(self.api_key_env), patience)

    @property
    def currency(self) -> str:
        """Of the prices; "" where there are none."""
        return self._prices.currency if self._prices is not None else ""

    def cost(self, usage: Mapping[str, int]) -> float | None:
        """What these tokens cost; None without prices."""
        return self._prices.cost(usage) if self._prices is not None else None

    def _settings(self) -> dict[str, object]:
        """The generation settings that are sent."""
        settings = {"temperature": 0, **self.generation}
        return {name: value for name, value in settings.items() if value is not None}

    def _request(self, system: str, prompt: str, seed: int | None) -> "dict[str, object]":
        """The body of a request."""
        messages = [{"role": "user", "content": prompt}]
        if system:
            messages.insert(0, {"role": "system", "content": system})
        body = {"model": self.model, "messages": messages, **self._settings()}
        return body if seed is None else {**body, "seed": seed}

    def _decisive(self) -> dict[str, object]:
        """What decides the answers, for a signature."""
        return {
            "url": self._connection.address.replace("|", "%7C"),
            "model": shown(self.model),
            "generation": shown(self._settings()),
            "seed": self.seed,
            "long_input": self._limit.shown(),
        }

    def _check_offline(self, bodies: "list[Body]", what: str) -> None:
        """Refuses to reach beyond this machine where that is not allowed.

        Raises:
            ConfigError: there is something to be asked, and the server is elsewhere.
        """
        if bodies and self.offline and not self._connection.loopback:
            raise ConfigError(
                f"{what} of {self.model} are still to be had ({len(bodies)} requests), which needs "
                f"{self._connection.address}; not with --offline"
            )
