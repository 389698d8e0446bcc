"""What a report shows of texts as a set: the same in every format, and why one is missing."""

import csv
import io

import pytest
from rich.console import Console

from evalkit.report import render
from evalkit.report.terminal import show
from evalkit.results import Report, SetScore, Table
from tests.report import sample
from tests.report.sample_texts import HOSTILE


def measured(system: str, name: str, value: float | None, note: str = "") -> SetScore:
    return SetScore(
        system=system, name=name, unit="0-100", higher_is_better=name != "self-bleu", value=value,
        n_texts=3, note=note, signature=f"tok:unicode|set:{name}",
    )  # fmt: skip


def with_sets(*sets: SetScore) -> Report:
    report = sample.report()
    tables = [
        table.model_copy(update={"sets": sets}) if table.name == summaries().name else table
        for table in report.tables
    ]
    return report.model_copy(update={"tables": tuple(tables)})


def summaries() -> Table:
    return sample.summary_table()


def terminal(report: Report) -> str:
    console = Console(file=io.StringIO(), width=100)
    show(report, console, document=None, worst=None)
    return console.file.getvalue()


FORMATS = {
    "md": lambda report: render(report, "md"),
    "html": lambda report: render(report, "html"),
    "terminal": terminal,
}


@pytest.mark.parametrize("shown", FORMATS.values(), ids=FORMATS.keys())
def test_every_format_shows_them(shown) -> None:
    first, *_ = summaries().systems
    found = shown(
        with_sets(measured(first, "distinct2", 71.834), measured(first, "self-bleu", 12.345))
    )
    assert "3 texts of each system, taken as one set; not resampled." in found
    assert "71.8" in found
    assert "12.3" in found
    assert "not measured for this system" in found  # the other systems
    assert "taken as one set" not in shown(with_sets())


@pytest.mark.parametrize("shown", FORMATS.values(), ids=FORMATS.keys())
def test_a_missing_number_has_its_reason(shown) -> None:
    sets = [measured(system, "self-bleu", None, "two texts are needed")
            for system in summaries().systems]  # fmt: skip
    assert "two texts are needed" in shown(with_sets(*sets))


def test_nothing_from_the_data_is_markup() -> None:
    hostile = [text for text in HOSTILE if "<" in text]
    first, *_ = summaries().systems
    page = render(with_sets(*(measured(first, text, None, text) for text in hostile)), "html")
    assert hostile
    assert not any(text in page for text in hostile)


def test_csv_and_signatures() -> None:
    first, *_ = summaries().systems
    report = with_sets(measured(first, "distinct2", 71.834))
    rows = list(csv.DictReader(io.StringIO(render(report, "csv"), newline="")))
    (row,) = [row for row in rows if row["field"] == "distinct2"]
    assert float(row["value"]) == 71.834
    assert (row["low"], row["high"], row["n_scored"]) == ("", "", "3")
    assert row["table"] == summaries().name
    assert "tok:unicode|set:distinct2" in render(report, "html")
    assert Report.model_validate_json(render(report, "json")) == report
