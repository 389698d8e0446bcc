"""Requirements: what they can say, and every way in which a limit could be misread."""

import pytest

from evalkit.config.requirement import parse, read_limit


@pytest.mark.parametrize(
    ("text", "path", "end", "operator", "limit"),
    [
        ("rougeL>=30", ("rougeL",), "value", ">=", 30),
        (" lead / chrf++ > 41.5 ", ("lead", "chrf++"), "value", ">", 41.5),
        ("summaries.short/lead/rouge1.recall <= 9", ("summaries.short", "lead", "rouge1.recall"),
         "value", "<=", 9),
        ("scores/b/good.txt/bleu@low>=1e", (), "", "", 0),
        ("rougeL@low>=28", ("rougeL",), "low", ">=", 28),
        ("rougeL@worst>=28", ("rougeL",), "low", ">=", 28),
        ("ter@worst<50", ("ter",), "high", "<", 50),
        ("ter@high < 50", ("ter",), "high", "<", 50),
        ("*/lead/rougeL >= .5", ("*", "lead", "rougeL"), "value", ">=", 0.5),
        ("bertscore >= -3", ("bertscore",), "value", ">=", -3),
    ],
)  # fmt: skip
def test_parse(text: str, path: tuple[str, ...], end: str, operator: str, limit: float) -> None:
    if not path:
        with pytest.raises(ValueError, match="no number"):
            parse(text)
        return
    found = parse(text)
    assert (found.path, found.end, found.operator, found.limit) == (path, end, operator, limit)
    assert found.text == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no requirement"),
        ("rougeL", "no requirement"),
        ("rougeL=30", "no requirement"),
        ("rougeL==30", "no requirement"),
        (">=30", "no requirement"),
        ("20<=rougeL<=30", "no requirement"),
        ("rougeL>=", "no requirement"),
        ("rougeL>=nan", "no number"),
        ("rougeL>=inf", "no number"),
        ("rougeL>=3,5", "no number"),
        ("rougeL@lower>=3", "low, high or worst, not 'lower'"),
        ("lead/>=3", "names no score"),
        ("/rougeL>=3", "names no score"),
        ("lead/*>=3", "names no score"),
    ],
)
def test_what_is_no_requirement_is_said(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse(text)


@pytest.mark.parametrize(
    ("limit", "unit", "expected"),
    [
        ("0.30", "0-100", 30.0),
        ("0.07", "0-100", 7.0),
        ("30", "0-100", 30.0),
        ("30%", "0-100", 30.0),
        ("0.3%", "0-100", 0.3),
        ("1%", "0-100", 1.0),
        ("0", "0-100", 0.0),
        ("-0.2", "0-100", -20.0),
        ("100", "0-100", 100.0),
        ("0.3", "0-1", 0.3),
        ("1", "0-1", 1.0),
        ("30 %", "0-1", 0.3),
        ("0.5", "errors per 100 words", 0.5),
        ("1", "errors per 100 words", 1.0),
        ("40", "edits per 100 reference words", 40.0),
        ("0.4%", "edits per 100 reference words", 0.4),
        ("1", "ratio", 1.0),
    ],
)
def test_a_limit_on_the_scale_of_its_score(limit: str, unit: str, expected: float) -> None:
    assert read_limit(parse(f"x >= {limit}"), unit) == expected


@pytest.mark.parametrize(
    ("limit", "unit", "remedy"),
    [
        ("1", "0-100", "1% or 100"),
        ("1.0", "0-100", "1% or 100"),
        ("0.4", "edits per 100 reference words", "0.4% or 40"),
        ("1", "edits per 100 reference words", "1% or 100"),
        ("30%", "words", "no percent"),
    ],
)
def test_what_could_be_meant_in_two_ways_is_refused(limit: str, unit: str, remedy: str) -> None:
    with pytest.raises(ValueError, match=remedy):
        read_limit(parse(f"x >= {limit}"), unit)


def test_each_operator_at_the_limit() -> None:
    held = {op: parse(f"x {op} 5").holds(5.0, 5.0) for op in (">=", ">", "<=", "<")}
    assert held == {">=": True, ">": False, "<=": True, "<": False}
    assert parse("x > 5").holds(5.001, 5.0)
    assert not parse("x <= 5").holds(5.001, 5.0)
