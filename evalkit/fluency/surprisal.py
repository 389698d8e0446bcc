"""Numbers of sub-words to tokens of the text, so that each character belongs to one token."""

from collections.abc import Sequence

from evalkit.records import FloatArray, TokenScore

__all__ = ["token_scores"]


def token_scores(
    offsets: Sequence[tuple[int, int]], values: FloatArray, length: int
) -> tuple[TokenScore, ...]:
    """Tokens with these values; what shares a character, or has none, is one token with the sum.

    Args:
        offsets: (n,) of sub-words, in order; one may begin before the text.
        values: (n,) additive, as surprisal is.
        length: code points of the text.

    >>> import numpy as np
    >>> [(t.start, t.end, t.value) for t in token_scores(
    ...     [(-1, 2), (2, 3), (2, 3), (3, 3), (3, 5)], np.array([1.0, 2, 3, 4, 5]), 5)]
    [(0, 2, 1.0), (2, 3, 9.0), (3, 5, 5.0)]
    """
    made: list[tuple[int, int, float]] = []
    waiting = 0.0
    for (start, end), value in zip(offsets, values.tolist(), strict=True):
        start, end = max(0, start), min(end, length)
        reached = made[-1][1] if made else 0
        if end <= start and not made:
            waiting += value
        elif end <= start or start < reached:
            last = made.pop()
            made.append((last[0], max(last[1], end), last[2] + value))
        else:
            made.append((start, end, value + waiting))
            waiting = 0.0
    return tuple(TokenScore(*one) for one in made)
