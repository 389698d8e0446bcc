"""What a scorer's answer must be like, whatever the texts."""

import math
from collections.abc import Iterator, Sequence

import numpy as np

from evalkit.records import Batch, Field, FloatArray, Measured
from evalkit.stages import Scorer

__all__ = ["answer_problems", "same_rows", "within"]


def answer_problems(scorer: Scorer, batch: Batch, found: Measured) -> Iterator[str]:
    """What is wrong with the shape of an answer, its reasons, spans and tokens."""
    n, k = len(batch), len(scorer.columns)
    if found.statistics.shape != (n, k) or found.valid.shape != (n,):
        yield (
            f"statistics of shape {found.statistics.shape} and valid of {found.valid.shape} for "
            f"{n} texts and {k} columns"
        )
        return
    for row in np.flatnonzero(~found.valid).tolist():
        if found.statistics[row].any():
            yield f"the statistics of invalid row {row} are not zero"
        if not str(found.reasons.get(row, "")).strip():
            yield f"invalid row {row} has no reason"
    for row in found.reasons:
        if row not in range(n) or found.valid[row]:
            yield f"a reason for row {row}, which is valid or not there"
    for row, text in found.cuts.items():
        if row not in range(n) or not text:
            yield f"a cut for row {row}: {text!r}"
    yield from _marks(batch, found)


def _marks(batch: Batch, found: Measured) -> Iterator[str]:
    ends = [len(text) for text in batch.hypotheses]
    if found.tokens is not None:
        places = [[(token.start, token.end) for token in own] for own in found.tokens]
        yield from _outside("tokens", places, ends)
        values = [token.value for own in found.tokens for token in own]
        yield from (f"a token's value is {value}" for value in values if not math.isfinite(value))
    if found.spans is not None:
        if batch.contexts is not None:  # a span may reach into what follows
            ends = [len(context.text) - context.start for context in batch.contexts]
        places = [[(span.start, span.end) for span in own] for own in found.spans]
        yield from _outside("spans", places, ends)
        for span in (span for own in found.spans for span in own):
            if span.probability is not None and not 0 <= span.probability <= 1:
                yield f"a span's probability is {span.probability}"


def _outside(
    what: str, places: Sequence[Sequence[tuple[int, int]]], ends: Sequence[int]
) -> Iterator[str]:
    if len(places) != len(ends):
        yield f"{len(places)} rows of {what} for {len(ends)} texts"
        return
    for row, (own, last) in enumerate(zip(places, ends, strict=True)):
        for start, end in own:
            if not 0 <= start <= end <= last:
                yield f"{what} of row {row}: {start}-{end} in a text of {last}"


def same_rows(
    found: Measured,
    places: Sequence[int],
    whole: Measured,
    items: Sequence[int],
    tolerance: float,
) -> Iterator[str]:
    """Where rows of one answer differ from rows of another that belong to the same items."""
    for place, item in zip(places, items, strict=True):
        one, other = found.statistics[place], whole.statistics[item]
        if found.valid[place] != whole.valid[item]:
            yield f"text {item} is valid in one batch and not in the other"
        elif not np.allclose(one, other, rtol=tolerance, atol=tolerance):
            far = np.abs(one - other).max()
            yield f"the rows of text {item} differ by {far:.3g} (allowed: {tolerance:g})"
        elif _n(found.spans, place) != _n(whole.spans, item):
            yield f"text {item} has other spans"


def _n(marked: Sequence[Sequence[object]] | None, row: int) -> int:
    return -1 if marked is None else len(marked[row])


def within(fields: Sequence[Field], scores: FloatArray) -> Iterator[str]:
    """Scores (n, m) that are outside of their fields' bounds; undefined ones are in."""
    for field, values in zip(fields, scores.T, strict=True):
        known = values[~np.isnan(values)]
        slack = 1e-6 * max(1.0, *(abs(b) for b in (field.low, field.high) if math.isfinite(b)), 0.0)
        outside = known[(known < field.low - slack) | (known > field.high + slack)]
        if outside.size:
            yield f"{field.name} is {outside[0]:g}, outside of {field.low:g} to {field.high:g}"
