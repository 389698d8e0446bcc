"""ROUGE (Lin 2004): ROUGE-N, -L, -Lsum, -S, -SU and -W, precision, recall and F of a summary.

With ``tokenizer="rouge_score"`` and ``split="newline"`` ROUGE-N, -L and -Lsum are equal to
rouge-score 0.1.2 to 1e-12, with and without stemming; a score is that package's times 100. The
default tokeniser differs from it only outside ASCII (see ``rouge_tokens``). The score of several
summaries is the mean of theirs, so a row of statistics holds a summary's P, R and F.

ROUGE-Lsum compares sentence by sentence. A text with a line break in it is split there, as
rouge-score wants it; one without would be a single sentence, and Lsum would silently be L, so it
is split by evalkit's own splitter instead (``split="auto"``).

ROUGE-S counts pairs of words in their order with at most ``gap`` words between, ROUGE-SU words as
well, ROUGE-W the longest common subsequence with runs weighted by k to the power of ``weight``;
all three over the whole texts. They follow the paper. ROUGE-1.5.5 differs in two places: its -SU
leaves out the last word of each text as a single word, and its -W is a union over sentences.

Left out: stop-word removal.
"""

from dataclasses import dataclass
from importlib.metadata import version

import numpy as np

import evalkit
from evalkit.metrics.options import build, check_at_least, check_choice, check_types
from evalkit.metrics.overlap import Layout, lay_out
from evalkit.metrics.rouge_matches import WEIGHT, precision_recall
from evalkit.metrics.rouge_names import parse
from evalkit.metrics.rouge_texts import read
from evalkit.metrics.rouge_tokens import TOKENIZERS
from evalkit.metrics.rows import masked, pairs
from evalkit.metrics.signature import join
from evalkit.records import Batch, BoolArray, Field, FloatArray, Measured

__all__ = [
    "Rouge",
    "rouge",
    "rouge1",
    "rouge2",
    "rouge_l",
    "rouge_lsum",
    "rouge_n",
    "rouge_s",
    "rouge_su",
    "rouge_w",
]
_CHUNK_ITEMS = 512
"""More share their words' numbers and stems; fewer sort faster."""


def rouge(name: str, /, **options: object) -> "Rouge":
    """The kind of ROUGE of that name.

    Args:
        name: ``rouge1``, ``rouge2`` and so on; ``rougeL``, ``rougeLsum``; ``rougeS``, ``rougeSU``
            (any distance) or with a largest gap, ``rougeS4``; ``rougeW`` or with a weight,
            ``rougeW1.5``.
        options: the fields of ``Rouge`` that the name doesn't fix.

    Raises:
        ValueError: no kind of ROUGE has that name, or it lacks such an option or refuses a value.
    """
    fixed = parse(name)
    kind = fixed["kind"]
    hidden = {"kind", *fixed}
    hidden |= set() if kind in ("S", "SU") else {"gap"}
    hidden |= set() if kind == "W" else {"weight"}
    return build(Rouge, {**fixed, "name": name, **options}, hidden=hidden)


def rouge1(**options: object) -> "Rouge":
    """ROUGE-1: shared words; options as in ``rouge``."""
    return rouge("rouge1", **options)


def rouge2(**options: object) -> "Rouge":
    """ROUGE-2: shared word pairs."""
    return rouge("rouge2", **options)


def rouge_n(*, n: int, **options: object) -> "Rouge":
    """ROUGE-N for any n.

    Raises:
        ValueError: n is not a positive whole number.
    """
    return rouge(f"rouge{n}", **options)


def rouge_l(**options: object) -> "Rouge":
    """ROUGE-L: the longest common subsequence of the whole texts."""
    return rouge("rougeL", **options)


def rouge_lsum(**options: object) -> "Rouge":
    """ROUGE-Lsum: the union of longest common subsequences, sentence by sentence."""
    return rouge("rougeLsum", **options)


def rouge_s(**options: object) -> "Rouge":
    """ROUGE-S: shared skip bigrams, at any distance unless ``gap`` limits it."""
    return rouge("rougeS", **options)


def rouge_su(**options: object) -> "Rouge":
    """ROUGE-SU: shared skip bigrams and words."""
    return rouge("rougeSU", **options)


