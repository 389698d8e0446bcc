"""Hits, misses and false alarms, against an oracle that tries every pairing."""

import math
import random
from functools import cache

import pytest

from evalkit.agreement.spans import Detection, detect, marked_by_both, match
from evalkit.records import Severity, Span


def span(start: int, end: int, severity: Severity | None = None) -> Span:
    return Span(start, end, "grammar", severity)


def most_pairs(found: list[Span], gold: list[Span], limit: int) -> int:
    """The size of the largest one-to-one pairing, by trying them all."""

    @cache
    def best(i: int, free: frozenset[int]) -> int:
        if i == len(found):
            return 0
        f = found[i]
        options = [best(i + 1, free)]
        for j in free:
            shared = range(max(f.start, gold[j].start), min(f.end, gold[j].end))
            if len(shared) and f.end - f.start <= limit:
                options.append(1 + best(i + 1, free - {j}))
        return max(options)

    return best(0, frozenset(range(len(gold))))


def drawn(rng: random.Random, n: int) -> list[Span]:
    starts = sorted(rng.choices(range(40), k=n))
    return [span(a, a + rng.randrange(0, 14)) for a in starts]


@pytest.mark.parametrize("seed", range(60))
def test_as_many_pairs_as_the_oracle_finds(seed: int) -> None:
    rng = random.Random(seed)
    found, gold = drawn(rng, rng.randrange(7)), drawn(rng, rng.randrange(7))
    matching = match(found, gold, max_length=10)
    assert len(matching.pairs) == most_pairs(found, gold, 10)
    assert sorted([i for i, _ in matching.pairs] + list(matching.alarms)) == list(range(len(found)))
    assert sorted([j for _, j in matching.pairs] + list(matching.misses)) == list(range(len(gold)))
    for i, j in matching.pairs:
        assert max(found[i].start, gold[j].start) < min(found[i].end, gold[j].end)
        assert found[i].end - found[i].start <= 10


def test_a_chain_of_moves_is_found() -> None:
    # Each found span but the last could take two marks; only shifting all of them pairs all.
    found = [span(0, 4), span(2, 8), span(6, 12), span(0, 2)]
    gold = [span(1, 3), span(3, 7), span(7, 11), span(9, 10)]
    assert len(match(found, gold).pairs) == 4


@pytest.mark.parametrize(
    ("found", "gold", "n_pairs", "reason"),
    [
        ([(0, 5)], [(5, 9)], 0, "touching at a border is nothing in common"),
        ([(0, 5)], [(4, 9)], 1, "one character is enough"),
        ([(0, 60)], [(59, 99)], 1, "sixty characters may hit"),
        ([(0, 61)], [(59, 99)], 0, "sixty-one may not"),
        ([(0, 9)], [(1, 2), (4, 5)], 1, "one found span hits one error"),
        ([(1, 2), (4, 5)], [(0, 9)], 1, "one error is hit by one found span"),
        ([(0, 9)], [(4, 4)], 0, "an insertion point has no character"),
    ],
)
def test_what_a_hit_is(
    found: list[tuple[int, int]], gold: list[tuple[int, int]], n_pairs: int, reason: str
) -> None:
    pairs = match([span(*s) for s in found], [span(*s) for s in gold]).pairs
    assert len(pairs) == n_pairs, reason


def test_marked_by_both_wants_the_severity_on_both_sides() -> None:
    first = [span(0, 3, "major"), span(5, 8, "major"), span(9, 12, "minor"), span(20, 22, "major")]
    second = [span(2, 4, "major"), span(5, 8, "minor"), span(9, 12, "major")]
    assert marked_by_both(first, second) == (first[0],)
    assert marked_by_both(second, first) == (second[0],)
    assert marked_by_both(first, second, severity="minor") == ()


def test_detection_with_two_annotators() -> None:
    first = [span(0, 3, "major"), span(10, 14, "major"), span(20, 25, "minor")]
    second = [span(1, 4, "major"), span(40, 44, "minor"), span(50, 50, "minor")]
    found = [
        span(2, 4),  # hits the error that both call major
        span(22, 23),  # touches a minor one: no false alarm, and a partner of its own
        span(24, 26),  # touches the same: no false alarm, but no partner left
        span(41, 42),  # the second annotator's alone
        span(50, 52),  # touches an insertion point
        span(60, 62),  # touches nothing
        span(0, 70),  # too long
    ]
    counts = detect(found, first, second, n_words=120)
    assert counts == Detection(
        n_wanted=1, n_hits=1, n_found=7, n_false=2, n_unmatched=5, n_words=120
    )
    assert counts.recall == 1.0
    assert counts.false_alarms == 1.0
    assert counts.unmatched == 2.5


def test_detection_with_one_annotator_wants_every_span() -> None:
    counts = detect([span(0, 2)], [span(1, 3), span(5, 7, "minor")], n_words=30)
    assert (counts.n_wanted, counts.n_hits, counts.n_false) == (2, 1, 0)


def test_nothing_found_and_nothing_wanted() -> None:
    counts = detect([], [], n_words=0)
    assert math.isnan(counts.recall)
    assert math.isnan(counts.false_alarms)


def test_counts_add() -> None:
    one = detect([span(0, 2)], [span(1, 3)], n_words=30)
    two = detect([span(9, 12)], [span(1, 3)], n_words=30)
    total = one + two
    assert (total.n_wanted, total.n_hits, total.n_false, total.n_words) == (2, 1, 1, 60)
    assert (total.recall, total.false_alarms) == (0.5, 1.0)
