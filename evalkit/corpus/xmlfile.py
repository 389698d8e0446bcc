"""XML read safely: one element at a time, nothing fetched, nothing expanded.

By ``defusedxml`` (PSF licence) over Python's own expat. Entity declarations and references to
outside files are refused where they stand, so no bomb can go off and no other file can be read;
so is a document type, except where a format's own standard asks for one (TMX), and then it is not
loaded. Elements nested more than 100 deep are refused. The encoding is the one that the file
declares (UTF-8, UTF-16, or one with single bytes).

The obvious library for translation files, translate-toolkit, is under the GPL: a tool under
Apache-2.0 cannot build on it. The formats' structure is read in ``xliff`` and ``tmx``.
"""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal
from xml.etree.ElementTree import Element, ParseError

from evalkit.corpus.files import read_bytes
from evalkit.errors import InputError

__all__ = ["XML_LANG", "Event", "events", "local", "namespace"]

Event = tuple[Literal["start", "end"], Element]
"""What the reader meets: an element that opens, or one that is complete."""

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
"""The attribute ``xml:lang``."""

_DEEPEST = 100


def events(
    path: Path, *, name: str, stream: BinaryIO | None = None, with_doctype: bool = False
) -> Iterator[Event]:
    """Every start and end of an element, in order.

    Args:
        path: the file; ``-`` reads ``stream`` instead; ``.gz`` is unpacked.
        name: what messages call it.
        stream: standard input, as bytes.
        with_doctype: whether the file may name a document type (which is not loaded).

    Raises:
        InputError: it is not well-formed XML, badly encoded, or holds what is refused.
    """
    content = read_bytes(path, name=name, stream=stream)
    _check_start(content, name)
    return _events(content, name, with_doctype)


def local(element: Element) -> str:
    """An element's name without its namespace; "" for a comment."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def namespace(element: Element) -> str:
    """An element's namespace; "" for none."""
    tag = element.tag
    return tag[1:].partition("}")[0] if isinstance(tag, str) and tag.startswith("{") else ""


def _check_start(content: bytes, name: str) -> None:
    if not content.strip():
        raise InputError(f"{name} is empty: it holds no XML")
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    nul = content.find(b"\0")
    if nul >= 0 and not wide:
        line = content.count(b"\n", 0, nul) + 1
        raise InputError(
            f"{name} holds a NUL byte at byte {nul} (line {line}): no XML may; save it again as "
            "UTF-8"
        )


def _events(content: bytes, name: str, with_doctype: bool) -> Iterator[Event]:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    depth = 0
    try:
        for kind, element in iterparse(
            io.BytesIO(content), events=("start", "end"), forbid_dtd=not with_doctype
        ):
            depth += 1 if kind == "start" else -1
            if depth > _DEEPEST:
                raise InputError(f"{name}: elements nested more than {_DEEPEST} deep; refused")
            yield kind, element
    except DefusedXmlException as error:
        what = _REFUSED.get(type(error).__name__, "something that is refused")
        raise InputError(
            f"{name} holds {what}, which evalkit refuses because it can read other files or "
            "blow up; save the file without it"
        ) from error
    except ParseError as error:
        raise InputError(f"{name} is not well-formed XML: {error}") from error
    except (LookupError, ValueError) as error:
        raise InputError(f"{name} cannot be decoded ({error}); save it as UTF-8") from error


_REFUSED = {
    "DTDForbidden": "a document type declaration (<!DOCTYPE …>)",
    "EntitiesForbidden": "an entity declaration (<!ENTITY …>)",
    "ExternalReferenceForbidden": "a reference to an outside file",
}
