"""What is marked in texts that lie side by side: TER's edits, common words, source sentences."""

import functools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.metrics.common_words import common_words
from evalkit.metrics.origins import origins
from evalkit.metrics.ter_edits import moved, moves, n_edits
from evalkit.metrics.ter_steps import Step, steps
from evalkit.text.words import words

WORDS = st.lists(st.sampled_from("abcde"), max_size=12)
TEXTS = st.text(alphabet="ab é.\u0301漢\U0001f600\n", max_size=30)


def spans_of(own: list[Step], side: str) -> list[tuple[int, int]]:
    return [getattr(step, side) for step in own]


@given(hypothesis=WORDS, reference=WORDS)
def test_the_steps_are_as_many_edits_as_ter_counts(
    hypothesis: list[str], reference: list[str]
) -> None:
    # Texts this short lie inside Tercom's beam as a whole, so that no cheaper way is hidden.
    found = steps(" ".join(hypothesis), " ".join(reference))
    assert sum(step.n_edits for step in found) == n_edits(hypothesis, reference)
    assert sum(step.kind == "shift" for step in found) == len(moves(hypothesis, reference))


@given(hypothesis=WORDS, reference=WORDS)
def test_without_what_is_deleted_replaced_or_moved_the_same_words_are_left(
    hypothesis: list[str], reference: list[str]
) -> None:
    before, after = " ".join(hypothesis), " ".join(reference)
    found = [step for step in steps(before, after) if step.kind != "shift"]
    left = list(_outside(before, spans_of(found, "hypothesis")))
    right = list(_outside(after, spans_of(found, "reference")))
    assert sorted(left) == sorted(right)


def _outside(text: str, spans: list[tuple[int, int]]) -> str:
    covered = {at for start, end in spans for at in range(start, end)}
    return "".join(c for at, c in enumerate(text) if at not in covered and c != " ")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param("", "", [], id="nothing"),
        pytest.param("", "a b", [("insert", (0, 0), (0, 3), 2)], id="all inserted"),
        pytest.param("a b", "", [("delete", (0, 3), (0, 0), 2)], id="all deleted"),
        pytest.param("The cat", "the CAT", [], id="case does not count"),
        pytest.param("é cat sat", "é dog sat", [("replace", (2, 5), (2, 5), 1)], id="replaced"),
        pytest.param("b c a", "a b c", [("shift", (0, 3), (2, 5), 1)], id="moved"),
        pytest.param(
            "a x y z b", "a b", [("delete", (2, 7), (0, 0), 3)], id="neighbours are one step"
        ),
    ],
)
def test_steps_of_some_texts(before: str, after: str, expected: list[object]) -> None:
    found = [(s.kind, s.hypothesis, s.reference, s.n_edits) for s in steps(before, after)]
    if expected and expected[0][0] == "shift":  # either run may be the one that moves
        assert [(kind, n) for kind, _, _, n in found] == [("shift", 1)]
    else:
        assert found == expected


def test_moves_move_words_whatever_holds_them() -> None:
    hypothesis, reference = ["d", "e", "a", "b", "c"], ["a", "b", "c", "d", "e"]
    (move,) = moves(hypothesis, reference)
    order = moved(list(range(5)), move)
    assert [hypothesis[at] for at in order] == reference


@given(first=TEXTS, second=TEXTS)
def test_common_words_are_a_longest_common_subsequence(first: str, second: str) -> None:
    common = common_words(first, second)
    own, other = (
        [text[a:b].casefold() for start, end in spans for a, b in words(text) if start <= a < end]
        for text, spans in ((first, common.first), (second, common.second))
    )
    assert own == other
    a, b = ([t[s:e].casefold() for s, e in words(t)] for t in (first, second))

    @functools.cache
    def longest(i: int, j: int) -> int:
        if i == len(a) or j == len(b):
            return 0
        if a[i] == b[j]:
            return 1 + longest(i + 1, j + 1)
        return max(longest(i + 1, j), longest(i, j + 1))

    assert len(own) == longest(0, 0)


SOURCE = [
    "The harbour ferry stopped on Monday.",
    "A storm broke its rudder.",
    "Tickets stay valid until June.",
]


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        pytest.param([], [], id="no summary"),
        pytest.param([""], [], id="an empty sentence"),
        pytest.param(["Tickets stay valid until June."], [(0, 2)], id="a copied sentence"),
        pytest.param(["On Monday a storm broke the ferry."], [(0, 0), (0, 1)], id="two sources"),
        pytest.param(["Quite other words stand here."], [], id="no origin"),
    ],
)
def test_origins_of_some_sentences(summary: list[str], expected: list[tuple[int, int]]) -> None:
    assert [(o.sentence, o.source) for o in origins(summary, SOURCE)] == expected


def test_shares_are_of_the_sentence_and_add_up_to_no_more_than_one() -> None:
    found = origins(["A storm broke its rudder on Monday, and tickets stay valid."], SOURCE)
    assert [origin.share for origin in found] == sorted((o.share for o in found), reverse=True)
    assert sum(origin.share for origin in found) <= 1 + 1e-12
    assert origins([SOURCE[1]], SOURCE)[0].share == pytest.approx(1)
    assert origins(["Words"], []) == ()
