"""Sentences -> batches of arrays for the detector, the same for the same seed and place.

The data come in chunks. A chunk draws its sentences, corrupts the clean ones, sorts by length and
cuts batches of about equal numbers of sub-words, so that little is padding; then it shuffles
them. Chunk k depends on the seed and k alone, which is what makes resuming exact.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from evalkit.models.pieces import IGNORED, Pieces
from evalkit.training.corruption import Corruptor, Labelled
from evalkit.training.detector_data import Corpus, Tagged

__all__ = ["Batches"]

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence in sub-words, with the labels of its tokens and of its end."""

    ids: tuple[int, ...]
    first: tuple[int, ...]
    last: tuple[int, ...]
    wrong: tuple[int, ...]
    gap: tuple[int, ...]
    edit: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Batches:
    """Endless batches over a corpus."""

    corpus: Corpus
    corruptor: Corruptor
    pieces: Pieces
    seed: int
    tagged_share: float
    """Share of the sentences that carry real tags."""
    joined_share: float
    """Share of the clean sentences that come two in a row, as one text."""
    chunk: int
    """Sentences drawn at a time."""
    n_subwords: int
    """About how many sub-words a batch holds."""

    def chunk_batches(self, number: int) -> list[dict[str, NDArray[np.int64]]]:
        """The batches of chunk ``number``, in the order of learning."""
        rng = np.random.default_rng((self.seed, number))
        n_tagged = round(self.chunk * self.tagged_share) if self.corpus.tagged else 0
        n_clean = self.chunk - n_tagged
        examples = [self._from_clean(rng, *pair) for pair in self._clean(rng, number, n_clean)]
        drawn = _draw(self.corpus.tagged, (self.seed, 1), number * n_tagged, n_tagged)
        examples += [self._from_tagged(one) for one in drawn]
        examples.sort(key=lambda example: len(example.ids))
        groups = list(_groups(examples, self.n_subwords))
        return [_arrays(groups[i]) for i in rng.permutation(len(groups)).tolist()]

    def _clean(
        self, rng: np.random.Generator, number: int, n: int
    ) -> Iterator[tuple[tuple[str, ...], ...]]:
        drawn = _draw(self.corpus.clean, (self.seed, 0), number * n, n)
        while drawn:
            sentence = drawn.pop()
            joined = drawn and rng.random() < self.joined_share
            yield (sentence, drawn.pop()) if joined else (sentence,)

    def _from_clean(self, rng: np.random.Generator, *sentences: tuple[str, ...]) -> Example:
        parts = [self.corruptor.corrupt(sentence, rng) for sentence in sentences]
        whole = parts[0]
        for part in parts[1:]:
            whole = Labelled(
                whole.tokens + part.tokens,
                whole.wrong + part.wrong,
                (*whole.gap[:-1], whole.gap[-1] or part.gap[0], *part.gap[1:]),
            )
        n = len(whole.tokens)
        edit = ((IGNORED, IGNORED),) * (n + 1)
        return self._example(whole.tokens, (*whole.wrong, IGNORED), whole.gap, edit)

    def _from_tagged(self, one: Tagged) -> Example:
        unknown = (IGNORED,) * (len(one.tokens) + 1)
        edited = (*map(int, one.edited), IGNORED)
        edit = tuple(zip(edited, map(int, one.filled), strict=True))
        return self._example(one.tokens, unknown, unknown, edit)

    def _example(
        self,
        tokens: tuple[str, ...],
        wrong: tuple[int, ...],
        gap: tuple[int, ...],
        edit: tuple[tuple[int, int], ...],
    ) -> Example:
        ids = [self.pieces.start]
        first, last = [], []
        for token in tokens:
            first.append(len(ids))
            ids += self.pieces.of(token)
            last.append(len(ids) - 1)
        end = len(ids)
        ids.append(self.pieces.end)
        return Example(tuple(ids), (*first, end), (*last, end), wrong, gap, edit)


def _draw(items: Sequence[Item], seed: tuple[int, int], start: int, n: int) -> list[Item]:
    """``n`` items from place ``start`` of an endless sequence of shuffled passes."""
    drawn: list[Item] = []
    while len(drawn) < n:
        epoch, place = divmod(start + len(drawn), len(items))
        order = np.random.default_rng((*seed, epoch)).permutation(len(items))
        wanted = order[place : place + n - len(drawn)].tolist()
        drawn += [items[i] for i in wanted]
    return drawn


def _groups(examples: list[Example], n_subwords: int) -> Iterator[list[Example]]:
    group: list[Example] = []
    for example in examples:
        if group and (len(group) + 1) * len(example.ids) > n_subwords:
            yield group
            group = []
        group.append(example)
    if group:
        yield group


def _arrays(group: list[Example]) -> dict[str, NDArray[np.int64]]:
    n, width = len(group), max(len(example.first) for example in group)
    length = max(len(example.ids) for example in group)
    arrays = {
        "ids": np.zeros((n, length), np.int64),
        "mask": np.zeros((n, length), np.int64),
        "first": np.zeros((n, width), np.int64),
        "last": np.zeros((n, width), np.int64),
        "wrong": np.full((n, width), IGNORED, np.int64),
        "gap": np.full((n, width), IGNORED, np.int64),
        "edit": np.full((n, width, 2), IGNORED, np.int64),
    }
    for row, example in enumerate(group):
        arrays["mask"][row, : len(example.ids)] = 1
        for name in ("ids", "first", "last", "wrong", "gap", "edit"):
            values = getattr(example, name)
            arrays[name][row, : len(values)] = values
    return arrays
