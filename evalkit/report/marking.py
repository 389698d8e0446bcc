"""The numbered findings of a text: what was marked, by whom, and what they say about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evalkit.report import numbers, visible
from evalkit.report.flow import Stretch
from evalkit.results import Mark, Report

__all__ = ["STYLES", "Finding", "Legend", "excerpt", "findings", "legends", "stretches", "styles"]

STYLES = 8
"""Kinds of underline that the page and the terminal have; more scorers share them."""


_EXCERPT = 90


@dataclass(frozen=True, slots=True)
class Finding:
    """One mark, written out."""

    number: int
    """From 1, in the order of the text."""
    style: int
    """Which underline its scorer has."""
    scorer: str
    finder: str
    category: str
    severity: str
    probability: str
    """Two decimals, or "" for a rule or a person."""
    quote: str
    """The marked text, or its beginning; "" where something is missing."""
    correction: str | None
    """The text to put there; "" deletes it."""
    message: str

    @property
    def source(self) -> str:
        """Who found it, most precise name first."""
        return self.finder if self.finder.startswith(self.scorer) else _both(self)

    @property
    def change(self) -> str:
        """The correction in words; "" where none is offered."""
        if self.correction is None:
            return ""
        if not self.quote:
            return f"insert “{self.correction}”"
        return f"“{self.correction}”" if self.correction else "delete"


@dataclass(frozen=True, slots=True)
class Legend:
    """One scorer's share of the findings."""

    style: int
    scorers: tuple[str, ...]
    n_findings: int


def excerpt(text: str) -> str:
    """A text of at most a line or two; … where it goes on.

    >>> excerpt("short")
    'short'
    """
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT].rstrip()}…"


def styles(report: Report) -> dict[str, int]:
    """A style for every scorer that marks anything, the same in the whole report."""
    order = [score.scorer for table in report.tables for score in table.scores]
    texts = [document.marks for document in report.documents]
    texts += [item.marks for item in report.items]
    present = {mark.scorer for marks in texts for mark in marks}
    names = dict.fromkeys([name for name in order if name in present] + sorted(present))
    return {name: index % STYLES for index, name in enumerate(names)}


def findings(text: str, marks: Sequence[Mark], style: Mapping[str, int]) -> tuple[Finding, ...]:
    """The marks of a text, numbered as a reader meets them."""
    return tuple(
        Finding(
            number=number,
            style=style.get(mark.scorer, 0),
            scorer=mark.scorer,
            finder=mark.finder,
            category=mark.category,
            severity=mark.severity or "",
            probability="" if mark.probability is None else numbers.probability(mark.probability),
            quote=visible.line(excerpt(text[mark.start : mark.end])),
            correction=None if mark.correction is None else visible.line(mark.correction),
            message=mark.message,
        )
        for number, mark in enumerate(_in_order(marks), start=1)
    )


def stretches(marks: Sequence[Mark]) -> tuple[Stretch, ...]:
    """Where the findings of the same numbers stand."""
    return tuple(
        Stretch(mark.start, mark.end, number)
        for number, mark in enumerate(_in_order(marks), start=1)
    )


def legends(found: Sequence[Finding]) -> tuple[Legend, ...]:
    """The styles that the findings use."""
    by_style: dict[int, list[Finding]] = {}
    for finding in found:
        by_style.setdefault(finding.style, []).append(finding)
    return tuple(
        Legend(style, tuple(dict.fromkeys(f.scorer for f in group)), len(group))
        for style, group in sorted(by_style.items())
    )


def _in_order(marks: Sequence[Mark]) -> list[Mark]:
    return sorted(marks, key=lambda mark: (mark.start, mark.end))


def _both(finding: Finding) -> str:
    return f"{finding.scorer}, {finding.finder}" if finding.finder else finding.scorer
