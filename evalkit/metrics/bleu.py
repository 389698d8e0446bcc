"""BLEU (Papineni et al. 2002), equal to sacrebleu 2.6 for corpora and for single segments.

Counting and the formula are done on whole chunks and arrays, in the order of sacrebleu's
floating-point operations, so that the numbers agree to the last digit.
The score of one segment uses effective order (only the n-gram orders that the hypothesis is long
enough for), as sacrebleu's sentence BLEU does; the corpus score does not unless asked to.

Left out: choosing a tokeniser by language. ``13a`` is wrong for languages written without spaces:
set ``tokenizer`` to ``zh``, ``ja-mecab``, ``ko-mecab``, ``flores200`` or ``char`` for those.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np

from evalkit.metrics.bleu_tokens import check_tokenizer, tokenizer, tokenizer_signature
from evalkit.metrics.options import check_at_least, check_choice, check_types
from evalkit.metrics.overlap import IntArray, Layout, code_tokens, lay_out, overlap
from evalkit.metrics.rows import masked, pairs
from evalkit.metrics.signature import join
from evalkit.records import Batch, Field, FloatArray, Measured

__all__ = ["Bleu"]

_SMOOTHING: dict[str, float | None] = {"none": None, "floor": 0.1, "add-k": 1.0, "exp": None}
"""Method -> its default value; None where it takes none (Chen & Cherry 2014)."""

_MANY_PERIODS = 100

_LOG_OF_ZERO = -9999999999.0
"""sacrebleu's stand-in for the logarithm of a precision of 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bleu:
    """BLEU as a scorer; ``score`` is corpus BLEU, ``score_segments`` sentence BLEU.

    An empty hypothesis scores 0. With several references an n-gram counts as often as in the
    reference that has it most often; the reference length is the closest one (ties: the shorter).
    """

    lowercase: bool = False
    """Compare in lower case."""
    tokenizer: str = "13a"
    """``13a``, ``intl``, ``zh``, ``char``, ``none`` or, with an extra, ``ja-mecab``, ``ko-mecab``,
    ``flores101``, ``flores200``, ``spm``, ``spBLEU-1K``."""
    smooth: str = "exp"
    """For orders without a match: ``exp``, ``floor``, ``add-k`` or ``none``."""
    smooth_value: float | None = None
    """For ``floor`` (default 0.1) and ``add-k`` (default 1)."""
    max_order: int = 4
    """The longest n-gram."""
    effective_order: bool = False
    """Corpus score from the orders that there are hypothesis n-grams of."""
    force: bool = False
    """Raise no doubts about hypotheses that look tokenised."""
    name: str = "bleu"
    """The name in tables and records."""

    def __post_init__(self) -> None:
        check_types(self)
        check_choice("smooth", self.smooth, _SMOOTHING)
        check_at_least("max_order", self.max_order, 1)
        check_tokenizer(self.tokenizer)
        if self.smooth_value is not None:
            check_at_least("smooth_value", self.smooth_value, 0)

    @property
    def needs(self) -> frozenset[str]:
        """References."""
        return frozenset({"references"})

    @property
    def languages(self) -> None:
        """Any."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Lengths, matches and n-grams by order, and how many segments were added."""
        orders = range(1, self.max_order + 1)
        matches = (f"matches{order}" for order in orders)
        ngrams = (f"ngrams{order}" for order in orders)
        return ("hypothesis_length", "reference_length", *matches, *ngrams, "segments")

    @property
    def fields(self) -> tuple[Field, ...]:
        """BLEU, its (smoothed) precisions, brevity penalty and length ratio."""
        precisions = (f"{self.name}.precision{order}" for order in range(1, self.max_order + 1))
        return (
            Field(self.name, "0-100", higher_is_better=True),
            *(Field(name, "0-100", higher_is_better=True) for name in precisions),
            Field(f"{self.name}.brevity_penalty", "0-1", higher_is_better=None, high=1.0),
            Field(f"{self.name}.length_ratio", "ratio", higher_is_better=None, high=math.inf),
        )

    def measure(self, batch: Batch) -> Measured:
        """Counts for each hypothesis; an item without a reference is invalid.

        Raises:
            ValueError: the batch has no references, or they are nested wrongly.
        """
        found = pairs(batch, self.name)
        tokenize = tokenizer(self.tokenizer)
        rows = [
            self._rows(layout, tokenize) for layout in lay_out(found.hypotheses, found.references)
        ]
        return masked(np.concatenate([np.zeros((0, len(self.columns))), *rows]), found)

    def score(self, totals: FloatArray) -> FloatArray:
        """Corpus BLEU and its parts (..., m) of sums (..., k); NaN for the sum of no row."""
        return self._score(totals, effective=self.effective_order)

    def score_segments(self, statistics: FloatArray) -> FloatArray:
        """Sentence BLEU with effective order (n, m) of single rows (n, k)."""
        return self._score(statistics, effective=True)

    def doubt(self, hypotheses: Sequence[str]) -> str | None:
        """What makes a corpus look tokenised already, which lowers BLEU; None where nothing does.

        As in sacrebleu: a hundred hypotheses or more that end in a period set apart.
        """
        n = sum(text.endswith(" .") for text in hypotheses)
        if self.force or n < _MANY_PERIODS:
            return None
        return (
            f"{n} of {len(hypotheses)} hypotheses end in ' .' and look tokenised, which may lower "
            f"{self.name}: detokenise them, or set the option force if they are what they should be"
        )

    def signature(self) -> str:
        """The corpus score's signature as sacrebleu writes it, without ``nrefs``."""
        return self._signature(effective=self.effective_order)

    def segment_signature(self) -> str:
        """The signature of ``score_segments``: the same with effective order."""
        return self._signature(effective=True)

    def _signature(self, *, effective: bool) -> str:
        default = _SMOOTHING[self.smooth]
        value = default if self.smooth_value is None else self.smooth_value
        order = {} if self.max_order == 4 else {"order": self.max_order}
        return join(
            {
                "case": "lc" if self.lowercase else "mixed",
                "eff": effective,
                "tok": tokenizer_signature(self.tokenizer),
                "smooth": self.smooth if default is None else f"{self.smooth}[{value:.2f}]",
                **order,
                "version": version("sacrebleu"),
            }
        )

    def _rows(self, layout: Layout, tokenize: Callable[[str], list[str]]) -> FloatArray:
        texts = (text.lower() for text in layout.texts) if self.lowercase else layout.texts
        coded = code_tokens([tokenize(text) for text in texts])
        counts = overlap(coded, layout, orders=self.max_order)
        lengths = layout.table(coded.lengths)
        closest = _closest(lengths[:, 0], lengths[:, 1:], layout)
        ones = np.ones(layout.n_items, dtype=np.int64)
        parts = (lengths[:, 0], closest, counts.clipped, counts.hypothesis, ones)
        return np.column_stack(parts).astype(np.float64)

    def _score(self, totals: FloatArray, *, effective: bool) -> FloatArray:
        flat = totals.reshape(-1, totals.shape[-1])
        length, reference, segments = flat[:, 0], flat[:, 1], flat[:, -1]
        correct, total = np.split(flat[:, 2:-1].copy(), 2, axis=1)
        matched = correct.any(axis=1)
        precisions, orders = self._precisions(correct, total)
        precisions[~matched] = 0.0
        penalty = np.array([_brevity(h, r) for h, r in zip(length, reference, strict=True)])
        if not effective:
            orders = np.full(len(flat), self.max_order)
        scores = np.array(
            [_mean(row, order) for row, order in zip(precisions.tolist(), orders, strict=True)]
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(reference > 0, length / reference, 0.0)
        headline = np.where(matched, penalty * scores, 0.0)
        result = np.column_stack([headline, precisions, penalty, ratio])
        result[segments == 0] = np.nan
        return result.reshape(*totals.shape[:-1], result.shape[1])

    def _precisions(self, correct: FloatArray, total: FloatArray) -> tuple[FloatArray, IntArray]:
        """Smoothed precisions (rows, orders), 0-100, and how many orders there are n-grams of."""
        default = _SMOOTHING[self.smooth]
        value = (default or 0.0) if self.smooth_value is None else self.smooth_value
        if self.smooth == "add-k":
            correct[:, 1:] += value
            total[:, 1:] += value
        there = np.logical_and.accumulate(total > 0, axis=1)
        missing = there & (correct == 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            precisions = 100.0 * correct / total
            if self.smooth == "exp":
                halved = 2.0 ** np.cumsum(missing, axis=1)
                precisions = np.where(missing, 100.0 / (halved * total), precisions)
            elif self.smooth == "floor":
                precisions = np.where(missing, 100.0 * value / total, precisions)
        return np.where(there, precisions, 0.0), there.sum(axis=1)


def _closest(length: IntArray, references: IntArray, layout: Layout) -> IntArray:
    """The reference length nearest to the hypothesis' own; ties go to the shorter."""
    far = np.iinfo(np.int64).max // 4
    # Twice the distance leaves room to order equal distances by length.
    distance = 2 * np.abs(references - length[:, None]) + (references > length[:, None])
    nearest = np.where(layout.present(), distance, far).argmin(axis=1)
    chosen: IntArray = references[np.arange(len(length)), nearest]
    return chosen


def _brevity(length: float, reference: float) -> float:
    if length >= reference:
        return 1.0
    return math.exp(1 - reference / length) if length > 0 else 0.0


def _mean(precisions: list[float], orders: int) -> float:
    # math.log and the built-in sum, because numpy's differ from them in the last digit.
    logs = [math.log(value) if value else _LOG_OF_ZERO for value in precisions[:orders]]
    return math.exp(sum(logs) / orders) if orders else 0.0
