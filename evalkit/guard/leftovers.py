"""What templates, prompts and models leave in an output.

Model tokens, unfilled templates, sub-word marks and unresolved entities are found by the rules
that ``mechanics`` has for them (``fluency.rules.residue``); phrases of chat models and echoes of
prompts by ``tables/leftovers.txt``. What the source or a reference holds, too, is no leftover.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from evalkit.fluency.rules import residue
from evalkit.fluency.rules.rule import Page

__all__ = ["leftovers"]

_MAY_HOLD = re.compile(r"[<\[{⁇$%\\&@▁Ġ#]|-[LR][RSC]B-")
_LABEL = re.compile(r"\s*[^:：\n]{1,24}[:：]")
_RULES = (
    (residue.model_tokens, "a token of a model"),
    (residue.templates, "an unfilled template"),
    (residue.split_words, "a sub-word mark"),
    (residue.entities, "an unresolved entity"),
)


def leftovers(text: str, source: str, allowed: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and what it is, of everything that is left over.

    Args:
        text: the output.
        source: what it was made from, or "".
        allowed: source and references; what stands in them is left alone.
    """
    taken: list[tuple[int, int]] = []
    for start, end, what in _found(text):
        free = all(end <= first or last <= start for first, last in taken)
        if text[start:end].rstrip().endswith(":") and start == 0 and _LABEL.match(source):
            continue  # it translates a label of the source
        if free and text[start:end].casefold() not in allowed.casefold():
            taken.append((start, end))
            yield start, end, what


def _found(text: str) -> Iterator[tuple[int, int, str]]:
    if _MAY_HOLD.search(text):
        page = Page.of(text, complete=False)
        for rule, what in _RULES:
            yield from ((found.start, found.end, what) for found in rule(page))
    for match in _phrases().finditer(text):
        yield match.start(), match.end(), "left by a prompt or a chat model"


@cache
def _phrases() -> re.Pattern[str]:
    content = files("evalkit.guard").joinpath("tables/leftovers.txt").read_text("utf-8")
    lines = (line.strip() for line in content.splitlines())
    alternatives = [f"(?:{line})" for line in lines if line and not line.startswith("# ")]
    return re.compile("|".join(alternatives), re.IGNORECASE)
