"""Windows over long texts: every token once, none cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.models.windows import windows


@given(
    sizes=st.lists(st.integers(1, 5), max_size=60),
    limit=st.integers(5, 20),
    overlap=st.integers(0, 8),
)
def test_every_token_is_kept_once_and_seen_where_it_is_kept(sizes, limit, overlap):
    found = windows(sizes, limit=limit, overlap=overlap)
    kept = [i for w in found for i in range(w.keep_start, w.keep_end)]
    assert kept == list(range(len(sizes)))
    for w in found:
        assert w.start <= w.keep_start <= w.keep_end <= w.end
        assert sum(sizes[w.start : w.end]) <= limit


def test_tokens_in_the_overlap_go_to_the_window_that_shows_more_around_them():
    first, second = windows([1] * 14, limit=10, overlap=4)
    assert (first.start, first.end, second.start, second.end) == (0, 10, 6, 14)
    assert (first.keep_end, second.keep_start) == (8, 8)


def test_a_text_that_fits_is_one_window():
    assert [(w.start, w.end) for w in windows([3, 3], limit=6, overlap=2)] == [(0, 2)]


def test_no_tokens_no_windows():
    assert windows([], limit=6, overlap=2) == ()


def test_a_token_that_fits_no_window_is_refused():
    with pytest.raises(ValueError, match="7 sub-words"):
        windows([2, 7], limit=6, overlap=2)
