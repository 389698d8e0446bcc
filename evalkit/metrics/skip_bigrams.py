"""Skip bigrams for ROUGE-S (Lin 2004, section 5): pairs of words in their order, with a gap.

A gap of g lets at most g words stand between the two: 0 gives bigrams, None any distance, as
``-2 g`` and ``-2 -1`` in ROUGE-1.5.5. Pairs are counted, not listed: for each kind of word that
both texts have, how often each such kind follows within reach; so the work grows with length
times common vocabulary and not with the square of the length.
"""

import numpy as np

from evalkit.metrics.overlap import IntArray

__all__ = ["number", "shared"]

_MAX_CELLS = 1 << 20
"""Numbers that are held at once for a text."""


def number(n_tokens: IntArray, gap: int | None) -> IntArray:
    """How many skip bigrams texts of so many tokens have.

    >>> number(np.array([0, 1, 4, 4]), None).tolist(), number(np.array([4]), 1).tolist()
    ([0, 0, 6, 6], [5])
    """
    farthest = np.maximum(n_tokens - 1, 0)
    if gap is not None:
        farthest = np.minimum(farthest, gap + 1)
    pairs: IntArray = farthest * n_tokens - farthest * (farthest + 1) // 2
    return pairs


def shared(left: IntArray, right: IntArray, gap: int | None) -> int:
    """Skip bigrams that two texts share, each as often as both have it.

    Args:
        left: (n,) tokens as numbers.
        right: (m,) tokens of the other text.
        gap: most tokens between the two; None for any number.

    >>> shared(np.array([1, 2, 3, 4]), np.array([1, 9, 3, 2, 4]), None)
    5
    """
    kinds = np.array(sorted(set(left.tolist()) & set(right.tolist())), dtype=np.int64)
    if not len(kinds):
        return 0
    texts = [_numbered(text, kinds) for text in (left, right)]
    width = max(1, _MAX_CELLS // max(len(left), len(right)))
    n_shared = 0
    for start in range(0, len(kinds), width):
        second = np.arange(start, min(start + width, len(kinds)))
        one, other = (_followers(text, second, len(kinds), gap) for text in texts)
        n_shared += int(np.minimum(one, other).sum())
    return n_shared


def _numbered(text: IntArray, kinds: IntArray) -> IntArray:
    """Each token's place among the rising ``kinds``, or -1."""
    place = np.minimum(np.searchsorted(kinds, text), len(kinds) - 1)
    return np.where(kinds[place] == text, place, -1)


def _followers(text: IntArray, second: IntArray, n_kinds: int, gap: int | None) -> IntArray:
    """(n_kinds, len(second)), how often each of ``second`` follows each kind within reach."""
    n = len(text)
    before = np.zeros((n + 1, len(second)), dtype=np.int64)
    np.cumsum(text[:, None] == second, axis=0, out=before[1:])
    places = np.flatnonzero(text >= 0)
    places = places[np.argsort(text[places], kind="stable")]
    ends = n if gap is None else np.minimum(places + gap + 2, n)
    following = before[ends] - before[places + 1]
    # Every kind occurs, so each has a first place.
    starts = np.searchsorted(text[places], np.arange(n_kinds))
    return np.add.reduceat(following, starts, axis=0)
