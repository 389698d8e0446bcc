"""What is different between two runs, laid out for reading: sheets of words, and changed texts.

The same layout serves the terminal, Markdown and the page. What is equal is said in one line.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evalkit.report import numbers
from evalkit.report.flow import Flow, flow
from evalkit.report.standing import LEVEL
from evalkit.report.wording import changes
from evalkit.results import Change, Difference, ItemChange, OutputChange, ScoreChange

__all__ = ["ChangedText", "Sheet", "changed_texts", "heading", "sheets", "unchanged"]

_TESTED = {"score": "of the score", "mean": "of the mean of the items' scores", "": ""}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of words."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()
    """The columns that hold numbers."""
    minor: tuple[int, ...] = ()
    """The columns to leave out where there is no room, first the first."""
    footnotes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ChangedText:
    """One item in both runs."""

    place: str
    score: str
    """The score before and after, with the difference."""
    same: bool
    """Whether the text is the same."""
    before: Flow
    """Shaded: what the second run's text lacks."""
    after: Flow
    """Shaded: what the first run's text lacked."""


def heading(found: Difference) -> tuple[str, str]:
    """The two runs, each in a line: a is the first, b the second."""
    first, second = (
        f"{letter}: {run.folder} ({run.name}, {numbers.when(run.finished)})"
        for letter, run in (("a", found.a), ("b", found.b))
    )
    return first, second


def unchanged(found: Difference) -> str:
    """What is the same in both runs, in a sentence; "" for nothing."""
    parts = {
        "config": found.config, "versions": found.versions, "inputs": found.inputs,
        "systems' signatures": found.generators, "outputs": _outputs_moved(found),
        "scores": [score for score in found.scores if _moved(score)],
    }  # fmt: skip
    same = [name for name, moved in parts.items() if not moved]
    if not found.differs:
        return "Nothing is different."
    return f"The same in both: {', '.join(same)}." if same else ""


def sheets(found: Difference) -> Iterator[Sheet]:
    """Everything that is different, but for the texts."""
    for title, changed in (
        ("Config", found.config),
        ("Versions", found.versions),
        ("Inputs, SHA-256", found.inputs),
        ("Systems' signatures", found.generators),
    ):
        if changed:
            yield Sheet(title, ("", "a", "b"), tuple(map(_change, changed)))
    if found.only_a or found.only_b:
        rows = [("a", name) for name in found.only_a] + [("b", name) for name in found.only_b]
        yield Sheet("In one run only", ("run", "what"), tuple(rows))
    moved = _outputs_moved(found)
    if moved:
        head = ("table", "system", "same", "changed", "another item", "only a", "only b")
        counts = [(o.n_same, o.n_changed, o.n_other, o.n_only_a, o.n_only_b) for o in moved]
        cells = [
            (o.table, o.system, *map(numbers.count, row))
            for o, row in zip(moved, counts, strict=True)
        ]
        yield Sheet("Outputs", head, tuple(cells), (2, 3, 4, 5, 6), (), _other(found))
    scores = [score for score in found.scores if _moved(score)]
    if scores:
        yield _scores(scores)


def _change(change: Change) -> tuple[str, str, str]:
    return (
        change.name,
        numbers.DASH if change.a is None else change.a,
        numbers.DASH if change.b is None else change.b,
    )


def _outputs_moved(found: Difference) -> list[OutputChange]:
    return [
        each
        for each in found.outputs
        if each.n_changed or each.n_other or each.n_only_a or each.n_only_b
    ]


def _other(found: Difference) -> tuple[tuple[str, str], ...]:
    if not any(each.n_other for each in found.outputs):
        return ()
    why = "its source or references differ, so that it is not compared"
    return (("another item", why),)


def _moved(score: ScoreChange) -> bool:
    return score.a != score.b or score.signature_a != score.signature_b


def _scores(scores: Sequence[ScoreChange]) -> Sheet:
    notes: dict[str, str] = {}
    rows = []
    for score in scores:
        reasons = [score.note, f"the test is {_TESTED[score.test]}" if score.p is not None else ""]
        marks = "".join(_mark(reason, notes) for reason in reasons if reason)
        rows.append(
            (
                f"{score.table}/{score.system}/{score.field}",
                numbers.score(score.a, score.unit),
                numbers.score(score.b, score.unit),
                numbers.difference(score.delta, score.unit),
                numbers.interval(score.low, score.high, score.unit) or numbers.DASH,
                numbers.p_value(score.p_adjusted if score.p_adjusted is not None else score.p),
                f"{score.n_better}/{score.n_worse}/{score.n_equal}" if score.test else "",
                f"{_verdict(score)}{marks}",
            )
        )
    head = ("score", "a", "b", "b − a", "interval", "p", "better/worse/equal", "")
    return Sheet(
        "Scores",
        head,
        tuple(rows),
        (1, 2, 3, 4, 5, 6),
        (6, 4),
        tuple(zip(notes.values(), notes, strict=True)),
    )


def _mark(reason: str, notes: dict[str, str]) -> str:
    """The number of a reason, raised: letters would be taken for the runs."""
    raised = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
    return notes.setdefault(reason, str(len(notes) + 1).translate(raised))


def _verdict(score: ScoreChange) -> str:
    p = score.p_adjusted if score.p_adjusted is not None else score.p
    if p is None or score.test_delta is None:
        return ""
    if p >= LEVEL or score.test_delta == 0:
        return "not told apart"
    if score.higher_is_better is None:
        return "different"
    return "better" if (score.test_delta > 0) == score.higher_is_better else "worse"


def changed_texts(found: Difference) -> tuple[ChangedText, ...]:
    """The listed items, each with what changed in its text."""
    return tuple(map(_text, found.items))


def _text(item: ItemChange) -> ChangedText:
    words = changes(item.text_a, item.text_b)
    number = f" {item.index + 1}" if item.index else ""
    score = ""
    if item.field:
        before, after = (numbers.score(value, item.unit) for value in (item.a, item.b))
        score = f"{item.field} {before} → {after}"
        if item.a is not None and item.b is not None:
            score += f" ({numbers.difference(item.b - item.a, item.unit)})"
    return ChangedText(
        place=f"{item.table}/{item.system}: {item.document}{number}",
        score=score,
        same=item.text_a == item.text_b,
        before=flow(item.text_a, shades=words.before),
        after=flow(item.text_b, shades=words.after),
    )
