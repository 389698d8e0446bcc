"""Which sentences of a document a summary should draw on: a linear scorer of light features.

Position, length, wording and how much a sentence shares with the rest of its document and with its
beginning decide (Edmundson 1969; Kupiec, Pedersen & Chen 1995, doi:10.1145/215206.215333). It is
learned from the sentences that highlights were made from, and costs no pass of the encoder.

Leaves out meaning: two sentences that say the same in other words are not recognised as such.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit.models.rewriter_lists import word_list

__all__ = ["FEATURES", "Salience", "content", "features", "fit_salience"]

FloatArray = NDArray[np.float64]
FEATURES = (
    "one", "first", "second", "third", "log_position", "relative_position", "log_sentences",
    "early_in_long", "log_words", "short", "long", "quoted", "opens_quote", "question",
    "first_person", "leans_back", "central", "shared_with_start", "shared_with_first", "numbers",
)  # fmt: skip
"""Names of the features, in order."""
FIRST_PERSON = word_list("first_person")
LEANING = word_list("leaning")
"""Words at the start of a sentence that point back."""
STOPWORDS = word_list("stopwords")


def content(words: Sequence[str]) -> frozenset[str]:
    """The words of a sentence that carry content.

    >>> sorted(content("the talks in paris , he said".split()))
    ['paris', 'talks']
    """
    return frozenset(w for w in words if w not in STOPWORDS and any(c.isalnum() for c in w))


def features(sentences: Sequence[Sequence[str]]) -> FloatArray:
    """(n, len(FEATURES)) features of a document's n sentences of plain words."""
    n = len(sentences)
    contents = [content(words) for words in sentences]
    frequency = Counter(word for words in contents for word in words)
    start = frozenset().union(*contents[:3])
    first = contents[0] if contents else frozenset()
    rows = np.zeros((n, len(FEATURES)))
    for i, (words, own) in enumerate(zip(sentences, contents, strict=True)):
        n_own = max(1, len(own))
        shared = sum(math.log(frequency[word]) for word in own) / n_own
        rows[i] = (
            1, i == 0, i == 1, i == 2, math.log1p(i), i / n, math.log(n),
            (i < 3) * math.log(n), math.log1p(len(words)), len(words) < 9, len(words) > 45,
            '"' in words, words[:1] == ('"',), "?" in words,
            any(word in FIRST_PERSON for word in words),
            any(word in LEANING for word in words[:2]), shared,
            len(own & start) / n_own if i > 2 else 0.0, len(own & first) / n_own if i else 0.0,
            any(word[0].isdigit() for word in words),
        )  # fmt: skip
    return rows


@dataclass(frozen=True, slots=True)
class Salience:
    """A fitted scorer."""

    weights: tuple[float, ...]
    """One per feature."""

    def score(self, sentences: Sequence[Sequence[str]]) -> FloatArray:
        """(n,) probability, 0-1, that a summary draws on each sentence."""
        logits = features(sentences) @ np.asarray(self.weights)
        probabilities: FloatArray = 1 / (1 + np.exp(-logits))
        return probabilities


def fit_salience(
    rows: FloatArray, drawn: NDArray[np.bool_], *, ridge: float = 1.0, n_rounds: int = 25
) -> Salience:
    """Logistic regression by Newton's method.

    Args:
        rows: (n, len(FEATURES)) features of sentences.
        drawn: (n,) whether a highlight was made from each.
        ridge: penalty on squared weights.
        n_rounds: steps; the fit settles in about ten.
    """
    weights = np.zeros(rows.shape[1])
    for _ in range(n_rounds):
        p = 1 / (1 + np.exp(-rows @ weights))
        gradient = rows.T @ (p - drawn) + ridge * weights
        curvature = (rows * (p * (1 - p))[:, None]).T @ rows + ridge * np.eye(len(weights))
        weights -= np.linalg.solve(curvature, gradient)
    return Salience(tuple(float(f"{weight:.6g}") for weight in weights))
