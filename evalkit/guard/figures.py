"""Numbers of a source that a translation lost or changed.

A number counts if its digits say something that a language would not write in words: ten and
more, or with a decimal. It is found again by value, whatever the digits and separators
(``1.200,5``, ``1,200.5``, full-width ones), with its scale (``万``, ``млн``, ``million``), in words
where the output is English (``metrics.numerals``), as an hour of twelve (15 for 3 p.m.), as a year
of two digits, or as part of a longer run of digits. Months and days in figures are under this
bar or found.

A number is lost where the output has none for it, changed where the output has one that the source
lacks. Left out: numbers that only the source writes in words, numerals of other scripts than
decimal digits, and numbers that an output makes up where the source has none.
"""

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

from evalkit.guard.finding import Finding
from evalkit.metrics.numerals import numerals

__all__ = ["figures"]

_NUMBER = re.compile(r"(?<![A-Za-z\d])\d+(?:[.,'’\u00a0\u202f ]\d{3}(?!\d))*(?:[.,:]\d+)*")
_SCALES = {
    "百": 2, "千": 3, "万": 4, "萬": 4, "億": 8, "亿": 8, "兆": 12, "тыс": 3, "тис": 3, "млн": 6,
    "млрд": 9, "трлн": 12, "thousand": 3, "million": 6, "billion": 9, "trillion": 12, "mio": 6,
    "mrd": 9, "lakh": 5, "crore": 7, "hundred": 2, "миллион": 6, "миллиард": 9, "мільйон": 6,
    "мільярд": 9, "тысяч": 3, "тисяч": 3, "k": 3, "к": 3,
}  # fmt: skip
_SCALE = re.compile(
    rf"\s?(?P<word>{'|'.join(sorted(map(re.escape, _SCALES), key=len, reverse=True))})",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"(?:https?:|www\.|[\w.+-]+@)[\x21-\x7e]+")
_DECADES = {
    word: Decimal(10 * at)
    for at, word in enumerate(
        ("tens", "twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties",
         "nineties"), start=1)
}  # fmt: skip
_DECADE = re.compile(rf"\b(?:{'|'.join(_DECADES)})\b", re.IGNORECASE)
_PART = re.compile(r"(\d{1,4})([千万萬億亿兆]?)")
_SUM = re.compile(
    r"(?:\d{1,4}[千万萬億亿兆]){2,}(?:\d{1,4}(?!\d))?|\d{1,4}[千万萬億亿兆]\d{1,4}(?!\d)"
)
_GROUPS = re.compile(r"\d+(?:[ /.-]\d+){2,}")
"""Digits in groups, as in a telephone number."""
_LEAST = 10
_MOST = 30
"""Digits; a longer run is no number that anybody reads."""
_LONG = 4
"""Digits of a number that may be written in other groups, as in a telephone number."""


def figures(item: int, source: str, output: str, *, english: bool) -> Iterator[Finding]:
    """The numbers of the source that the output lacks.

    Args:
        item: the output's number, for the findings.
        source: the source.
        output: its translation.
        english: whether the output is in English, so that number words can be read.
    """
    source, shown = _SUM.sub(_summed, _plain(source)), output
    if not any(char.isdigit() for char in source):
        return
    output = _plain(output)
    there = _values(output)
    if english:
        there |= {value for numeral in numerals(output) for value in numeral.values}
        there |= {_DECADES[word.lower()] for word in _DECADE.findall(output)}
    digits = re.sub(r"\D", "", output)
    runs = frozenset(re.findall(r"\d+", output))
    grouped = " ".join(re.sub(r"\D", "", run) for run in _GROUPS.findall(output))
    given = _values(source)
    told: set[str] = set()
    surplus = [
        match
        for match in _NUMBER.finditer(output)
        if not given & _meanings(output, match) and _matters(match.group())
    ]
    for match in _NUMBER.finditer(source):
        number = match.group()
        if not _matters(number) or number in told or _is_month(source, match):
            continue
        if there & _meanings(source, match):
            continue
        told.add(number)
        bare = re.sub(r"\D", "", number)
        if bare in runs or bare in (digits if len(bare) >= _LONG else grouped):
            continue
        other = next((each for each in surplus if _size(each) == len(bare)), None)
        if other is not None and len(shown) == len(output):
            surplus.remove(other)
            message = f"The source has the number {number}, the output {other.group()}."
            yield Finding("number", item, message, other.start(), other.end(), number)
        else:
            message = f"The number {number} of the source is not there."
            yield Finding("number", item, message, about=number)


def _plain(text: str) -> str:
    """Full-width digits and marks as ASCII ones; addresses as blanks, for they are not counted."""
    # One blank for each character, so that the stretches still fit.
    bare = _ADDRESS.sub(lambda match: " " * len(match.group()), text)
    return bare if bare.isascii() else unicodedata.normalize("NFKC", bare)


def _size(match: re.Match[str]) -> int:
    """Digits of a number."""
    return len(re.sub(r"\D", "", match.group()))


def _summed(match: re.Match[str]) -> str:
    """``4億5000万`` in digits."""
    return str(
        sum(
            int(number) * 10 ** _SCALES.get(scale, 0)
            for number, scale in _PART.findall(match.group())
        )
    )


def _is_month(source: str, match: re.Match[str]) -> bool:
    """Whether a number is the month of a date in figures, which other languages name."""
    beside = source[match.start() - 1 : match.start()] + source[match.end() : match.end() + 1]
    return match.group() in ("10", "11", "12") and any(mark in beside for mark in "/月월")


def _matters(number: str) -> bool:
    bare = re.sub(r"\D", "", number)
    return 1 < len(bare) <= _MOST and int(bare) >= _LEAST


def _values(text: str) -> set[Decimal]:
    return {value for match in _NUMBER.finditer(text) for value in _meanings(text, match)}


def _meanings(text: str, match: re.Match[str]) -> frozenset[Decimal]:
    """Everything that a number may mean, with and without the scale behind it."""
    scale = _SCALE.match(text, match.end())
    return _readings(match.group(), _SCALES[scale["word"].lower()] if scale else 0)


@cache
def _readings(number: str, scale: int) -> frozenset[Decimal]:
    parts = [part for part in re.split(r"\D+", number) if part]
    found = {Decimal("".join(parts)), *map(Decimal, parts)}
    if len(parts) > 1:
        found.add(Decimal(f"{''.join(parts[:-1])}.{parts[-1]}"))
        found.add(Decimal(f"{parts[0]}.{''.join(parts[1:])}"))
    found |= {value * 10**scale for value in found}
    whole = parts[0]
    if len(whole) <= 2:
        hour = int(whole)
        found |= {Decimal(hour - 12)} if 12 < hour <= 24 else set()
        found |= {Decimal(1900 + hour), Decimal(2000 + hour)}
    return frozenset(value.normalize() for value in found)
