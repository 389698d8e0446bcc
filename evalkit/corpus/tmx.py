"""TMX 1.4 (and 1.1 to 1.3): the pairs of a translation memory, with their ids.

A pair is a ``<tu>``, under its ``tuid`` or its number in the file. The source is the variant in
the header's ``srclang`` (or the unit's own), the target the one other language, or the one that
is asked for: a memory of several languages does not say which is meant. A language matches by its
whole code or by its first part (``en`` for ``en-US``), if only one variant does.

Specification: LISA OSCAR, TMX 1.4b (2005). Its standard asks for a document type; it is not loaded.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO
from xml.etree.ElementTree import Element

from evalkit.corpus.bitext import NOTHING, Inline, Pair, flatten
from evalkit.corpus.xmlfile import XML_LANG, events, local
from evalkit.errors import InputError

__all__ = ["read_tmx"]

_UNNAMED = ("", "*all*")
"""What stands for no source language in particular."""
_CODE = frozenset({"bpt", "ept", "ph", "it", "ut"})


@dataclass(frozen=True, slots=True)
class _Unit:
    """A unit with its variants."""

    id: str
    source_language: str
    variants: dict[str, Inline] = field(default_factory=dict)


def read_tmx(
    path: Path,
    *,
    name: str,
    stream: BinaryIO | None = None,
    source_language: str | None = None,
    target_language: str | None = None,
) -> tuple[Pair, ...]:
    """Every pair of a memory, in order.

    Args:
        path: the file; ``-`` reads ``stream`` instead.
        name: what messages call it.
        stream: standard input, as bytes.
        source_language: code of the source; None: the file's ``srclang``.
        target_language: code of the target; None: the one other language of the file.

    Raises:
        InputError: it is no TMX, it doesn't say which languages are meant, or the XML is bad.
    """
    units = tuple(_units(path, name, stream, source_language))
    languages = tuple(dict.fromkeys(code for unit in units for code in unit.variants))
    wanted = target_language or _only_other(units, languages, name)
    if any(unit.source_language in _UNNAMED for unit in units):
        source = _other_than(wanted, languages, name)
        units = tuple(replace(unit, source_language=source) for unit in units)
    return tuple(_pair(unit, wanted, name) for unit in units)


def _units(
    path: Path, name: str, stream: BinaryIO | None, source_language: str | None
) -> Iterator[_Unit]:
    srclang, number, begun = source_language or "", 0, False
    for kind, element in events(path, name=name, stream=stream, with_doctype=True):
        tag = local(element)
        if not begun and tag != "tmx":
            raise InputError(f"{name} is no TMX: its root element is <{tag}>")
        begun = True
        if kind == "start" and tag == "header" and source_language is None:
            srclang = element.get("srclang", "")
        elif kind == "end" and tag == "tu":
            number += 1
            own = source_language or element.get("srclang") or srclang
            yield _unit(element, own, number, name)
            element.clear()


def _unit(element: Element, source_language: str, number: int, name: str) -> _Unit:
    unit = _Unit((element.get("tuid") or "").strip() or str(number), source_language)
    for variant in element:
        if local(variant) != "tuv":
            continue
        code = (variant.get(XML_LANG) or variant.get("lang") or "").strip().lower()
        segments = [child for child in variant if local(child) == "seg"]
        if not code or len(segments) != 1:
            raise InputError(f"{name}: unit {unit.id!r} has a variant without xml:lang or <seg>")
        if code in unit.variants:
            raise InputError(f"{name}: unit {unit.id!r} has two variants in {code!r}")
        unit.variants[code] = flatten(segments[0], code=_CODE, sub="sub", label=_label)
    return unit


def _label(element: Element) -> str:
    """The native code where there is any: ``<ph>{0}</ph>`` is ``{0}``; else name and number."""
    tag = local(element)
    if tag not in _CODE or tag == "ept":
        return ""
    key = element.get("x") or element.get("i") or ""
    return (element.text or "").strip() or f'<{tag} {element.get("type") or "x"}="{key}">'


def _other_than(wanted: str, languages: tuple[str, ...], name: str) -> str:
    """The source language of a memory that names none, where only one is left."""
    target = _match(wanted, languages)
    others = [code for code in languages if code != target]
    if len(others) != 1:
        raise InputError(
            f"{name} names no source language and holds {', '.join(languages)}: leave one "
            f"language beside {wanted!r}, or set srclang in its header"
        )
    return others[0]


def _only_other(units: tuple[_Unit, ...], languages: tuple[str, ...], name: str) -> str:
    source = next((unit.source_language for unit in units), "")
    others = [code for code in languages if _match(source, (code,)) is None]
    if source in _UNNAMED or len(others) != 1:
        raise InputError(
            f"{name} holds {', '.join(languages) or 'no language'} and its source language is "
            f"{source or 'not named'}: name the target language (--language)"
        )
    return others[0]


def _pair(unit: _Unit, wanted: str, name: str) -> Pair:
    source = _match(unit.source_language, tuple(unit.variants))
    target = _match(wanted, tuple(unit.variants))
    if source is None:
        raise InputError(
            f"{name}: unit {unit.id!r} has no variant in {unit.source_language!r}; it has: "
            f"{', '.join(unit.variants) or 'none'}"
        )
    found = unit.variants[target] if target is not None else NOTHING
    return Pair(unit.id, unit.variants[source], found, has_target=target is not None)


def _match(wanted: str, codes: tuple[str, ...]) -> str | None:
    """The one code that is meant; None where none or several could be."""
    asked = wanted.strip().lower().replace("_", "-")
    if asked in codes:
        return asked
    near = [code for code in codes if code.split("-")[0] == asked.split("-")[0]]
    return near[0] if len(near) == 1 else None
