"""Loops: the same words again and again, as decoders fall into them.

A stretch of up to 40 tokens that stands three times or more in a row (a single word or number: at
least four times), or a run of up to eight characters that stands eight times or more inside a
word. Left alone: what the source repeats, too; marks alone (``......``, ``-----``); and laughter
short enough to be meant.
"""

import re
from collections import Counter
from collections.abc import Iterator

from evalkit.text.words import tokens

__all__ = ["loops"]

_LONGEST = 40
_TIMES = 3
_TIMES_ONE = 4
_INSIDE = re.compile(r"([^\W_]{1,8}?)\1{7,}")


def loops(text: str) -> Iterator[tuple[int, int, int]]:
    """Start, end and number of repeats of each loop, longest stretch first; may overlap.

    >>> next(loops("It was a day of the day of the day of the rain."))
    (9, 41, 3)
    """
    spans = tokens(text)
    words = [text[start:end].casefold() for start, end in spans]
    found = [(spans[first][0], spans[last][1], times) for first, last, times in _periodic(words)]
    found += [
        (match.start(), match.end(), len(match.group()) // len(match[1]))
        for match in _INSIDE.finditer(text)
        if not match.group().isdecimal()
    ]
    yield from sorted(found, key=lambda each: each[0] - each[1])


def _periodic(words: list[str]) -> Iterator[tuple[int, int, int]]:
    """First and last token, and repeats, of every stretch that repeats itself."""
    for period in _periods(words):
        run = 0
        for at in range(period, len(words) + 1):
            if at < len(words) and words[at] == words[at - period]:
                run += 1
                continue
            if run:
                yield from _stretch(words, at - run - period, run, period)
            run = 0


def _stretch(words: list[str], first: int, run: int, period: int) -> Iterator[tuple[int, int, int]]:
    """The stretch from a token on, if its ``run`` tokens that come back are enough rounds."""
    rounds, rest = divmod(run, period)
    unit = words[first : first + period]
    times, last = rounds + 1, first + (rounds + 1) * period - 1
    if rest == period - 1 and period > 1 and not unit[-1][0].isalnum():
        # The last round lacks only the mark that parts the rounds: no, no, no, no!
        times, last = times + 1, first + period + run - 1
    n_words = sum(word[0].isalnum() for word in unit)
    if n_words and times >= (_TIMES_ONE if n_words == 1 else _TIMES):
        yield first, last, times


def _periods(words: list[str]) -> list[int]:
    """Distances at which some word comes back often enough to make a loop."""
    if len(set(words)) == len(words):
        return []
    last: dict[str, int] = {}
    distances: Counter[int] = Counter()
    for at, word in enumerate(words):
        if word in last:
            distances[at - last[word]] += 1
        last[word] = at
    return [
        period for period, n in sorted(distances.items()) if period <= _LONGEST and n >= _TIMES - 1
    ]
