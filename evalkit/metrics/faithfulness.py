"""Names and numbers of a summary that its source does not have. Rules only, no model.

An entity-level check after Nan et al. (2021, "Entity-level factual consistency of abstractive
text summarization"), whose source precision is the share of a summary's named entities that occur
in the source; here names are found by their capitals (``names``), and numbers are compared by
value (``numerals``). What it cannot see: wrong relations between right names, and anything that
is neither a name nor a number. An extract scores 100.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

import evalkit
from evalkit.metrics.names import Index, index, names
from evalkit.metrics.numerals import numerals
from evalkit.metrics.signature import join
from evalkit.records import Batch, Field, FloatArray, Measured, Span

__all__ = ["Faithfulness"]

_Row = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Faithfulness:
    """The share of a summary's names and numbers that its source has, 0-100, higher is better.

    NaN where there is nothing to check, as in an empty summary. Each occurrence counts.
    """

    name: str = "faithfulness"
    """The name in tables and records."""

    @property
    def needs(self) -> frozenset[str]:
        """Sources."""
        return frozenset({"sources"})

    @property
    def languages(self) -> frozenset[str]:
        """English: its capitals and number words."""
        return frozenset({"en"})

    @property
    def columns(self) -> tuple[str, ...]:
        """Names and numbers, those that the source has and all, and segments."""
        return ("names_found", "names", "numbers_found", "numbers", "segments")

    @property
    def fields(self) -> tuple[Field, ...]:
        """Both together, names, numbers."""
        parts = (self.name, f"{self.name}.names", f"{self.name}.numbers")
        return tuple(Field(part, "0-100", higher_is_better=True) for part in parts)

    def measure(self, batch: Batch) -> Measured:
        """Counts and spans for each hypothesis; one without a source text is invalid.

        Raises:
            ValueError: the batch has no sources.
        """
        if batch.sources is None:
            raise ValueError(f"{self.name} needs sources and the batch has none")
        statistics = np.zeros((len(batch), 5))
        spans: list[tuple[Span, ...]] = []
        reasons: dict[int, str] = {}
        pairs = zip(batch.hypotheses, batch.sources, strict=True)
        for place, (hypothesis, source) in enumerate(pairs):
            if source.strip():
                row, found = _checked(hypothesis, *_looked_up(source))
                statistics[place] = (*row, 1)
                spans.append(found)
            else:
                reasons[place] = "the source is empty"
                spans.append(())
        valid = np.array([place not in reasons for place in range(len(batch))], dtype=np.bool_)
        return Measured(statistics, valid, reasons, spans=tuple(spans))

    def score(self, totals: FloatArray) -> FloatArray:
        """Shares (..., 3), 0-100, of sums (..., 5); NaN where nothing was checked."""
        found = np.stack([totals[..., 0] + totals[..., 2], totals[..., 0], totals[..., 2]], -1)
        checked = np.stack([totals[..., 1] + totals[..., 3], totals[..., 1], totals[..., 3]], -1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(checked > 0, 100 * found / checked, np.nan)

    def signature(self) -> str:
        """The rules' version."""
        return join({"check": "names+numbers", "version": f"evalkit-{evalkit.__version__}"})


@lru_cache(maxsize=256)
def _looked_up(source: str) -> tuple[Index, frozenset[object]]:
    return index(source), frozenset(
        value for numeral in numerals(source) for value in numeral.values
    )


def _checked(
    hypothesis: str, known: Index, values: frozenset[object]
) -> tuple[_Row, tuple[Span, ...]]:
    """Counts of names and numbers, found and all, and a span for each that the source lacks."""
    named = names(hypothesis, known)
    numbered = [
        (numeral, not values.isdisjoint(numeral.values))
        for numeral in numerals(hypothesis)
        if numeral.sure
    ]
    spans = [
        _span(hypothesis, item.start, item.end, kind)
        for kind, items in (("name", named), ("number", numbered))
        for item, found in items
        if not found
    ]
    row = (sum(f for _, f in named), len(named), sum(f for _, f in numbered), len(numbered))
    return row, tuple(sorted(spans, key=lambda span: span.start))


def _span(text: str, start: int, end: int, kind: str) -> Span:
    return Span(
        start,
        end,
        "inconsistency",
        finder=f"faithfulness.{kind}",
        message=f"The source has no {kind} “{text[start:end]}”.",
    )
