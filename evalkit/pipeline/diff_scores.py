"""The scores of two runs, number by number, with a paired test of each headline number."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from evalkit.pipeline.diff_items import Entry, Matched
from evalkit.pipeline.diff_tests import Tester, same_measure
from evalkit.pipeline.tables import comparison_result
from evalkit.results import Report, Score, ScoreChange, Table
from evalkit.stats.correction import corrected
from evalkit.stats.results import TOLERANCE, Comparison

__all__ = ["item_moved", "moved", "score_changes"]


def score_changes(a: Report, b: Report, matches: Sequence[Matched]) -> Iterator[ScoreChange]:
    """Every number that both runs have, with a test for the headline numbers."""
    old = {(t.name, s.system, s.field): s for t in a.tables for s in t.scores}
    by_system = {(match.table, match.system): match for match in matches}
    for table in b.tables:
        tester = Tester(a, b, table)
        pairs = [
            (old[place], score)
            for score in table.scores
            if (place := (table.name, score.system, score.field)) in old
        ]
        tests = {
            score.field: _family(
                tester, table, by_system, [p for p in pairs if p[1].field == score.field]
            )
            for _, score in pairs
        }
        for before, after in pairs:
            yield _score(table.name, before, after, *tests[after.field][after.system])


def _family(
    tester: Tester,
    table: Table,
    matches: Mapping[tuple[str, str], Matched],
    pairs: Sequence[tuple[Score, Score]],
) -> dict[str, tuple[str, Comparison | None, str]]:
    """The tests of one field, corrected over the systems: kind, comparison, note."""
    found: dict[str, tuple[str, Comparison | None, str]] = {}
    for before, after in pairs:
        match = matches.get((table.name, after.system))
        reason = _untested(before, after, match, table)
        if reason or match is None:
            found[after.system] = "", None, reason
            continue
        kind, comparison = tester.tested(match, after)
        note = "" if kind else "the items have no such score"
        found[after.system] = kind, comparison, note
    made = [comparison for _, comparison, _ in found.values() if comparison is not None]
    adjusted = iter(corrected(made, tester.settings.correction))
    return {
        name: (kind, None if comparison is None else next(adjusted), note)
        for name, (kind, comparison, note) in found.items()
    }


def _untested(before: Score, after: Score, match: Matched | None, table: Table) -> str:
    """Why there is no test; "" where there may be one."""
    headline = after.field == after.scorer or after.field == next(
        score.field for score in table.scores if score.scorer == after.scorer
    )
    if not headline:
        return "only the first number of a scorer is tested"
    if not same_measure(before, after):
        return "measured differently: the signatures differ"
    if match is None or not match.pairs:
        return "no item is in the reports of both runs"
    changed = [pair for pair in match.pairs if item_moved(*pair, after.field)]
    return "" if changed else "equal on every item of both runs"


def item_moved(old: Entry, new: Entry, field: str) -> bool:
    """Whether an item's text or one of its scores changed."""
    a, b = old.scores.get(field), new.scores.get(field)
    if a is None or b is None:
        return a is not b or old.text != new.text
    return abs(a - b) > TOLERANCE or old.text != new.text


def _score(
    table: str, before: Score, after: Score, kind: str, comparison: Comparison | None, note: str
) -> ScoreChange:
    a, b = before.value, after.value
    change = ScoreChange(
        table=table,
        system=after.system,
        field=after.field,
        unit=after.unit,
        higher_is_better=after.higher_is_better,
        a=a,
        b=b,
        delta=None if a is None or b is None else b - a,
        signature_a=before.signature,
        signature_b=after.signature,
        note=note,
    )
    if comparison is None:
        return change
    found = comparison_result(replace(comparison, system_a="b", system_b="a"))
    return change.model_copy(
        update={
            "test": kind,
            "test_delta": found.delta,
            "low": found.low,
            "high": found.high,
            "p": found.p,
            "p_adjusted": found.p_adjusted,
            "n_better": found.wins,
            "n_worse": found.losses,
            "n_equal": found.ties,
            "n_items": found.n_items,
            "note": found.note,
            "test_signature": found.signature,
        }
    )


def moved(score: ScoreChange) -> bool:
    """Whether a number or its signature changed."""
    if score.signature_a != score.signature_b or (score.a is None) != (score.b is None):
        return True
    return score.delta is not None and abs(score.delta) > TOLERANCE
