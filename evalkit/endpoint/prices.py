"""What tokens cost: prices from a config, per million tokens, and the sum of them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from evalkit.errors import ConfigError, nearest

__all__ = ["Prices"]

_MILLION = 1_000_000
_KNOWN = ("input", "output", "cached_input", "currency")


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices per million tokens."""

    input: float
    """Of a token of the prompt."""
    output: float
    """Of a token of the answer, hidden reasoning among them."""
    cached_input: float | None = None
    """Of a token of the prompt that the server had cached; None: like any other."""
    currency: str = "USD"
    """Of the prices."""

    @classmethod
    def read(cls, given: Mapping[str, object]) -> "Prices | None":
        """The prices of a config; None where it gives none.

        Raises:
            ConfigError: a key is unknown, ``input`` or ``output`` is missing, or a price is none.
        """
        if not isinstance(given, Mapping):
            raise ConfigError("prices is to hold input and output, per million tokens")
        if not given:
            return None
        for name, value in given.items():
            if name not in _KNOWN:
                guess = nearest(str(name), _KNOWN)
                hint = f" Did you mean {guess!r}?" if guess else ""
                raise ConfigError(f"prices has no {name!r}.{hint} Known: {', '.join(_KNOWN)}.")
            if name != "currency" and not _is_price(value):
                raise ConfigError(f"prices.{name} is {value!r}, expected a number from 0")
        if missing := {"input", "output"} - given.keys():
            raise ConfigError(f"prices lacks {min(missing)!r}; give input and output")
        return cls(**{**given, "currency": str(given.get("currency", "USD"))})  # type: ignore[arg-type]

    def cost(self, usage: Mapping[str, int]) -> float:
        """What the counted tokens cost.

        >>> Prices(0.15, 0.6).cost({"prompt_tokens": 1_000_000, "completion_tokens": 500_000})
        0.45
        """
        prompt, cached = usage.get("prompt_tokens", 0), usage.get("cached_tokens", 0)
        if self.cached_input is None:
            cached = 0
        cached = min(cached, prompt)
        spent = [
            (prompt - cached) * self.input,
            cached * (self.cached_input or 0.0),
            usage.get("completion_tokens", 0) * self.output,
        ]
        return math.fsum(spent) / _MILLION


def _is_price(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and value >= 0
