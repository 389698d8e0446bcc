"""Distinct-n and self-BLEU against the obvious way, and what is undefined."""

from statistics import mean

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sacrebleu import sentence_bleu

from evalkit import registry
from evalkit.metrics.sets import check_set_measure, set_score
from evalkit.records import Batch
from evalkit.stages import Scorer, SetScorer
from tests.metrics.metric_samples import SEGMENTS

WORDS = st.lists(st.sampled_from("abcdef"), max_size=9).map(" ".join)
TEXTS = st.lists(WORDS, min_size=2, max_size=7)


def others(texts, place):
    return [*texts[:place], *texts[place + 1 :]]


def self_bleu(texts):
    """As it is defined: sacrebleu's sentence BLEU of each text with all the others."""
    return mean(sentence_bleu(text, others(texts, i)).score for i, text in enumerate(texts))


@settings(deadline=None)
@given(TEXTS)
def test_self_bleu(texts):
    assert set_score("self-bleu", texts).value == pytest.approx(self_bleu(texts), abs=1e-9)


def test_self_bleu_of_real_text():
    texts = [text for hypothesis, references in SEGMENTS for text in (hypothesis, *references)]
    found = set_score("self-bleu", texts)
    assert found.value == pytest.approx(self_bleu(texts), abs=1e-9)
    assert (found.n_texts, found.higher_is_better, found.reason) == (len(texts), False, "")
    assert found.signature.startswith("nrefs:others|case:mixed|eff:yes|tok:13a|smooth:exp|")


def test_self_bleu_of_copies_and_of_strangers():
    assert set_score("self-bleu", ["The wind had risen."] * 3).value == pytest.approx(100.0)
    strangers = ["The wind had risen by noon.", "Boats stayed in port", "Nobody came"]
    assert set_score("self-bleu", strangers).value < 10


@given(TEXTS, st.integers(1, 4))
def test_distinct(texts, n):
    grams = [tuple(words[i : i + n]) for words in map(str.split, texts)
             for i in range(len(words) - n + 1)]  # fmt: skip
    found = set_score(f"distinct{n}", texts)
    expected = 100 * len(set(grams)) / len(grams) if grams else np.nan
    assert found.value == pytest.approx(expected, nan_ok=True)
    assert found.reason == ("" if grams else f"no text has {n} words")
    assert (found.name, found.n_texts) == (f"distinct{n}", len(texts))


def test_distinct_reads_other_scripts():
    assert set_score("distinct1", ["Мост открыт.", "мост!"]).value == pytest.approx(100 * 2 / 3)


@pytest.mark.parametrize("texts", [(), ("One text alone.",)], ids=["none", "one"])
def test_self_bleu_of_fewer_than_two_texts_is_undefined(texts):
    found = set_score("self-bleu", texts)
    assert np.isnan(found.value)
    assert found.reason == "a set of two texts or more is needed"


@pytest.mark.parametrize("texts", [(), ("",), ("", "!?")])
def test_distinct_of_nothing_is_undefined(texts):
    assert np.isnan(set_score("distinct1", texts).value)


@pytest.mark.parametrize("name", ["distinct", "distinct0", "self-blue", "bleu"])
def test_an_unknown_measure_lists_the_known_ones(name):
    with pytest.raises(ValueError, match="Known: distinct<n>, self-bleu"):
        check_set_measure(name)
    with pytest.raises(ValueError, match="no measure of a set named"):
        set_score(name, ["a", "b"])


@pytest.mark.parametrize("name", ["distinct1", "distinct12", "self-bleu"])
def test_they_are_set_scorers_that_need_nothing(name):
    made = registry.metric(name)
    assert isinstance(made, SetScorer)
    assert not isinstance(made, Scorer)
    assert (made.name, made.needs, made.languages) == (name, frozenset(), None)
    (field,), (found,) = made.fields, made.measure_set(Batch(("a b", "b c")))
    assert (field.name, field.unit) == (found.name, found.unit) == (name, "0-100")
    assert field.higher_is_better is found.higher_is_better is (name != "self-bleu")
    assert made.signature() == found.signature


@pytest.mark.parametrize("name", ["distinct2", "self-bleu"])
def test_another_name_changes_no_number(name):
    batch = Batch(("a b", "b c a"))
    (plain,), other = registry.metric(name).measure_set(batch), registry.metric(name, name="mine")
    (renamed,) = other.measure_set(batch)
    assert other.name == other.fields[0].name == renamed.name == "mine"
    assert renamed.value == plain.value
    assert renamed.higher_is_better is other.fields[0].higher_is_better is plain.higher_is_better
