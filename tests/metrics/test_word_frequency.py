"""Word F by class of frequency, against a count by hand and its obvious oracle."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.metrics.word_frequency import WordFrequency, count, rarest
from evalkit.records import Batch

KNOWN = {"the": 900, "cat": 12, "sat": 3, "mat": 1}
SCORER = WordFrequency(frequencies=KNOWN)


def scores(hypothesis: str, *references: str) -> dict[str, float]:
    batch = Batch((hypothesis,), references=(references,))
    values = SCORER.score(SCORER.measure(batch).statistics.sum(axis=0))
    return dict(zip((field.name for field in SCORER.fields), values.tolist(), strict=True))


def test_a_worked_example() -> None:
    found = scores("The the cat sits", "the cat sat on the mat")
    assert found["word-frequency.100-999"] == 100.0
    assert found["word-frequency.10-99"] == 100.0
    assert found["word-frequency.2-4"] == 0.0, "sat: only in the reference"
    assert np.isnan(found["word-frequency.2-4.precision"])
    assert found["word-frequency.2-4.recall"] == 0.0
    assert found["word-frequency.0"] == 0.0, "sits and on"
    assert np.isnan(found["word-frequency.5-9"])


words = st.lists(st.sampled_from([*KNOWN, "dog", "barks"]), max_size=9)


@given(words, words)
def test_against_the_oracle(hypothesis: list[str], reference: list[str]) -> None:
    found = SCORER.measure(Batch((" ".join(hypothesis),), references=((" ".join(reference),),)))
    table = found.statistics.reshape(len(SCORER.classes), 3)
    edges = (0, *SCORER.edges, float("inf"))
    for place, (low, high) in enumerate(pairwise(edges)):
        mine, theirs = (
            Counter(w for w in side if low <= KNOWN.get(w, 0) < high)
            for side in (hypothesis, reference)
        )
        expected = [(mine & theirs).total(), mine.total(), theirs.total()]
        assert table[place].tolist() == expected


def test_of_several_references_the_best_counts_and_none_is_invalid() -> None:
    assert scores("the cat", "a dog", "the cat")["word-frequency.10-99"] == 100.0
    measured = SCORER.measure(Batch(("the", "the"), references=((), ("the",))))
    assert measured.valid.tolist() == [False, True]


def test_counting_sees_letters_of_every_script_and_no_case() -> None:
    assert count("Čtyři ČTYŘI 猫が") == ["čtyři", "čtyři", "猫", "が"]
    assert rarest(["the cat", "The DOG"], KNOWN) == 0.0
    assert rarest(["The cat"], KNOWN) == 12.0
    assert np.isnan(rarest(["...", ""], KNOWN))


def test_the_frequencies_are_in_the_signature() -> None:
    other = WordFrequency(frequencies={**KNOWN, "dog": 1})
    assert SCORER.signature() != other.signature()
    assert (
        SCORER.signature() == WordFrequency(frequencies=dict(reversed(KNOWN.items()))).signature()
    )
    with pytest.raises(ValueError, match="do not rise"):
        WordFrequency(frequencies={}, edges=(5, 2))
