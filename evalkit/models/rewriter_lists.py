"""The rewriter's short lists of English function words, read from ``rewriter_lists.json``."""

import json
from functools import cache
from pathlib import Path

__all__ = ["word_list"]


@cache
def _lists() -> dict[str, str]:
    found: dict[str, str] = json.loads(
        Path(__file__).with_name("rewriter_lists.json").read_text(encoding="utf-8")
    )
    return found


def word_list(name: str) -> frozenset[str]:
    """The plain words of a list.

    >>> "the" in word_list("determiners")
    True
    """
    return frozenset(_lists()[name].split())
