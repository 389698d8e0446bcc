"""``example-doubled``: doubled words per 100 words, each marked with a span and a correction."""

import re
from itertools import pairwise

import numpy as np

from evalkit.records import Batch, Field, Measured, Span, TokenScore

WORD = re.compile(r"\w+")


class Doubled:
    """Lower is better. A scorer with spans and token scores, without references.

    Args:
        name: the name in tables.
        case: whether "The the" is none.
    """

    needs: frozenset[str] = frozenset()
    languages = frozenset({"en", "de"})
    columns = ("doubled", "words")

    def __init__(self, *, name: str = "example-doubled", case: bool = False) -> None:
        self.name = name
        self.case = case
        self.fields = (Field(name, "per 100 words", higher_is_better=False),)

    def measure(self, batch: Batch) -> Measured:
        """A row (doubled, words) for each hypothesis; one without words is invalid."""
        rows = np.zeros((len(batch), 2))
        spans, tokens, reasons = [], [], {}
        for place, text in enumerate(batch.hypotheses):
            words = [
                (m.start(), m.end(), m[0] if self.case else m[0].lower())
                for m in WORD.finditer(text)
            ]
            doubled = [b for a, b in pairwise(words) if a[2] == b[2]]
            spans.append(tuple(self._span(start, end) for start, end, _ in doubled))
            tokens.append(tuple(TokenScore(s, e, float((s, e, w) in doubled)) for s, e, w in words))
            if words:
                rows[place] = len(doubled), len(words)
            else:
                reasons[place] = "no words"
        valid = np.array([place not in reasons for place in range(len(batch))], dtype=bool)
        return Measured(rows, valid, reasons, tuple(spans), tuple(tokens))

    def score(self, totals: np.ndarray) -> np.ndarray:
        """Doubled words per 100 words (..., 1) of sums (..., 2)."""
        doubled, words = totals[..., 0], totals[..., 1]
        defined = words > 0
        return (100 * np.where(defined, doubled, np.nan) / np.where(defined, words, 1))[..., None]

    def signature(self) -> str:
        """Everything that decides the numbers."""
        return f"case:{'mixed' if self.case else 'lower'}|version:evalkit-example-0.3.0"

    def _span(self, start: int, end: int) -> Span:
        return Span(start, end, "grammar", "minor", None, self.name, "the word stands twice", "")
