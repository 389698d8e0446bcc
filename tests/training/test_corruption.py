"""Corruptions: every operation does what its name says and labels the smallest place."""

from collections import Counter

import numpy as np
import pytest

from evalkit.training.corruption import OPERATIONS, Corruptor
from evalkit.training.draft import GAPS, WRONGS, Draft
from evalkit.training.lexicon import build_lexicon, function_words, inflections

CLEAN = [
    "The",
    "two",
    "pilots",
    "have",
    "safely",
    "guided",
    "a",
    "large",
    "ship",
    "into",
    "the",
    "harbour",
    ",",
    "as",
    "planned",
    ".",
]
VOCABULARY = [
    "pilot",
    "pilots",
    "safely",
    "safety",
    "guide",
    "guided",
    "guides",
    "guiding",
    "large",
    "larger",
    "ship",
    "shop",
    "ships",
    "into",
    "harbour",
    "planned",
    "plan",
    "plans",
    "planning",
    "harbours",
    "slip",
]
LEXICON = build_lexicon(Counter(dict.fromkeys(VOCABULARY, 9)), None)


def corrupted(name, seed):
    draft = Draft(CLEAN)
    done = OPERATIONS[name](draft, LEXICON, np.random.default_rng(seed))
    return draft.finished() if done else None


def tried(name):
    found = [corrupted(name, seed) for seed in range(30)]
    return [one for one in found if one is not None]


@pytest.mark.parametrize("name", [n for n in OPERATIONS if n != "confuse_meaning"])
def test_every_operation_finds_something_and_labels_it(name):
    found = tried(name)
    assert found
    for one in found:
        assert len(one.wrong) == len(one.tokens) == len(one.gap) - 1
        assert any(one.wrong) or any(one.gap)
        assert list(one.tokens) != CLEAN


@pytest.mark.parametrize("name", OPERATIONS)
def test_unlabelled_tokens_are_the_clean_ones(name):
    for one in tried(name):
        kept = [token for token, wrong in zip(one.tokens, one.wrong, strict=True) if not wrong]
        clean = iter(CLEAN)
        assert all(token in clean for token in kept)  # a subsequence


@pytest.mark.parametrize(
    ("name", "kinds", "gaps"),
    [
        pytest.param("delete_function", [], ["function"], id="deletion-leaves-one-gap"),
        pytest.param("delete_content", [], ["content"], id="content"),
        pytest.param("insert_function", ["extra"], [], id="insertion-marks-the-new-word"),
        pytest.param("substitute_function", ["function"], [], id="substitution"),
        pytest.param("inflect", ["form"], [], id="inflection"),
        pytest.param("derive", ["form"], [], id="family"),
        pytest.param("confuse_spelling", ["word"], [], id="look-alike"),
        pytest.param("swap", ["order", "order"], [], id="a-swap-marks-both"),
        pytest.param("misspell", ["spelling"], [], id="misspelling"),
    ],
)
def test_labels_of_one_error(name, kinds, gaps):
    for one in tried(name):
        assert [WRONGS[i] for i in one.wrong if i] == kinds
        assert [GAPS[i] for i in one.gap if i] == gaps


def test_a_moved_word_is_marked_where_it_stands_and_missed_where_it_stood():
    for one in tried("move"):
        assert sum(w == WRONGS.index("order") for w in one.wrong) == 1
        assert sum(map(bool, one.gap)) == 1
        assert sorted(one.tokens) == sorted(CLEAN)


def test_doubled_words_follow_themselves():
    for one in tried("double"):
        marked = [i for i, wrong in enumerate(one.wrong) if wrong]
        n = len(marked)
        assert [one.tokens[i] for i in marked] == [one.tokens[i - n] for i in marked]


def test_a_gap_stands_where_the_word_was():
    for one in tried("delete_function"):
        at = next(i for i, kind in enumerate(one.gap) if kind)
        assert [*one.tokens[:at], CLEAN[at], *one.tokens[at:]] == CLEAN


def test_the_share_of_clean_sentences_is_kept():
    corruptor = Corruptor(LEXICON, errors=(0.4, 0.6), operations={"swap": 1.0})
    rng = np.random.default_rng(3)
    drawn = [corruptor.corrupt(CLEAN, rng) for _ in range(400)]
    assert 0.33 < np.mean([not any(one.wrong) for one in drawn]) < 0.47


def test_errors_do_not_pile_up_on_one_place():
    corruptor = Corruptor(LEXICON, errors=(0, 0, 0, 1), operations=dict.fromkeys(OPERATIONS, 1.0))
    rng = np.random.default_rng(5)
    for _ in range(50):
        one = corruptor.corrupt(CLEAN, rng)
        assert sum(map(bool, one.wrong)) + sum(map(bool, one.gap)) >= 2


def test_the_same_seed_gives_the_same_errors():
    corruptor = Corruptor(LEXICON, errors=(0, 1, 1), operations=dict.fromkeys(OPERATIONS, 1.0))
    once, again = (corruptor.corrupt(CLEAN, np.random.default_rng(0)) for _ in range(2))
    assert once == again


@pytest.mark.parametrize(
    ("errors", "operations", "said"),
    [
        pytest.param((1,), {"swop": 1.0}, "swop", id="unknown"),
        pytest.param((1,), {"swap": 0.0}, "more than 0", id="no-weight"),
        pytest.param((0, 0), {"swap": 1.0}, "more than 0", id="no-errors"),
    ],
)
def test_wrong_settings_are_refused(errors, operations, said):
    with pytest.raises(ValueError, match=said):
        Corruptor(LEXICON, errors=errors, operations=operations)


def test_nothing_fits_an_odd_sentence():
    corruptor = Corruptor(LEXICON, errors=(0, 0, 0, 1), operations={"inflect": 1.0})
    assert corruptor.corrupt(["?"], np.random.default_rng(1)).tokens == ("?",)


def test_the_table_of_function_words_holds_words():
    table = function_words()
    words = [word for others in table.substitute.values() for word in others]
    assert all(isinstance(word, str) for word in (*words, *table.substitute, *table.insert))
    assert all(word not in others for word, others in table.substitute.items())


def test_inflections_and_relatives():
    assert "guiding" in inflections("guided")
    assert LEXICON.forms("guided") == ("guide", "guides", "guiding")
    assert LEXICON.relatives["planned"] == ("planning",)
    assert LEXICON.lookalikes["ship"] == ("shop", "slip")


def test_neighbours_bear_the_same_tag():
    places = {"ship": 0, "harbour": 0, "guided": 0, "safely": 1}

    def vectors(words):
        rows = np.zeros((len(words), 2), np.float32)
        for i, word in enumerate(words):
            if word in places:
                rows[i, places[word]] = 1
        return rows

    found = build_lexicon(Counter(dict.fromkeys(VOCABULARY, 9)), vectors).neighbours
    assert found["ship"] == ("harbour",)
    assert "safely" not in found
