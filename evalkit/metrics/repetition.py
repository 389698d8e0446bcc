"""How much a text repeats itself: the share of its n-grams that stood in it before.

Of n n-grams, d of them different, (n - d) / n are repeated; 0 where none is. Generators that get
into a loop repeat trigrams, which people hardly do in a summary (Paulus et al. 2018, section 2.5),
so that is the headline; words alone repeat in any text. The score of several texts is the mean of
theirs. Tokens are ``rouge_tokens`` (no case, no punctuation).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

import evalkit
from evalkit.metrics.rouge_tokens import tokenize
from evalkit.metrics.signature import join
from evalkit.records import Batch, Field, FloatArray, Measured

__all__ = ["Repetition", "n_grams"]

_ORDERS = {3: "trigrams", 1: "unigrams", 2: "bigrams", 4: "4grams"}
"""n -> its name, headline first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repetition:
    """Repeated trigrams, words, bigrams and 4-grams as a scorer.

    Every text is valid; one of fewer than n tokens counts in no mean of repeated n-grams.
    """

    name: str = "repetition"
    """The name in tables and records; the headline are trigrams."""

    @property
    def needs(self) -> frozenset[str]:
        """Nothing."""
        return frozenset()

    @property
    def languages(self) -> None:
        """Any."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Sums of shares 0-1, and how many texts had an n-gram."""
        return (*_ORDERS.values(), *(f"with_{order}" for order in _ORDERS.values()))

    @property
    def fields(self) -> tuple[Field, ...]:
        """Trigrams, words, bigrams, 4-grams; lower is better, but for words neither is."""
        return (
            Field(self.name, "0-100", higher_is_better=False),
            Field(f"{self.name}.unigrams", "0-100", higher_is_better=None),
            Field(f"{self.name}.bigrams", "0-100", higher_is_better=False),
            Field(f"{self.name}.4grams", "0-100", higher_is_better=False),
        )

    def measure(self, batch: Batch) -> Measured:
        """A row for each hypothesis."""
        statistics = np.zeros((len(batch), len(self.columns)))
        for place, hypothesis in enumerate(batch.hypotheses):
            tokens = tokenize(hypothesis)
            statistics[place] = [
                *(_repeated(tokens, order) for order in _ORDERS),
                *(len(tokens) >= order for order in _ORDERS),
            ]
        return Measured(statistics, np.ones(len(batch), dtype=np.bool_))

    def score(self, totals: FloatArray) -> FloatArray:
        """Means (..., 4), 0-100, of sums (..., 8); NaN where no text had such an n-gram."""
        n = len(_ORDERS)
        with np.errstate(divide="ignore", invalid="ignore"):
            means = 100 * totals[..., :n] / totals[..., n:]
        return np.where(totals[..., n:] > 0, means, np.nan)

    def signature(self) -> str:
        """Tokens and version."""
        return join({"case": "lc", "tok": "unicode", "version": f"evalkit-{evalkit.__version__}"})


def n_grams(tokens: Sequence[str], order: int) -> Iterable[tuple[str, ...]]:
    """The n-grams of a text, in order.

    >>> list(n_grams("abc", 2))
    [('a', 'b'), ('b', 'c')]
    """
    return zip(*(tokens[start:] for start in range(order)), strict=False)


def _repeated(tokens: Sequence[str], order: int) -> float:
    """The share of n-grams that stood there before; 0 where there is none."""
    n = len(tokens) - order + 1
    return 1 - len(set(n_grams(tokens, order))) / n if n > 0 else 0.0
