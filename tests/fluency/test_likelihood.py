"""Numbers from sums: additive, undefined where there is nothing, refused where wrong."""

import math

import numpy as np
import pytest

from evalkit.fluency.likelihood import (
    COLUMNS,
    NUMBERS,
    likelihood_fields,
    likelihood_row,
    likelihoods,
)
from evalkit.fluency.surprisal import token_scores
from evalkit.fluency.unigrams import UnigramCorpus, count_unigrams
from evalkit.models.subwords import Subwords

ALL = tuple(NUMBERS)


def test_numbers_of_a_worked_example() -> None:
    """Two texts: 4 bits over 2 sub-words, 6 over 2; 3 characters of 5 bytes, 2 of 2."""
    rows = np.array([likelihood_row(np.array(bits) * math.log(2), text) for bits, text in
                     (([1.0, 3.0], "éea"), ([2.0, 4.0], "ab"))])  # fmt: skip
    unigrams = np.array([[7.0], [9.0]]) * math.log(2)
    totals = np.concatenate([rows, unigrams], axis=1).sum(axis=0)

    found = dict(zip(ALL, likelihoods(totals, ALL), strict=True))

    assert found["perplexity"] == pytest.approx(2 ** (10 / 4))
    assert found["mean"] == pytest.approx((2**2 + 2**3) / 2)
    assert found["bits_per_character"] == pytest.approx(10 / 5)
    assert found["bits_per_byte"] == pytest.approx(10 / 6)
    assert found["pll"] == pytest.approx(-5 * math.log(2))
    assert found["slor"] == pytest.approx((16 - 10) / 4 * math.log(2))


def test_the_sum_of_nothing_is_undefined() -> None:
    assert np.isnan(likelihoods(np.zeros(7), ALL)).all()
    assert likelihoods(np.zeros((3, 2, 7)), ALL).shape == (3, 2, len(ALL))


def test_too_few_sums_are_refused() -> None:
    with pytest.raises(ValueError, match="must hold 7"):
        likelihoods(np.zeros(6), ("perplexity", "slor"))
    assert likelihoods(np.zeros(len(COLUMNS)), ("perplexity",)).shape == (1,)


@pytest.mark.parametrize("nats", [[math.nan], [math.inf], [800.0, 800.0]])
def test_a_text_without_probability_has_a_reason(nats: list[float]) -> None:
    assert "gives it no probability" in likelihood_row(np.array(nats), "a")


def test_the_first_field_bears_the_name() -> None:
    fields = likelihood_fields("lm", ("slor", "perplexity"), pseudo=True)
    assert [field.name for field in fields] == ["lm", "lm.perplexity"]
    assert [field.higher_is_better for field in fields] == [True, False]
    assert fields[1].unit == "pseudo-perplexity per sub-word"


def test_what_shares_a_character_is_one_token() -> None:
    offsets = [(0, 0), (0, 1), (0, 1), (1, 3), (2, 4), (4, 4)]
    found = token_scores(offsets, np.arange(1.0, 7.0), 4)
    assert [(t.start, t.end, t.value) for t in found] == [(0, 1, 6.0), (1, 4, 15.0)]
    assert token_scores([], np.array([]), 0) == ()


def test_an_unseen_sub_word_counts_as_seen_once() -> None:
    corpus = UnigramCorpus(("a a b", "a"), "")
    ids = {"a": 0, "b": 1}
    found = count_unigrams(
        corpus,
        lambda lines: [Subwords([ids[w] for w in line.split()], None, None) for line in lines],
        n_vocabulary=4,
    )
    assert np.exp(found.table) == pytest.approx(np.array([4, 2, 1, 1]) / 8)
    assert found.of([0, 3, 3]) == pytest.approx(math.log(4 / 8 / 8 / 8))
