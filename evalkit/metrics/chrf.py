"""chrF (Popović 2015) and chrF++ (Popović 2017), equal to sacrebleu 2.6 for corpora and segments.

The formula follows sacrebleu's floating-point operations one by one, so that the numbers agree to
the last digit. Of several references the one with the best score counts (ties: the first).
"""

from dataclasses import dataclass
from importlib.metadata import version
from string import punctuation

import numpy as np

from evalkit.metrics.options import build, check_at_least, check_types
from evalkit.metrics.overlap import (
    IntArray,
    Layout,
    Overlap,
    code_characters,
    code_tokens,
    lay_out,
    overlap,
)
from evalkit.metrics.rows import masked, pairs
from evalkit.metrics.signature import join
from evalkit.records import Batch, Field, FloatArray, Measured

__all__ = ["Chrf", "chrf", "chrf_plus_plus"]

_EPSILON = 1e-16


def chrf(**options: object) -> "Chrf":
    """Character n-grams only, unless ``word_order`` says otherwise (the fields of ``Chrf``)."""
    return build(Chrf, options)


def chrf_plus_plus(**options: object) -> "Chrf":
    """Character n-grams and word unigrams and bigrams (the fields of ``Chrf``)."""
    return build(Chrf, {"name": "chrf++", "word_order": 2, **options})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chrf:
    """chrF as a scorer. An empty hypothesis scores 0."""

    char_order: int = 6
    """The longest character n-gram; 0 for words alone."""
    word_order: int = 0
    """The longest word n-gram; 2 makes it chrF++."""
    beta: float = 2
    """How many times as much recall counts as precision."""
    lowercase: bool = False
    """Compare in lower case."""
    whitespace: bool = False
    """Count white space among the characters."""
    eps_smoothing: bool = False
    """Average F over all orders, as chrF++.py, NLTK and Moses do, not over those that occur."""
    name: str = "chrf"
    """The name in tables and records."""

    def __post_init__(self) -> None:
        check_types(self)
        check_at_least("word_order", self.word_order, 0)
        check_at_least("char_order", self.char_order, 0 if self.word_order else 1)
        check_at_least("beta", self.beta, 0)

    @property
    def needs(self) -> frozenset[str]:
        """References."""
        return frozenset({"references"})

    @property
    def languages(self) -> None:
        """Any."""

    @property
    def columns(self) -> tuple[str, ...]:
        """N-grams of hypothesis and reference and matches, for each order; then segments."""
        orders = [f"char{order + 1}" for order in range(self.char_order)]
        orders += [f"word{order + 1}" for order in range(self.word_order)]
        counts = ("hypothesis", "reference", "matches")
        return (*(f"{order}_{count}" for order in orders for count in counts), "segments")

    @property
    def fields(self) -> tuple[Field, ...]:
        """The F score."""
        return (Field(self.name, "0-100", higher_is_better=True),)

    def measure(self, batch: Batch) -> Measured:
        """Counts of each hypothesis and its best reference; without a reference it is invalid.

        Raises:
            ValueError: the batch has no references, or they are nested wrongly.
        """
        found = pairs(batch, self.name)
        chunks = lay_out(found.hypotheses, found.references)
        rows = [self._rows(layout) for layout in chunks]
        return masked(np.concatenate([np.zeros((0, len(self.columns))), *rows]), found)

    def score(self, totals: FloatArray) -> FloatArray:
        """The F score (..., 1), 0-100, of sums (..., k); NaN for the sum of no row."""
        orders = self.char_order + self.word_order
        counts = totals[..., :-1].reshape(*totals.shape[:-1], orders, 3)
        scores = np.where(totals[..., -1] > 0, self._f_score(counts), np.nan)
        return scores[..., None]

    def signature(self) -> str:
        """The signature as sacrebleu writes it, without ``nrefs``, and beta if it is not 2."""
        return join(
            {
                "case": "lc" if self.lowercase else "mixed",
                "eff": not self.eps_smoothing,
                "nc": self.char_order,
                "nw": self.word_order,
                "space": self.whitespace,
                **({} if self.beta == 2 else {"beta": self.beta}),
                "version": version("sacrebleu"),
            }
        )

    def _rows(self, layout: Layout) -> FloatArray:
        texts = [text.lower() for text in layout.texts] if self.lowercase else layout.texts
        kept = texts if self.whitespace else ["".join(text.split()) for text in texts]
        parts = [_triples(overlap(code_characters(kept), layout, orders=self.char_order))]
        if self.word_order:
            words = code_tokens([_words(text) for text in texts])
            parts.append(_triples(overlap(words, layout, orders=self.word_order)))
        counts = np.concatenate(parts, axis=2)
        scores = np.where(layout.present(), self._f_score(counts), -1.0)
        best = counts[np.arange(layout.n_items), scores.argmax(axis=1)]
        flat = best.reshape(layout.n_items, -1)
        return np.column_stack([flat, np.ones(layout.n_items)]).astype(np.float64)

    def _f_score(self, counts: FloatArray | IntArray) -> FloatArray:
        """F (...) of counts (..., orders, 3) of hypothesis, reference and matching n-grams."""
        hypothesis, reference, matches = np.moveaxis(counts.astype(np.float64), -1, 0)
        factor = self.beta**2
        with np.errstate(divide="ignore", invalid="ignore"):
            precision = np.where(hypothesis > 0, matches / hypothesis, _EPSILON)
            recall = np.where(reference > 0, matches / reference, _EPSILON)
            if self.eps_smoothing:
                weighted = factor * precision + recall
                single = (1 + factor) * precision * recall / weighted
                summed = _in_turn(np.where(weighted > 0, single, _EPSILON))
                return np.asarray(100 * summed / counts.shape[-2])
            both = (hypothesis > 0) & (reference > 0)
            n_orders = both.sum(axis=-1)
            mean_precision = _in_turn(np.where(both, precision, 0.0)) / n_orders
            mean_recall = _in_turn(np.where(both, recall, 0.0)) / n_orders
            score = (1 + factor) * mean_precision * mean_recall
            score /= (factor * mean_precision) + mean_recall
        return np.where((n_orders > 0) & (mean_precision + mean_recall > 0), 100 * score, 0.0)


def _in_turn(values: FloatArray) -> FloatArray:
    """Sums over the last axis, added from first to last as a loop would; numpy may pair them."""
    total = np.zeros(values.shape[:-1])
    for order in range(values.shape[-1]):
        total = total + values[..., order]
    return total


def _triples(found: Overlap) -> IntArray:
    """(items, references, orders, 3): n-grams of the hypothesis, of the reference, and shared."""
    hypothesis = np.where(found.reference > 0, found.hypothesis[:, None, :], 0)
    return np.stack([hypothesis, found.reference, found.common], axis=-1)


def _words(text: str) -> list[str]:
    """Words with one mark split off, at the end or else at the start, as chrF++.py does."""
    found: list[str] = []
    for word in text.split():
        if len(word) > 1 and word[-1] in punctuation:
            found += (word[:-1], word[-1])
        elif len(word) > 1 and word[0] in punctuation:
            found += (word[0], word[1:])
        else:
            found.append(word)
    return found
