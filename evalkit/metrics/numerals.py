"""Numbers in English text, in digits or words, as values that can be compared.

``27``, ``27th`` and ``twenty-seven`` are one value; so are ``1,200`` and ``1200``, ``1.2 million``
and ``$1.2m``. Times, dates and scores are several numbers. Left out: units (5 % and 5 people are
the same value), Roman numerals, fractions in words, and rounding (``nearly 1,200`` for 1,187).
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

__all__ = ["Numeral", "numerals"]

_SCALES = {"hundred": 2, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_SUFFIXES = {"k": 3, "m": 6, "mn": 6, "bn": 9, "tn": 12}
_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)
_VALUES = (
    {word: value for value, word in enumerate(_UNITS.split())}
    | {word: value for value, word in zip(range(20, 100, 10), _TENS.split(), strict=True)}
    | {word: value for value, word in enumerate(_ORDINALS.split(), start=1)}
    | {"dozen": 12}
)
_UNCHECKED = frozenset(_ORDINALS.split()) | {"one", "zero"}
"""Words that are often no number: *one of them*, *a second later*, *a third of them*."""

_DIGITS = r"\d{1,3}(?:[,\u00a0\u2009\u202f ]\d{3})+(?!\d)(?:\.\d+)?|\d+(?:[.,]\d+)?"
_SCALE = rf"(?:[\s-]+(?P<scale>{'|'.join(_SCALES)})\b|(?P<suffix>{'|'.join(_SUFFIXES)})\b)?"
_FIGURE = re.compile(rf"(?<![^\W_])(?<!\d[.,])(?P<digits>{_DIGITS}){_SCALE}", re.IGNORECASE)
_NUMBER_WORD = rf"(?:{'|'.join(sorted([*_VALUES, *_SCALES], key=len, reverse=True))})"
_PHRASE = re.compile(
    rf"\b(?:an?\s+(?=dozen|{'|'.join(_SCALES)}))?{_NUMBER_WORD}\b"
    rf"(?:(?:[\s-]+|(?<=d)\s+and\s+|(?<=n)\s+and\s+){_NUMBER_WORD}\b)*",
    re.IGNORECASE,
)
_JOINT = re.compile(r"\s*(?:[-–]|to|and|or)\s*")
_WORDS = re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number in a text."""

    start: int
    """First code point."""
    end: int
    """One past the last code point."""
    values: frozenset[Decimal]
    """What it may mean: ``5m`` is five or five million."""
    scale: int = 0
    """Power of ten that a scale word or suffix brought."""
    sure: bool = True
    """False for words that are often no number."""


def numerals(text: str) -> tuple[Numeral, ...]:
    """The numbers of a text, in order; () for a text without any.

    >>> [sorted(map(str, found.values)) for found in numerals("Two hundred and five of 1,200.")]
    [['205'], ['1200']]
    """
    figures = [_figure(match) for match in _FIGURE.finditer(text)]
    phrases = [_phrase(match) for match in _PHRASE.finditer(text)]
    taken = [(found.start, found.end) for found in figures]
    free = [p for p in phrases if not any(s < p.end and p.start < e for s, e in taken)]
    found = sorted([*figures, *free], key=lambda numeral: numeral.start)
    following = [*found[1:], None] if found else []
    return tuple(map(partial(_shared_scale, text), found, following))


def _figure(match: re.Match[str]) -> Numeral:
    digits = match["digits"]
    groups = re.split(r"[,\s]", digits)
    values = {Decimal("".join(groups))}
    if "," in digits and len(groups[-1].partition(".")[0]) != 3:
        values = {Decimal(digits.replace(",", ".")), *map(Decimal, groups)}  # 3,5 for 3.5
    elif " " in digits:
        values |= set(map(Decimal, groups))
    scale = 0
    if match["scale"]:
        scale = _SCALES[match["scale"].lower()]
        values = {value * 10**scale for value in values}
    elif match["suffix"]:
        scale = _SUFFIXES[match["suffix"].lower()]
        values |= {value * 10**scale for value in values}
    return Numeral(match.start(), match.end(), frozenset(values), scale)


def _phrase(match: re.Match[str]) -> Numeral:
    words = _WORDS.findall(match.group().lower())
    total = current = scale = 0
    values: set[Decimal] = set()
    for word in words:
        if word in _SCALES:
            scale = _SCALES[word]
            current = max(current, 1) * 10**scale
            if scale > 2:
                total, current = total + current, 0
        elif word == "dozen":
            current = max(current, 1) * 12
        elif word in _VALUES:
            if not _continues(current, _VALUES[word]):
                values.add(Decimal(total + current))
                total = current = 0
            current += _VALUES[word]
    values.add(Decimal(total + current))
    sure = len(words) > 1 or words[0] not in _UNCHECKED
    return Numeral(match.start(), match.end(), frozenset(values), scale, sure)


def _continues(current: int, value: int) -> bool:
    """Whether a number word goes on with the number so far: twenty-seven, two hundred and five."""
    if current == 0 or (current % 100 == 0 and value < 100):
        return True
    return current % 10 == 0 and current % 100 >= 20 and 0 < value < 10


def _shared_scale(text: str, left: Numeral, right: Numeral | None) -> Numeral:
    """*1.2 and 1.5 million*: the first number may have the scale of the second."""
    if right is None or left.scale or not right.scale:
        return left
    if not _JOINT.fullmatch(text, left.end, right.start):
        return left
    return replace(left, values=left.values | {value * 10**right.scale for value in left.values})
