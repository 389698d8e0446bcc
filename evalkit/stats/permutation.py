"""The paired permutation test (approximate randomisation; Riezler & Maxwell 2005), two-sided.

If the systems were alike, either's output could have come from the other: each draw swaps the two
in about half of the clusters and scores both again. p = (c + 1) / (draws + 1), where c counts
draws whose difference is at least as large as the observed one, within 1e-12, so that identical
systems give p = 1 (sacrebleu 2.6 counts strictly larger ones: p = 0.002 in 500 draws).

Whether a draw swaps a cluster is a bit that seed, the cluster's name and the draw's number decide
alone (BLAKE2b for the name, then SplitMix64, Steele et al. 2014), so neither the order of items
nor the cutting of the work into chunks can change an answer.
"""

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from evalkit.records import FloatArray
from evalkit.stats.bootstrap import Score, check_paired, weighted_sums
from evalkit.stats.resampling import Resampling
from evalkit.stats.results import PermutationTest
from evalkit.stats.totals import cluster_rows

__all__ = ["TOLERANCE", "permutation"]

TOLERANCE = 1e-12
"""Differences of scores this small are rounding."""

_Words = NDArray[np.uint64]
_BITS = 64
"""Draws that one hash of a cluster decides."""
_CHUNK_CLUSTERS = 1 << 15
"""Fixed, because the order of a sum's terms is part of its last digit."""


def permutation(
    score: Score,
    statistics: tuple[FloatArray, FloatArray],
    clusters: Sequence[str] | None = None,
    *,
    settings: Resampling | None = None,
) -> tuple[PermutationTest, ...]:
    """Test each of the m differences score(a) - score(b) against none.

    Args:
        score: the scorer's ``score``.
        statistics: rows (n, k) of the same items for two systems, valid for both.
        clusters: the cluster of each item; None swaps item by item, named by their places.
        settings: draws, seed and what a cluster is called.

    Returns:
        One test per score. With fewer than 10 clusters, or where either score is undefined, it
        has no p but a reason. A draw without a score counts against a difference.

    Raises:
        ValueError: the systems have unequal numbers of rows, or not one cluster per row.
    """
    settings = settings or Resampling()
    check_paired(*statistics)
    (rows_a, names), (rows_b, _) = (cluster_rows(rows, clusters) for rows in statistics)
    total_a, total_b = rows_a.sum(axis=0), rows_b.sum(axis=0)
    observed = score(total_a) - score(total_b)
    signature = settings.signature("permutation-paired")
    reason = settings.too_few(len(names), "a p-value")
    if reason:
        return tuple(
            PermutationTest(float(value), float("nan"), len(names), signature, reason)
            for value in observed
        )
    n_extreme = np.zeros(len(observed), dtype=np.int64)
    n_undefined = np.zeros(len(observed), dtype=np.int64)
    for moved in _moved(rows_a - rows_b, names, settings):
        drawn = score(total_a - moved) - score(total_b + moved)
        undefined = np.isnan(drawn)
        n_undefined += undefined.sum(axis=0)
        n_extreme += (undefined | (np.abs(drawn) >= np.abs(observed) - TOLERANCE)).sum(axis=0)
    return tuple(
        _test(float(value), int(extreme), int(lacking), len(names), settings)
        for value, extreme, lacking in zip(observed, n_extreme, n_undefined, strict=True)
    )


def _test(
    difference: float, n_extreme: int, n_undefined: int, n_clusters: int, settings: Resampling
) -> PermutationTest:
    signature = settings.signature("permutation-paired")
    if np.isnan(difference):
        reason = "one system or both have no score"
        return PermutationTest(difference, float("nan"), n_clusters, signature, reason)
    lacking = f"{n_undefined} of {settings.draws} draws have no score and count against it"
    warning = "; ".join(filter(None, [settings.few(n_clusters), lacking if n_undefined else ""]))
    p = (n_extreme + 1) / (settings.draws + 1)
    return PermutationTest(difference, p, n_clusters, signature, warning=warning)


def _moved(
    differences: FloatArray, names: Sequence[str], settings: Resampling
) -> Iterator[FloatArray]:
    """What each draw takes from a's sum and gives to b's, (up to 64 draws, k) at a time."""
    keys = _keys(names, settings.seed)
    for first in range(0, settings.draws, _BITS):
        n_draws = min(_BITS, settings.draws - first)
        moved = np.zeros((n_draws, differences.shape[1]))
        for start in range(0, len(keys), _CHUNK_CLUSTERS):
            part = slice(start, start + _CHUNK_CLUSTERS)
            swapped = _swaps(keys[part], first // _BITS)[:n_draws]
            moved += weighted_sums(swapped, differences[part])
        yield moved


def _keys(names: Sequence[str], seed: int) -> _Words:
    """A 64-bit key for each cluster."""
    digests = (
        hashlib.blake2b(f"{seed}:{name}".encode(errors="surrogatepass"), digest_size=8).digest()
        for name in names
    )
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


def _swaps(keys: _Words, block: int) -> FloatArray:
    """(64, clusters) of 0 and 1 for the block's 64 draws."""
    golden = (0x9E3779B97F4A7C15 * (block + 1)) % (1 << _BITS)
    state = keys + np.uint64(golden)  # arrays of uint64 wrap around silently, as they should
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    state = state ^ (state >> np.uint64(31))
    shifts = np.arange(_BITS, dtype=np.uint64)[:, None]
    return ((state[None, :] >> shifts) & np.uint64(1)).astype(np.float64)
