"""What must come through a translation unchanged: addresses, placeholders, tags.

Each is compared as a multiset. Addresses without their closing marks, case evened where case says
nothing (scheme and host); placeholders to the character; tags by name and by whether they open or
close, because the text in an attribute may have to be translated. Where an address changed, one
finding says so, not a lost and an added one.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from evalkit.guard.finding import Finding

__all__ = ["addresses", "inline_tags", "placeholders", "tags"]

_ADDRESS = re.compile(
    r"\b(?:https?|ftp)://[\x21-\x7e]+|\bwww\.[\x21-\x7e]+\.[\x21-\x7e]+"
    r"|(?<![\w.+-])[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9-]{1,64}(?:\.[A-Za-z0-9-]{1,64})+"
)
_CLOSING = ".,;:!?'\")]}>"
_PLACEHOLDER = re.compile(
    r"\{\{[^{}\n]{1,60}\}\}|\$\{[\w.]{1,60}\}|(?<![\w$])\{[\w.:-]{0,40}\}|(?<=[^\W\d])\{\d{1,2}\}"
    r"|(?<![\d%])%(?:\d\$)?(?:\(\w{1,40}\))?[-+0#]?\d{0,3}(?:\.\d{1,2})?(?:l{0,2})[sdifuxX@](?!\w)"
    r"|%%\w{1,40}%%|(?<!\w)__\w{1,40}__(?!\w)"
)
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]*)(?:\s[^<>\n]{0,300})?(/?)>")


@dataclass(frozen=True, slots=True)
class _Piece:
    """Something that stands in a text."""

    key: str
    shown: str
    start: int
    end: int


def addresses(item: int, source: str, output: str) -> Iterator[Finding]:
    """Web and mail addresses of the source that the output lacks."""
    if "@" not in source and "://" not in source and "www." not in source:
        return
    lost, added = _difference(source, output, _addresses)
    for at, piece in enumerate(lost):
        if at < len(added):
            other = added[at]
            message = f"The source has the address {piece.shown}, the output {other.shown}."
            yield Finding("url", item, message, other.start, other.end, piece.shown)
        else:
            message = f"The address {piece.shown} of the source is not there."
            yield Finding("url", item, message, about=piece.shown)


def placeholders(item: int, source: str, output: str) -> Iterator[Finding]:
    """Placeholders of the source that the output lacks, and those that only the output has."""
    if "%" not in source + output and "{" not in source + output and "__" not in source + output:
        return
    lost, added = _difference(source, output, _matches(_PLACEHOLDER))
    for piece in lost:
        message = f"The placeholder {piece.shown} is not there."
        yield Finding("placeholder", item, message, about=piece.shown)
    for piece in added:
        message = f"The source has no placeholder {piece.shown}, or fewer of them."
        yield Finding("placeholder", item, message, piece.start, piece.end, piece.shown)


def tags(item: int, source: str, output: str) -> Iterator[Finding]:
    """Tags (``<b>``) of the source that the output lacks, and those that only the output has."""
    if "<" not in source:  # a tag that only the output has is a leftover, or mechanics' business
        return
    lost, added = _difference(source, output, _tags)
    for piece in lost:
        message = f"The tag {piece.shown} is not there."
        yield Finding("tag", item, message, about=piece.shown)
    for piece in added:
        message = f"The source has no tag {piece.shown}, or fewer of them."
        yield Finding("tag", item, message, piece.start, piece.end, piece.shown)


def inline_tags(item: int, source: Iterable[str], output: Iterable[str]) -> Iterator[Finding]:
    """Inline tags of a translation file that were lost or added."""
    before, after = Counter(source), Counter(output)
    for tag in (before - after).elements():
        yield Finding("tag", item, f"The inline tag {tag} is not there.", about=tag)
    for tag in (after - before).elements():
        message = f"The source has no inline tag {tag}, or fewer of them."
        yield Finding("tag", item, message, about=tag)


def _difference(
    source: str, output: str, find: Callable[[str], list[_Piece]]
) -> tuple[list[_Piece], list[_Piece]]:
    """Pieces of the source that the output lacks, and of the output that the source lacks."""
    before, after = find(source), find(output)
    return _surplus(before, after), _surplus(after, before)


def _surplus(of: list[_Piece], over: list[_Piece]) -> list[_Piece]:
    left = Counter(piece.key for piece in over)
    found = []
    for piece in of:
        if left[piece.key]:
            left[piece.key] -= 1
        else:
            found.append(piece)
    return found


def _matches(pattern: re.Pattern[str]) -> Callable[[str], list[_Piece]]:
    def find(text: str) -> list[_Piece]:
        return [_Piece(m.group(), m.group(), *m.span()) for m in pattern.finditer(text)]

    return find


def _addresses(text: str) -> list[_Piece]:
    found = []
    for match in _ADDRESS.finditer(text):
        shown = match.group().rstrip(_CLOSING)
        host, slash, rest = re.sub(r"^\w+://", "", shown).partition("/")
        key = host.lower().removeprefix("www.") + slash + rest
        found.append(_Piece(key.rstrip("/"), shown, match.start(), match.start() + len(shown)))
    return found


def _tags(text: str) -> list[_Piece]:
    return [_Piece(f"{m[1]}{m[2].lower()}", m.group(), *m.span()) for m in _TAG.finditer(text)]
