"""The pieces that Markdown is written from (GitHub's flavour): escaped texts, tables, lists.

Nothing from the data can become markup: every character that Markdown or HTML gives a meaning is
escaped.
"""

import re
from collections.abc import Sequence

from evalkit.report import visible

__all__ = ["bullets", "escape", "inline", "line_start", "notes", "rows"]

_SPECIAL = re.compile(r"[\\`*_\[|~$#@]|:(?=//|[\w+-]+:)|(?<=www)\.")
_BLOCK = re.compile(r"^(\d*)((?<!\d)[-+=]|(?<=\d)[.)](?=\s|$))")
"""What makes a list, a rule or a heading of the line that it begins."""
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def escape(text: str) -> str:
    r"""A text on one line, without a character that Markdown or HTML would take for markup.

    >>> print(escape("a|b <i> *c*"), escape("1. d"))
    a\|b &lt;i&gt; \*c\* 1\. d
    """
    return line_start(inline(text))


def inline(text: str) -> str:
    """A text on one line that may stand anywhere but at the start of one."""
    return _SPECIAL.sub(r"\\\g<0>", visible.line(text)).translate(_ENTITIES)


def line_start(line: str) -> str:
    """An escaped line that begins no list, rule or heading."""
    return _BLOCK.sub(r"\1\\\2", line.strip())


def rows(head: Sequence[str], body: Sequence[Sequence[str]], right: int = 0) -> str:
    """A table; the last ``right`` columns stand to the right."""
    rule = ["---"] * (len(head) - right) + ["--:"] * right
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *body))


def bullets(lines: Sequence[str]) -> str:
    """A list of escaped lines."""
    return "\n".join(f"- {line}" for line in lines)


def notes(footnotes: Sequence[tuple[str, str]]) -> list[str]:
    """Footnotes under their letters; nothing where there are none."""
    return (
        [bullets([f"({inline(letter)}) {escape(why)}" for letter, why in footnotes])]
        if footnotes
        else []
    )
