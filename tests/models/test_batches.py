import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.models.batches import plan


@given(st.lists(st.integers(0, 50), max_size=40), st.integers(1, 120))
def test_every_item_runs_once_within_the_budget(lengths, max_tokens: int) -> None:
    batches = plan(lengths, max_tokens=max_tokens)

    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        padded = len(batch) * max(lengths[i] for i in batch)
        assert padded <= max_tokens or len(batch) == 1
    runs = [lengths[i] for batch in batches for i in batch]
    assert runs == sorted(lengths, reverse=True)


@pytest.mark.parametrize(
    ("lengths", "max_tokens", "expected", "reason"),
    [
        ([], 10, (), "no items"),
        ([4, 4, 4], 8, ((0, 1), (2,)), "equal lengths stay in order"),
        ([3, 30, 3], 10, ((1,), (0, 2)), "one over the budget runs alone"),
        ([0, 0], 1, ((0,), (1,)), "empty items take room too"),
    ],
)
def test_plan(lengths, max_tokens: int, expected, reason: str) -> None:
    assert plan(lengths, max_tokens=max_tokens) == expected, reason


def test_no_room_is_refused() -> None:
    with pytest.raises(ValueError, match="expected at least 1"):
        plan([1], max_tokens=0)
