import io

import pytest
from rich.console import Console

from evalkit.report import render
from evalkit.report.sane import clear, grids
from evalkit.report.terminal import show
from evalkit.results import Report
from tests.report import sample


def test_counts_reasons_and_what_is_absent() -> None:
    (grid,) = grids(sample.report())
    assert [kind.name for kind in grid.kinds] == ["empty", "loop", "number"]
    first, second, *_ = grid.lines
    assert first.cells == ("1", "1,234", "3")
    assert second.cells == ("1", "1,234", "– a")
    assert grid.footnotes == (("a", "no sources"),)
    assert grid.absent == "Looked for and not found: tag."
    assert grid.examples[0][2] == "empty"
    assert clear(sample.report()) == "The sanity gate found nothing in: Fluency."


@pytest.mark.parametrize("format_", ["html", "md"])
def test_every_format_has_the_counts_and_the_first_findings(format_: str) -> None:
    text = render(sample.report(), format_)
    for part in ("1,234", "The output is empty.", "Looked for and not found: tag.", "no sources"):
        assert part in text
    assert "found nothing in" in text


@pytest.mark.parametrize("width", [60, 160])
def test_terminal(width: int) -> None:
    file = io.StringIO()
    show(sample.report(), Console(file=file, width=width), document=None, worst=None)
    text = file.getvalue()
    assert "Sanity: Short summaries" in text
    assert "1,234" in text
    assert "found nothing in: Fluency." in " ".join(text.split())


def test_an_older_report_has_no_such_part_and_loads() -> None:
    older = sample.report().model_dump(mode="json", by_alias=True)
    del older["sanity"]
    report = Report.model_validate(older)
    assert report.sanity == ()
    assert grids(report) == ()
    assert clear(report) == ""
    assert "Sanity" not in render(report, "md")
    assert 'id="sanity"' not in render(report, "html")
