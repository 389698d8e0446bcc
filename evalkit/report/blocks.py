"""The page's data: JSON in named blocks, compressed, unpacked by the script when one is opened.

A block is base64 of gzip of JSON in an element that is no script to a browser. So a text can hold
what it likes, a long run stays small, and a block costs nothing until its section is opened. The
whole is kept under a size by leaving out, in this order: values of tokens; what lies beside items
(matches, edits, origins); items from the end. What was left out is said.
"""

import base64
import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass

from evalkit.report import numbers
from evalkit.report.packing import Row

__all__ = ["MOST", "Block", "Fitted", "fitted", "pack"]

MOST = 12_000_000
"""Characters that all blocks of a page may take together."""


@dataclass(frozen=True, slots=True)
class Block:
    """Something for the script."""

    name: str
    content: str
    """Base64."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Rows, cut down until they fit."""

    content: str
    left_out: tuple[str, ...]
    """In words, for the reader."""
    n_rows: int
    """Rows that are there."""


def pack(value: object) -> str:
    """A value as base64 of gzip of JSON; the same bytes each time."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    packed = gzip.compress(text.encode("utf-8", "replace"), compresslevel=6, mtime=0)
    return base64.b64encode(packed).decode("ascii")


def fitted(rows: Sequence[Row], head: Row, most: int) -> Fitted:
    """A block of rows that is no longer than ``most``.

    Args:
        rows: documents or items.
        head: what else the block holds.
        most: characters.
    """
    content = pack({**head, "rows": rows})
    left_out: list[str] = []
    for keys, words in _LESS:
        if len(content) <= most:
            break
        if any(row.keys() & keys for row in rows):
            rows = [{key: part for key, part in row.items() if key not in keys} for row in rows]
            left_out.append(words)
            content = pack({**head, "rows": rows})
    total = len(rows)
    while len(content) > most and rows:
        rows = rows[: min(len(rows) - 1, int(len(rows) * most / len(content) * 0.97))]
        content = pack({**head, "rows": rows})
    if len(rows) < total:
        left_out.append(f"all but the first {numbers.count(len(rows))} of {numbers.count(total)}")
    return Fitted(content, tuple(left_out), len(rows))


_LESS = (
    (frozenset("k"), "values of tokens"),
    (frozenset("pqh"), "matches, edits and source sentences"),
)
