"""Agreement of two annotators by character."""

import math
import random

import pytest

from evalkit.agreement.characters import Characters, agree, agree_by
from evalkit.records import Span


def span(start: int, end: int, category: str = "grammar") -> Span:
    return Span(start, end, category)


@pytest.mark.parametrize(
    ("first", "second", "expected", "reason"),
    [
        ([(0, 4)], [(2, 6)], (0.5, 0.5, 0.5), "two of four each way"),
        ([(0, 4)], [(0, 2)], (1.0, 0.5, 2 / 3), "the second marks half of it"),
        ([(0, 4), (2, 6)], [(0, 6)], (1.0, 1.0, 1.0), "overlapping spans count once"),
        ([(0, 2)], [(4, 6)], (0.0, 0.0, 0.0), "nothing in common"),
        ([(3, 3)], [(0, 6)], (0.0, math.nan, 0.0), "a point marks nothing"),
        ([], [], (math.nan, math.nan, math.nan), "nothing is marked"),
    ],
)
def test_shares(
    first: list[tuple[int, int]],
    second: list[tuple[int, int]],
    expected: tuple[float, float, float],
    reason: str,
) -> None:
    counts = agree([span(*s) for s in first], [span(*s) for s in second], length=10)
    shares = (counts.precision, counts.recall, counts.f1)
    assert shares == pytest.approx(expected, nan_ok=True), reason


def test_kappa_of_a_worked_example() -> None:
    # Cohen's kappa by hand: 20 both, 5 the first alone, 10 the second alone, 15 neither:
    # observed 0.7; expected 0.5 * 0.6 + 0.5 * 0.4 = 0.5; kappa 0.4.
    assert Characters(both=20, first=25, second=30, all=50).kappa == pytest.approx(0.4)
    assert math.isnan(Characters(0, 0, 0, 0).kappa)
    assert math.isnan(Characters(0, 0, 0, 9).kappa), "agreement is certain by chance"


def test_counts_equal_those_of_masks_and_add() -> None:
    rng = random.Random(5)
    total = Characters(0, 0, 0, 0)
    both = first_marked = second_marked = 0
    for _ in range(50):
        drawn = [
            [span(a, min(a + rng.randrange(6), 30)) for a in rng.choices(range(30), k=4)]
            for _ in range(2)
        ]
        masks = [[any(s.start <= i < s.end for s in spans) for i in range(30)] for spans in drawn]
        both += sum(a and b for a, b in zip(*masks, strict=True))
        first_marked += sum(masks[0])
        second_marked += sum(masks[1])
        total = total + agree(*drawn, length=30)
    assert total == Characters(both, first_marked, second_marked, 1500)


def test_by_category() -> None:
    first = [span(0, 4, "grammar"), span(5, 8, "spelling")]
    second = [span(0, 4, "spelling"), span(5, 8, "spelling")]
    by = agree_by(lambda each: each.category, first, second, length=8)
    assert by["grammar"].f1 == 0.0
    assert by["spelling"].f1 == pytest.approx(2 * 3 / (3 + 7))


@pytest.mark.parametrize("bad", [(-1, 2), (3, 11), (5, 4)])
def test_spans_outside_the_text_are_refused(bad: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="10 code points"):
        agree([span(*bad)], [], length=10)
