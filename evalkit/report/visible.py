"""Characters that would act instead of being seen, made visible.

Control characters (Unicode Cc) can end a string, move a terminal's cursor or are forbidden in
HTML; direction controls can make a text read as another one; zero-width characters hide. A report
shows them by their usual short names. Joiners and the plain direction marks (U+200C-U+200F) stay:
scripts need them.
"""

import re

__all__ = ["hidden", "labels", "line", "pictures", "text"]

_NAMES = (
    "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "TAB", "LF", "VT", "FF", "CR",
    "SO", "SI", "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC",
    "FS", "GS", "RS", "US",
)  # fmt: skip
_KEPT = frozenset("\t\n\r")
"""Controls that lay out a text."""

_PICTURES: dict[int, str] = {
    **{point: chr(0x2400 + point) for point in range(0x20) if chr(point) not in _KEPT},
    0x7F: "\u2421",
    **dict.fromkeys(range(0x80, 0xA0), "\ufffd"),
}

_LABELS = {
    **{chr(point): name for point, name in enumerate(_NAMES) if chr(point) not in _KEPT},
    "\x7f": "DEL",
    **{chr(point): f"U+{point:04X}" for point in range(0x80, 0xA0)},
    "\u00ad": "SHY", "\u061c": "ALM", "\u200b": "ZWSP", "\u2028": "LS", "\u2029": "PS",
    "\u202a": "LRE", "\u202b": "RLE", "\u202c": "PDF", "\u202d": "LRO", "\u202e": "RLO",
    "\u2060": "WJ", "\u2066": "LRI", "\u2067": "RLI", "\u2068": "FSI", "\u2069": "PDI",
    "\ufeff": "BOM",
}  # fmt: skip
_HIDDEN = re.compile(f"[{''.join(map(re.escape, _LABELS))}]")
_SPELT = {ord(character): f"⟨{label}⟩" for character, label in _LABELS.items()}
_BREAKS = re.compile(r"\r\n?|\n")


def pictures(value: str) -> str:
    r"""``value`` with a picture for each control character but tab and line breaks; one for one.

    >>> pictures("a\x00b\x1b[31m")
    'a␀b␛[31m'
    """
    return value.translate(_PICTURES)


def labels() -> dict[str, str]:
    """Every character that would not be seen, with its usual short name."""
    return dict(_LABELS)


def hidden(value: str) -> tuple[tuple[int, int, str], ...]:
    r"""Where a character that would not be seen stands: start, end and its usual short name.

    >>> hidden("ab\u202ecd")
    ((2, 3, 'RLO'),)
    """
    return tuple((*match.span(), _LABELS[match.group()]) for match in _HIDDEN.finditer(value))


def text(value: str) -> str:
    r"""``value`` with every such character spelt out; tabs and line breaks stay.

    >>> text("ab\u202ecd\x00")
    'ab⟨RLO⟩cd⟨NUL⟩'
    """
    return value.translate(_SPELT)


def line(value: str) -> str:
    r"""Like ``text``, on one line: a line break is ↵, a tab is ⇥.

    >>> line("two\r\nlines")
    'two↵lines'
    """
    return text(_BREAKS.sub("↵", value).replace("\t", "⇥"))
