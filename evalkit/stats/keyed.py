"""Random bits that seed, the name of a cluster and the number of a draw decide alone.

BLAKE2b turns seed and name into a key, and SplitMix64 (Steele et al. 2014) the key into a stream
of words of 64 bits. So neither the order of clusters, nor chunks, nor shards can change a draw,
and several systems' rows of one cluster always meet the same one.
"""

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

__all__ = ["Words", "keys", "stream"]

Words = NDArray[np.uint64]

_GOLDEN = 0x9E3779B97F4A7C15


def keys(names: Iterable[str], seed: int) -> Words:
    """A key (c,) for each cluster."""
    digests = (
        hashlib.blake2b(f"{seed}:{name}".encode(errors="surrogatepass"), digest_size=8).digest()
        for name in names
    )
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


def stream(key: Words, first: int, n: int) -> Words:
    """Words ``first`` to ``first + n`` (c, n) of each key's stream, counted from 0."""
    steps = [(place + 1) * _GOLDEN % (1 << 64) for place in range(first, first + n)]
    # Arrays of uint64 wrap around silently, as they should.
    word: Words = key[:, None] + np.array(steps, dtype=np.uint64)[None, :]
    shifted = np.empty_like(word)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):
        np.right_shift(word, np.uint64(shift), out=shifted)
        np.bitwise_xor(word, shifted, out=word)
        if factor != 1:
            np.multiply(word, np.uint64(factor), out=word)
    return word
