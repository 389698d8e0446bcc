"""Signatures: what decided a number, as ``key:value|key:value`` in the manner of sacrebleu.

A scorer's own signature holds its settings. How many references there were depends on the data,
so it is put in front by whoever has them, as ``nrefs`` (sacrebleu's word and place).
"""

from collections.abc import Iterable, Mapping, Sequence

__all__ = ["join", "with_references"]


def join(parts: Mapping[str, str | int | float | bool]) -> str:
    """The parts in their order; booleans as yes and no.

    >>> join({"case": "lc", "stem": False, "nc": 6})
    'case:lc|stem:no|nc:6'
    """
    return "|".join(f"{key}:{_shown(value)}" for key, value in parts.items())


def with_references(signature: str, references: Iterable[Sequence[str]]) -> str:
    """The signature with the number of references per item in front, ``var`` where it varies.

    Items without any reference are not scored and do not count; if no item has one, the number
    is 0.

    >>> with_references("case:mixed", [["one", "two"], ["three", "four"]])
    'nrefs:2|case:mixed'
    >>> with_references("case:mixed", [["one", "two"], ["three"], []])
    'nrefs:var|case:mixed'
    """
    counts = {len(found) for found in references} - {0}
    shown = "var" if len(counts) > 1 else str(max(counts, default=0))
    return f"nrefs:{shown}|{signature}" if signature else f"nrefs:{shown}"


def _shown(value: str | float) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
