"""A difference of runs in every format: complete, escaped, plain where it must be."""

import io
import json
import re

import pytest
from rich.console import Console

from evalkit.pipeline.diff import difference
from evalkit.report.diff import render
from evalkit.report.diff.terminal import show
from evalkit.results import Difference
from tests.report import sample


def changed() -> Difference:
    """The sample, and the sample with hostile texts in every place that can change."""
    before = sample.report()
    items = tuple(
        item.model_copy(
            update={
                "hypothesis": f"{item.hypothesis} {sample.HOSTILE[at % len(sample.HOSTILE)]}",
                "scores": {k: None if v is None else v + at for k, v in item.scores.items()},
            }
        )
        for at, item in enumerate(before.items)
    )
    tables = tuple(
        table.model_copy(
            update={
                "scores": tuple(
                    s.model_copy(update={"value": None if s.value is None else s.value / 2})
                    for s in table.scores
                )
            }
        )
        for table in before.tables
    )
    config = {"name": sample.HOSTILE[3], sample.HOSTILE[4]: sample.HOSTILE[5]}
    run = before.run.model_copy(update={"config": config, "versions": {"python": "3.12"}})
    after = before.model_copy(update={"items": items, "run": run, "tables": tables})
    return difference(before, after, n_items=99)


def drawn(width: int, *, colour: bool = False) -> str:
    file = io.StringIO()
    system = "truecolor" if colour else None
    show(changed(), Console(file=file, width=width, force_terminal=colour, color_system=system))
    return file.getvalue()


@pytest.mark.parametrize("format_", ["text", "json", "md", "html"])
def test_every_format_says_what_changed(format_: str) -> None:
    text = render(changed(), format_)
    assert "3.12" in text
    assert "summaries.short" in text
    assert "Nothing is different" not in text
    same = render(difference(sample.report(), sample.report()), format_)
    assert ("Nothing is different." in same) == (format_ != "json")


def test_json_is_the_record() -> None:
    raw = json.loads(render(changed(), "json"))
    assert raw["schema"] == 1
    assert Difference.model_validate(raw) == changed()


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="html, json, md, text"):
        render(changed(), "pdf")


@pytest.mark.parametrize("width", [60, 80, 200])
def test_the_terminal_is_never_wider_and_says_what_it_leaves_out(width: int) -> None:
    text = drawn(width)
    assert max(map(len, text.splitlines())) <= width
    if width < 100:
        assert "in a wider terminal, or --format json" in " ".join(text.split())


def test_changed_words_without_colour_and_with() -> None:
    assert "{+" in drawn(100)
    assert "\x1b[" not in drawn(100)
    assert "{+" not in drawn(100, colour=True)


def test_no_text_can_act() -> None:
    for text in (drawn(100), render(changed(), "md")):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    page = render(changed(), "html")
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page)
    body = page[page.index("<body>") :]
    assert not re.search(r"<(?!/?(?:body|main|h[1-3]|ul|li|bdi|section|div|table|thead|tbody|tr|th"
                         r"|td|p|article|strong|del|ins|html)\b)", body)  # fmt: skip
    assert "<script" not in page
    assert "default-src 'none'" in page.replace("&#39;", "'")
