"""Signatures: what decided a number, as ``key:value|key:value`` in the manner of sacrebleu.

A scorer's own signature holds its settings. How many references there were depends on the data,
so it is put in front by whoever has them, as ``nrefs`` (sacrebleu's word and place).
The short form abbreviates sacrebleu's keys as sacrebleu 2.6 does, and leaves all others.
"""

from collections.abc import Iterable, Mapping, Sequence

__all__ = ["join", "shorten", "with_references"]

_SHORT = {
    "nrefs": "#",
    "bs": "bs",
    "ar": "ar",
    "seed": "rs",
    "test": "t",
    "lang": "l",
    "origlang": "o",
    "subset": "S",
    "case": "c",
    "eff": "e",
    "smooth": "s",
    "space": "s",
    "norm": "nr",
    "punct": "pn",
    "asian": "as",
    "version": "v",
}
"""sacrebleu's keys and their abbreviations; ``tok`` is one only in TER's signature."""


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


def shorten(signature: str) -> str:
    """The signature with sacrebleu's abbreviations for its keys.

    >>> shorten("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0")
    '#:1|c:mixed|e:no|tok:13a|s:exp|v:2.6.0'
    """
    parts = [part.partition(":") for part in signature.split("|")]
    short = {"tok": "t", **_SHORT} if ("tok", ":", "tercom") in parts else _SHORT
    return "|".join(f"{short.get(key, key)}{colon}{value}" for key, colon, value in parts)


def _shown(value: str | float) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
