"""Translation edit rate (Snover et al. 2006), equal to sacrebleu 2.6 for corpora and segments.

The search for shifts is in ``ter_edits``; tokens are Tercom's, by sacrebleu's tokeniser. Like
sacrebleu, references are tokenised twice, which splits a few marks more where ``normalized`` is on.
Of several references the one with the fewest edits counts, divided by their mean length.
"""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np

from evalkit.metrics.options import check_types
from evalkit.metrics.rows import masked, pairs
from evalkit.metrics.signature import join
from evalkit.metrics.ter_edits import n_edits
from evalkit.records import Batch, Field, FloatArray, Measured

__all__ = ["Ter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ter:
    """TER as a scorer: edits per 100 reference words, lower is better, may exceed 100.

    Where all references are empty, an empty hypothesis scores 0 and any other 100, as in sacrebleu.
    Against a post-edit of the same hypothesis this is HTER.
    """

    normalized: bool = False
    """Separate punctuation from words first."""
    no_punct: bool = False
    """Drop punctuation."""
    asian_support: bool = False
    """With the two options above, treat Asian characters and marks one by one."""
    case_sensitive: bool = False
    """Compare cases as they are; by default all is lower-cased."""
    name: str = "ter"
    """The name in tables and records."""

    def __post_init__(self) -> None:
        check_types(self)

    @property
    def needs(self) -> frozenset[str]:
        """References."""
        return frozenset({"references"})

    @property
    def languages(self) -> None:
        """Any."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Edits, mean reference length in words, segments."""
        return ("edits", "reference_length", "segments")

    @property
    def fields(self) -> tuple[Field, ...]:
        """The edit rate."""
        unit = "edits per 100 reference words"
        return (Field(self.name, unit, higher_is_better=False, high=math.inf),)

    def measure(self, batch: Batch) -> Measured:
        """Edits and length for each hypothesis; an item without a reference is invalid.

        Raises:
            ValueError: the batch has no references, or they are nested wrongly.
        """
        found = pairs(batch, self.name)
        rows = [
            self._row(hypothesis, references)
            for hypothesis, references in zip(found.hypotheses, found.references, strict=True)
        ]
        return masked(np.array(rows, dtype=np.float64).reshape(-1, 3), found)

    def score(self, totals: FloatArray) -> FloatArray:
        """The edit rate (..., 1) of sums (..., 3); NaN for the sum of no row."""
        edits, length, segments = np.moveaxis(totals, -1, 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = np.where(length > 0, edits / length, np.where(edits > 0, 1.0, 0.0))
        return np.where(segments > 0, 100 * rate, np.nan)[..., None]

    def signature(self) -> str:
        """The signature as sacrebleu writes it, without ``nrefs``."""
        return join(
            {
                "case": "mixed" if self.case_sensitive else "lc",
                "tok": "tercom",
                "norm": self.normalized,
                "punct": not self.no_punct,
                "asian": self.asian_support,
                "version": version("sacrebleu"),
            }
        )

    def _row(self, hypothesis: str, references: tuple[str, ...]) -> tuple[float, float, float]:
        words = self._words(hypothesis)
        found = [self._words(text, times=2) for text in references]
        edits = min(n_edits(words, reference) for reference in found)
        return edits, sum(map(len, found)) / len(found), 1.0

    def _words(self, text: str, *, times: int = 1) -> list[str]:
        """Tercom's words; ``times`` matters where once leaves marks that a second time splits."""
        if not (self.normalized or self.no_punct):
            return text.split() if self.case_sensitive else text.lower().split()
        tokenize = _tokenizer(
            self.normalized, self.no_punct, self.asian_support, self.case_sensitive
        )
        for _ in range(times):
            text = tokenize(text.rstrip())
        return text.split()


@functools.cache
def _tokenizer(*options: bool) -> Callable[[str], str]:
    from sacrebleu.tokenizers.tokenizer_ter import TercomTokenizer

    tokenizer: Callable[[str], str] = TercomTokenizer(*options)
    return tokenizer
