"""Calibration: features of a token, the regression, and what a model's settings say."""

import numpy as np
import pytest

from evalkit.fluency.calibration import (
    BOUND,
    FEATURES,
    Logistic,
    features,
    fit_logistic,
    read_calibration,
)


def heads(n, wrong=0.1, gap=0.1):
    return (
        np.log(np.tile([1 - wrong, wrong], (n + 1, 1))),
        np.log(np.tile([1 - gap, gap], (n + 1, 1))),
        np.arange(2.0 * (n + 1)).reshape(n + 1, 2),
    )


def test_features_are_log_odds():
    rows = features(*heads(2, wrong=0.2, gap=0.5))
    np.testing.assert_allclose(rows[:, 0], np.log(0.25))
    np.testing.assert_allclose(rows[:, 1], 0.0, atol=1e-12)
    assert rows[0].tolist()[2:] == [0.0, 1.0, -BOUND, -BOUND]  # no token before the first
    assert rows[1].tolist()[2:] == [2.0, 5.0, rows[0, 0], 0.0]  # the end's fill is the higher


def test_what_is_missing_at_the_end_is_charged_to_the_last_token():
    wrong, gap, edit = heads(2)
    gap[2] = np.log([0.1, 0.9])
    np.testing.assert_allclose(features(wrong, gap, edit)[:, 1], [np.log(1 / 9), np.log(9)])


def test_certainty_stays_finite():
    wrong = np.array([[0.0, -800.0], [0.0, -800.0]])
    rows = features(wrong, wrong, np.zeros((2, 2)))
    assert rows[0, 0] == -BOUND


def test_a_text_without_tokens_has_no_rows():
    assert features(*heads(0)).shape == (0, len(FEATURES))


def test_the_fit_finds_the_coefficients_that_made_the_labels():
    rng = np.random.default_rng(4)
    rows = rng.normal(size=(20_000, 2))
    truth = Logistic((1.5, -0.5), bias=-1.0)
    labels = rng.random(20_000) < truth.probabilities(rows)
    found = fit_logistic(rows, labels)
    np.testing.assert_allclose([*found.weights, found.bias], [1.5, -0.5, -1.0], atol=0.08)


def test_fitted_probabilities_add_up_to_the_errors():
    rng = np.random.default_rng(5)
    rows = rng.normal(size=(500, 3))
    labels = rng.random(500) < 0.2
    total = fit_logistic(rows, labels).probabilities(rows).sum()
    np.testing.assert_allclose(total, labels.sum(), rtol=1e-6)


@pytest.mark.parametrize("labels", [[], [True, True], [False, False]])
def test_nothing_to_fit(labels):
    with pytest.raises(ValueError, match="with and without"):
        fit_logistic(np.zeros((len(labels), 2)), np.array(labels, dtype=np.bool_))


def test_settings_round_trip():
    part = {**dict.fromkeys(FEATURES, 0.5), "bias": -2.0}
    table = {"calibration": {"token": part, "start": part, "threshold": 0.3}}
    found = read_calibration(table)
    assert (found.threshold, found.token.bias, found.start.weights) == (0.3, -2.0, (0.5,) * 6)


def test_without_calibration_the_heads_speak():
    assert read_calibration({}).threshold == 0.5


@pytest.mark.parametrize("table", [3, {}, {"token": {}, "start": {}, "threshold": 0.5}])
def test_a_broken_calibration_is_refused(table):
    with pytest.raises(ValueError, match="calibration"):
        read_calibration({"calibration": table})
