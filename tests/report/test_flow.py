import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.report.flow import Flow, Stretch, flow
from evalkit.results import Token

TEXT = "One two.\n\nThree four five.\r\nSix"


def whole(shown: Flow) -> str:
    """The text that the pieces and breaks make up."""
    parts = [shown.before]
    for paragraph in shown.paragraphs:
        parts += [piece.text for run in paragraph.runs for piece in run.pieces]
        parts.append(paragraph.after)
    return "".join(parts)


def covered(shown: Flow, number: int) -> str:
    return "".join(piece.text for piece in shown.pieces if number in piece.marks)


def marks_of(*spans: tuple[int, int]) -> list[Stretch]:
    return [Stretch(start, end, number) for number, (start, end) in enumerate(spans, start=1)]


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        pytest.param([(4, 7)], ["two"], id="inside"),
        pytest.param([(0, 7), (4, 8)], ["One two", "two."], id="overlapping"),
        pytest.param([(0, 8), (4, 7)], ["One two.", "two"], id="nested"),
        pytest.param([(4, 7), (4, 7)], ["two", "two"], id="twice the same"),
        pytest.param([(4, 15)], ["two.Three"], id="over a paragraph break"),
        pytest.param([(0, 99)], ["One two.Three four five.Six"], id="past the end"),
        pytest.param([(8, 10)], [""], id="only line breaks"),
        pytest.param([(8, 8)], [""], id="nothing"),
        pytest.param([(31, 31)], [""], id="the very end"),
        pytest.param([(99, 120)], [""], id="all beyond the end"),
    ],
)
def test_marks_cover_their_characters_and_end_once(
    spans: list[tuple[int, int]], expected: list[str]
) -> None:
    shown = flow(TEXT, marks=marks_of(*spans))
    assert [covered(shown, n + 1) for n in range(len(spans))] == expected
    ends = [number for piece in shown.pieces for number in piece.ends]
    assert sorted(ends) == list(range(1, len(spans) + 1))
    assert whole(shown) == TEXT


def test_a_mark_ends_with_its_last_character() -> None:
    shown = flow(TEXT, marks=marks_of((4, 15), (4, 7)))
    assert [(p.text, p.ends) for p in shown.pieces if p.ends] == [("two", (2,)), ("Three", (1,))]


def test_outermost_mark_comes_first() -> None:
    (piece,) = [p for p in flow(TEXT, marks=marks_of((4, 7), (0, 8))).pieces if p.text == "two"]
    assert piece.marks == (2, 1)


@pytest.mark.parametrize("text", ["", "\n", "\r\n\r\n", " ", "\n\nx"])
def test_texts_without_much_in_them(text: str) -> None:
    shown = flow(text, marks=marks_of((0, len(text))))
    assert whole(shown) == text
    assert [n for piece in shown.pieces for n in piece.ends] == [1]


def test_sentences_open_once_even_over_two_lines() -> None:
    shown = flow("a b\nc d. e", sentences=[(0, 8), (9, 10)])
    opened = [(run.sentence, run.opens) for paragraph in shown.paragraphs for run in paragraph.runs]
    assert opened == [(0, True), (0, False), (None, False), (1, True)]


def test_heat_is_in_tenths_and_the_coldest_tokens_are_not_cut_out() -> None:
    values = [0.04, 0.1, 0.55, 1.0, 7.0, float("nan")]
    tokens = [Token(start=2 * n, end=2 * n + 1, value=value) for n, value in enumerate(values)]
    shown = flow("a b c d e f", tokens=tokens)
    assert [(p.text, p.heat) for p in shown.pieces if p.heat] == [
        ("b", 1), ("c", 5), ("d", 9), ("e", 9),
    ]  # fmt: skip
    assert shown.pieces[0].text == "a "


def test_invisible_characters_are_pieces_of_their_own() -> None:
    shown = flow("a\u202eb\x00", marks=marks_of((0, 4)))
    assert [(p.text, p.hidden) for p in shown.pieces] == [
        ("a", ""), ("\u202e", "RLO"), ("b", ""), ("\x00", "NUL"),
    ]  # fmt: skip


_SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)).map(sorted), max_size=8)


@given(text=st.text(alphabet="ab \n\r\u202e", max_size=25), spans=_SPANS, sentences=_SPANS)
def test_pieces_are_the_text_and_marks_are_what_a_set_of_positions_says(
    text: str, spans: list[list[int]], sentences: list[list[int]]
) -> None:
    marks = [Stretch(start, end, n) for n, (start, end) in enumerate(spans, start=1)]
    shown = flow(text, marks=marks, sentences=[(a, b) for a, b in sentences])
    assert whole(shown) == text
    for mark in marks:
        wanted = "".join(re.findall(r"[^\r\n]", text[mark.start : mark.end]))
        assert covered(shown, mark.number) == wanted
    ends = [number for piece in shown.pieces for number in piece.ends]
    assert sorted(ends) == [mark.number for mark in marks]
