"""Error annotations of a document: one JSON object a line, held to the text that they mark.

::

    {"start": 12, "end": 17, "category": "grammar", "severity": "minor",
     "correction": "went", "text": "goed", "note": "optional, for a person"}

``start`` and ``end`` are code points into the document's text, end exclusive; ``text`` repeats
what stands there, so that a shifted offset can't go unseen. An empty span marks something missing.
``correction`` is what to put there ("" deletes), or null.
"""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import TypeVar, get_args

from evalkit.corpus.rows import Row, cell, read_rows, text_cell
from evalkit.errors import InputError, nearest
from evalkit.records import CATEGORIES, Document, Severity, Span

__all__ = ["read_annotations"]

_KEYS = ("start", "end", "category", "severity", "correction", "text", "note")
_Name = TypeVar("_Name", bound=str)
_SEVERITIES: Mapping[str, Severity] = {name: name for name in get_args(Severity)}


def read_annotations(
    path: Path, document: Document, *, annotator: str, name: str = ""
) -> tuple[Span, ...]:
    """The spans of one annotator, by start; () where the file has no rows.

    Args:
        path: a .jsonl file.
        document: the text that it speaks of.
        annotator: who made it; becomes the spans' ``finder``.
        name: what messages call the file; its name where left out.

    Raises:
        InputError: a row is malformed, does not fit the text, or overlaps another.
    """
    rows = read_rows(path, kind="jsonl", name=name or path.name)
    read = [(_span(row, document, annotator), row.origin) for row in rows]
    read.sort(key=lambda pair: (pair[0].start, pair[0].end))
    for (left, left_origin), (right, origin) in pairwise(read):
        same = (left.start, left.end) == (right.start, right.end)
        if right.start < left.end or same:
            raise InputError(
                f"{origin}: the span {right.start}-{right.end} overlaps {left.start}-{left.end} "
                f"({left_origin}); make them one, or apart"
            )
    return tuple(span for span, _ in read)


def _span(row: Row, document: Document, annotator: str) -> Span:
    unknown = [key for key in row.values if key not in _KEYS]
    if unknown:
        guess = nearest(unknown[0], _KEYS)
        hint = f" Did you mean {guess!r}?" if guess else ""
        raise InputError(f"{row.origin}: unknown key {unknown[0]!r}.{hint} Known: {_KEYS}")
    start, end = _offset(row, "start"), _offset(row, "end")
    _check_text(row, document, start, end)
    correction = None if cell(row, "correction") is None else text_cell(row, "correction")
    if correction == document.text[start:end]:
        raise InputError(f"{row.origin}: the correction is the text that it corrects")
    return Span(
        start=start,
        end=end,
        category=_one_of(row, "category", {name: name for name in CATEGORIES}),
        severity=_one_of(row, "severity", _SEVERITIES),
        finder=annotator,
        message=text_cell(row, "note") if "note" in row.values else "",
        correction=correction,
    )


def _offset(row: Row, key: str) -> int:
    value = cell(row, key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InputError(f"{row.origin}: {key} is {value!r}, not a whole number from 0")
    return value


def _check_text(row: Row, document: Document, start: int, end: int) -> None:
    if not start <= end <= len(document.text):
        raise InputError(
            f"{row.origin}: the span {start}-{end} does not lie in {document.id!r} "
            f"({len(document.text)} code points)"
        )
    claimed, there = text_cell(row, "text"), document.text[start:end]
    if claimed != there:
        at = document.text.find(claimed)
        hint = f"; it stands at {at}" if claimed and at >= 0 else ""
        raise InputError(
            f"{row.origin}: text is {claimed!r}, but {document.id!r} has {there!r} at "
            f"{start}-{end}{hint}"
        )


def _one_of(row: Row, key: str, known: Mapping[str, _Name]) -> _Name:
    value = text_cell(row, key)
    if value not in known:
        guess = nearest(value, known)
        hint = f" Did you mean {guess!r}?" if guess else ""
        raise InputError(
            f"{row.origin}: {key} is {value!r}.{hint} It must be one of: {', '.join(known)}"
        )
    return known[value]
