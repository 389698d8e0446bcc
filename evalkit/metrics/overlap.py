"""Counts of n-grams that a hypothesis shares with its references, a chunk of items at a time.

The one counting engine under BLEU, chrF and ROUGE-N. Each n-gram becomes an integer that also
says which item it belongs to: an n-gram's number is its (n-1)-gram's number joined with the
number of its last token, renumbered by one sort. So all items of a chunk are counted together in
numpy, for any number of references each. Left out: skip-grams and weights.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Coded",
    "IntArray",
    "Layout",
    "Overlap",
    "code_characters",
    "code_tokens",
    "lay_out",
    "overlap",
]

IntArray = NDArray[np.int64]

_CHUNK_ITEMS = 256
"""Sorting is fastest while a chunk's n-grams fit in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The texts of a chunk of items in one row: each hypothesis, then its references."""

    texts: tuple[str, ...]
    """All texts."""
    item: IntArray
    """For each text the item of this chunk that it belongs to."""
    column: IntArray
    """For each text 0 for the hypothesis, r for its r-th reference."""
    n_items: int
    """Items in the chunk."""
    n_columns: int
    """1 + the largest number of references."""

    def present(self) -> NDArray[np.bool_]:
        """(n_items, n_columns - 1), where an item has an r-th reference."""
        found = np.zeros((self.n_items, self.n_columns), dtype=np.bool_)
        found[self.item, self.column] = True
        return found[:, 1:]

    def table(self, values: IntArray) -> IntArray:
        """A number per text as (n_items, n_columns), 0 where there is no such text."""
        placed = np.zeros((self.n_items, self.n_columns), dtype=np.int64)
        placed[self.item, self.column] = values
        return placed


@dataclass(frozen=True, slots=True)
class Coded:
    """Texts as numbers: the tokens of all texts in one row, and how many each text has."""

    tokens: IntArray
    """(sum of lengths,)"""
    lengths: IntArray
    """(texts,)"""


@dataclass(frozen=True, slots=True)
class Overlap:
    """Counts of n-grams for n = 1 .. orders."""

    hypothesis: IntArray
    """(n_items, orders), n-grams of the hypothesis."""
    reference: IntArray
    """(n_items, references, orders), n-grams of each reference; 0 where there is none."""
    common: IntArray
    """(n_items, references, orders), shared n-grams, each as often as both texts have it."""
    clipped: IntArray
    """(n_items, orders), n-grams of the hypothesis, each at most as often as in the reference
    that has it most often (Papineni et al. 2002)."""


def lay_out(
    hypotheses: Sequence[str], references: Sequence[Sequence[str]], *, items: int = _CHUNK_ITEMS
) -> Iterator[Layout]:
    """Cut a batch into chunks of at most ``items`` items.

    Raises:
        ValueError: as many references as hypotheses are needed, one sequence each.
    """
    groups = [(text, *found) for text, found in zip(hypotheses, references, strict=True)]
    for start in range(0, len(groups), items):
        chunk = groups[start : start + items]
        sizes = [len(group) for group in chunk]
        yield Layout(
            texts=tuple(chain.from_iterable(chunk)),
            item=np.repeat(np.arange(len(chunk)), sizes),
            column=np.concatenate([np.arange(size) for size in sizes]),
            n_items=len(chunk),
            n_columns=max(sizes),
        )


def code_characters(texts: Sequence[str]) -> Coded:
    """Each code point as a token."""
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    raw = "".join(texts).encode("utf-32-le", "surrogatepass")
    _, tokens = np.unique(np.frombuffer(raw, dtype="<u4"), return_inverse=True)
    return Coded(tokens=tokens.astype(np.int64, copy=False), lengths=lengths)


def code_tokens(texts: Sequence[Sequence[str]]) -> Coded:
    """Each token as a number; equal tokens have equal numbers."""
    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    lengths = np.array([len(tokens) for tokens in texts], dtype=np.int64)
    coded = map(numbers.__getitem__, chain.from_iterable(texts))
    return Coded(tokens=np.fromiter(coded, np.int64, count=lengths.sum()), lengths=lengths)


def overlap(coded: Coded, layout: Layout, *, orders: int) -> Overlap:
    """Count the n-grams that each hypothesis shares with its references.

    Args:
        coded: the texts of ``layout``, in its order.
        layout: which text is whose.
        orders: the longest n-gram.

    Returns:
        Counts for n = 1 .. orders; a text of fewer than n tokens has no n-gram of that order.
    """
    item = np.repeat(layout.item, coded.lengths)
    column = np.repeat(layout.column, coded.lengths)
    ends = np.repeat(np.cumsum(coded.lengths), coded.lengths)
    tokens = coded.tokens
    n_tokens = int(tokens.max(initial=0)) + 1
    totals = np.zeros((layout.n_items, layout.n_columns, orders), dtype=np.int64)
    common = np.zeros((layout.n_items, layout.n_columns - 1, orders), dtype=np.int64)
    clipped = np.zeros((layout.n_items, orders), dtype=np.int64)
    position = np.arange(len(tokens))
    prefix = item
    for order in range(orders):
        inside = position + order < ends[position]
        position, prefix = position[inside], prefix[inside]
        if not len(position):
            break
        _, gram = np.unique(prefix * n_tokens + tokens[position + order], return_inverse=True)
        counts = _table(gram, column[position], layout.n_columns)
        owner = np.empty(len(counts), dtype=np.int64)
        owner[gram] = item[position]
        shared = np.minimum(counts[:, :1], counts[:, 1:])
        totals[:, :, order] = _table(
            item[position], column[position], layout.n_columns, layout.n_items
        )
        for reference in range(layout.n_columns - 1):
            common[:, reference, order] = _sums(owner, shared[:, reference], layout.n_items)
        clipped[:, order] = _sums(owner, shared.max(axis=1, initial=0), layout.n_items)
        prefix = gram
    return Overlap(totals[:, 0], totals[:, 1:], common, clipped)


def _table(row: IntArray, column: IntArray, n_columns: int, n_rows: int = 0) -> IntArray:
    """How often each (row, column) occurs, as a table of at least ``n_rows`` rows."""
    n_rows = max(n_rows, int(row.max(initial=-1)) + 1)
    counts = np.bincount(row * n_columns + column, minlength=n_rows * n_columns)
    return counts.reshape(n_rows, n_columns)


def _sums(owner: IntArray, values: IntArray, n: int) -> IntArray:
    # bincount adds in float64, exact for counts below 2**53.
    return np.bincount(owner, weights=values, minlength=n).astype(np.int64)
