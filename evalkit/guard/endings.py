"""Outputs that end in the middle of a sentence.

Said only where it is plain: the generator stopped at its length limit; the text ends in a mark
that opens or joins (a comma, an opening bracket, a hyphen), or in a word that no English sentence
ends in (``the``, ``and``, ``because``); or it ends without a full stop where the source has one,
and is short of half the length that its source's length would give it in this file. Never where
the source or a reference ends likewise.
"""

import re
from collections.abc import Sequence

__all__ = ["cut_ending", "usual_ratio"]

_OPEN = re.compile(r"(?:[,、，،(（\[{“„«‘「『【–—&/／]|(?<=\w)-)\s*$")
_DASH = re.compile(r"[-–—]\s*$")
_STOP = re.compile(r"[.?!…。？！।۔։።؟\"”’'»)\]}』」】）]\s*$")
_DANGLING = re.compile(
    r"(?<![\w'’-])(the|a|an|and|or|than|because|my|your|their|our|its|whose|if|of the|to the"
    r"|is the|although|unless|whereas|into)\s*$"
)
_SHORT = 0.5
_ENOUGH = 30
"""Characters of a source from which on its length says something."""


def cut_ending(
    text: str, source: str | None, others: Sequence[str], ratio: float, *, english: bool
) -> str:
    """What shows that the text is cut, as the end of "ends …"; "" where nothing does.

    Args:
        text: the output, not blank.
        source: what it was made from, if known.
        others: its references.
        ratio: the usual length of an output, in characters of its source (``usual_ratio``); 0 where
            lengths say nothing.
        english: whether the text is in English.
    """
    alike = [*others, *([source] if source is not None else [])]
    end = _OPEN.search(text)
    if end and not any(_OPEN.search(other) or _DASH.search(other) for other in alike):
        return f"in “{end.group().strip()}”"
    word = _DANGLING.search(text) if english else None
    if word and not any(_DANGLING.search(other.lower()) for other in others):
        return f"in “{word[1]}”"
    if source is None or not ratio or len(source) < _ENOUGH:
        return ""
    is_short = len(text) < _SHORT * ratio * len(source)
    if is_short and _STOP.search(source) and not _STOP.search(text):
        return f"without a stop, at {len(text)} characters for {len(source)} of the source"
    return ""


def usual_ratio(outputs: Sequence[str], sources: Sequence[str]) -> float:
    """The median of output length by source length; 0 for fewer than ten pairs to go by."""
    ratios = sorted(
        len(output) / len(source)
        for output, source in zip(outputs, sources, strict=True)
        if len(source) >= _ENOUGH and output.strip()
    )
    return ratios[len(ratios) // 2] if len(ratios) >= 10 else 0.0
