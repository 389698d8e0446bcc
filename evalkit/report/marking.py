"""The numbered findings of a text: what was marked, by whom, and what they say about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evalkit.report import numbers, visible
from evalkit.report.flow import Stretch
from evalkit.results import Mark, Report

__all__ = [
    "STYLES",
    "Finding",
    "Legend",
    "Palette",
    "excerpt",
    "findings",
    "legends",
    "palette",
    "stretches",
]

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
    by_person: bool
    """Whether a reader marked it, not a scorer."""
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
    by_people: bool
    """Whether readers marked them, not scorers."""


@dataclass(frozen=True, slots=True)
class Palette:
    """How each name that marks anything is drawn, the same in the whole report."""

    style: Mapping[str, int]
    people: frozenset[str]
    """The names that are no scorer of any table: readers."""


def excerpt(text: str) -> str:
    """A text of at most a line or two; … where it goes on, between words if there are any.

    >>> excerpt("short"), len(excerpt("word " * 99)), len(excerpt("x" * 999))
    ('short', 90, 91)
    """
    if len(text) <= _EXCERPT:
        return text
    start, space, _ = text[: _EXCERPT + 1].rpartition(" ")
    return f"{start.rstrip()}…" if space and start.strip() else f"{text[:_EXCERPT]}…"


def palette(report: Report) -> Palette:
    """A style for every scorer and reader of a report, scorers first."""
    scorers = dict.fromkeys(score.scorer for table in report.tables for score in table.scores)
    texts = [document.spans for document in report.documents]
    texts += [item.spans for item in report.items]
    present = {mark.scorer for marks in texts for mark in marks}
    people = sorted(present - set(scorers))
    names = [name for name in scorers if name in present] + people
    return Palette(
        style={name: index % STYLES for index, name in enumerate(names)},
        people=frozenset(people),
    )


def findings(text: str, marks: Sequence[Mark], drawn: Palette) -> tuple[Finding, ...]:
    """The marks of a text, numbered as a reader meets them, those of scorers first."""
    return tuple(
        Finding(
            number=number,
            style=drawn.style[mark.scorer],
            scorer=mark.scorer,
            by_person=mark.scorer in drawn.people,
            finder=mark.finder,
            category=mark.category,
            severity=mark.severity or "",
            probability="" if mark.probability is None else numbers.probability(mark.probability),
            quote=visible.line(excerpt(text[mark.start : mark.end])),
            correction=None if mark.correction is None else visible.line(mark.correction),
            message=mark.message,
        )
        for number, mark in enumerate(_in_order(marks, drawn), start=1)
    )


def stretches(marks: Sequence[Mark], drawn: Palette) -> tuple[Stretch, ...]:
    """Where the findings of the same numbers stand."""
    return tuple(
        Stretch(mark.start, mark.end, number)
        for number, mark in enumerate(_in_order(marks, drawn), start=1)
    )


def legends(found: Sequence[Finding]) -> tuple[Legend, ...]:
    """The styles that the findings use."""
    by_style: dict[int, list[Finding]] = {}
    for finding in found:
        by_style.setdefault(finding.style, []).append(finding)
    return tuple(
        Legend(
            style=style,
            scorers=tuple(dict.fromkeys(f.scorer for f in group)),
            n_findings=len(group),
            by_people=all(f.by_person for f in group),
        )
        for style, group in sorted(by_style.items())
    )


def _in_order(marks: Sequence[Mark], drawn: Palette) -> list[Mark]:
    return sorted(marks, key=lambda mark: (mark.scorer in drawn.people, mark.start, mark.end))


def _both(finding: Finding) -> str:
    name = f"reader {finding.scorer}" if finding.by_person else finding.scorer
    return f"{name}, {finding.finder}" if finding.finder else name
