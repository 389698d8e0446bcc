"""Rubrics: those that are built in, and those of a config."""

from pathlib import Path

import pytest

from evalkit.errors import ConfigError
from evalkit.judging.rubric import VARIABLES, builtin_rubrics, find_rubric

VALUES: dict[str, object] = {
    "hypothesis": "<hyp>", "source": "<src>", "references": ["<one>", "<two>"],
    "criterion": "<what>", "low": "1", "high": "5", "language": "German",
}  # fmt: skip


def test_the_names() -> None:
    assert list(builtin_rubrics()) == [
        "coherence", "consistency", "fluency", "relevance", "gemba-da", "gemba-da-ref",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["coherence", "consistency", "fluency", "relevance"])
def test_rubrics_of_one_to_five_show_the_text_and_every_grade(name: str) -> None:
    rubric = find_rubric(name)
    assert (rubric.low, rubric.high, rubric.whole) == (1, 5, True)
    text = rubric.template().render(**{**VALUES, "criterion": rubric.criterion})
    assert ("<source>\n<src>\n</source>" in text) == (name != "fluency")
    assert "<hypothesis>\n<hyp>\n</hypothesis>" in text
    assert [f"\n{n} - " in text for n in range(5, 0, -1)] == [True] * 5
    assert rubric.template().uses - {"source"} == {"hypothesis", "criterion", "low", "high"}


def test_rubrics_of_translations() -> None:
    without, beside = find_rubric("gemba-da"), find_rubric("gemba-da-ref")
    assert (without.scale, beside.scale) == ("0-100", "0-100")
    assert "references" not in without.template().uses
    text = beside.template().render(**VALUES)
    assert "<reference>\n<one>\n</reference>\n\nA person's translation:\n<reference>\n<two>" in text
    assert "into German" in text


def test_one_of_your_own(tmp_path: Path) -> None:
    keys = {"low": 0, "high": 10, "criterion": "its politeness.", "whole": False}
    given = find_rubric(keys)
    assert given.scale == "0-10"
    assert given.template().uses <= set(VARIABLES)
    path = tmp_path / "politeness.yaml"
    path.write_text("low: 0\nhigh: 10\ncriterion: its politeness.\nwhole: false\n")
    read = find_rubric(str(path))
    assert read.name == "politeness"
    assert read.sha256 == given.sha256
    assert find_rubric({**keys, "high": 9}).sha256 != given.sha256
    assert find_rubric({**keys, "system": ""}).sha256 != given.sha256


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("coherense", "Did you mean 'coherence'"),
        (7, "expected a name"),
        ("none.yaml", "cannot be read"),
        ({"high": 5, "criterion": "x"}, "needs 'low'"),
        ({"low": 1, "high": 5}, "needs 'criterion' or 'prompt'"),
        ({"low": 5, "high": 1, "criterion": "x"}, "the best grade is the highest"),
        ({"low": "1", "high": 5, "criterion": "x"}, "low is '1', expected a number"),
        ({"low": 1, "hihg": 5, "criterion": "x"}, "Did you mean 'high'"),
        ({"low": 1, "high": float("inf"), "criterion": "x"}, "high is inf"),
        ({"low": 1, "high": 5, "criterion": 3}, "criterion is to be a text"),
    ],
)
def test_a_rubric_that_is_none(given: object, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        find_rubric(given)


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("{{ text }}", "names 'text'"),
        ("Grade it.", "is to name {{ hypothesis }}"),
        ("{{", "line 1"),
    ],
)
def test_a_prompt_that_is_none(prompt: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        find_rubric({"low": 1, "high": 5, "prompt": prompt})
