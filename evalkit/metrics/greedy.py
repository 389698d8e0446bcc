"""Greedy matching of token vectors: precision, recall and F of BERTScore (Zhang et al. 2020).

Every token is matched with the token of the other text whose vector is most like its own, by
cosine; one may be chosen many times. Precision is the weighted mean over the hypothesis, recall
over the reference. Equal to ``greedy_cos_idf`` of bert-score 0.3.13, but for one trait of that
package: where it pads a batch, a match below 0 becomes 0, so that its number depends on the
batch. Here a cosine is what it is.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit.records import FloatArray

__all__ = ["Match", "Tokens", "greedy", "rescaled"]


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text as the matching sees it."""

    vectors: NDArray[np.float32]
    """(t, d) of length 1."""
    weights: FloatArray
    """(t,) not negative; a token of weight 0 can be matched but counts for nothing."""
    empty: bool = False
    """Whether there is nothing but special tokens."""


@dataclass(frozen=True, slots=True)
class Match:
    """Precision, recall and their harmonic mean, each a cosine, -1 to 1, higher is better."""

    precision: float
    recall: float
    f: float


def greedy(hypothesis: Tokens, reference: Tokens) -> Match | None:
    """How well two texts match; None where it is undefined: a text whose tokens all weigh 0.

    An empty text scores 0, as in bert-score. F is 0 where precision and recall cancel out.

    >>> one = Tokens(np.eye(2, dtype=np.float32), np.ones(2))
    >>> other = Tokens(np.eye(2, dtype=np.float32)[:1], np.ones(1))
    >>> greedy(one, other)
    Match(precision=0.5, recall=1.0, f=0.6666666666666666)
    """
    if hypothesis.empty or reference.empty:
        return Match(0.0, 0.0, 0.0)
    if not hypothesis.weights.any() or not reference.weights.any():
        return None
    similarity = hypothesis.vectors @ reference.vectors.T
    precision = _mean(similarity.max(axis=1), hypothesis.weights)
    recall = _mean(similarity.max(axis=0), reference.weights)
    both = precision + recall
    return Match(precision, recall, 2 * precision * recall / both if both else 0.0)


def rescaled(scores: FloatArray, baseline: Sequence[float]) -> FloatArray:
    """Scores (..., m) on a scale where the baseline (m,) is 0 and 1 stays 1; may be negative.

    Raises:
        ValueError: a baseline of 1 or more, which leaves no scale.
    """
    low = np.asarray(baseline, dtype=np.float64)
    if not (low < 1).all():
        raise ValueError(f"the baseline {low.tolist()} must be below 1")
    found: FloatArray = (scores - low) / (1 - low)
    return found


def _mean(values: NDArray[np.float32], weights: FloatArray) -> float:
    return math.fsum((values * weights).tolist()) / math.fsum(weights.tolist())
