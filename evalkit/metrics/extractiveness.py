"""How much of a summary is copied from its source (Grusky et al. 2018, "Newsroom", section 4).

A summary is cut greedily, from its start, into fragments: the longest stretches of tokens that
the source has too. Coverage is the share of its tokens in fragments, density the mean length of
the fragment that a token lies in, compression how many source tokens there are per summary token;
novel n-grams are the share of its n-grams that the source lacks, for n = 1 to 4. Neither direction
is better: an extract has coverage 100 and no novel bigram but where sentences meet. The score of
several summaries is the mean of theirs.

Tokens are ``rouge_tokens`` (no case, no punctuation); Newsroom's script keeps punctuation.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

import evalkit
from evalkit.metrics.repetition import n_grams
from evalkit.metrics.rouge_tokens import tokenize
from evalkit.metrics.signature import join
from evalkit.records import Batch, Field, FloatArray, Measured

__all__ = ["Extractiveness", "fragments"]


_ORDERS = ("unigrams", "bigrams", "trigrams", "4grams")


@dataclass(frozen=True, slots=True, kw_only=True)
class Extractiveness:
    """Coverage, density, compression and novel n-grams as a scorer.

    A summary without a token is valid but counts in none of the means: it has no fragments. One
    of fewer than n tokens doesn't count in the mean of novel n-grams.
    """

    name: str = "extractiveness"
    """The name in tables and records; the headline is coverage."""

    @property
    def needs(self) -> frozenset[str]:
        """Sources."""
        return frozenset({"sources"})

    @property
    def languages(self) -> None:
        """Any."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Sums over summaries, and how many had a token, a bigram and so on."""
        novel = (f"novel_{order}" for order in _ORDERS)
        having = (f"with_{order}" for order in _ORDERS)
        return ("coverage", "density", "compression", *novel, *having)

    @property
    def fields(self) -> tuple[Field, ...]:
        """Coverage, density, compression, novel n-grams."""
        return (
            Field(self.name, "0-100", None),
            Field(f"{self.name}.density", "tokens", None, high=math.inf),
            Field(f"{self.name}.compression", "ratio", None, high=math.inf),
            *(Field(f"{self.name}.novel_{order}", "0-100", None) for order in _ORDERS),
        )

    def measure(self, batch: Batch) -> Measured:
        """A row for each hypothesis; one whose source has no token is invalid.

        Raises:
            ValueError: the batch has no sources.
        """
        if batch.sources is None:
            raise ValueError(f"{self.name} needs sources and the batch has none")
        statistics = np.zeros((len(batch), len(self.columns)))
        reasons: dict[int, str] = {}
        pairs = zip(batch.hypotheses, batch.sources, strict=True)
        for place, (hypothesis, source) in enumerate(pairs):
            article = tokenize(source)
            if article:
                statistics[place] = _row(tokenize(hypothesis), article)
            else:
                reasons[place] = "the source is empty"
        valid = np.array([place not in reasons for place in range(len(batch))], dtype=np.bool_)
        return Measured(statistics, valid, reasons)

    def score(self, totals: FloatArray) -> FloatArray:
        """Means (..., 7) of sums (..., 11); NaN where no summary had a token (an n-gram)."""
        counts = totals[..., [7, 7, 7, 7, 8, 9, 10]]
        scale = np.array([100.0, 1.0, 1.0, 100.0, 100.0, 100.0, 100.0])
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(counts > 0, scale * totals[..., :7] / counts, np.nan)

    def signature(self) -> str:
        """Tokens and version."""
        return join({"case": "lc", "tok": "unicode", "version": f"evalkit-{evalkit.__version__}"})


def fragments(summary: Sequence[str], article: Sequence[str]) -> tuple[tuple[int, int], ...]:
    """Greedy fragments, as spans of the summary's tokens.

    >>> fragments("the cat sat on a mat".split(), "a cat sat on the mat".split())
    ((0, 1), (1, 4), (4, 5), (5, 6))
    """
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, token in enumerate(article):
        places[token].append(place)
    found: list[tuple[int, int]] = []
    start = 0
    while start < len(summary):
        longest = max(
            (_run(summary, start, article, place) for place in places.get(summary[start], ())),
            default=0,
        )
        if longest:
            found.append((start, start + longest))
        start += max(longest, 1)
    return tuple(found)


def _run(left: Sequence[str], i: int, right: Sequence[str], j: int) -> int:
    """How many tokens are the same from here on."""
    n = 0
    while i + n < len(left) and j + n < len(right) and left[i + n] == right[j + n]:
        n += 1
    return n


def _row(summary: Sequence[str], article: Sequence[str]) -> tuple[float, ...]:
    if not summary:
        return (0.0,) * (3 + 2 * len(_ORDERS))
    lengths = [end - start for start, end in fragments(summary, article)]
    novel = [_novel(summary, article, order) for order in range(1, len(_ORDERS) + 1)]
    return (
        sum(lengths) / len(summary),
        sum(length**2 for length in lengths) / len(summary),
        len(article) / len(summary),
        *novel,
        *(float(len(summary) >= order) for order in range(1, len(_ORDERS) + 1)),
    )


def _novel(summary: Sequence[str], article: Sequence[str], order: int) -> float:
    """The share of the summary's n-grams that the article lacks; 0 where it has none."""
    known = set(n_grams(article, order))
    found = [gram not in known for gram in n_grams(summary, order)]
    return sum(found) / len(found) if found else 0.0
