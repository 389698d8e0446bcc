"""Answers of a judge: a grade on the scale, or a reason why it is none. Nothing in between."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.judging.grade import UngradedError, format_of, grade, instruction
from evalkit.judging.rubric import Rubric, builtin_rubrics

WHOLE = Rubric(name="w", low=1, high=5, prompt="{{ hypothesis }}")
REAL = Rubric(name="r", low=0, high=1, prompt="{{ hypothesis }}", whole=False)


@pytest.mark.parametrize(
    ("answer", "rubric", "value"),
    [
        ('{"reason": "Good.", "grade": 4}', WHOLE, 4.0),
        ('{"grade": 4.0}', WHOLE, 4.0),
        (' \n{"reason": "“東京” \\"x\\"", "grade": 1}\n', WHOLE, 1.0),
        ('```json\n{"grade": 5}\n```', WHOLE, 5.0),
        ('```\n{"grade": 5}\n```', WHOLE, 5.0),
        ('{"grade": 0.25}', REAL, 0.25),
        ('{"grade": 0}', REAL, 0.0),
    ],
)
def test_a_grade(answer: str, rubric: Rubric, value: float) -> None:
    assert grade(answer, rubric) == value


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("", "not the one JSON object"),
        ("4", "holds no grade"),
        ("Grade: 4", "not the one JSON object"),
        ('{"grade": 4', "not the one JSON object"),
        ('{"grade": 4} {"grade": 5}', "not the one JSON object"),
        ('I would say:\n```json\n{"grade": 4}\n```', "not the one JSON object"),
        ('[{"grade": 4}]', "holds no grade"),
        ('{"score": 4}', "holds no grade"),
        ('{"grade": "4"}', "no number"),
        ('{"grade": null}', "no number"),
        ('{"grade": true}', "no number"),
        ('{"grade": [4]}', "no number"),
        ('{"grade": 0}', "not on the scale 1-5"),
        ('{"grade": 6}', "not on the scale 1-5"),
        ('{"grade": -3}', "not on the scale 1-5"),
        ('{"grade": 1e999}', "not on the scale"),
        ('{"grade": NaN}', "not on the scale"),
        ('{"grade": 4.5}', "no whole number"),
        ('{"grade": 1, "grade": 5}', "says something twice"),
        ("[" * 5000, "not the one JSON object"),
    ],
)
def test_no_grade(answer: str, said: str) -> None:
    with pytest.raises(UngradedError, match=said):
        grade(answer, WHOLE)


@settings(deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists))
def test_whatever_is_answered_is_on_the_scale_or_no_grade(value) -> None:
    answer = json.dumps({"grade": value})
    try:
        found = grade(answer, WHOLE)
    except UngradedError:
        return
    assert found == value
    assert found in {1, 2, 3, 4, 5}


@pytest.mark.parametrize("name", builtin_rubrics())
def test_the_form_that_is_asked_for_fits_the_scale(name: str) -> None:
    rubric = builtin_rubrics()[name]
    schema = format_of(rubric)["json_schema"]["schema"]  # type: ignore[index]
    assert schema["properties"]["grade"] == {
        "type": "integer", "minimum": rubric.low, "maximum": rubric.high,
    }  # fmt: skip
    assert f"from {rubric.low} to {rubric.high}" in instruction(rubric)
