"""From sums of log probabilities to perplexity and bits: what language-model scorers share.

Everything is a function of sums over texts, so it is defined alike for a sentence, a document and a
system. The perplexity of a corpus is ``exp(sum of nats / sum of sub-words)``; the mean of the
texts' own perplexities is another number, under another name. Perplexity is per sub-word, so it
can't be held against a model with other sub-words; bits per byte can.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from evalkit.records import Field, FloatArray

__all__ = ["COLUMNS", "NUMBERS", "UNIGRAMS", "likelihood_fields", "likelihood_row", "likelihoods"]

COLUMNS = ("nats", "subwords", "characters", "bytes", "perplexities", "texts")
"""Sums of: -log p, scored sub-words, characters and UTF-8 bytes of the text that they stand for,
the texts' own perplexities, and texts."""

UNIGRAMS = "unigram_nats"
"""One more sum, where unigrams were counted: their -log p."""

_NATS, _SUBWORDS, _CHARACTERS, _BYTES, _PERPLEXITIES, _TEXTS, _UNIGRAMS = range(7)

NUMBERS: Mapping[str, Field] = {
    "perplexity": Field("", "perplexity per sub-word", False, low=1.0, high=math.inf),
    "mean": Field("", "mean of the texts' perplexities", False, low=1.0, high=math.inf),
    "bits_per_character": Field("", "bits per character", False, high=math.inf),
    "bits_per_byte": Field("", "bits per byte", False, high=math.inf),
    "pll": Field("", "pseudo-log-likelihood of a text, nats", True, low=-math.inf, high=0.0),
    "slor": Field("", "nats per sub-word over unigrams", True, low=-math.inf, high=math.inf),
}
"""Every number, with its unit, direction and bounds."""


def likelihood_fields(
    name: str, numbers: Sequence[str], *, pseudo: bool = False
) -> tuple[Field, ...]:
    """The fields of these ``NUMBERS``: the first bears the scorer's name, others follow it.

    Args:
        name: the scorer's.
        numbers: headline first.
        pseudo: whether they are of pseudo-likelihoods.
    """
    perplexity = "pseudo-perplexit" if pseudo else "perplexit"
    return tuple(
        Field(
            f"{name}.{number}" if place else name,
            NUMBERS[number].unit.replace("perplexit", perplexity),
            NUMBERS[number].higher_is_better,
            NUMBERS[number].low,
            NUMBERS[number].high,
        )
        for place, number in enumerate(numbers)
    )


def likelihood_row(nats: FloatArray, covered: str) -> tuple[float, ...] | str:
    """A text's statistics, or why it has none.

    Args:
        nats: -log p of each of its sub-words, at least one.
        covered: the text that these sub-words stand for.
    """
    total, n = float(nats.sum()), len(nats)
    perplexity = math.exp(total / n) if total / n < 700 else math.inf
    if not math.isfinite(perplexity):
        return f"the model gives it no probability (-log p is {total:g} over {n} sub-words)"
    return (total, n, len(covered), len(covered.encode()), perplexity, 1.0)


def likelihoods(totals: FloatArray, numbers: Sequence[str]) -> FloatArray:
    """Scores (..., m) of sums (..., k) of ``COLUMNS`` (and ``UNIGRAMS``, for ``slor``).

    NaN where there is nothing to divide by, as for the sum of no text.

    Raises:
        ValueError: the last axis does not hold these statistics.
    """
    expected = len(COLUMNS) + ("slor" in numbers)
    if totals.ndim == 0 or totals.shape[-1] < expected:
        raise ValueError(f"totals of shape {totals.shape}; the last axis must hold {expected}")
    return np.stack([_number(number, totals) for number in numbers], axis=-1)


def _number(number: str, totals: FloatArray) -> FloatArray:
    nats = totals[..., _NATS]
    if number == "perplexity":
        with np.errstate(over="ignore"):
            return np.asarray(np.exp(_ratio(nats, totals[..., _SUBWORDS])))
    if number == "mean":
        return _ratio(totals[..., _PERPLEXITIES], totals[..., _TEXTS])
    if number == "pll":
        return -_ratio(nats, totals[..., _TEXTS])
    if number == "slor":
        return _ratio(totals[..., _UNIGRAMS] - nats, totals[..., _SUBWORDS])
    column = _CHARACTERS if number == "bits_per_character" else _BYTES
    return _ratio(nats, totals[..., column]) / math.log(2)


def _ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    ratio = np.full(np.shape(numerator), np.nan)
    np.divide(numerator, denominator, out=ratio, where=denominator > 0)
    return ratio
