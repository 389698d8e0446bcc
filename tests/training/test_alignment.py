"""Pairs by longest common subsequence: against an obvious oracle, and what is put back."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.training.alignment import WRITTEN, align, completed, pairs_of

words = st.lists(st.sampled_from("abcd"), max_size=7)


def longest_common(source, target):
    """Length of the longest common subsequence, by trying them all."""
    for size in range(len(target), 0, -1):
        for part in itertools.combinations(target, size):
            rest = iter(source)
            if all(word in rest for word in part):
                return size
    return 0


@given(words, words)
def test_links_are_a_longest_common_subsequence(source, target):
    links = align(source, target)
    copied = [link for link in links if link != WRITTEN]
    assert copied == sorted(set(copied))
    assert all(
        link in (WRITTEN,) or source[link] == word for word, link in zip(target, links, strict=True)
    )
    # A bonus for runs may cost a word only where runs of many words pay for it.
    assert len(copied) >= longest_common(source, target) - 1


def test_unbroken_runs_are_preferred():
    source = ["a", "boat", "and", "the", "old", "boat", "sank"]
    assert align(source, ["the", "old", "boat"]) == (3, 4, 5)


@pytest.mark.parametrize(
    ("source", "target", "links", "expected", "reason"),
    [
        ("the pilot left", "pilot left", (1, 2), "the pilot left", "an article at the start"),
        ("a ship was sold", "ship sold", (1, 3), "a ship was sold", "an auxiliary between"),
        ("a ship was sold", "her ship was sold", (-1, 1, 2, 3), "her ship was sold", "determined"),
        ("we saw the red boat", "red sails", (3, -1), "red sails", "only part of the phrase"),
        ("he left the port", "he left port", (0, 1, 3), "he left the port", "the sentence's end"),
    ],
)
def test_headlines_are_completed_from_their_source(source, target, links, expected, reason):
    found, places = completed(source.split(), target.split(), links)
    assert " ".join(found) == expected, reason
    assert len(places) == len(found)


def test_pairs_need_their_share_of_the_highlight():
    sentences = [["the", "ferry", "left", "the", "port", "at", "noon"], ["nobody", "was", "there"]]
    highlights = [
        ["the", "ferry", "left", "at", "noon"],
        ["prices", "rose", "by", "a", "third", "today"],
    ]
    found = list(pairs_of(sentences, highlights, coverage=0.6, n_words=(3, 20)))
    assert [(pair.target, pair.coverage) for pair in found] == [(tuple(highlights[0]), 1.0)]
    assert not list(pairs_of(sentences, highlights, coverage=0.6, n_words=(6, 20)))
    assert not list(pairs_of(sentences, highlights, coverage=0.6, n_words=(3, 6)))
    assert not list(pairs_of([], [], coverage=0.6))
