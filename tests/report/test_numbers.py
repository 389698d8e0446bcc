import math

import pytest

from evalkit.report import numbers


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        pytest.param(41.26, "0-100", "41.3", id="one decimal"),
        pytest.param(100.0, "0-100", "100.0", id="full"),
        pytest.param(-0.04, "0-100", "0.0", id="no minus zero"),
        pytest.param(-3.25, "0-100", "−3.2", id="a real minus sign"),
        pytest.param(0.41239, "0-1", "0.412", id="share"),
        pytest.param(3.14159, "errors per 100 words", "3.14", id="small rate"),
        pytest.param(31.4159, "edits per 100 reference words", "31.4", id="edit rate"),
        pytest.param(12345.6, "bits", "12,346", id="unknown unit, large"),
        pytest.param(12.3456, "bits", "12.35", id="unknown unit"),
        pytest.param(0.00123456, "bits", "0.001235", id="unknown unit, small"),
        pytest.param(0.0, "bits", "0", id="unknown unit, zero"),
        pytest.param(None, "0-100", "–", id="undefined"),
        pytest.param(math.nan, "0-100", "–", id="NaN"),
        pytest.param(math.inf, "bits", "∞", id="infinite"),
        pytest.param(-math.inf, "bits", "−∞", id="minus infinite"),
    ],
)
def test_score(value: float | None, unit: str, expected: str) -> None:
    assert numbers.score(value, unit) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0, "<0.001"),
        (0.00099, "<0.001"),
        (0.001, "0.00100"),
        (0.04567, "0.0457"),
        (0.09996, "0.100"),
        (0.5, "0.500"),
        (0.9999, "1.00"),
        (1.0, "1.00"),
        (None, "–"),
        (math.nan, "–"),
    ],
)
def test_p_value(value: float | None, expected: str) -> None:
    assert numbers.p_value(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1.25, "+1.2"), (-1.25, "−1.2"), (0.0, "0.0"), (0.01, "0.0"), (None, "–"), (math.nan, "–")],
)
def test_difference(value: float | None, expected: str) -> None:
    assert numbers.difference(value, "0-100") == expected


def test_interval_needs_both_ends() -> None:
    assert numbers.interval(1.0, 2.0, "0-100") == "[1.0, 2.0]"
    assert numbers.interval(None, 2.0, "0-100") == ""
    assert numbers.interval(1.0, math.nan, "0-100") == ""


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2031-05-04T09:07:30Z", "4 May 2031, 09:07 UTC"),
        ("2031-05-04T09:07:30", "4 May 2031, 09:07 UTC"),
        ("2031-05-04T01:07:30+02:00", "3 May 2031, 23:07 UTC"),
        ("yesterday", "yesterday"),
        ("", ""),
    ],
)
def test_when(moment: str, expected: str) -> None:
    assert numbers.when(moment) == expected
