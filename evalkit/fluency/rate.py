"""From errors and words to a fluency: the one formula that every error-finding scorer shares.

Errors in a text are taken to fall like rain: a rate of E errors in W words leaves a stretch of
ten words (half a short sentence) without any with probability ``exp(-10 E / W)``. That chance, in
percent, is the fluency: 100 for no error, 90 for one error in 95 words, 61 for one in 20, 37 for
one in 10. It is a function of two sums, so it is defined alike for a sentence, a document and a
system. It leaves out how bad an error is: a missing space counts as much as a broken clause.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from evalkit.records import Field, FloatArray

__all__ = ["COLUMNS", "STRETCH", "fluency", "per_hundred", "rate_fields", "rate_scores"]

COLUMNS = ("errors", "words")
"""The two additive statistics: errors (a count, or a sum of probabilities) and words."""

STRETCH = 10.0
"""Length, in words, of the stretch that is to hold no error."""


def fluency(errors: ArrayLike, words: ArrayLike) -> FloatArray:
    """The chance, in percent, that ten words in a row hold no error.

    Args:
        errors: (...) errors, at least 0; a count or an expected number.
        words: (...) words in which they were looked for.

    Returns:
        (...) 0-100, higher is better; NaN where there are no words.

    >>> round(float(fluency(1, 20)), 2)
    60.65
    """
    return np.asarray(100.0 * np.exp(-STRETCH * _ratio(errors, words)))


def per_hundred(errors: ArrayLike, words: ArrayLike) -> FloatArray:
    """Errors per 100 words, (...), lower is better; NaN where there are no words.

    >>> float(per_hundred(1, 20))
    5.0
    """
    return np.asarray(100.0 * _ratio(errors, words))


def rate_fields(name: str) -> tuple[Field, Field]:
    """The fields that ``rate_scores`` fills: ``name`` (fluency) and ``name.errors``."""
    return (
        Field(name, "0-100", higher_is_better=True),
        Field(f"{name}.errors", "errors per 100 words", higher_is_better=False, high=math.inf),
    )


def rate_scores(totals: FloatArray) -> FloatArray:
    """Scores (..., 2), fluency and errors per 100 words, of sums (..., 2) of ``COLUMNS``.

    Raises:
        ValueError: the last axis does not hold two statistics.
    """
    if totals.ndim == 0 or totals.shape[-1] != len(COLUMNS):
        raise ValueError(f"totals of shape {totals.shape}; the last axis must hold {COLUMNS}")
    errors, words = totals[..., 0], totals[..., 1]
    return np.stack([fluency(errors, words), per_hundred(errors, words)], axis=-1)


def _ratio(errors: ArrayLike, words: ArrayLike) -> FloatArray:
    """Errors per word, NaN where there are no words."""
    numerator = np.asarray(errors, dtype=np.float64)
    denominator = np.asarray(words, dtype=np.float64)
    shape = np.broadcast_shapes(numerator.shape, denominator.shape)
    ratio = np.full(shape, np.nan)
    np.divide(numerator, denominator, out=ratio, where=denominator > 0)
    return ratio