def rouge_w(**options: object) -> "Rouge":
    """ROUGE-W: the weighted longest common subsequence of the whole texts."""
    return rouge("rougeW", **options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rouge:
    """One kind of ROUGE as a scorer. An empty hypothesis or reference scores 0."""

    kind: str
    """A positive number (the n of ROUGE-N), ``L``, ``Lsum``, ``S``, ``SU`` or ``W``."""
    tokenizer: str = "unicode"
    """``unicode`` or ``rouge_score``."""
    stemmer: bool = False
    """Reduce English words to their stems (Porter, as NLTK has it)."""
    references: str = "max"
    """Of several: ``max`` takes P, R and F of the one with the best F (ties: the first), ``mean``
    averages over all, ``jackknife`` leaves out each in turn, takes the best of the others and
    averages (Lin 2004, section 2.1); with one reference all three are the same."""
    alpha: float = 0.5
    """0-1, the weight of P in F = P·R / (alpha·R + (1 - alpha)·P), as in ROUGE-1.5.5: 1 gives P,
    0 gives R."""
    gap: int | None = None
    """ROUGE-S and -SU: most words between the two of a pair; None for any number."""
    weight: float | None = None
    """ROUGE-W: at least 1; None gives 1.2."""
    split: str = "auto"
    """Sentences for Lsum: ``newline``, ``sentences`` (evalkit's splitter), or ``auto``: newlines
    in a text that has any, else sentences."""
    name: str = ""
    """The name in tables and records; "" gives ``rouge1``, ``rougeL``, ``rougeS4`` and so on."""

    def __post_init__(self) -> None:
        check_types(self)
        if parse(f"rouge{self.kind}") != {"kind": self.kind}:
            raise ValueError(f"ROUGE-{self.kind}: a positive number, L, Lsum, S, SU or W is needed")
        check_choice("tokenizer", self.tokenizer, TOKENIZERS)
        check_choice("references", self.references, ("max", "mean", "jackknife"))
        check_choice("split", self.split, ("auto", "newline", "sentences"))
        if not 0 <= self.alpha <= 1:
            raise ValueError(f"option 'alpha' is {self.alpha}; it must be from 0 to 1")
        if self.gap is not None:
            self._check_kind("gap", "S", "SU")
            check_at_least("gap", self.gap, 0)
        if self.weight is not None:
            self._check_kind("weight", "W")
            check_at_least("weight", self.weight, 1)
        detail = "" if self.gap is None else str(self.gap)
        detail += "" if self.weight is None else f"{self.weight:g}"
        object.__setattr__(self, "name", self.name or f"rouge{self.kind}{detail}")

    def _check_kind(self, option: str, *kinds: str) -> None:
        if self.kind not in kinds:
            raise ValueError(f"ROUGE-{self.kind} has no {option!r}; ROUGE-{kinds[0]} has")

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
            for layout in lay_out(found.hypotheses, found.references, items=_CHUNK_ITEMS)
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
        parts: dict[str, str | bool | float] = {
            "rouge": self.kind,
            "case": "lc",
            "tok": "rouge_score-0.1.2" if compatible else "unicode",
            "stem": "porter-nltk" if self.stemmer else "no",
            "refs": self.references,
            "alpha": self.alpha,
        }
        if self.kind in ("S", "SU"):
            parts["gap"] = "any" if self.gap is None else self.gap
        if self.kind == "W":
            parts["weight"] = WEIGHT if self.weight is None else self.weight
        if self.kind == "Lsum":
            splitter = f"sentencex-{version('sentencex')}"
            auto = f"newline-else-{splitter}"
            parts["split"] = {"newline": "newline", "sentences": splitter, "auto": auto}[self.split]
        return join({**parts, "version": f"evalkit-{evalkit.__version__}"})

    def _rows(self, layout: Layout, language: str) -> FloatArray:
        lines = read(
            layout.texts,
            tokenizer=self.tokenizer,
            stemmer=self.stemmer,
            split=self.split if self.kind == "Lsum" else "newline",
            language=language,
        )
        weight = WEIGHT if self.weight is None else self.weight
        precision, recall = precision_recall(self.kind, lines, layout, gap=self.gap, weight=weight)
        scores = _with_f(precision, recall, self.alpha)
        return self._chosen(scores, layout.present())

    def _chosen(self, scores: FloatArray, present: BoolArray) -> FloatArray:
        """Rows (items, 4) from P, R and F (items, references, 3) of those that are present."""
        n_references = present.sum(axis=1, keepdims=True)
        if self.references == "mean":
            rows = np.where(present[:, :, None], scores, 0.0).sum(axis=1) / n_references
        else:
            every = np.arange(len(scores))
            f_scores = np.where(present, scores[:, :, 2], -1.0)
            best = f_scores.argmax(axis=1)
            rows = scores[every, best]
            if self.references == "jackknife":
                f_scores[every, best] = -1.0
                second = scores[every, f_scores.argmax(axis=1)]
                # The best is among the others except where it is the one that is left out.
                left_in = ((n_references - 1) * rows + second) / n_references
                rows = np.where(n_references > 1, left_in, rows)
        return np.column_stack([rows, np.ones(len(rows))])


def _with_f(precision: FloatArray, recall: FloatArray, alpha: float) -> FloatArray:
    """P, R and F on a scale of 0-1, stacked on a new last axis; F is 0 where P and R are."""
    both = alpha * recall + (1 - alpha) * precision
    f_score = np.divide(precision * recall, both, out=np.zeros_like(both), where=both > 0)
    return np.stack([precision, recall, f_score], axis=-1)
