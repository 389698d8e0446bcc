"""Measures of a set of texts, which no sum over texts gives: distinct-n and self-BLEU.

Distinct-n (Li et al. 2016) is the share of a set's n-grams that are different ones; it falls as
texts get longer and sets larger, so compare like with like. Self-BLEU (Zhu et al. 2018) is the
mean BLEU of each text with all others as its references: 100 where all are the same. Equal to
sacrebleu 2.6's sentence BLEU, but in time that grows with the text and not with the square of
the number of texts: a text needs of all the others only the most that any has of each n-gram.
Because they are no functions of a sum they are ``SetScorer``s: no interval, no test.

Left out: BLEU of other settings than sacrebleu's defaults.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

import evalkit
from evalkit.errors import nearest
from evalkit.metrics.bleu import Bleu
from evalkit.metrics.bleu_tokens import tokenizer
from evalkit.metrics.overlap import Coded, IntArray, code_tokens, grams
from evalkit.metrics.rouge_texts import read
from evalkit.metrics.signature import join
from evalkit.records import Batch, Field, FloatArray, SetScore

__all__ = ["SetMeasure", "check_set_measure", "distinct", "self_bleu", "set_score"]

_NAMES = ("distinct<n>", "self-bleu")
_DISTINCT = re.compile(r"distinct([1-9][0-9]*)")
_MAX_NUMBER = 1 << 40
"""Numbers of n-grams stay below this, so that they can be joined with those of texts."""


def check_set_measure(name: str) -> None:
    """Look whether there is such a measure.

    Raises:
        ValueError: there is none; names those that there are.
    """
    if name != "self-bleu" and not _DISTINCT.fullmatch(name):
        guess = nearest(name, ("distinct1", "distinct2", "self-bleu"))
        hint = f" Did you mean {guess!r}?" if guess else ""
        raise ValueError(f"no measure of a set named {name!r}.{hint} Known: {', '.join(_NAMES)}.")


def set_score(name: str, texts: Sequence[str]) -> SetScore:
    """One measure of all texts together.

    Args:
        name: ``distinct1``, ``distinct2`` and so on, or ``self-bleu``.
        texts: the set; the same text may be there more than once.

    Returns:
        The score, 0-100; NaN with a reason where it is undefined (no n-gram at all; for self-BLEU
        fewer than two texts).

    >>> set_score("distinct1", ["the cat", "the dog"]).value
    75.0

    Raises:
        ValueError: there is no such measure.
    """
    check_set_measure(name)
    if name == "self-bleu":
        return _self_bleu(texts)
    return _distinct(name, int(name.removeprefix("distinct")), texts)


@dataclass(frozen=True, slots=True)
class SetMeasure:
    """``distinct<n>`` or ``self-bleu`` as a set scorer of a system's texts.

    Raises:
        ValueError: there is no such measure.
    """

    measure: str
    """Which of them."""
    name: str
    """The name in tables and records."""

    def __post_init__(self) -> None:
        check_set_measure(self.measure)

    @property
    def needs(self) -> frozenset[str]:
        """Nothing but the texts."""
        return frozenset()

    @property
    def languages(self) -> None:
        """Any."""

    @property
    def fields(self) -> tuple[Field, ...]:
        """The one number, 0-100."""
        return (Field(self.name, "0-100", higher_is_better=self.measure != "self-bleu"),)

    @property
    def whole(self) -> str:
        """Why there is no interval."""
        return f"{self.name} is of all texts together; no sum over texts gives it"

    def measure_set(self, batch: Batch) -> tuple[SetScore, ...]:
        """The number of all hypotheses together."""
        return (replace(set_score(self.measure, batch.hypotheses), name=self.name),)

    def signature(self) -> str:
        """Settings and versions."""
        return set_score(self.measure, ()).signature


def distinct(measure: str, /, *, name: str = "") -> SetMeasure:
    """The set scorer ``distinct1``, ``distinct2`` and so on; ``name`` renames it."""
    return SetMeasure(measure, name or measure)


def self_bleu(*, name: str = "self-bleu") -> SetMeasure:
    """The set scorer ``self-bleu``."""
    return SetMeasure("self-bleu", name)


def _distinct(name: str, order: int, texts: Sequence[str]) -> SetScore:
    lines = read(tuple(texts), tokenizer="unicode", stemmer=False, split="newline", language="en")
    *_, (gram, _, _) = grams(lines.coded, order, _MAX_NUMBER)
    reason = "" if len(gram) else f"no text has {order} words"
    return SetScore(
        name=name,
        unit="0-100",
        higher_is_better=True,
        value=100 * len(np.unique(gram)) / len(gram) if len(gram) else math.nan,
        n_texts=len(texts),
        reason=reason,
        signature=join(
            {
                "case": "lc",
                "tok": "unicode",
                "n": order,
                "version": f"evalkit-{evalkit.__version__}",
            }
        ),
    )


def _self_bleu(texts: Sequence[str]) -> SetScore:
    scorer = Bleu()
    value, reason = math.nan, "a set of two texts or more is needed"
    if len(texts) > 1:
        rows = _rows(texts, scorer)
        value, reason = float(scorer.score_segments(rows)[:, 0].mean()), ""
    return SetScore(
        name="self-bleu",
        unit="0-100",
        higher_is_better=False,
        value=value,
        n_texts=len(texts),
        reason=reason,
        signature=f"nrefs:others|{scorer.segment_signature()}",
    )


def _rows(texts: Sequence[str], scorer: Bleu) -> FloatArray:
    """Each text's row of BLEU statistics, all the others being its references."""
    tokenize = tokenizer(scorer.tokenizer)
    coded = code_tokens([tokenize(text) for text in texts])
    orders = range(1, scorer.max_order + 1)
    counts = {
        "hypothesis_length": coded.lengths,
        "reference_length": _closest_other(coded.lengths),
        "segments": np.ones(len(texts)),
    }
    for order, shared in zip(orders, _clipped(coded, scorer.max_order), strict=True):
        counts[f"matches{order}"] = shared
        counts[f"ngrams{order}"] = np.maximum(coded.lengths - order + 1, 0)
    return np.column_stack([counts[column] for column in scorer.columns]).astype(np.float64)


