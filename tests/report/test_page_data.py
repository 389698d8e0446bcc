"""The page's data: what fits, what is left out, and what is said of it."""

import base64
import gzip
import json
from typing import Any

import pytest

from evalkit.report.answers import answers
from evalkit.report.blocks import fitted, pack
from evalkit.report.html import page
from evalkit.report.ledger import ledger
from evalkit.report.marking import palette
from evalkit.report.matrix import matrices, small
from evalkit.report.page_data import page_data
from evalkit.results import Comparison, Table
from tests.report import sample


def unpacked(content: str) -> Any:
    return json.loads(gzip.decompress(base64.b64decode(content)))


@pytest.mark.parametrize("value", [[], {"x": "<script>\u2028\x00\U0001f600"}, [1, None, 0.5]])
def test_a_block_holds_its_value_and_no_markup(value: object) -> None:
    content = pack(value)
    assert unpacked(content) == value
    assert content.isascii()
    assert "<" not in content
    assert pack(value) == content


def rows(n: int) -> list[dict[str, object]]:
    return [{"x": f"text {at}", "k": [at * 7919 % 997] * 40, "p": [at] * 9} for at in range(n)]


def test_what_fits_stays_whole() -> None:
    found = fitted(rows(50), {}, 1_000_000)
    assert (found.left_out, found.n_rows) == ((), 50)


def test_tokens_go_first_then_matches_then_rows_from_the_end() -> None:
    whole = len(fitted(rows(400), {}, 10**9).content)
    less = fitted(rows(400), {"refs": []}, whole - 1)
    assert less.left_out == ("values of tokens",)
    least = fitted(rows(400), {}, 700)
    assert least.left_out[:2] == ("values of tokens", "matches, edits and source sentences")
    assert least.left_out[2] == f"all but the first {least.n_rows} of 400"
    assert len(least.content) <= 700
    kept = unpacked(least.content)["rows"]
    assert [row["x"] for row in kept] == [f"text {at}" for at in range(least.n_rows)]


def test_a_single_row_that_is_too_large_leaves_an_empty_block() -> None:
    found = fitted([{"x": "".join(map(chr, range(40, 9000)))}], {}, 300)
    assert found.n_rows == 0
    assert unpacked(found.content) == {"rows": []}


def test_the_page_says_what_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    report = sample.report()
    monkeypatch.setattr("evalkit.report.html.MOST", 4000)
    html = page(report)
    assert "Not in this page, for its size: Fluency of the articles" in html
    found = page_data(report, palette(report), most=4000)
    assert sum(len(b.content) for b in found.blocks if b.name.startswith("part")) <= 4000


def test_failures_and_cuts_are_in_the_ledger_failures_first() -> None:
    found = ledger(sample.report())
    assert found.summary == "1 failed, 2 made from a part of the source, of 6 outputs"
    assert [entry.failed for entry in found.entries] == [True, False, False]
    assert found.entries[1].what == "the last 12 of 90 sentences"
    assert ledger(sample.empty()).summary == ""


def with_tests(*comparisons: Comparison) -> Table:
    table = sample.fluency_table()
    return table.model_copy(update={"comparisons": comparisons})


def test_a_matrix_is_the_mirror_of_itself() -> None:
    (mechanics, _) = matrices(sample.fluency_table())
    assert mechanics.field == "mechanics"
    kinds = [[match.kind for match in row] for _, row in mechanics.rows]
    assert kinds == [["self", "worse"], ["better", "self"]]
    deltas = [[match.delta for match in row] for _, row in mechanics.rows]
    assert deltas == [["", "−12.2"], ["+12.2", ""]]


def test_what_is_too_small_to_tell_is_said() -> None:
    pair = {"field": "detector", "system_a": "documents", "system_b": "post-edit"}
    level = Comparison(**pair, delta=-1.0, p=0.4, smallest_difference=5.0)
    told = Comparison(**pair, delta=-9.0, p=0.01, smallest_difference=5.0)
    assert "In 1 of them the difference is smaller" in small(with_tests(level, told))
    assert "1 of 2 tested pairs were not told apart" in small(with_tests(level, told))
    assert small(with_tests(told)) == "Every pair that was tested was told apart."
    assert "no pair could be tested (2 documents" in small(sample.summary_table())
    assert small(with_tests()) == "The systems were not tested against each other."
    assert small(sample.post_edit_table()) == ""


def test_the_answers_name_the_best_and_what_stands_behind_it() -> None:
    found = answers(sample.report())
    first, second = (answer for answer in found if answer.table == 1)
    assert (first.title, second.title) == ("Fluency of the articles and their post-edits", "")
    assert (first.field, first.who, first.value) == ("mechanics", "post-edit", "99.5 [95.3, 100.0]")
    assert (first.symbol, first.said) == ("●", "better than all others by test")
    assert (second.who, second.symbol) == ("documents · post-edit", "≈")
    assert second.value.startswith("93.0 ")
    (ter, _) = (answer for answer in found if answer.table == 2)
    assert (ter.who, ter.said) == ("documents", "the only system")
    assert answers(sample.empty()) == ()


def test_many_that_are_level_are_counted() -> None:
    table = sample.summary_table()
    names = tuple(f"system{number}" for number in range(6))
    level = table.model_copy(
        update={
            "systems": names,
            "scores": tuple(sample.score(name, "rouge1", 40.0) for name in names),
            "comparisons": (),
        }
    )
    (only,) = answers(sample.empty().model_copy(update={"tables": (level,)}))
    assert only.who == "system0 · system1 · system2 and 3 more"
