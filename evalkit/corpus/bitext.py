"""Pairs of source and target, as translation files hold them, and the tags inside their texts.

A text keeps every character that a reader of the translation would see, and loses its inline
tags; each of those becomes a placeholder in ``tags``, so that the sanity gate can see which of the
source's are missing from the target. Native code inside a tag (``<bpt>&lt;b&gt;</bpt>``) is no
text, except for the parts that the file marks as text (``<sub>``).
"""

from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from evalkit.corpus.xmlfile import local

__all__ = ["NOTHING", "Inline", "Pair", "flatten"]


@dataclass(frozen=True, slots=True)
class Inline:
    """A text and the inline tags that stood in it."""

    text: str
    """The text without its tags."""
    tags: tuple[str, ...] = ()
    """One placeholder for each tag, in order: ``<x id="1">``; a pair of tags counts once."""


NOTHING = Inline("")
"""A side that the file does not have."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A source and its target."""

    id: str
    """What the file calls it; unique in the file, or the file is refused later."""
    source: Inline
    target: Inline
    has_target: bool = True
    """False where the file has no target at all; its text is then empty."""
    document: str = ""
    """The file or document inside the file that it belongs to; "" where none is named."""


@dataclass(slots=True)
class _Open:
    """An element on the way through a text."""

    children: deque[Element]
    tail: str
    shown: bool
    """Whether its characters are text."""


def flatten(
    element: Element, *, code: Collection[str], sub: str, label: Callable[[Element], str]
) -> Inline:
    """The text of an element that holds text and inline tags.

    Args:
        element: ``<source>``, ``<target>`` or ``<seg>``.
        code: names of the elements whose characters are native code, not text.
        sub: name of the element inside such code whose characters are text again.
        label: the placeholder of an inline element; "" for one that is no tag (``<mrk>``).
    """
    texts, tags = [element.text or ""], []
    path = [_Open(deque(element), "", shown=True)]
    while path:
        here = path[-1]
        if not here.children:
            path.pop()
            texts.append(here.tail if path and path[-1].shown else "")
            continue
        child = here.children.popleft()
        name = local(child)
        shown = name not in code and (here.shown or name == sub) and name != ""
        if name and (placeholder := label(child)):
            tags.append(placeholder)
        texts.append((child.text or "") if shown else "")
        path.append(_Open(deque(child), child.tail or "", shown))
    return Inline("".join(texts), tuple(tags))
