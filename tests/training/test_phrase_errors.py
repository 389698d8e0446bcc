"""Errors of several words: what is moved, left out or run together, and how it is labelled."""

import numpy as np
import pytest

from evalkit.training.corruption import OPERATIONS, Corruptor
from evalkit.training.draft import GAPS, WRONGS, Draft, Labelled
from evalkit.training.phrase_errors import joined, splice


def words(text):
    return tuple(text.split())


MOVABLE = words("the pilot met the two captains in the old harbour and they sailed home .")


def tried(name, text, n=40):
    found = []
    for seed in range(n):
        draft = Draft(text.split())
        if OPERATIONS[name](draft, None, np.random.default_rng(seed)):
            found.append(draft.finished())
    return found


def clean(text):
    tokens = tuple(text.split())
    return Labelled(tokens, (0,) * len(tokens), (0,) * (len(tokens) + 1))


def kinds(one):
    return {WRONGS[i] for i in one.wrong}, {GAPS[i] for i in one.gap}


def test_a_phrase_is_moved_whole_and_marked_where_it_stands():
    found = tried("move_phrase", " ".join(MOVABLE))
    assert found
    for one in found:
        marked = [i for i, wrong in enumerate(one.wrong) if wrong]
        phrase = [one.tokens[i] for i in marked]
        assert phrase == ["in", "the", "old", "harbour"]
        assert marked == list(range(marked[0], marked[0] + 4))
        assert abs(marked[0] - MOVABLE.index("in")) >= 3
        rest = [token for i, token in enumerate(one.tokens) if i not in marked]
        assert rest == [token for i, token in enumerate(MOVABLE) if not 6 <= i < 10]
        assert kinds(one) == ({"ok", "order"}, {"none"})


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("the captains sailed home early .", id="no-preposition"),
        pytest.param("they met in the harbour .", id="nowhere-to-go"),
        pytest.param("a boat of the old harbour is here .", id="bound-to-its-noun"),
    ],
)
def test_what_cannot_be_moved_stays(text):
    assert not tried("move_phrase", text)


def test_an_object_is_left_out_after_its_verb():
    found = tried("delete_object", "the pilot guided a large ship into port .")
    assert {one.tokens for one in found} == {words("the pilot guided into port .")}
    assert [GAPS[i] for i in found[0].gap] == ["none"] * 3 + ["content"] + ["none"] * 3


def test_nothing_is_left_out_after_a_word_that_is_no_verb():
    assert not tried("delete_object", "quietly the large ship left .")


@pytest.mark.parametrize("seed", range(20))
def test_two_sentences_are_run_together_by_a_comma_or_by_nothing(seed):
    one, other = clean("the ship left early ."), clean("we saw it go .")
    found = splice(one, other, np.random.default_rng(seed))
    if "," in found.tokens:
        assert found.tokens == words("the ship left early , we saw it go .")
        assert [WRONGS[i] for i in found.wrong if i] == ["punctuation"]
        assert found.wrong[4]
        assert not any(found.gap)
    else:
        assert found.tokens == words("the ship left early we saw it go .")
        assert [i for i, gap in enumerate(found.gap) if gap] == [4]
        assert not any(found.wrong)
    assert len(found.gap) == len(found.tokens) + 1


def test_both_ways_of_running_together_occur():
    one, other = clean("the ship left early ."), clean("we saw it go .")
    commas = ["," in splice(one, other, np.random.default_rng(i)).tokens for i in range(40)]
    assert 10 < sum(commas) < 38


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("has the ship left ?", "we saw it go .", id="a-question"),
        pytest.param("the ship left early .", "and we saw it go .", id="a-connective"),
        pytest.param("it left .", "we saw it go .", id="too-short"),
        pytest.param("the ship left early .", '" we saw it go .', id="a-mark-first"),
    ],
)
def test_pairs_that_may_stand_together_are_left_alone(first, second):
    assert splice(clean(first), clean(second), np.random.default_rng(0)) is None


def test_joined_keeps_what_is_missing_between():
    one, other = clean("it left ."), clean("we saw it .")
    missing = Labelled(other.tokens, other.wrong, (GAPS.index("content"), *other.gap[1:]))
    found = joined(one, missing)
    assert found.tokens == one.tokens + other.tokens
    assert [i for i, gap in enumerate(found.gap) if gap] == [3]


def test_the_corruptor_knows_the_operations_on_phrases():
    corruptor = Corruptor(None, errors=(0, 1), operations={"move_phrase": 1.0})
    found = corruptor.corrupt(MOVABLE, np.random.default_rng(0))
    assert sorted(found.tokens) == sorted(MOVABLE)
    assert sum(map(bool, found.wrong)) == 4
