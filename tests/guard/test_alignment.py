import pytest

from evalkit.guard.alignment import check_alignment
from evalkit.guard.nesting import check_nesting
from evalkit.records import Batch
from tests.guard.test_shift import pair


def test_a_shift_of_some_lines_is_a_warning_that_names_them() -> None:
    hypotheses, refs = pair(1, 300, 0.7)
    moved = [*hypotheses[:199], *hypotheses[200:], "end"]
    found = check_alignment({"ours": moved, "theirs": hypotheses}, {"a": refs})
    assert found.errors == ()
    (warning,) = found.warnings
    assert "the hypotheses of 'ours' do not lie beside 'a'" in warning
    assert "hypotheses from line 200 on seem to belong to the references 1 line later" in warning
    assert "of 300 lines are scored against the wrong reference" in warning


def test_a_shift_of_most_lines_is_an_error() -> None:
    hypotheses, refs = pair(2, 300, 0.7)
    (error,) = check_alignment({"ours": ["first", *hypotheses[:-1]]}, {"a": refs}).errors
    assert "from line 2 on" in error or "from line 1 on" in error
    assert "1 line earlier" in error
    assert "Nothing was scored" in error


def test_a_passage_has_two_ends() -> None:
    hypotheses, refs = pair(4, 300, 0.8)
    moved = [*hypotheses[:100], *hypotheses[102:142], *hypotheses[140:]]
    (warning,) = check_alignment({"h": moved}, {"a": refs}).warnings
    assert "from line 101 to 140 seem to belong to the references 2 lines later" in warning


@pytest.mark.parametrize(
    ("systems", "references", "sources", "error"),
    [
        ({"h": ["a", "b"]}, {"r": ["a"]}, None, "'h': 2 segments; the references 'r': 1"),
        ({"h": ["a"]}, {"r": ["a"]}, ["x", "y"], "the sources: 2 segments"),
        ({"h": [" ", ""]}, {"r": ["a", "b"]}, None, "'h' hold no text at all"),
        ({"h": ["a", "b"]}, {"r": ["", ""]}, None, "'r' hold no text at all"),
    ],
)
def test_errors(
    systems: dict[str, list[str]],
    references: dict[str, list[str]],
    sources: list[str] | None,
    error: str,
) -> None:
    assert error in check_alignment(systems, references, sources).errors[0]


def test_empty_lines_are_warned_of_by_number() -> None:
    found = check_alignment({"h": ["a", "", "c"]}, {"r": ["a", " ", ""]}, ["x", "y", ""])
    assert found.errors == ()
    assert [text.split(";")[0] for text in found.warnings] == [
        "1 of 3 hypotheses of 'h' are empty (line 2)",
        "2 of 3 lines of the references 'r' are empty (lines 2, 3)",
        "1 of 3 sources are empty (line 3)",
    ]


def test_hopeless_output_is_warned_of() -> None:
    hypotheses, refs = pair(3, 300, 0.0)
    (warning,) = check_alignment({"h": hypotheses}, {"r": refs}).warnings
    assert "no more like their own lines" in warning


def test_nothing_to_say() -> None:
    assert check_alignment({}, {}).warnings == ()
    assert check_alignment({"h": ["a"]}, {}).errors == ()


@pytest.mark.parametrize(
    ("hypotheses", "references", "message"),
    [
        (["a", "b"], ["a", "b"], r"references\[0\] is a bare text"),
        (["a", "b"], "ab", "references are a str"),
        (["a", "b"], 7, "references are a int"),
        (["a", "b", "c"], [["a", "b", "c"]], "for 3 hypotheses; it seems to be one list"),
        (["a", "b"], [["a"]], "1 lists of references for 2 hypotheses$"),
        (["a"], [[["a"]]], "one level less"),
        (
            ["the cat sat on the mat", "dogs bark at night"],
            [["the cat sat on the mat", "dogs bark at night"],
             ["a cat sat on a mat", "dogs bark in the night"]],
            "one list per reference file",
        ),
    ],
)  # fmt: skip
def test_wrong_nesting(hypotheses: list[str], references: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_nesting(hypotheses, references)


@pytest.mark.parametrize(
    "references",
    [
        [["a house", "one house"], ["two dogs"], []],
        (("a house",), ("two dogs",), ("three",)),
    ],
)
def test_right_nesting(references: object) -> None:
    check_nesting(["a house", "two dogs", "3"], references)


def test_square_references_in_the_right_order_pass() -> None:
    hypotheses = ["the cat sat on the mat", "dogs bark at night"]
    check_nesting(
        hypotheses, [["the cat sat on a mat", "a cat sat"], ["dogs bark", "dogs at night"]]
    )
    check_nesting(["x", "y"], [["p", "q"], ["r", "s"]])
    check_nesting([], [])


def test_a_batch_refuses_a_bare_text_for_a_list_of_references() -> None:
    with pytest.raises(ValueError, match=r"references\[1\] is a bare text"):
        Batch(hypotheses=("a", "b"), references=(("a",), "b"))  # type: ignore[arg-type]
