import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.guard.loops import loops


@pytest.mark.parametrize(
    ("text", "stretch", "times"),
    [
        ("a b c d d d d e", "d d d d", 4),
        ("in the house of the king in the house of the king in the house of the king", None, 3),
        ("no, no, no, no!", "no, no, no, no", 4),
        ("he said that he said that he said that", None, 3),
        ("これはこれはこれはこれは", None, 4),
        ("so looooooooooooong", "ooooooooooooo", 13),
        ("x 202020202020202020abababababababab", "abababababababab", 8),
    ],
)
def test_loops(text: str, stretch: str | None, times: int) -> None:
    start, end, found = next(loops(text))
    assert text[start:end] == (stretch or text)
    assert found == times


@pytest.mark.parametrize(
    "text",
    ["", "a", "very very very good", "no. no. no.", "- - - - - -", "........", "1000000000000",
     "again and again and again", "the cat and the dog and the cow and the pig"],
)  # fmt: skip
def test_no_loops(text: str) -> None:
    assert list(loops(text)) == []


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=6, unique=True),
    st.integers(4, 7),
    st.lists(st.sampled_from("mnopqrst"), max_size=5, unique=True),
)
def test_every_planted_loop_is_found(unit: list[str], times: int, before: list[str]) -> None:
    text = " ".join([*before, *unit * times, "z"])
    start, end, found = next(loops(text))
    assert text[start:end] == " ".join(unit * times)
    assert found == times
