import re
from itertools import pairwise

import pytest

from evalkit.report import render
from evalkit.report.markdown import escape
from tests.report import sample


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("plain, text.", "plain, text.", id="nothing to escape"),
        pytest.param("a|b", "a\\|b", id="cell border"),
        pytest.param("<b>&amp;", "&lt;b&gt;&amp;amp;", id="HTML"),
        pytest.param(
            "*a* _b_ `c` ~d~ $e$", "\\*a\\* \\_b\\_ \\`c\\` \\~d\\~ \\$e\\$", id="emphasis"
        ),
        pytest.param("[a](b)", "\\[a](b)", id="link"),
        pytest.param("see http://x.y", "see http\\://x.y", id="address"),
        pytest.param("www.x.y", "www\\.x.y", id="address without scheme"),
        pytest.param("@name #12", "\\@name \\#12", id="mention and issue"),
        pytest.param(":tada:", "\\:tada:", id="emoji code"),
        pytest.param("# a", "\\# a", id="heading"),
        pytest.param("- a", "\\- a", id="list"),
        pytest.param("10. a", "10\\. a", id="numbered list"),
        pytest.param("0-100", "0-100", id="a range is no list"),
        pytest.param("a\nb\x00\u202e", "a↵b⟨NUL⟩⟨RLO⟩", id="breaks and controls"),
        pytest.param("\\*", "\\\\\\*", id="backslash"),
    ],
)
def test_escape(text: str, expected: str) -> None:
    assert escape(text) == expected


@pytest.fixture(scope="module")
def markdown() -> str:
    return render(sample.report(), "md")


def test_no_html_and_no_link_from_the_data(markdown: str) -> None:
    outside = "\n".join(line for line in markdown.splitlines() if not line.startswith("    "))
    assert not re.search(r"<[a-zA-Z/!]", outside)
    assert not re.search(r"(?<!\\)\[[^]]*\]\(", outside)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", markdown)


def test_tables_are_rectangular(markdown: str) -> None:
    lines = markdown.splitlines()
    tables = 0
    for above, rule in pairwise(lines):
        if re.fullmatch(r"\|( -+:? \|)+", rule):
            tables += 1
            columns = len(re.findall(r"(?<!\\)\|", rule))
            rest = lines[lines.index(rule) :]
            body = [above, *rest[: rest.index("")]]
            assert {len(re.findall(r"(?<!\\)\|", line)) for line in body} == {columns}
    assert tables > 10


@pytest.mark.parametrize(
    "part",
    [
        "87.3 [83.1, 91.2]",
        "**99.5** ●",
        "| mechanics | documents − post-edit | post-edit is better | −12.2 | &lt;0.001 |",
        "> The old\\[2] ferry\\[1] at Lindholm\\[13] has stopped to\\[3] run since Monday.\\[5]",
        "- (a) 2 documents; an interval needs at least 10",
        "- (all) 2 documents; a test needs at least 10",
        "- Failed: the model wrote nothing",
        "lead\\|words:60",
        "    name: village-news",
    ],
)
def test_what_a_reader_finds(markdown: str, part: str) -> None:
    assert part in markdown


def test_a_run_without_anything() -> None:
    assert render(sample.empty(), "md").startswith("# village-news\n")
