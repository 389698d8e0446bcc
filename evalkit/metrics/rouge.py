"""ROUGE-N, ROUGE-L and ROUGE-Lsum (Lin 2004): precision, recall and F of a summary.

With ``tokenizer="rouge_score"`` and ``split="newline"`` equal to rouge-score 0.1.2 to 1e-12, with
and without stemming; a score is that package's times 100. The default tokeniser differs from it
only outside ASCII (see ``rouge_tokens``). The score of several summaries is the mean of theirs,
so a row of statistics holds a summary's P, R and F.

ROUGE-Lsum compares sentence by sentence. A text with a line break in it is split there, as
rouge-score wants it; one without would be a single sentence, and Lsum would silently be L, so it
is split by evalkit's own splitter instead (``split="auto"``).

Left out: ROUGE-W, -S and -SU, weighting of P against R, and stop-word removal.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import chain

import numpy as np

import evalkit
from evalkit.metrics import lcs
from evalkit.metrics.options import build, check_choice, check_types
from evalkit.metrics.overlap import Coded, IntArray, Layout, code_tokens, lay_out, overlap
from evalkit.metrics.rouge_tokens import TOKENIZERS, Lines, tokenize, tokenize_lines
from evalkit.metrics.rows import masked, pairs
from evalkit.metrics.signature import join
from evalkit.records import Batch, BoolArray, Field, FloatArray, Measured
from evalkit.text import sentences

__all__ = ["Rouge", "rouge1", "rouge2", "rouge_l", "rouge_lsum", "rouge_n"]


def rouge1(**options: object) -> "Rouge":
    """ROUGE-1: shared words (the fields of ``Rouge`` but ``kind``)."""
    return _build("1", options)


def rouge2(**options: object) -> "Rouge":
    """ROUGE-2: shared word pairs (the fields of ``Rouge`` but ``kind``)."""
    return _build("2", options)


def rouge_n(*, n: int, **options: object) -> "Rouge":
    """ROUGE-N for any n (the fields of ``Rouge`` but ``kind``).

    Raises:
        ValueError: n is not a positive whole number.
    """
    return _build(str(n), options)


def rouge_l(**options: object) -> "Rouge":
    """ROUGE-L: the longest common subsequence of the whole texts."""
    return _build("L", options)


def rouge_lsum(**options: object) -> "Rouge":
    """ROUGE-Lsum: the union of longest common subsequences, sentence by sentence."""
    return _build("Lsum", options)


def _build(kind: str, options: dict[str, object]) -> "Rouge":
    return build(Rouge, {"kind": kind, **options}, hidden=("kind",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rouge:
    """One kind of ROUGE as a scorer. An empty hypothesis or reference scores 0."""

    kind: str
    """A positive number (the n of ROUGE-N), ``L`` or ``Lsum``."""
    tokenizer: str = "unicode"
    """``unicode`` or ``rouge_score``."""
    stemmer: bool = False
    """Reduce English words to their stems (Porter, as NLTK has it)."""
    references: str = "max"
    """Of several: ``max`` takes P, R and F of the one with the best F (ties: the first), ``mean``
    averages over all."""
    split: str = "auto"
    """Sentences for Lsum: ``newline``, ``sentences`` (evalkit's splitter), or ``auto``: newlines
    in a text that has any, else sentences."""
    name: str = ""
    """The name in tables and records; "" gives ``rouge1``, ``rougeL`` and so on."""

    def __post_init__(self) -> None:
        check_types(self)
        if self.kind not in ("L", "Lsum") and not (self.kind.isdecimal() and int(self.kind) > 0):
            raise ValueError(f"ROUGE-{self.kind}: a positive number, L or Lsum is needed")
        check_choice("tokenizer", self.tokenizer, TOKENIZERS)
        check_choice("references", self.references, ("max", "mean"))
        check_choice("split", self.split, ("auto", "newline", "sentences"))
        object.__setattr__(self, "name", self.name or f"rouge{self.kind}")

    @property
    def needs(self) -> frozenset[str]:
        """References."""
        return frozenset({"references"})

    @property
    def languages(self) -> None:
        """Any."""

    @property
    def columns(self) -> tuple[str, ...]:
        """P, R and F on a scale of 0-1, and how many segments were added."""
        return ("precision", "recall", "f", "segments")

    @property
    def fields(self) -> tuple[Field, ...]:
        """F, P and R."""
        names = (self.name, f"{self.name}.precision", f"{self.name}.recall")
        return tuple(Field(name, "0-100", higher_is_better=True) for name in names)

    def measure(self, batch: Batch) -> Measured:
        """P, R and F of each hypothesis; an item without a reference is invalid.

        Raises:
            ValueError: the batch has no references, or they are nested wrongly.
        """
        found = pairs(batch, self.name)
        rows = [
            self._rows(layout, batch.language)
            for layout in lay_out(found.hypotheses, found.references)
        ]
        return masked(np.concatenate([np.zeros((0, 4)), *rows]), found)

    def score(self, totals: FloatArray) -> FloatArray:
        """Mean F, P and R (..., 3), 0-100, of sums (..., 4); NaN for the sum of no row."""
        with np.errstate(divide="ignore", invalid="ignore"):
            means = 100 * totals[..., [2, 0, 1]] / totals[..., 3:]
        return np.where(totals[..., 3:] > 0, means, np.nan)

    def signature(self) -> str:
        """Settings and versions, without ``nrefs``."""
        compatible = self.tokenizer == "rouge_score"
        parts: dict[str, str | bool] = {
            "rouge": self.kind,
            "case": "lc",
            "tok": "rouge_score-0.1.2" if compatible else "unicode",
            "stem": "porter-nltk" if self.stemmer else "no",
            "refs": self.references,
        }
        if self.kind == "Lsum":
            splitter = f"sentencex-{version('sentencex')}"
            auto = f"newline-else-{splitter}"
            parts["split"] = {"newline": "newline", "sentences": splitter, "auto": auto}[self.split]
        return join({**parts, "version": f"evalkit-{evalkit.__version__}"})

    def _rows(self, layout: Layout, language: str) -> FloatArray:
        if self.kind == "Lsum":
            lengths, matches = self._unions(layout, language)
        else:
            coded = code_tokens([self._tokens(text) for text in layout.texts])
            if self.kind == "L":
                matches = _subsequences(coded, layout)
                lengths = coded.lengths
            else:
                order = int(self.kind)
                matches = overlap(coded, layout, orders=order).common[:, :, -1]
                lengths = np.maximum(coded.lengths - order + 1, 0)
        totals = layout.table(lengths)
        scores = _precision_recall_f(matches, totals[:, :1], totals[:, 1:])
        return self._chosen(scores, layout.present())

    def _chosen(self, scores: FloatArray, present: BoolArray) -> FloatArray:
        """Rows (items, 4) from P, R and F (items, references, 3) of those that are present."""
        if self.references == "max":
            best = np.where(present, scores[:, :, 2], -1.0).argmax(axis=1)
            rows = scores[np.arange(len(scores)), best]
        else:
            summed = np.where(present[:, :, None], scores, 0.0).sum(axis=1)
            rows = summed / present.sum(axis=1, keepdims=True)
        return np.column_stack([rows, np.ones(len(rows))])

    def _unions(self, layout: Layout, language: str) -> tuple[IntArray, IntArray]:
        """The texts' lengths (texts,) and their hits (items, references)."""
        texts = [self._sentences(text, language) for text in layout.texts]
        lengths = np.array([sum(map(len, sentences)) for sentences in texts], dtype=np.int64)
        matches = np.zeros((layout.n_items, layout.n_columns - 1), dtype=np.int64)
        hypothesis: Lines = ()
        spots: list[lcs.Places] = []
        for item, column, found in zip(layout.item, layout.column, texts, strict=True):
            if column == 0:
                hypothesis = found
                spots = [lcs.places(sentence) for sentence in found]
            else:
                matches[item, column - 1] = _hits(found, hypothesis, spots)
        return lengths, matches

    def _sentences(self, text: str, language: str) -> Lines:
        lines = tokenize_lines(text, self.tokenizer, self.stemmer)
        if self.split == "newline" or (self.split == "auto" and "\n" in text):
            return lines
        spans = sentences.split(text, language=language)
        if len(spans) <= 1:
            return (tuple(chain.from_iterable(lines)),) if lines else ()
        return tuple(self._tokens(text[start:end]) for start, end in spans)

    def _tokens(self, text: str) -> tuple[str, ...]:
        return tokenize(text, tokenizer=self.tokenizer, stemmer=self.stemmer)


def _subsequences(coded: Coded, layout: Layout) -> IntArray:
    """Lengths of the longest common subsequences, (items, references)."""
    cuts = np.cumsum(coded.lengths)[:-1]
    texts = [part.tolist() for part in np.split(coded.tokens, cuts)]
    matches = np.zeros((layout.n_items, layout.n_columns - 1), dtype=np.int64)
    hypothesis: list[int] = []
    for item, column, tokens in zip(layout.item, layout.column, texts, strict=True):
        if column == 0:
            hypothesis = tokens
        else:
            matches[item, column - 1] = lcs.length(hypothesis, tokens)
    return matches


def _hits(reference: Lines, hypothesis: Lines, spots: Sequence[lcs.Places]) -> int:
    """Tokens of the union subsequences, each at most as often as the hypothesis has it."""
    found = Counter(
        sentence[index] for sentence in reference for index in lcs.union(sentence, spots)
    )
    once = sum(n == 1 for n in found.values())
    repeated = {token: n for token, n in found.items() if n > 1}
    return once + sum(
        min(n, sum(sentence.count(token) for sentence in hypothesis))
        for token, n in repeated.items()
    )


def _precision_recall_f(matches: IntArray, hypothesis: IntArray, reference: IntArray) -> FloatArray:
    """P, R and F on a scale of 0-1, stacked on a new last axis; 0 where there is nothing."""
    precision = matches / np.maximum(hypothesis, 1)
    recall = matches / np.maximum(reference, 1)
    both = precision + recall
    with np.errstate(divide="ignore", invalid="ignore"):
        f_score = np.where(both > 0, 2 * precision * recall / both, 0.0)
    return np.stack([precision, recall, f_score], axis=-1)
