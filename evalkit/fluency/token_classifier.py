"""``token_classifier``: the errors that a model with a head for tokens finds in a text.

For error detection heads and any other ``AutoModelForTokenClassification`` whose labels say which
words are wrong. Each word (or single mark) gets the probability that it is wrong; the expected
number of errors makes a rate, and the rate a fluency (``evalkit.fluency.rate``), as with
``detector``. Leaves out labels of gaps between words, and corrections.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from evalkit.fluency.error_labels import ErrorLabels
from evalkit.fluency.head_labels import Wanted
from evalkit.fluency.head_options import HeadOptions
from evalkit.fluency.rate import COLUMNS, rate_fields, rate_scores
from evalkit.fluency.seen import see
from evalkit.fluency.tagged import STRATEGIES, TaggedText, by_word, expected_errors, spans
from evalkit.fluency.tagged import probabilities as of_logits
from evalkit.metrics.options import check_choice
from evalkit.metrics.signature import join
from evalkit.records import Batch, Field, FloatArray, Measured, Span, TokenScore
from evalkit.text.words import count_words, tokens

if TYPE_CHECKING:
    from evalkit.models.head_loading import Head

__all__ = ["TokenClassifier"]


@dataclass(frozen=True, kw_only=True)
class TokenClassifier(HeadOptions):
    """The scorer ``token_classifier``. The fields are the options.

    Scores are a fluency, 0-100, higher is better, and errors per 100 words, lower is better.
    """

    name: str = "token_classifier"
    """The name in tables and records."""
    ok: Wanted | None = None
    """Labels of words in which nothing is wrong, by name or number. None: the one label that is
    plainly called so (``O``, ``OK``, ``CORRECT`` …); else it is an error."""
    errors: Wanted | None = None
    """Labels of errors; None: all that ``ok`` leaves."""
    categories: Mapping[str, str] | dict[str, str] | None = None
    """The MQM category of a label's spans, by the label with or without its ``B-`` or ``I-``.
    Else: the category that the label is called by; for ERRANT's types spelling, punctuation or
    grammar; for any other label ``unnatural``."""
    aggregation: str = "first"
    """A word's probabilities are those of its ``first`` sub-word, of the one that is surest of an
    error (``max``), or their ``mean``."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice("aggregation", self.aggregation, STRATEGIES)

    @property
    def token_unit(self) -> str:
        """What a token's number is: the probability of an error."""
        return "probability"

    @property
    def columns(self) -> tuple[str, ...]:
        """Expected errors, and words."""
        return COLUMNS

    @property
    def fields(self) -> tuple[Field, ...]:
        """Fluency, and errors per 100 words."""
        return rate_fields(self.name)

    def measure(self, batch: Batch) -> Measured:
        """Expected errors and words per hypothesis, words with probabilities, error spans.

        A hypothesis without words is invalid. Where one is cut, what was read of it counts.

        Raises:
            ConfigError: an option doesn't fit the model.
            MissingExtraError: a library is not installed.
            ModelError: the model cannot be found, brought or loaded.
        """
        labels, reader, limit = self._error_labels, self._reader, self._limit
        texts = batch.hypotheses
        seen = see(reader, texts, long_input=self.long_input, limit=limit, places=True)
        rows = [one.ids for one in seen.rows.values()]
        found = reader.read_tokens(rows, max_tokens=self._n_together, limit=limit)
        reasons = dict(seen.reasons)
        statistics = np.zeros((len(batch), len(COLUMNS)))
        scored: list[tuple[TokenScore, ...]] = [()] * len(batch)
        marked: list[tuple[Span, ...]] = [()] * len(batch)
        for (row, subwords), one in zip(seen.rows.items(), found, strict=True):
            if one.error or not np.isfinite(one.logits).all():
                reasons[row] = (
                    f"the model failed: {one.error}"
                    if one.error
                    else "the model's answer is no finite number; try dtype: float32"
                )
                continue
            tagged = by_word(
                of_logits(one.logits),
                subwords.offsets or (),
                tokens(texts[row]),
                labels,
                strategy=self.aggregation,
            )
            end = tagged.words[-1][1] if row in seen.cuts and tagged.words else None
            read = texts[row][:end]
            statistics[row] = expected_errors(tagged, labels), count_words(read)
            scored[row] = tagged.scores
            marked[row] = self._spans(tagged)
        valid = np.array([row not in reasons for row in range(len(batch))], dtype=np.bool_)
        cuts = {row: cut for row, cut in seen.cuts.items() if row not in reasons}
        return Measured(statistics, valid, reasons, tuple(marked), tuple(scored), cuts)

    def score(self, totals: FloatArray) -> FloatArray:
        """Fluency (0-100, higher is better) and errors per 100 words of sums (..., 2)."""
        return rate_scores(totals)

    def signature(self) -> str:
        """Model, labels, settings and versions.

        Raises what finding the model raises, and ConfigError where an option doesn't fit it;
        weights are not loaded.
        """
        labels = self._error_labels
        parts = self._signed(
            errors=labels.labels.shown(labels.wrong),
            categories=",".join(labels.categories[number] for number in labels.wrong),
            words=self.aggregation,
            threshold=self.threshold,
        )
        return f"{join(parts)}|{self._versions()}"

    @property
    def _head(self) -> "Head":
        return "tokens"

    @cached_property
    def _error_labels(self) -> ErrorLabels:
        return ErrorLabels.of(
            self._labels, ok=self.ok, errors=self.errors, categories=self.categories or {}
        )

    def _spans(self, tagged: TaggedText) -> tuple[Span, ...]:
        labels = self._error_labels
        return tuple(spans(tagged, labels, threshold=self.threshold, finder=self.name))
