"""XLIFF 1.2 and 2.0, 2.1, 2.2: the pairs of a translation file, with their ids.

In 1.2 a pair is a ``<trans-unit>``, under its id; in 2.x a ``<segment>``, under the id of its
unit, with the segment's own (or its number) behind a slash where the unit has several. Where one
file holds several ``<file>`` elements, each id is led by its file's. Units that the file marks
``translate="no"`` are left out, in every file alike, and counted. Alternative translations
(``<alt-trans>``), notes and modules are not read. Text stays as it stands, white space included.

Specifications: OASIS XLIFF 1.2 (2008) and 2.1 (2018), core.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import Element

from evalkit.corpus.bitext import NOTHING, Inline, Pair, flatten
from evalkit.corpus.xmlfile import events, local, namespace
from evalkit.errors import InputError

__all__ = ["XliffFile", "read_xliff"]

_CODE_1 = frozenset({"x", "bx", "ex", "bpt", "ept", "ph", "it"})
_TAGS_1 = _CODE_1 | {"g"}
_CODE_2 = frozenset({"ph", "sc", "ec", "cp", "sm", "em"})
_TAGS_2 = frozenset({"pc", "ph", "sc", "ec", "cp"})


@dataclass(frozen=True, slots=True)
class XliffFile:
    """The pairs of a file."""

    pairs: tuple[Pair, ...]
    n_untranslatable: int
    """Units that the file marks as not to be translated; left out."""


@dataclass(slots=True)
class _Reading:
    """Where the reader stands."""

    name: str
    major: str = ""
    space: str = ""
    files: list[str] = field(default_factory=list)
    translate: list[bool] = field(default_factory=list)
    """Of every open group, file and unit, whether its text is translated."""
    pairs: list[Pair] = field(default_factory=list)
    n_left: int = 0


def read_xliff(path: Path, *, name: str, stream: BinaryIO | None = None) -> XliffFile:
    """Every pair of a file, in order.

    Args:
        path: the file; ``-`` reads ``stream`` instead.
        name: what messages call it.
        stream: standard input, as bytes.

    Raises:
        InputError: it is no XLIFF 1.2 or 2.x, a unit has no id or no source, or the XML is bad.
    """
    reading = _Reading(name)
    for kind, element in events(path, name=name, stream=stream):
        if not reading.major:
            _begin(reading, element)
        elif namespace(element) != reading.space:
            continue
        elif kind == "start":
            _start(reading, element)
        else:
            _end(reading, element)
    return XliffFile(tuple(_with_files(reading)), reading.n_left)


def _begin(reading: _Reading, root: Element) -> None:
    version = root.get("version", "")
    if local(root) != "xliff":
        raise InputError(f"{reading.name} is no XLIFF: its root element is <{local(root)}>")
    if version not in ("1.0", "1.1", "1.2", "2.0", "2.1", "2.2"):
        raise InputError(f"{reading.name} is XLIFF {version!r}; 1.2 and 2.0 to 2.2 are read")
    reading.major, reading.space = version[0], namespace(root)


_SCOPES = ("file", "group", "body", "trans-unit", "unit")


def _start(reading: _Reading, element: Element) -> None:
    name = local(element)
    if name not in _SCOPES:
        return
    inherited = reading.translate[-1] if reading.translate else True
    reading.translate.append(
        {"yes": True, "no": False}.get(element.get("translate", ""), inherited)
    )
    if name == "file":
        key = "original" if reading.major == "1" else "id"
        reading.files.append(element.get(key, "") or str(len(reading.files) + 1))


def _end(reading: _Reading, element: Element) -> None:
    name = local(element)
    if name not in _SCOPES:
        return
    translated = reading.translate.pop()
    if name == ("trans-unit" if reading.major == "1" else "unit"):
        found = list(
            _trans_unit(reading, element) if name == "trans-unit" else _unit(reading, element)
        )
        reading.pairs += found if translated else []
        reading.n_left += 0 if translated else 1
        element.clear()


def _trans_unit(reading: _Reading, unit: Element) -> Iterator[Pair]:
    yield _pair(reading, unit, _id(reading, unit))


def _unit(reading: _Reading, unit: Element) -> Iterator[Pair]:
    segments = [child for child in unit if local(child) == "segment"]
    unit_id = _id(reading, unit)
    for number, segment in enumerate(segments, 1):
        own = segment.get("id") or str(number)
        yield _pair(reading, segment, unit_id if len(segments) == 1 else f"{unit_id}/{own}")


def _id(reading: _Reading, unit: Element) -> str:
    found = unit.get("id", "").strip()
    if not found:
        number = len(reading.pairs) + 1
        raise InputError(f"{reading.name}: the unit after {number - 1} others has no id")
    return found


def _pair(reading: _Reading, holder: Element, pair_id: str) -> Pair:
    # Direct children only: an <alt-trans> holds a source and a target of its own.
    sides = {local(child): child for child in holder if namespace(child) == reading.space}
    if "source" not in sides:
        raise InputError(f"{reading.name}: unit {pair_id!r} has no <source>")
    target = sides.get("target")
    return Pair(
        id=pair_id,
        source=_inline(reading, sides["source"]),
        target=NOTHING if target is None else _inline(reading, target),
        has_target=target is not None,
        document=reading.files[-1] if reading.files else "",
    )


def _inline(reading: _Reading, side: Element) -> Inline:
    if reading.major == "1":
        return flatten(side, code=_CODE_1, sub="sub", label=_label_1)
    return flatten(side, code=_CODE_2, sub="", label=_label_2)


def _label_1(element: Element) -> str:
    name = local(element)
    if name not in _TAGS_1 or name in ("ept", "ex"):
        return ""  # the end of a pair that counts once, by its beginning
    return f'<{name} id="{element.get("id", "")}">'


def _label_2(element: Element) -> str:
    name = local(element)
    if name not in _TAGS_2 or name == "ec":
        return ""
    key = "hex" if name == "cp" else "id"
    # A pair may be written as one element or as two.
    shown = "pc" if name == "sc" else name
    return f'<{shown} {key}="{element.get(key, "")}">'


def _with_files(reading: _Reading) -> Iterator[Pair]:
    """The pairs, their ids led by their file's where there are several files."""
    several = len(reading.files) > 1
    for pair in reading.pairs:
        if several:
            yield Pair(
                f"{pair.document}/{pair.id}", pair.source, pair.target, pair.has_target,
                pair.document,
            )  # fmt: skip
        else:
            yield pair
