"""Words of the hypotheses, and how many that is for each word of their references or sources."""

import math
from dataclasses import dataclass

import numpy as np

import evalkit
from evalkit.metrics.signature import join
from evalkit.records import Batch, Field, FloatArray, Measured
from evalkit.text.words import count_words

__all__ = ["Length"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """Mean words per hypothesis, and the ratios of all words to all words of what it came with.

    Neither direction is better. A hypothesis with several references counts against their mean
    length. A ratio is NaN where the items have no reference (no source).
    """

    name: str = "length"
    """The name in tables and records."""

    @property
    def needs(self) -> frozenset[str]:
        """Nothing: references and sources are used where there are some."""
        return frozenset()

    @property
    def languages(self) -> None:
        """Any."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Words; reference words and the hypothesis words beside them; sources alike; segments."""
        return (
            "words",
            "words_with_reference",
            "reference_words",
            "words_with_source",
            "source_words",
            "segments",
        )

    @property
    def fields(self) -> tuple[Field, ...]:
        """Words, ratio to the references, ratio to the sources."""
        return (
            Field(self.name, "words", None, high=math.inf),
            Field(f"{self.name}.of_reference", "ratio", None, high=math.inf),
            Field(f"{self.name}.of_source", "ratio", None, high=math.inf),
        )

    def measure(self, batch: Batch) -> Measured:
        """Counts for each hypothesis; every item is valid."""
        statistics = np.zeros((len(batch), len(self.columns)))
        for place, hypothesis in enumerate(batch.hypotheses):
            n_words = count_words(hypothesis)
            row = [n_words, 0.0, 0.0, 0.0, 0.0, 1.0]
            if batch.references is not None and batch.references[place]:
                lengths = [count_words(text) for text in batch.references[place]]
                row[1:3] = n_words, sum(lengths) / len(lengths)
            if batch.sources is not None:
                row[3:5] = n_words, count_words(batch.sources[place])
            statistics[place] = row
        return Measured(statistics, np.ones(len(batch), dtype=np.bool_))

    def score(self, totals: FloatArray) -> FloatArray:
        """Mean and ratios (..., 3) of sums (..., 6); NaN where there is nothing to divide by."""
        below = totals[..., [5, 2, 4]]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(below > 0, totals[..., [0, 1, 3]] / below, np.nan)

    def signature(self) -> str:
        """The word counter's version."""
        return join({"words": "evalkit", "version": f"evalkit-{evalkit.__version__}"})
