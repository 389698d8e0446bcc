"""Labels sorted into errors and none, words from sub-words, errors expected and marked."""

import numpy as np
import pytest

from evalkit.fluency.error_labels import ErrorLabels
from evalkit.fluency.head_labels import Labels
from evalkit.fluency.tagged import TaggedText, by_word, expected_errors, probabilities, spans


def labels(*names, ok=None, errors=None, categories=None):
    return ErrorLabels.of(
        Labels("some-model", names), ok=ok, errors=errors, categories=categories or {}
    )


def tagged(rows, sorted_labels):
    rows = np.array(rows, dtype=float).reshape(-1, len(sorted_labels.labels))
    words = tuple((2 * i, 2 * i + 1) for i in range(len(rows)))
    return TaggedText(words, rows, rows[:, sorted_labels.wrong].sum(axis=1))


PAIR = labels("O", "BAD")
BIO = labels("O", "B-X", "I-X", "B-Y", "I-Y")


@pytest.mark.parametrize(
    ("sorted_labels", "rows", "expected", "reason"),
    [
        (PAIR, [], 0.0, "no words, no errors"),
        (PAIR, [[1, 0], [1, 0]], 0.0, "all fine"),
        (PAIR, [[0, 1], [0, 1], [0, 1]], 1.0, "three wrong words in a row are one error"),
        (PAIR, [[0, 1], [1, 0], [0, 1]], 2.0, "a fine word between makes two"),
        (PAIR, [[0.5, 0.5], [0.5, 0.5]], 0.75, "1/2 + 1/2 · 1/2"),
        (BIO, [[0, 1, 0, 0, 0], [0, 1, 0, 0, 0]], 2.0, "the scheme says that two begin"),
        (BIO, [[0, 1, 0, 0, 0], [0, 0, 1, 0, 0]], 1.0, "the second goes on"),
        (BIO, [[1, 0, 0, 0, 0], [0, 0, 1, 0, 0]], 1.0, "an I- after an O begins one"),
    ],
)
def test_expected_errors(sorted_labels, rows, expected, reason):
    found = expected_errors(tagged(rows, sorted_labels), sorted_labels)
    assert found == pytest.approx(expected), reason


def test_expected_errors_is_the_mean_over_all_sequences():
    # The oracle: every sequence of labels with its probability, and its errors counted by hand.
    rng = np.random.default_rng(3)
    rows = rng.dirichlet(np.ones(5), size=4)
    expected = 0.0
    for code in range(5**4):
        chosen = [code // 5**i % 5 for i in range(4)]
        chance = np.prod([rows[i, label] for i, label in enumerate(chosen)])
        n_errors = sum(
            label in (1, 3) or (label in (2, 4) and (i == 0 or chosen[i - 1] == 0))
            for i, label in enumerate(chosen)
        )
        expected += chance * n_errors
    assert expected_errors(tagged(rows, BIO), BIO) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("sorted_labels", "best", "expected", "reason"),
    [
        (PAIR, [0, 0], [], "nothing is marked"),
        (PAIR, [1, 1, 0, 1], [(0, 3), (6, 7)], "neighbours join"),
        (BIO, [1, 2, 2, 0], [(0, 5)], "B I I"),
        (BIO, [1, 1, 2], [(0, 1), (2, 5)], "a second B begins anew"),
        (BIO, [1, 4], [(0, 1), (2, 3)], "another kind"),
        (BIO, [0, 2, 2], [(2, 5)], "an I without a B"),
        (labels("O", "S-X", "B-X", "I-X", "E-X"), [2, 3, 4, 1], [(0, 5), (6, 7)], "BIOES"),
        (labels("O", "U-X", "B-X", "I-X", "L-X"), [1, 1, 2, 4], [(0, 1), (2, 3), (4, 7)], "BILOU"),
    ],
)
def test_spans(sorted_labels, best, expected, reason):
    n = len(sorted_labels.labels)
    text = tagged([[0.9 if i == one else 0.1 / (n - 1) for i in range(n)] for one in best],
                  sorted_labels)  # fmt: skip
    found = spans(text, sorted_labels, threshold=0.5, finder="t")
    assert [(span.start, span.end) for span in found] == expected, reason


def test_a_span_is_as_probable_and_of_the_kind_of_its_surest_word():
    sorted_labels = labels("O", "spelling", "R:VERB:FORM", categories={"R:VERB:FORM": "register"})
    text = tagged([[0.4, 0.6, 0.0], [0.1, 0.5, 0.4], [0.1, 0.2, 0.7]], sorted_labels)
    one, other = spans(text, sorted_labels, threshold=0.5, finder="t")
    assert (one.category, one.finder, one.probability) == ("spelling", "t.spelling", 0.9)
    assert (other.category, other.finder) == ("register", "t.R:VERB:FORM")
    assert other.probability == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("B-SPELLING", "spelling"), ("Punctuation", "punctuation"), ("R:SPELL", "spelling"),
        ("U:PUNCT", "punctuation"), ("R:ORTH", "spelling"), ("M:DET", "grammar"),
        ("I-R:VERB:TENSE", "grammar"), ("BAD", "unnatural"), ("B-", "unnatural"),
    ],
)  # fmt: skip
def test_categories_that_labels_name_by_themselves(name, category):
    assert labels("OK", name).categories[1] == category


def test_a_category_by_the_whole_label_goes_before_that_of_its_kind():
    found = labels("O", "B-X", "I-X", categories={"X": "spelling", "I-X": "grammar"})
    assert found.categories[1:] == ("spelling", "grammar")


@pytest.mark.parametrize(
    ("strategy", "expected"), [("first", [0.2, 0.9]), ("max", [0.6, 0.9]), ("mean", [0.4, 0.5])]
)
def test_a_word_is_seen_through_every_sub_word_that_touches_it(strategy, expected):
    wrong = np.array([0.2, 0.6, 0.4, 0.9, 0.1])
    rows = np.stack([1 - wrong, wrong], axis=1)
    places = [(0, 2), (2, 3), (3, 5), (6, 8), (8, 9)]
    words = [(0, 5), (6, 9), (10, 12)]  # nothing touches the third
    found = by_word(rows, places, words, PAIR, strategy=strategy)
    assert found.words == ((0, 5), (6, 9))
    np.testing.assert_allclose(found.wrong, expected)
    assert [(s.start, s.end) for s in found.scores] == [(0, 5), (6, 9)]


def test_a_sub_word_over_two_marks_speaks_for_both():
    found = by_word(np.array([[0.3, 0.7]]), [(0, 2)], [(0, 1), (1, 2)], PAIR, strategy="first")
    np.testing.assert_allclose(found.wrong, [0.7, 0.7])


def test_probabilities_of_large_logits():
    found = probabilities(np.array([[1000.0, 999.0], [-1000.0, 0.0]]))
    np.testing.assert_allclose(found, [[0.73105858, 0.26894142], [0.0, 1.0]], atol=1e-8)
    assert probabilities(np.zeros((0, 3))).shape == (0, 3)


def test_both_options_together_name_every_label():
    found = labels("O", "BAD", "X", ok=["O", "X"], errors=1)
    assert (found.fine, found.wrong) == ((0, 2), (1,))
