"""From a tagger's probabilities of sub-words to words, expected errors, and marked stretches.

A word (or single mark) is seen through every sub-word that touches it. Its probabilities are those
of its first sub-word, of the sub-word that is surest of an error, or their mean. Leaves out
repairing sequences that a scheme doesn't allow (an ``I-`` after an ``O`` begins an error).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from evalkit.fluency.error_labels import ErrorLabels
from evalkit.records import FloatArray, Span, TokenScore

__all__ = ["STRATEGIES", "TaggedText", "by_word", "expected_errors", "probabilities", "spans"]

STRATEGIES = ("first", "max", "mean")
"""How sub-words make a word."""
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class TaggedText:
    """The words of a text and what the tagger says of each."""

    words: tuple[Place, ...]
    """(w,) places of the words and single marks that were read."""
    rows: FloatArray
    """(w, labels) probabilities."""
    wrong: FloatArray
    """(w,) probabilities of an error."""

    @property
    def scores(self) -> tuple[TokenScore, ...]:
        """Each word's probability of an error."""
        found = zip(self.words, self.wrong.tolist(), strict=True)
        return tuple(TokenScore(start, end, value) for (start, end), value in found)


def probabilities(logits: FloatArray) -> FloatArray:
    """Softmax over the last axis, in float64."""
    return np.asarray(np.exp(logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)))


def by_word(
    rows: FloatArray,
    places: Sequence[Place],
    words: Sequence[Place],
    labels: ErrorLabels,
    *,
    strategy: str,
) -> TaggedText:
    """The words that sub-words touch, each with its probabilities; the others are left out.

    Args:
        rows: (t, labels) probabilities of the sub-words.
        places: (t,) their places in the text, in order.
        words: places of the text's words and marks, in order.
        labels: which labels are errors.
        strategy: one of ``STRATEGIES``.
    """
    kept, found = [], []
    for word, own in zip(words, _touching(places, words), strict=True):
        if own:
            kept.append(word)
            found.append(_merged(rows[own], labels, strategy))
    stacked = np.stack(found) if found else np.zeros((0, rows.shape[1]))
    return TaggedText(tuple(kept), stacked, stacked[:, labels.wrong].sum(axis=1))


def expected_errors(text: TaggedText, labels: ErrorLabels) -> float:
    """How many errors to expect in a text: how many words are likely to begin one.

    A word begins an error where its label says so (``B-``); any other error label begins one only
    where the word before it is fine, so an error of three words counts once. Words are taken as
    independent of each other, as the head takes them.
    """
    begins = text.rows[:, labels.begins].sum(axis=1)
    goes_on = text.rows[:, labels.goes_on].sum(axis=1)
    before = np.concatenate([[0.0], text.wrong[:-1]])[: len(text.words)]
    return float((begins + goes_on * (1.0 - before)).sum())


def spans(text: TaggedText, labels: ErrorLabels, *, threshold: float, finder: str) -> list[Span]:
    """The marked stretches: neighbours at or above the threshold that are one error.

    A stretch ends where the kind of error changes, or where a label says that a new one begins.
    Its probability is that of its surest word, which decides its kind and category too.
    """
    places = text.rows[:, labels.wrong].argmax(axis=1)
    best = [labels.wrong[place] for place in places]
    found = []
    for group in _groups(text, best, labels, threshold):
        surest = max(group, key=lambda i: text.wrong[i])
        number = best[surest]
        kind = labels.kinds[number]
        several = len({labels.kinds[i] for i in labels.wrong}) > 1
        found.append(
            Span(
                text.words[group[0]][0],
                text.words[group[-1]][1],
                labels.categories[number],
                probability=float(text.wrong[surest]),
                finder=f"{finder}.{kind}" if several else finder,
                message=f"The model labels this {kind}." if several else "This seems to be wrong.",
            )
        )
    return found


def _groups(
    text: TaggedText, best: Sequence[int], labels: ErrorLabels, threshold: float
) -> Iterator[list[int]]:
    group: list[int] = []
    for i, value in enumerate(text.wrong):
        goes_on = (
            bool(group)
            and best[i] not in labels.begins
            and labels.kinds[best[i]] == labels.kinds[best[group[-1]]]
        )
        if group and not (value >= threshold and goes_on):
            yield group
            group = []
        if value >= threshold:
            group.append(i)
    if group:
        yield group


def _merged(rows: FloatArray, labels: ErrorLabels, strategy: str) -> FloatArray:
    if strategy == "first":
        return np.asarray(rows[0])
    if strategy == "mean":
        return np.asarray(rows.mean(axis=0))
    return np.asarray(rows[int(rows[:, labels.wrong].sum(axis=1).argmax())])


def _touching(places: Sequence[Place], words: Sequence[Place]) -> Iterator[list[int]]:
    """For each word the sub-words that share a character with it."""
    first = 0
    for start, end in words:
        while first < len(places) and places[first][1] <= start:
            first += 1
        own = []
        for i in range(first, len(places)):
            if places[i][0] >= end:
                break
            if max(places[i][0], start) < min(places[i][1], end):
                own.append(i)
        yield own
