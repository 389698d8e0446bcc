"""Sentence boundaries: a table of lines, the slips of real texts, and the shape of every answer."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.records import Document
from evalkit.text.sentences import paragraphs, sentences, split

LINES = [
    line
    for line in Path(__file__).with_name("sentences.txt").read_text(encoding="utf-8").split("\n")
    if line and not line.startswith("#")
]
ALPHABET = "aBé今1 .!?…,;-\n\r\t\"'“”‘’()[]\u00a0😀"
Texts = st.text(st.sampled_from(ALPHABET) | st.characters(exclude_categories=["Cs"]))


def parts(text: str, *, language: str = "en") -> list[str]:
    return [text[start:end] for start, end in split(text, language=language)]


def lines_of(text: str) -> list[str]:
    return [line for line in text.replace("\r\n", "\n").split("\n") if line.strip()]


@pytest.mark.parametrize("line", LINES)
def test_line(line: str) -> None:
    assert parts(line.replace("|", "")) == [part.strip() for part in line.split("|")]


def test_the_lines_of_the_table_do_not_depend_on_each_other() -> None:
    text = "\n".join(line.replace("|", "") for line in LINES)
    assert parts(text) == [part.strip() for line in LINES for part in line.split("|")]


def test_a_line_break_of_either_kind_ends_a_sentence_and_other_breaks_do_not() -> None:
    assert parts("A boat\nsank\r\ntoday") == ["A boat", "sank", "today"]
    assert parts("A boat\n \t \nsank.") == ["A boat", "sank."]
    assert parts("A boat\rsank\u2028today\x85now") == ["A boat\rsank\u2028today\x85now"]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\r\n \t\r\n", "\u00a0"])
def test_a_text_without_visible_characters_has_no_sentences(text: str) -> None:
    assert split(text) == ()
    assert sentences(Document("d", text)) == ()
    assert paragraphs(Document("d", text)) == ()


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("de", "Am 3. Mai kam er. Er blieb.", ["Am 3. Mai kam er.", "Er blieb."]),
        ("fr", "M. Brun est parti. Il pleut.", ["M. Brun est parti.", "Il pleut."]),
        ("ja", "今日は晴れ。明日は雨。", ["今日は晴れ。", "明日は雨。"]),
        ("ar", "كيف حالك؟ أنا بخير.", ["كيف حالك؟", "أنا بخير."]),
        ("en-GB", "Mr. Brown left. It rained.", ["Mr. Brown left.", "It rained."]),
        ("xx", "Mr. Brown left. It rained.", ["Mr. Brown left.", "It rained."]),
    ],
)
def test_other_languages(language: str, text: str, expected: list[str]) -> None:
    assert parts(text, language=language) == expected


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        split("a \ud800 boat")


@given(Texts)
def test_sentences_hold_every_visible_character_once_in_order_and_trimmed(text: str) -> None:
    spans = split(text)
    covered = [position for start, end in spans for position in range(start, end)]
    assert covered == sorted(set(covered))
    assert {p for p, mark in enumerate(text) if not mark.isspace()} <= set(covered)
    for start, end in spans:
        assert start < end
        assert text[start:end] == text[start:end].strip()
        assert "\n" not in text[start:end]


@given(Texts, Texts)
def test_paragraphs_are_split_independently(left: str, right: str) -> None:
    moved = tuple((start + len(left) + 1, end + len(left) + 1) for start, end in split(right))
    assert split(f"{left}\n{right}") == split(left) + moved


@given(Texts)
def test_segments_stand_where_they_say(text: str) -> None:
    document = Document("d", text)
    for found in (sentences(document), paragraphs(document)):
        assert [segment.index for segment in found] == list(range(len(found)))
        for segment in found:
            assert segment.text == text[segment.start : segment.end]
            assert segment.document == "d"
    assert [part.text for part in paragraphs(document)] == [x.strip() for x in lines_of(text)]
    whole = paragraphs(document)
    for sentence in sentences(document):
        around = whole[sentence.paragraph]
        assert around.start <= sentence.start <= sentence.end <= around.end


def test_two_sentences_of_one_paragraph_know_it() -> None:
    document = Document("d", "One. Two.\n\n“Three.”")
    found = [(part.paragraph, part.start, part.text) for part in sentences(document)]
    assert found == [(0, 0, "One."), (0, 5, "Two."), (1, 11, "“Three.”")]


def test_the_documents_language_is_used() -> None:
    text = "Am 3. Mai kam er. Er blieb."
    assert len(sentences(Document("d", text, language="de"))) == 2
    assert len(sentences(Document("d", text, language="en"))) == 3
