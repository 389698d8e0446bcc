"""What was required of a run and what fell short, laid out for reading."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from evalkit.report import numbers
from evalkit.report.footnotes import Footnotes
from evalkit.results import Requirement

__all__ = ["Asked", "RequiredRow", "asked", "row"]

_SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<"}


@dataclass(frozen=True, slots=True)
class RequiredRow:
    """One score and its limit."""

    text: str
    """The requirement as it was written."""
    place: str
    """``table/system/field``, with the end of the interval where that was asked for."""
    required: str
    """For example ``≥ 30``, on the score's scale; ``(0.30)`` behind it where it was written so."""
    found: str
    """Six digits, for the usual ones may hide by how little it falls short; a dash for none."""
    note: str
    """The letter of its footnote, where there is nothing to compare."""
    reason: str
    """Why there is nothing to compare."""


@dataclass(frozen=True, slots=True)
class Asked:
    """All requirements of a run."""

    summary: str
    """For example ``5 of 7 required scores are met; 2 fall short.``"""
    short: tuple[RequiredRow, ...]
    """What fell short."""
    footnotes: tuple[tuple[str, str], ...]
    """Why there is nothing to compare."""


def asked(requirements: Sequence[Requirement]) -> Asked | None:
    """The requirements, laid out; None where there are none."""
    if not requirements:
        return None
    notes = Footnotes()
    short = tuple(row(each, notes) for each in requirements if not each.met)
    n = len(requirements)
    scores = f"{numbers.count(n)} required {'score is' if n == 1 else 'scores are'}"
    if not short:
        return Asked(f"{'The' if n == 1 else 'All'} {scores} met.", (), ())
    fall = "falls" if len(short) == 1 else "fall"
    met = f"{numbers.count(n - len(short))} of {scores} met"
    return Asked(f"{met}; {numbers.count(len(short))} {fall} short.", short, notes.entries)


def row(each: Requirement, notes: Footnotes) -> RequiredRow:
    """One requirement, written out.

    Args:
        each: the requirement.
        notes: gives a letter to the reason, if there is one.
    """
    limit = f"{each.limit:.6g}"
    written = re.split("[<>]=?", each.text)[-1].strip()
    end = "" if each.end == "value" else f"@{each.end}"
    return RequiredRow(
        text=each.text,
        place=f"{each.table}/{each.system}/{each.field}{end}",
        required=f"{_SIGNS[each.operator]} {limit}" + (f" ({written})" if written != limit else ""),
        found=numbers.DASH if each.value is None else f"{each.value:.6g}",
        note=notes.mark(each.reason),
        reason=each.reason,
    )
