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
from evalkit.training.corruption import Corruptor
from evalkit.training.detector_data import Corpus, Tagged
from evalkit.training.draft import Labelled
from evalkit.training.phrase_errors import joined, splice

__all__ = ["Batches", "Shares"]

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
class Shares:
    """How sentences are mixed, each 0-1."""

    tagged: float
    """Of all sentences: those that carry real tags."""
    joined: float = 0.0
    """Of the clean ones that have a successor: those that come together with it, as one text."""
    spliced: float = 0.0
    """Of these pairs: those that are run together by a comma or by nothing."""
    curly: float = 0.0
    """Of all sentences: those whose straight quotation marks and apostrophes are made curly."""


@dataclass(frozen=True, slots=True)
class Batches:
    """Endless batches over a corpus."""

    corpus: Corpus
    corruptor: Corruptor
    pieces: Pieces
    seed: int
    shares: Shares
    chunk: int
    """Sentences drawn at a time."""
    n_subwords: int
    """About how many sub-words a batch holds."""

    def chunk_batches(self, number: int) -> list[dict[str, NDArray[np.int64]]]:
        """The batches of chunk ``number``, in the order of learning."""
        rng = np.random.default_rng((self.seed, number))
        n_tagged = round(self.chunk * self.shares.tagged) if self.corpus.tagged else 0
        n_clean = self.chunk - n_tagged
        drawn = _draw(range(len(self.corpus.clean)), (self.seed, 0), number * n_clean, n_clean)
        examples = [self._from_clean(rng, i) for i in drawn]
        tagged = _draw(self.corpus.tagged, (self.seed, 1), number * n_tagged, n_tagged)
        examples += [self._from_tagged(rng, one) for one in tagged]
        examples.sort(key=lambda example: len(example.ids))
        groups = list(_groups(examples, self.n_subwords))
        return [_arrays(groups[i]) for i in rng.permutation(len(groups)).tolist()]

    def _from_clean(self, rng: np.random.Generator, i: int) -> Example:
        one = self._corrupted(rng, i)
        if rng.random() < self.shares.joined and self.corpus.follows[i + 1]:
            other = self._corrupted(rng, i + 1)
            spliced = splice(one, other, rng) if rng.random() < self.shares.spliced else None
            one = joined(one, other) if spliced is None else spliced
        edit = ((IGNORED, IGNORED),) * (len(one.tokens) + 1)
        return self._example(rng, one.tokens, (*one.wrong, IGNORED), one.gap, edit)

    def _corrupted(self, rng: np.random.Generator, i: int) -> Labelled:
        return self.corruptor.corrupt(self.corpus.clean[i], rng)

    def _from_tagged(self, rng: np.random.Generator, one: Tagged) -> Example:
        unknown = (IGNORED,) * (len(one.tokens) + 1)
        edited = (*map(int, one.edited), IGNORED)
        edit = tuple(zip(edited, map(int, one.filled), strict=True))
        return self._example(rng, one.tokens, unknown, unknown, edit)

    def _example(
        self,
        rng: np.random.Generator,
        tokens: tuple[str, ...],
        wrong: tuple[int, ...],
        gap: tuple[int, ...],
        edit: tuple[tuple[int, int], ...],
    ) -> Example:
        if rng.random() < self.shares.curly:
            tokens = curled(tokens)
        ids = [self.pieces.start]
        first, last = [], []
        for token in tokens:
            first.append(len(ids))
            ids += self.pieces.of(token)
            last.append(len(ids) - 1)
        end = len(ids)
        ids.append(self.pieces.end)
        return Example(tuple(ids), (*first, end), (*last, end), wrong, gap, edit)


def curled(tokens: Sequence[str]) -> tuple[str, ...]:
    """The tokens with curly marks for straight ones; unpaired quotation marks stay.

    >>> curled(('"', "don't", '"'))
    ('“', 'don’t', '”')
    """
    paired = sum(word == '"' for word in tokens) % 2 == 0
    found, opens = [], True
    for word in tokens:
        if word == '"' and paired:
            found.append("“" if opens else "”")
            opens = not opens
        else:
            found.append(word.replace("'", "’") if word[0].isalpha() else word)
    return tuple(found)


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
