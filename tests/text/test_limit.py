"""Texts that are too long are refused or cut at a word, and what was cut is said."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.text.limit import Fitted, Limit
from evalkit.text.words import count_words


@pytest.mark.parametrize("text", ["", "a b c", " a, b\n"])
def test_what_fits_stays_as_it_is(text: str) -> None:
    assert Limit().fit(text) == Fitted(text)
    assert Limit("truncate", words=3, characters=9).fit(text) == Fitted(text)


@pytest.mark.parametrize(
    ("limit", "text", "kept", "cut"),
    [
        (Limit("truncate", words=2), "One, two, three.", "One, two", "the last 1 of 3 words (33%)"),
        (Limit("truncate", characters=7), "One, two.", "One", "the last 1 of 2 words (50%)"),
        (Limit("truncate", characters=8), "One, two.", "One, two", "the last 1 of 9 characters"),
        (Limit("truncate", characters=2), "東京都", "東京", "the last 1 of 3 words (33%)"),
        (Limit("truncate", characters=3), "overlong", "ove", "the last 5 of 8 characters (62%)"),
        (Limit("truncate", words=2, characters=4), "a b c d", "a b", "the last 2 of 4 words (50%)"),
    ],
)
def test_a_text_is_cut_after_a_word(limit: Limit, text: str, kept: str, cut: str) -> None:
    fitted = limit.fit(text)
    assert fitted.text == kept
    assert fitted.cut.startswith(cut)


def test_a_text_that_is_refused_says_how_long_it_is() -> None:
    fitted = Limit("refuse", words=2).fit("a b c")
    assert fitted.text == ""
    assert fitted.refused.startswith("the text has 3 words and 5 characters, the limit is 2 words")


@settings(deadline=None)
@given(st.text(), st.integers(1, 9), st.integers(1, 30))
def test_the_limit_holds_and_a_cut_is_always_said(text: str, n_words: int, n: int) -> None:
    fitted = Limit("truncate", words=n_words, characters=n).fit(text)
    assert text.startswith(fitted.text)
    assert (fitted.text == text) == (fitted.cut == "")
    assert len(fitted.text) <= n or fitted.text == text
    assert count_words(fitted.text) <= n_words


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"policy": "drop"}, "long_input is 'drop'"),
        ({"words": 0}, "max_source_words is 0"),
        ({"characters": 1.5}, "max_source_characters is 1.5"),
        ({"words": True}, "max_source_words is True"),
        ({"policy": "truncate"}, "needs max_source_words"),
    ],
)
def test_a_limit_is_checked(options: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Limit(**options)


def test_signature() -> None:
    assert Limit().shown() == "none"
    assert Limit("truncate", words=3, characters=9).shown() == "truncate(words=3,characters=9)"
