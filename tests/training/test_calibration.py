"""Calibration on marked sentences: labels, matching, and what is written into the folder."""

import numpy as np
import pytest

from evalkit.fluency.calibration import read_calibration
from evalkit.models import detector_reader
from evalkit.models.bundle import bundle_settings, bundle_sha256
from evalkit.text.words import tokens
from evalkit.training.calibration import (
    CalibrationSets,
    Marked,
    calibrate,
    labels,
    read_marked,
    untouched,
)
from evalkit.training.detector import DetectorRecipe, train
from tests.training.tiny_detector import SENTENCES, clean_rows, tiny_encoder, write_rows


@pytest.mark.parametrize(
    ("errors", "inside", "starts"),
    [
        pytest.param([], [0, 0, 0], [0, 0, 0], id="none"),
        pytest.param([(1, 2)], [1, 0, 0], [1, 0, 0], id="part-of-a-token"),
        pytest.param([(2, 6)], [0, 1, 0], [0, 1, 0], id="white-space-is-no-token"),
        pytest.param([(3, 3)], [0, 1, 0], [0, 1, 0], id="missing-before"),
        pytest.param([(2, 2)], [0, 1, 0], [0, 1, 0], id="missing-in-the-space"),
        pytest.param([(0, 9), (7, 9)], [1, 1, 1], [1, 0, 1], id="nested"),
        pytest.param([(9, 9)], [0, 0, 0], [0, 0, 0], id="after-the-end"),
    ],
)
def test_labels(errors, inside, starts):
    found = labels([(0, 2), (3, 6), (7, 9)], errors)
    assert [one.astype(int).tolist() for one in found] == [inside, starts]


@pytest.mark.parametrize(
    ("spans", "errors", "n"),
    [
        pytest.param([(0, 5)], [(5, 9)], 1, id="side-by-side-is-no-overlap"),
        pytest.param([(0, 3), (3, 6)], [(0, 6)], 0, id="two-spans-in-one-error"),
        pytest.param([(0, 6)], [(0, 3), (3, 6)], 0, id="one-span-over-two-errors"),
        pytest.param([(0, 4), (6, 9)], [(4, 4)], 1, id="beside-what-is-missing"),
        pytest.param([(0, 4)], [], 1, id="clean-text"),
    ],
)
def test_untouched(spans, errors, n):
    assert untouched(spans, errors) == n


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(detector_reader, "load_encoder", lambda **_: tiny_encoder())
    recipe = DetectorRecipe(steps=3, warmup=1, n_subwords=120, chunk=24, hidden=8)
    data = [write_rows(tmp_path / "clean.jsonl", clean_rows())]
    return train(recipe, data, tmp_path / "run", encoder=tiny_encoder())


def marked(n):
    found = []
    for i, sentence in enumerate(SENTENCES):
        places = tokens(sentence)
        found.append(Marked(sentence, (places[i % len(places)],) if i % n == 0 else ()))
    return found


def sets(*errors, alarms=None):
    return CalibrationSets(errors=errors, counts=errors, alarms=alarms or errors[:1])


def test_probabilities_add_up_to_the_errors_of_the_first_set(folder):
    before = bundle_sha256(folder)
    found = calibrate(folder, sets(marked(3), marked(2)), words_per_alarm=20)
    rows = np.vstack([one.rows for one in read_marked(folder, marked(3))])
    n = len(marked(3)[::3])
    np.testing.assert_allclose(found.start.probabilities(rows).sum(), n, rtol=1e-3)
    np.testing.assert_allclose(found.token.probabilities(rows).sum(), n, rtol=1e-3)
    assert bundle_sha256(folder) == before
    kept = read_calibration(bundle_settings(folder))
    assert kept.threshold == found.threshold
    np.testing.assert_allclose(kept.token.weights, found.token.weights, atol=1e-5)


def test_the_threshold_keeps_false_alarms_rare_in_every_set(folder):
    clean = [Marked(sentence, ()) for sentence in SENTENCES]
    loose, strict = (
        calibrate(folder, sets(marked(3), alarms=alarms), words_per_alarm=words).threshold
        for alarms, words in (([marked(3)], 2), ([marked(3), clean], 1000))
    )
    assert loose < strict


def test_what_an_editor_would_surely_change_is_marked_where_alarms_allow(folder):
    everything = [Marked(s, ((0, len(s)),)) for s in SENTENCES]  # no mark is a false alarm
    bold = calibrate(folder, sets(marked(3), alarms=[everything]), words_per_alarm=5)
    clean = [Marked(sentence, ()) for sentence in SENTENCES]
    shy = calibrate(folder, sets(marked(3), alarms=[clean]), words_per_alarm=10_000)
    sure = np.zeros((1, 6))
    sure[0, :3] = -9, -9, 0.5
    assert bold.editor.probabilities(sure)[0] == pytest.approx(bold.threshold)
    assert shy.editor.probabilities(sure)[0] < shy.threshold
    assert read_calibration(bundle_settings(folder)).editor.bias == pytest.approx(
        shy.editor.bias, abs=1e-4
    )


def test_a_text_longer_than_the_encoder_is_read_in_windows(folder):
    one = Marked(" ".join(SENTENCES[:6]), ())
    (long,) = read_marked(folder, [one])
    assert len(long.rows) == len(tokens(one.text))
    assert np.isfinite(long.rows).all()


def test_without_errors_there_is_nothing_to_fit(folder):
    with pytest.raises(ValueError, match="with and without"):
        calibrate(folder, sets([Marked(SENTENCES[0], ())]), words_per_alarm=20)