def _clipped(coded: Coded, orders: int) -> list[IntArray]:
    """For each order (texts,) n-grams, each at most as often as some other text has it."""
    n_texts = len(coded.lengths)
    found = []
    for gram, _, text in grams(coded, orders, _MAX_NUMBER):
        key, n = np.unique_counts(gram * n_texts + text)
        gram_of, text_of = key // n_texts, key % n_texts
        order = np.lexsort((n, gram_of))
        gram_of, text_of, n = gram_of[order], text_of[order], n[order]
        # The last of an n-gram's texts has it most often; it is measured by the one before it.
        is_last = np.append(gram_of[1:] != gram_of[:-1], True)[: len(n)]
        last = np.flatnonzero(is_last)
        sizes = np.diff(last, prepend=-1)
        most = np.repeat(n[last], sizes)
        before = np.where(sizes > 1, n[np.maximum(last - 1, 0)], 0)
        most[last] = before
        clipped = np.bincount(text_of, weights=np.minimum(n, most), minlength=n_texts)
        found.append(clipped.astype(np.int64))
    return found


def _closest_other(lengths: IntArray) -> IntArray:
    """Of each text the closest length among the others (ties: the shorter)."""
    order = np.argsort(lengths, kind="stable")
    ordered = lengths[order]
    below = np.concatenate([ordered[:1], ordered[:-1]])
    above = np.concatenate([ordered[1:], ordered[-1:]])
    below[0], above[-1] = above[0], below[-1]
    closest = np.empty_like(lengths)
    closest[order] = np.where(above - ordered < np.abs(ordered - below), above, below)
    return closest
