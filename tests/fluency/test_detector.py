"""The scorer ``detector`` with the bundled weights: contract, places, and what it must not do."""

import numpy as np
import pytest

from evalkit.errors import ConfigError, ModelError
from evalkit.fluency.detector import BUNDLED, Detector
from evalkit.records import CATEGORIES, Batch
from evalkit.stages import Scorer

GOOD = "The harbour master closed the gate before the storm reached the town."
BAD = "The harbour master have close gate before the storm reached to town."


@pytest.fixture(scope="module")
def detector():
    return Detector()


def measure(detector, *texts):
    return detector.measure(Batch(texts))


def test_it_is_a_scorer(detector):
    assert isinstance(detector, Scorer)
    assert [field.name for field in detector.fields] == ["detector", "detector.errors"]
    assert [field.higher_is_better for field in detector.fields] == [True, False]


def test_errors_lower_the_score(detector):
    fluency, errors = detector.score(measure(detector, GOOD, BAD).statistics).T
    assert fluency[0] > fluency[1] + 15
    assert errors[0] < errors[1]


def test_the_headline_is_the_chance_of_ten_fine_words(detector):
    totals = np.array([[2.0, 40.0], [0.0, 0.0]])
    scores = detector.score(totals)
    np.testing.assert_allclose(scores[0], [100 * np.exp(-0.5), 5.0])
    assert np.isnan(scores[1]).all()


def test_the_places_are_in_the_text(detector):
    found = measure(detector, BAD)
    tokens, spans = found.tokens[0], found.spans[0]
    assert [BAD[t.start : t.end] for t in tokens] == [*BAD[:-1].split(), "."]
    assert all(0 <= t.value <= 1 for t in tokens)
    assert spans
    for span in spans:
        assert 0 <= span.start < span.end <= len(BAD)
        assert span.end - span.start <= 60
        assert span.category in CATEGORIES
        assert span.finder == "detector"
        assert 0 < span.probability <= 1
        assert span.message


def test_a_text_is_the_sum_of_its_sentences(detector):
    found = measure(detector, GOOD, BAD, f"  {GOOD}\n{BAD}")
    np.testing.assert_allclose(
        found.statistics[2], found.statistics[:2].sum(axis=0), rtol=0, atol=1e-5
    )
    last = found.tokens[2][-1]
    assert last.end == len(f"  {GOOD}\n{BAD}")


def test_scores_do_not_depend_on_neighbours_or_order(detector):
    others = ["Yes, they did.", "A " + "very " * 60 + "long wait.", GOOD, "Nets dry slowly."]
    alone = measure(detector, BAD)
    for texts in ([BAD, *others], [*others[::-1], BAD]):
        together = measure(detector, *texts)
        i = texts.index(BAD)
        np.testing.assert_allclose(together.statistics[i], alone.statistics[0], atol=1e-5)
        np.testing.assert_allclose(
            [t.value for t in together.tokens[i]], [t.value for t in alone.tokens[0]], atol=1e-5
        )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("", "empty", id="empty"),
        pytest.param(" \n", "empty", id="blank"),
        pytest.param("?! …", "without words", id="marks-only"),
        pytest.param(
            "Der Hafenmeister schloss das Tor, bevor der Sturm die Stadt erreichte.",
            "seems to be German",
            id="another-language",
        ),
    ],
)
def test_what_cannot_be_scored_is_invalid_with_a_reason(detector, text, reason):
    found = measure(detector, GOOD, text)
    assert found.valid.tolist() == [True, False]
    assert reason in found.reasons[1]
    assert not found.statistics[1].any()
    assert (found.spans[1], found.tokens[1]) == ((), ())


def test_no_hypotheses(detector):
    found = detector.measure(Batch(()))
    assert found.statistics.shape == (0, 2)
    assert np.isnan(detector.score(found.statistics.sum(axis=0))).all()


def test_a_sentence_longer_than_the_encoder_is_scored_whole(detector):
    text = "The crew " + "and the old pilot " * 160 + "waited."
    found = measure(detector, text)
    assert found.statistics[0, 1] == 3 + 160 * 4
    assert len(found.tokens[0]) == 4 + 160 * 4
    assert found.tokens[0][-1].end == len(text)


def test_a_higher_threshold_marks_less(detector):
    strict = Detector(threshold=1.0)
    assert measure(strict, BAD).spans == ((),)
    np.testing.assert_array_equal(
        measure(strict, BAD).statistics, measure(detector, BAD).statistics
    )
    assert strict.signature() != detector.signature()


def test_the_signature_names_what_decides_the_numbers(detector):
    keys = [part.split(":")[0] for part in detector.signature().split("|")]
    assert keys == ["model", "calibration", "evalkit", "torch", "dtype", "threshold"]


@pytest.mark.parametrize("threshold", [0.0, -1.0, 1.5])
def test_a_wrong_threshold_is_refused(threshold):
    with pytest.raises(ConfigError, match="threshold"):
        Detector(threshold=threshold)


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"model.json is missing"):
        Detector(folder=tmp_path).signature()


def test_the_bundled_weights_are_small():
    assert (BUNDLED / "model.safetensors").stat().st_size <= 24_000_000
