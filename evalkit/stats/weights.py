"""What each draw takes of each cluster: (clusters, draws) or (draws, clusters) of whole numbers.

Three kinds. **Multinomial**: as many clusters as there are, with replacement (Efron 1979); all
clusters must be at hand. **Poisson**: each cluster Poisson(1) times, on its own (Hanley & MacGibbon
2006; Chamandy et al. 2012), so that shards can be drawn apart. **Swaps**: 0 or 1, by a fair coin.
The last two are keyed by seed, cluster and draw.

A Poisson weight takes 16 bits, four to a word. Its table gives each probability to within 2^-16,
has a mean and a variance of exactly 1, and ends at 8 (of a million weights one should be larger).
"""

from collections.abc import Iterator

import numpy as np

from evalkit.records import FloatArray
from evalkit.stats.exact import Slices
from evalkit.stats.keyed import Words, stream

__all__ = [
    "POISSON_TABLE",
    "multinomial_sums",
    "poisson_sums",
    "poisson_weights",
    "swap_sums",
    "swaps",
]

POISSON_TABLE = (24109, 24109, 12056, 4018, 1005, 200, 33, 5, 1)
"""Of 65,536 weights how many are 0, 1, ... 8."""

_CHUNK_VALUES = 1 << 22
"""Multinomial weights that are in memory at a time: 32 MiB of integers and as much of floats."""
_CHUNK_CLUSTERS = 256
"""Keyed weights are made for that many clusters at a time, which keeps them in the cache."""
_CHUNK_DRAWS = 1024
_POISSON_START = 1 << 40
"""Far from the words that decide swaps."""
_LOOKUP = np.repeat(np.arange(len(POISSON_TABLE), dtype=np.float64), POISSON_TABLE)


def multinomial_sums(rows: Slices, draws: int, seed: int) -> Iterator[FloatArray]:
    """Weighted sums (some draws, s) of the rows of all clusters, draw after draw.

    The indices are those of ``numpy.random.default_rng(seed).integers``, in one stream, as
    scipy.stats.bootstrap and sacrebleu draw them too.
    """
    rng = np.random.default_rng(seed)
    n = len(rows.matrix)
    chunk = max(1, _CHUNK_VALUES // n)
    for start in range(0, draws, chunk):
        n_draws = min(chunk, draws - start)
        drawn = rng.integers(0, n, size=(n_draws, n))
        drawn += np.arange(n_draws)[:, None] * n
        counts = np.bincount(drawn.ravel(), minlength=n_draws * n)
        yield counts.reshape(n_draws, n).astype(np.float64) @ rows.matrix


def poisson_sums(rows: Slices, key: Words, draws: int) -> Iterator[FloatArray]:
    """Weighted sums (some draws, s) of the rows of clusters with these keys, draw after draw."""
    for first in range(0, draws, _CHUNK_DRAWS):
        n_draws = min(_CHUNK_DRAWS, draws - first)
        sums = np.zeros((n_draws, len(rows.grid)))
        for part in _parts(len(key)):
            sums += poisson_weights(key[part], first, n_draws).T @ rows.matrix[part]
        yield sums


def swap_sums(rows: Slices, key: Words, draws: int) -> Iterator[FloatArray]:
    """Sums (some draws, s) of the rows of the clusters that each draw swaps."""
    for first in range(0, draws, _CHUNK_DRAWS):
        n_draws = min(_CHUNK_DRAWS, draws - first)
        sums = np.zeros((n_draws, len(rows.grid)))
        for part in _parts(len(key)):
            sums += swaps(key[part], first, n_draws).T @ rows.matrix[part]
        yield sums


def poisson_weights(key: Words, first: int, n_draws: int) -> FloatArray:
    """Weights (c, n_draws) of the draws from ``first`` on, a multiple of 4."""
    words = stream(key, _POISSON_START + first // 4, -(-n_draws // 4))
    return _LOOKUP.take(words.astype("<u8", copy=False).view("<u2")[:, :n_draws])


def swaps(key: Words, first: int, n_draws: int) -> FloatArray:
    """0 or 1 (c, n_draws) for the draws from ``first`` on, a multiple of 64."""
    words = stream(key, first // 64, -(-n_draws // 64)).astype("<u8", copy=False)
    bits = np.unpackbits(words.view(np.uint8), axis=1, count=n_draws, bitorder="little")
    return bits.astype(np.float64)


def _parts(n: int) -> Iterator[slice]:
    for start in range(0, n, _CHUNK_CLUSTERS):
        yield slice(start, start + _CHUNK_CLUSTERS)
