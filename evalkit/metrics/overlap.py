"""Counts of n-grams that a hypothesis shares with its references, a chunk of items at a time.

The one counting engine under BLEU, chrF and ROUGE-N. Each n-gram becomes an integer: its
(n-1)-gram's number joined with the number of its last token, renumbered only where that would
not fit. Joined with the numbers of the item and the text and sorted once, equal n-grams of an
item follow one another; so all items of a chunk are counted together in
numpy, for any number of references each. Left out: skip-grams (``skip_bigrams``) and weights.
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
    "common_grams",
    "grams",
    "lay_out",
    "overlap",
]

IntArray = NDArray[np.int64]

_CHUNK_ITEMS = 256
"""Sorting is fastest while a chunk's n-grams fit in the processor's cache."""
_CHUNK_CHARACTERS = 1 << 20
"""Keeps the memory that a chunk needs bounded."""
_MAX_KEY = 1 << 62
"""Numbers of n-grams, joined with those of items and texts, stay below this."""


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
    """Cut a batch into chunks of at most ``items`` items, fewer where the texts are long.

    Raises:
        ValueError: as many references as hypotheses are needed, one sequence each.
    """
    groups: list[tuple[str, ...]] = []
    n_characters = 0
    for text, found in zip(hypotheses, references, strict=True):
        group = (text, *found)
        size = sum(map(len, group))
        if len(groups) == items or (groups and n_characters + size > _CHUNK_CHARACTERS):
            yield _layout(groups)
            groups, n_characters = [], 0
        groups.append(group)
        n_characters += size
    if groups:
        yield _layout(groups)


def _layout(groups: Sequence[tuple[str, ...]]) -> Layout:
    sizes = [len(group) for group in groups]
    return Layout(
        texts=tuple(chain.from_iterable(groups)),
        item=np.repeat(np.arange(len(groups)), sizes),
        column=np.concatenate([np.arange(size) for size in sizes]),
        n_items=len(groups),
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
    totals = np.zeros((layout.n_items, layout.n_columns, orders), dtype=np.int64)
    common = np.zeros((layout.n_items, layout.n_columns - 1, orders), dtype=np.int64)
    clipped = np.zeros((layout.n_items, orders), dtype=np.int64)
    limit = _MAX_KEY // max(1, layout.n_items * layout.n_columns)
    for order, (gram, n_grams, text) in enumerate(grams(coded, orders, limit)):
        totals[:, :, order] = layout.table(np.maximum(coded.lengths - order, 0))
        common[:, :, order], clipped[:, order] = _shared(gram, n_grams, text, layout)
    return Overlap(totals[:, 0], totals[:, 1:], common, clipped)


def common_grams(coded: Coded, layout: Layout, *, order: int) -> IntArray:
    """The n-grams of one order that a hypothesis shares with each reference, as ``Overlap.common``.

    Returns:
        (n_items, references), 0 where there is no such reference.
    """
    limit = _MAX_KEY // max(1, layout.n_items * layout.n_columns)
    *_, (gram, n_grams, text) = grams(coded, order, limit)
    return _shared(gram, n_grams, text, layout)[0]


def grams(coded: Coded, orders: int, limit: int) -> Iterator[tuple[IntArray, int, IntArray]]:
    """Every n-gram of every text, as a number.

    Args:
        coded: any texts.
        orders: the longest n-gram.
        limit: what the numbers should stay below; they never exceed the number of tokens by then.

    Yields:
        For n = 1 .. orders the n-grams' numbers, a number above them all, and the texts that they
        are in. Equal n-grams of one order have equal numbers.
    """
    text = np.repeat(np.arange(len(coded.lengths)), coded.lengths)
    ends = np.repeat(np.cumsum(coded.lengths), coded.lengths)
    tokens = coded.tokens
    n_tokens = int(tokens.max(initial=0)) + 1
    position = np.arange(len(tokens))
    gram, n_grams = tokens, n_tokens
    for order in range(orders):
        if order:
            inside = position + order < ends[position]
            position, gram = position[inside], gram[inside]
            if n_grams * n_tokens > limit:
                gram, n_grams = _renumbered(gram)
            gram = gram * n_tokens + tokens[position + order]
            n_grams *= n_tokens
            if n_grams > limit:
                gram, n_grams = _renumbered(gram)
        yield gram, n_grams, text[position]


def _shared(
    gram: IntArray, n_grams: int, text: IntArray, layout: Layout
) -> tuple[IntArray, IntArray]:
    """Shared n-grams (n_items, references), and clipped ones (n_items,)."""
    # Sorted, the occurrences of an item's n-gram follow one another, the hypothesis' first.
    owner = layout.item[text] * n_grams + gram
    keys = np.sort(owner * layout.n_columns + layout.column[text])
    starts = _starts(keys)
    counts = np.diff(starts, append=len(keys))
    owner = keys[starts] // layout.n_columns
    column = keys[starts] - owner * layout.n_columns
    groups = _starts(owner)
    own = np.where(column[groups] == 0, counts[groups], 0)
    shared = np.minimum(counts, np.repeat(own, np.diff(groups, append=len(owner))))
    shared[column == 0] = 0
    item = owner // n_grams
    places = item * layout.n_columns + column
    common = _sums(places, shared, layout.n_items * layout.n_columns)
    if not len(groups):
        return common.reshape(layout.n_items, -1)[:, 1:], np.zeros(layout.n_items, dtype=np.int64)
    most = np.maximum.reduceat(shared, groups)
    clipped = _sums(item[groups], most, layout.n_items)
    return common.reshape(layout.n_items, -1)[:, 1:], clipped


def _renumbered(gram: IntArray) -> tuple[IntArray, int]:
    """The same n-grams under consecutive numbers, and how many there are."""
    found, numbers = np.unique(gram, return_inverse=True)
    return numbers, len(found)


def _starts(values: IntArray) -> IntArray:
    """Where each run of equal numbers begins."""
    changes = np.ones(len(values), dtype=np.bool_)
    np.not_equal(values[1:], values[:-1], out=changes[1:])
    return np.flatnonzero(changes)


def _sums(owner: IntArray, values: IntArray, n: int) -> IntArray:
    # bincount adds in float64, exact for counts below 2**53.
    return np.bincount(owner, weights=values, minlength=n).astype(np.int64)
