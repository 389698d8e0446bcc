"""A text too long for a model -> consecutive pieces that fit, cut between sentences.

As few pieces as fit, and among those the most even: a short last piece would be summarised at a
length that it can't bear. Leaves out overlap: sentences are read once.
"""

from collections.abc import Callable, Sequence

from evalkit.text.sentences import split

__all__ = ["pack", "pieces"]

Count = Callable[[Sequence[str]], Sequence[int]]


def pieces(text: str, *, count: Count, room: int, language: str) -> tuple[str, ...]:
    """Consecutive pieces of ``text``, each of at most ``room`` tokens by ``count``.

    Only white space between sentences is lost. A sentence longer than ``room`` is cut between
    words, near its middle. Without sentences, ().

    Args:
        text: what is to be cut.
        count: texts -> their numbers of tokens, without special tokens. The tokens of a piece
            are taken as the sum over its sentences.
        room: tokens that a piece may have.
        language: ISO 639-1 code, for the sentence splitter.

    Raises:
        ValueError: a single character has more than ``room`` tokens, or ``text`` holds half of a
            surrogate pair.

    >>> pieces("One two. Three. Four five six.", count=lambda t: [len(s.split()) for s in t],
    ...        room=3, language="en")
    ('One two. Three.', 'Four five six.')
    """
    spans = list(split(text, language=language))
    sizes = list(count([text[start:end] for start, end in spans]))
    fitting: list[tuple[int, int]] = []
    counts: list[int] = []
    stack = list(zip(spans, sizes, strict=True))[::-1]
    while stack:
        (start, end), size = stack.pop()
        if size <= room:
            fitting.append((start, end))
            counts.append(size)
            continue
        middle = _middle(text, start, end, room)
        halves = [(start, middle), (middle, end)]
        sizes = list(count([text[a:b] for a, b in halves]))
        stack += list(zip(halves, sizes, strict=True))[::-1]
    return tuple(
        text[fitting[first][0] : fitting[last - 1][1]].strip() for first, last in pack(counts, room)
    )


def _middle(text: str, start: int, end: int, room: int) -> int:
    """The white space nearest to the middle of the span, else its middle."""
    if end - start < 2:
        raise ValueError(f"{text[start:end]!r} alone has more than {room} tokens")
    middle = (start + end) // 2
    spaces = [i for i in range(start + 1, end) if text[i].isspace()]
    return min(spaces, key=lambda i: abs(i - middle), default=middle)


def pack(counts: Sequence[int], room: int) -> list[tuple[int, int]]:
    """Runs (first, one past the last) of ``counts`` that sum to at most ``room`` each.

    As few as possible, and then with the largest sum as small as possible. [] for no counts.

    Raises:
        ValueError: a count is larger than ``room``.

    >>> pack([3, 3, 3, 1], room=9)
    [(0, 2), (2, 4)]
    """
    if not counts:
        return []
    low, high = max(counts), room
    if low > high:
        raise ValueError(f"a count of {low} does not fit into {room}")
    fewest = len(_filled(counts, room))
    while low < high:
        size = (low + high) // 2
        if len(_filled(counts, size)) == fewest:
            high = size
        else:
            low = size + 1
    return _filled(counts, high)


def _filled(counts: Sequence[int], size: int) -> list[tuple[int, int]]:
    """Runs filled one after the other, each as far as ``size`` goes."""
    runs: list[tuple[int, int]] = []
    first, total = 0, 0
    for index, count in enumerate(counts):
        if total + count > size and index > first:
            runs.append((first, index))
            first, total = index, 0
        total += count
    return [*runs, (first, len(counts))]
