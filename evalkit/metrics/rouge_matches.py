"""What a hypothesis and a reference share, for each kind of ROUGE, as a part of either."""

from collections.abc import Iterator, Sequence

import numpy as np

from evalkit.metrics import lcs, skip_bigrams, weighted_lcs
from evalkit.metrics.overlap import Coded, IntArray, Layout, common_grams
from evalkit.metrics.rouge_texts import Lines
from evalkit.metrics.union_lcs import union_matches
from evalkit.records import FloatArray

__all__ = ["WEIGHT", "precision_recall"]

WEIGHT = 1.2
"""Of ROUGE-W where nothing is said, as is customary (``-w 1.2`` in ROUGE-1.5.5)."""


def precision_recall(
    kind: str, lines: Lines, layout: Layout, *, gap: int | None, weight: float
) -> tuple[FloatArray, FloatArray]:
    """What is shared as parts of the hypothesis and of the reference, 0-1, (items, references).

    0 where the text has no token (no n-gram, no skip bigram), or where there is no reference.

    Args:
        kind: a number, ``L``, ``Lsum``, ``S``, ``SU`` or ``W``.
        lines: the texts of ``layout``, in its order; only Lsum minds the lines.
        layout: which text is whose.
        gap: for S and SU, most words between the two; None for any number.
        weight: for W, the power of a run's length.
    """
    coded = lines.coded
    if kind == "Lsum":
        return _parts(union_matches(lines, layout), coded.lengths, layout)
    if kind in ("S", "SU"):
        return _skipping(coded, layout, gap, with_words=kind == "SU")
    bounds = _bounds(coded)
    if kind == "L":
        common = lcs.lengths(coded.tokens, bounds, _opposites(layout))
        return _parts(_placed(common, layout), coded.lengths, layout)
    if kind == "W":
        found = weighted_lcs.lengths(coded.tokens, bounds, _opposites(layout), weight)
        sizes = coded.lengths.astype(np.float64) ** weight
        precision, recall = _parts(_placed(found, layout), sizes, layout)
        return precision ** (1 / weight), recall ** (1 / weight)
    order = int(kind)
    n_grams = np.maximum(coded.lengths - order + 1, 0)
    return _parts(common_grams(coded, layout, order=order), n_grams, layout)


def _skipping(
    coded: Coded, layout: Layout, gap: int | None, *, with_words: bool
) -> tuple[FloatArray, FloatArray]:
    texts = np.split(coded.tokens, _bounds(coded)[1:-1])
    found = [
        skip_bigrams.shared(texts[left], texts[right], gap) for left, right in _opposites(layout)
    ]
    matches = _placed(found, layout)
    sizes = skip_bigrams.number(coded.lengths, gap)
    if with_words:
        matches += common_grams(coded, layout, order=1)
        sizes = sizes + coded.lengths
    return _parts(matches, sizes, layout)


def _bounds(coded: Coded) -> IntArray:
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(coded.lengths)])


def _opposites(layout: Layout) -> Iterator[tuple[int, int]]:
    """Numbers of the texts of each hypothesis and each of its references, in order."""
    hypothesis = 0
    for place, column in enumerate(layout.column.tolist()):
        if column == 0:
            hypothesis = place
        else:
            yield hypothesis, place


def _placed(values: Sequence[float] | FloatArray, layout: Layout) -> FloatArray:
    """A number for each of ``_opposites`` as (items, references), 0 where there is none."""
    placed = np.zeros((layout.n_items, layout.n_columns))
    is_reference = layout.column > 0
    placed[layout.item[is_reference], layout.column[is_reference]] = values
    return placed[:, 1:]


def _parts(
    matches: IntArray | FloatArray, sizes: IntArray | FloatArray, layout: Layout
) -> tuple[FloatArray, FloatArray]:
    """Matches (items, references) as parts of the hypothesis and of the reference."""
    totals = np.ones((layout.n_items, layout.n_columns))
    totals[layout.item, layout.column] = np.maximum(sizes, 1)
    # Weighted lengths are sums of differences, which may end a little above their whole.
    return np.minimum(matches / totals[:, :1], 1.0), np.minimum(matches / totals[:, 1:], 1.0)
