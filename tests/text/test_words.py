"""Words as a reader counts them."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.text.words import count_words, tokens, words


def parts(text: str) -> list[str]:
    return [text[start:end] for start, end in words(text)]


TABLE = [
    ("people-smuggling gangs", ["people-smuggling", "gangs"], "a hyphen joins"),
    ("night-and-day work", ["night-and-day", "work"], "two hyphens join"),
    ("Britain's Britain’s", ["Britain's", "Britain’s"], "both apostrophes join"),
    ("don't don’t", ["don't", "don’t"], "contractions stay whole"),
    ("the smugglers' boat", ["the", "smugglers", "boat"], "a closing apostrophe is a mark"),
    ("'quoted' “words”", ["quoted", "words"], "quotation marks are no part of a word"),
    ("the U.S. and a.m.", ["the", "U.S.", "and", "a.m."], "single letters keep their stops"),
    ("U.S.-led U.S.'s", ["U.S.-led", "U.S.'s"], "abbreviations join like words"),
    ("1,200.50 10:30 24/7", ["1,200.50", "10:30", "24/7"], "a number is one word"),
    (
        "It fell to 3.5. Good",
        ["It", "fell", "to", "3.5", "Good"],
        "the last stop is not the number's",
    ),
    ("3.5-inch 1990s", ["3.5-inch", "1990s"], "digits and letters join"),
    ("first.The second", ["first", "The", "second"], "a missing space does not join words"),
    ("version 1.2.Next", ["version", "1.2", "Next"], "nor after a number"),
    ("France - on - again", ["France", "on", "again"], "a dash is no word"),
    ("one--two three—four", ["one", "two", "three", "four"], "dashes part words"),
    ("and/or", ["and", "or"], "a slash parts words"),
    ("AT&T and R&D", ["AT&T", "and", "R&D"], "an inner ampersand joins"),
    ("caf\u00e9 cafe\u0301s", ["caf\u00e9", "cafe\u0301s"], "combining marks are kept"),
    ("naïve Ærø Straße", ["naïve", "Ærø", "Straße"], "letters beyond ASCII"),
    ("Привет, мир", ["Привет", "мир"], "Cyrillic"),
    ("हिन्दी में", ["हिन्दी", "में"], "Devanagari vowel signs are marks"),
    ("مَرْحَبًا بكم", ["مَرْحَبًا", "بكم"], "Arabic with vowel marks"),
    ("می‌خواهم", ["می‌خواهم"], "a zero-width non-joiner stays inside"),
    ("今日は。", ["今", "日", "は"], "Han and Kana count by the character"),
    ("コーヒー", ["コ", "ー", "ヒ", "ー"], "the long-vowel mark too"),
    ("한국어 단어", ["한국어", "단어"], "Hangul has spaces"),
    ("2023年5月", ["2023", "年", "5", "月"], "digits beside Han"),
    ("m² ½", ["m²", "½"], "other numerals are digits"),
    ("co\u00adoperate", ["co\u00adoperate"], "a soft hyphen stays inside"),
    ("hard\u2011hyphen", ["hard\u2011hyphen"], "a non-breaking hyphen joins"),
    (". . ! “ ” — 😀", [], "marks alone"),
    ("\ue000", [], "a private-use character is no word"),
    ("", [], "nothing"),
]


@pytest.mark.parametrize(("text", "expected", "reason"), TABLE, ids=[row[2] for row in TABLE])
def test_words(text: str, expected: list[str], reason: str) -> None:
    assert parts(text) == expected, reason
    assert count_words(text) == len(expected)


def test_tokens_are_words_and_single_marks() -> None:
    text = "“U.S. men,” he said.. ❤️!"
    found = [text[start:end] for start, end in tokens(text)]
    assert found == ["“", "U.S.", "men", ",", "”", "he", "said", ".", ".", "❤️", "!"]


ALPHABET = "aZé1２.,:-'’“”& \n\t\u0301\u200d今ー한😀\ue000\u00ad/½"


@given(st.text(st.sampled_from(ALPHABET) | st.characters()))
def test_tokens_hold_every_visible_character_once_and_in_order(text: str) -> None:
    covered = [position for start, end in tokens(text) for position in range(start, end)]
    assert covered == sorted(set(covered))
    visible = [position for position, mark in enumerate(text) if not mark.isspace()]
    assert set(visible) <= set(covered)
    assert set(words(text)) <= set(tokens(text))


@given(st.text(st.sampled_from(ALPHABET)))
def test_every_letter_and_digit_is_in_a_word(text: str) -> None:
    covered = {position for start, end in words(text) for position in range(start, end)}
    assert {position for position, mark in enumerate(text) if mark.isalnum()} <= covered


@given(st.lists(st.text(string.ascii_letters, min_size=1)))
def test_plain_words_are_what_spaces_part(plain: list[str]) -> None:
    assert parts(" ".join(plain)) == plain


@given(st.text(st.sampled_from(ALPHABET)), st.text(st.sampled_from(ALPHABET)))
def test_a_line_break_parts_texts(left: str, right: str) -> None:
    assert count_words(f"{left}\n{right}") == count_words(left) + count_words(right)
