"""The formula that error-finding scorers share."""

import math

import numpy as np
import pytest

from evalkit.fluency.rate import fluency, per_hundred, rate_fields, rate_scores


@pytest.mark.parametrize(
    ("errors", "words", "expected", "reason"),
    [
        (0, 50, 100.0, "no error"),
        (1, 10, 100 / math.e, "one error in ten words: one expected in the stretch"),
        (2, 20, 100 / math.e, "only the rate counts"),
        (0.5, 10, 60.653065971263345, "expected errors may be fractions: 100 exp(-1/2)"),
    ],
)
def test_fluency(errors: float, words: float, expected: float, reason: str) -> None:
    assert float(fluency(errors, words)) == pytest.approx(expected, rel=1e-12), reason


def test_scores_of_any_shape_and_nan_without_words() -> None:
    totals = np.array([[[1.0, 20.0], [0.0, 0.0]], [[3.0, 0.0], [0.0, 7.0]]])
    scores = rate_scores(totals)
    assert scores.shape == (2, 2, 2)
    assert scores[0, 0].tolist() == [pytest.approx(60.653065971263345), 5.0]
    assert np.isnan(scores[0, 1]).all()
    assert np.isnan(scores[1, 0]).all(), "errors in no words have no rate"
    assert scores[1, 1].tolist() == [100.0, 0.0]
    assert rate_scores(np.zeros((0, 2))).shape == (0, 2)


def test_fluency_falls_as_errors_rise() -> None:
    values = fluency(np.arange(10), 30)
    assert (np.diff(values) < 0).all()
    assert (np.diff(per_hundred(np.arange(10), 30)) > 0).all()


@pytest.mark.parametrize("shape", [(), (3,), (2, 3)])
def test_totals_of_another_width_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="last axis"):
        rate_scores(np.zeros(shape))


def test_fields() -> None:
    headline, errors = rate_fields("x")
    assert (headline.name, headline.higher_is_better, headline.high) == ("x", True, 100.0)
    assert (errors.name, errors.higher_is_better, errors.high) == ("x.errors", False, math.inf)
