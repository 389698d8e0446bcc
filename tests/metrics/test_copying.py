"""Extractiveness and length: copies, empties, and a worked example."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.metrics.extractiveness import Extractiveness, fragments
from evalkit.metrics.length import Length
from evalkit.metrics.repetition import Repetition
from evalkit.metrics.rouge_tokens import tokenize
from evalkit.records import Batch

ARTICLE = "The harbour closed at noon because the wind had risen, and no ferry left before dusk."


def scores(scorer, hypothesis, source=ARTICLE, references=None):
    data = Batch(
        hypotheses=(hypothesis,),
        sources=(source,),
        references=None if references is None else (references,),
    )
    values = scorer.score(scorer.measure(data).statistics.sum(axis=0))
    return values.tolist()


def test_by_hand():
    """Fragments "the harbour closed", "the wind", "had" ... after Grusky et al. 2018, fig. 3."""
    summary = "The harbour closed when the wind rose"
    assert fragments(tokenize(summary), tokenize(ARTICLE)) == ((0, 3), (4, 6))
    coverage, density, compression, *novel = scores(Extractiveness(), summary)
    assert coverage == pytest.approx(100 * 5 / 7)
    assert density == pytest.approx((9 + 4) / 7)
    assert compression == pytest.approx(16 / 7)
    assert novel == pytest.approx([100 * 2 / 7, 100 * 3 / 6, 100 * 4 / 5, 100.0])


def test_a_copy_and_a_text_of_its_own():
    copied = scores(Extractiveness(), ARTICLE)
    assert copied == [100.0, 16.0, 1.0, 0.0, 0.0, 0.0, 0.0]
    own = scores(Extractiveness(), "Boats stayed in")
    assert own[:2] == [0.0, 0.0]
    assert own[3:6] == [100.0] * 3
    assert np.isnan(own[6])


def test_one_word_has_no_bigram():
    coverage, _, _, words, *novel = scores(Extractiveness(), "Harbour")
    assert (coverage, words) == (100.0, 0.0)
    assert np.isnan(novel).all()


def test_repetition_by_hand():
    """the ferry left the ferry left the ferry: 8 words, 3 of them different; 6 trigrams, 3."""
    found = scores(Repetition(), "The ferry left. The ferry left the ferry!")
    assert found == pytest.approx([50.0, 100 * 5 / 8, 100 * 4 / 7, 100 * 2 / 5])
    assert np.isnan(scores(Repetition(), "Once more")[0])


@given(st.lists(st.sampled_from("abc"), max_size=12))
def test_repetition_counts_what_stood_before(tokens):
    found = scores(Repetition(), " ".join(tokens))
    for value, n in zip(found, (3, 1, 2, 4), strict=True):
        grams = [tokens[i : i + n] for i in range(len(tokens) - n + 1)]
        again = sum(gram in grams[:place] for place, gram in enumerate(grams))
        expected = 100 * again / len(grams) if grams else np.nan
        assert value == pytest.approx(expected, nan_ok=True)


def test_a_mean_leaves_out_texts_without_such_an_n_gram():
    scorer = Repetition()
    rows = scorer.measure(Batch(hypotheses=("a b a b a b", "c", ""))).statistics
    assert rows[:, 4:].sum(axis=0).tolist() == [1.0, 2.0, 1.0, 1.0]
    assert scorer.score(rows.sum(axis=0))[:2].tolist() == pytest.approx([50.0, 100 * (4 / 6) / 2])


@given(st.lists(st.sampled_from("abc"), max_size=9), st.lists(st.sampled_from("abc"), max_size=12))
def test_fragments_are_the_longest_from_the_left(summary, article):
    """Against the obvious search; what is in no fragment is nowhere in the article."""
    text = "".join(article)
    start = 0
    found = dict(fragments(summary, article))
    while start < len(summary):
        lengths = [n for n in range(len(summary) - start, 0, -1)
                   if "".join(summary[start : start + n]) in text]  # fmt: skip
        assert found.get(start) == (start + lengths[0] if lengths else None)
        start += lengths[0] if lengths else 1


def test_length():
    words, of_reference, of_source = scores(
        Length(), "Ferries didn't leave.", references=("Two words", "Now four plain words")
    )
    assert words == 3.0
    assert of_reference == 1.0
    assert of_source == pytest.approx(3 / 16)
    assert np.isnan(scores(Length(), "One two", source="")[1:]).all()


def test_length_counts_references_only_beside_their_hypotheses():
    scorer = Length()
    data = Batch(hypotheses=("a b", "a b c d"), references=((), ("a b",)))
    totals = scorer.measure(data).statistics.sum(axis=0)
    assert scorer.score(totals)[:2].tolist() == [3.0, 2.0]
