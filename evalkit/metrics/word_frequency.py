"""How well words are met, by how often they stand in a training text: F by class.

Every word of hypothesis and reference belongs to a class by its frequency (compare-mt's word
buckets, Neubig et al. 2019). A segment's matches in a class are those words that both have, each
as often as both have it. Precision, recall and F of a class are those of all its words together.
Of several references the one with the most matches over all classes counts, relative to both
lengths (ties: the first).

Words are those of ``text.words`` in lower case. Left out: other properties of words (parts of
speech, labels); the classes of a plug-in scorer can be anything.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

import evalkit
from evalkit.metrics.rows import masked, pairs
from evalkit.metrics.signature import join
from evalkit.records import Batch, Field, FloatArray, Measured
from evalkit.text.words import words

__all__ = ["CLASSES", "WordFrequency", "count", "rarest"]

CLASSES = (1, 2, 5, 10, 100, 1000)
"""Frequencies at which a class begins, as compare-mt has them: 0, 1, 2-4, 5-9, 10-99, ..."""


def count(text: str) -> list[str]:
    """The words of a text, as they are counted.

    >>> count("The cat’s café")
    ['the', 'cat’s', 'café']
    """
    return [text[start:end].casefold() for start, end in words(text)]


def rarest(texts: Sequence[str], frequencies: Mapping[str, int]) -> float:
    """Frequency of the rarest word of some texts; NaN where they have no word."""
    return min(
        (float(frequencies.get(word, 0)) for text in texts for word in count(text)),
        default=float("nan"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WordFrequency:
    """Word F by class of training frequency, as a scorer."""

    frequencies: Mapping[str, int]
    """Word (in lower case) -> how often it stands in the training text."""
    edges: tuple[int, ...] = CLASSES
    """Frequencies at which a class begins, rising, from 1 up."""
    name: str = "word-frequency"
    """The name in tables and records."""

    def __post_init__(self) -> None:
        rising = all(low < high for low, high in pairwise(self.edges))
        if not self.edges or not rising or self.edges[0] < 1:
            raise ValueError(f"the classes {self.edges} do not rise from 1 or more")

    @property
    def needs(self) -> frozenset[str]:
        """References."""
        return frozenset({"references"})

    @property
    def languages(self) -> None:
        """Any."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes, rarest first: ``0``, ``1``, ``2-4`` and so on."""
        starts = (0, *self.edges)
        ends = (*(edge - 1 for edge in self.edges), None)
        return tuple(
            f">={low}" if high is None else str(low) if low == high else f"{low}-{high}"
            for low, high in zip(starts, ends, strict=True)
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """For each class matches, words of the hypothesis, words of the reference."""
        kinds = ("matches", "hypothesis", "reference")
        return tuple(f"{name}.{kind}" for name in self.classes for kind in kinds)

    @property
    def fields(self) -> tuple[Field, ...]:
        """For each class F, precision and recall."""
        return tuple(
            Field(f"{self.name}.{name}{part}", "0-100", higher_is_better=True)
            for name in self.classes
            for part in ("", ".precision", ".recall")
        )

    def measure(self, batch: Batch) -> Measured:
        """Counts of each hypothesis by class; an item without a reference is invalid.

        Raises:
            ValueError: the batch has no references, or they are nested wrongly.
        """
        found = pairs(batch, self.name)
        rows = [
            self._row(count(hypothesis), [count(text) for text in references])
            for hypothesis, references in zip(found.hypotheses, found.references, strict=True)
        ]
        return masked(np.array(rows, dtype=np.float64).reshape(-1, len(self.columns)), found)

    def score(self, totals: FloatArray) -> FloatArray:
        """F, P and R (..., 3·classes), 0-100; NaN for a class without words on that side."""
        matches, hypothesis, reference = np.moveaxis(
            totals.reshape(*totals.shape[:-1], len(self.classes), 3), -1, 0
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            precision = np.where(hypothesis > 0, 100 * matches / hypothesis, np.nan)
            recall = np.where(reference > 0, 100 * matches / reference, np.nan)
            both = hypothesis + reference
            f_score = np.where(both > 0, 200 * matches / both, np.nan)
        scores = np.stack([f_score, precision, recall], axis=-1)
        return scores.reshape(*totals.shape[:-1], len(self.fields))

    def signature(self) -> str:
        """The classes, and a hash of the frequencies."""
        listed = "\n".join(f"{word}\t{n}" for word, n in sorted(self.frequencies.items()))
        digest = hashlib.sha256(listed.encode("utf-8", "surrogatepass")).hexdigest()[:12]
        return join(
            {
                "case": "lc",
                "words": "evalkit",
                "classes": ",".join(map(str, self.edges)),
                "frequencies": digest,
                "version": f"evalkit-{evalkit.__version__}",
            }
        )

    def _row(self, hypothesis: list[str], references: list[list[str]]) -> list[float]:
        counted = Counter(hypothesis)
        shared = [counted & Counter(reference) for reference in references]
        scores = [
            2 * match.total() / max(1, len(hypothesis) + len(reference))
            for match, reference in zip(shared, references, strict=True)
        ]
        best = scores.index(max(scores))
        parts = (shared[best], counted, Counter(references[best]))
        row = np.zeros((len(self.classes), 3))
        for kind, part in enumerate(parts):
            for word, n in part.items():
                row[self._class_of(word), kind] += n
        return row.reshape(-1).tolist()

    def _class_of(self, word: str) -> int:
        frequency = self.frequencies.get(word, 0)
        return int(np.searchsorted(self.edges, frequency, side="right"))
