import pytest

from evalkit.report.standing import Standing, standings, verdict
from evalkit.results import Comparison, Score
from tests.report import sample

BEST, UNTESTED, LEVEL, OTHER = Standing.BEST, Standing.UNTESTED, Standing.LEVEL, Standing.OTHER


def scores(*values: float | None, higher_is_better: bool | None = True) -> list[Score]:
    return [
        sample.score(name, "bleu", value, higher_is_better=higher_is_better)
        for name, value in zip("abc", values, strict=False)
    ]


def paired(a: str, b: str, p: float | None, p_adjusted: float | None = None) -> Comparison:
    return Comparison(field="bleu", system_a=a, system_b=b, delta=1.0, p=p, p_adjusted=p_adjusted)


@pytest.mark.parametrize(
    ("given", "tests", "expected"),
    [
        pytest.param(scores(3, 2, 1), [], [UNTESTED, OTHER, OTHER], id="no tests"),
        pytest.param(
            scores(3, 2, 1), [paired("a", "b", 0.01), paired("c", "a", 0.02)], [BEST, OTHER, OTHER],
            id="better than both",
        ),
        pytest.param(
            scores(3, 2, 1), [paired("a", "b", 0.01), paired("a", "c", None)],
            [UNTESTED, OTHER, OTHER], id="one pair not tested",
        ),
        pytest.param(
            scores(3, 2, 1), [paired("a", "b", 0.2), paired("a", "c", 0.01)], [LEVEL, LEVEL, OTHER],
            id="one not told apart",
        ),
        pytest.param(
            scores(3, 2, 1), [paired("a", "b", 0.03, 0.06), paired("a", "c", 0.01, 0.02)],
            [LEVEL, LEVEL, OTHER], id="Holm decides",
        ),
        pytest.param(scores(3, 2.96, 1), [], [LEVEL, LEVEL, OTHER], id="alike as written"),
        pytest.param(scores(3, 2.94, 1), [], [UNTESTED, OTHER, OTHER], id="not alike as written"),
        pytest.param(
            scores(3, 2.96), [paired("a", "b", 0.01)], [BEST, OTHER], id="alike, but told apart"
        ),
        pytest.param(scores(3, 3, 1), [], [LEVEL, LEVEL, OTHER], id="equal best"),
        pytest.param(
            scores(3, 2, 1, higher_is_better=False), [], [OTHER, OTHER, UNTESTED], id="lower"
        ),
        pytest.param(
            scores(3, 2, 1, higher_is_better=None), [], [OTHER] * 3, id="no direction"
        ),
        pytest.param(scores(3), [], [OTHER], id="one system"),
        pytest.param(scores(3, None), [], [OTHER, OTHER], id="one value"),
        pytest.param(scores(3, float("nan")), [], [OTHER, OTHER], id="NaN is no value"),
        pytest.param(scores(None, None), [], [OTHER, OTHER], id="none"),
        pytest.param([], [], [], id="empty"),
    ],
)  # fmt: skip
def test_standings(given: list[Score], tests: list[Comparison], expected: list[Standing]) -> None:
    assert list(standings(given, tests).values()) == expected


@pytest.mark.parametrize(
    ("delta", "p", "higher", "expected"),
    [
        (1.0, 0.01, True, "a is better"),
        (-1.0, 0.01, True, "b is better"),
        (1.0, 0.01, False, "b is better"),
        (-1.0, 0.01, False, "a is better"),
        (1.0, 0.01, None, "different"),
        (1.0, 0.05, True, "not told apart"),
        (0.0, 0.01, True, "not told apart"),
        (1.0, None, True, "not tested"),
        (None, 0.01, True, "not tested"),
    ],
)
def test_verdict(delta: float | None, p: float | None, higher: bool | None, expected: str) -> None:
    pair = Comparison(field="bleu", system_a="a", system_b="b", delta=delta, p=p)
    assert verdict(pair, higher_is_better=higher) == expected
