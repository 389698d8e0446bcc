import io
import re

import pytest
from rich.console import Console

from evalkit.errors import InputError
from evalkit.report import numbers, visible
from evalkit.report.terminal import show
from tests.report import sample


def printed(
    width: int, *, document: str | None = None, worst: int | None = None, colour: bool = False
) -> str:
    file = io.StringIO()
    system = "truecolor" if colour else None
    console = Console(file=file, width=width, force_terminal=colour, color_system=system)
    show(sample.report(), console, document=document, worst=worst)
    return file.getvalue()


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_tables_fit_and_no_number_is_cut(width: int) -> None:
    text = printed(width)
    assert max(map(len, text.splitlines())) <= width
    assert "…" not in text
    report = sample.report()
    for table in report.tables:
        for score in table.scores:
            if score.field == score.scorer:
                assert numbers.score(score.value, score.unit) in text
                assert numbers.interval(score.low, score.high, score.unit) in text
        for pair in table.comparisons:
            assert table.name != "fluency" or numbers.p_value(pair.p) in text


@pytest.mark.parametrize("width", [60, 120])
@pytest.mark.parametrize("document", ["ferry", "library", sample.HOSTILE[0]])
def test_documents_fit(width: int, document: str) -> None:
    assert max(map(len, printed(width, document=document).splitlines())) <= width


def test_warnings_and_reasons_are_there() -> None:
    text = printed(200)
    assert text.index("! 1 of 6 summaries failed") < text.index("mechanics")
    assert "a  2 documents; an interval needs at least 10" in text


def test_a_text_cannot_drive_the_terminal() -> None:
    for text in (printed(100), printed(100, document=sample.HOSTILE[0]), printed(100, worst=99)):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
        assert visible.text(sample.HOSTILE[7]) in text


def test_markup_in_a_text_is_text() -> None:
    report = sample.report()
    (first, *_) = report.documents
    tricky = first.model_copy(update={"text": "[red]x[/red] [/] :tada:", "spans": ()})
    file = io.StringIO()
    console = Console(file=file, width=100, force_terminal=True, color_system="truecolor")
    shown = report.model_copy(update={"documents": (tricky,), "items": ()})
    show(shown, console, document="ferry", worst=None)
    assert "[red]x[/red] [/] :tada:" in file.getvalue()


def test_a_document_has_its_findings_sentences_and_summaries() -> None:
    text = printed(120, document="ferry")
    assert "The old[2] ferry[1] at Lindholm has stopped to[3] run since Monday.[5]" in text
    assert re.search(r"2 grammar major, mechanics\.doubled-word “old” → delete", text)
    assert text.index("Drivers needs to do a way around of 14") > 0
    assert "reference short.a" in text
    assert "annotator a: 1 by readers, on the page" in text
    assert "[-worry-]" in text
    assert "{+worried+}" in text
    assert "Failed: the model wrote nothing" in text


def test_worst_sentences_first() -> None:
    text = printed(120, document="ferry", worst=2)
    sentences = text[text.index("Sentences") :]
    assert sentences.index("Drivers needs") < sentences.index("Two bridges")
    assert "2 of 5 sentences" in text
    assert "3 of 27 sentences" in printed(120, worst=3)


def test_colour_only_where_the_console_has_it() -> None:
    assert "\x1b[" not in printed(100, document="ferry")
    coloured = printed(100, document="ferry", colour=True)
    assert "\x1b[" in coloured
    assert "[-worry-]" not in coloured


def test_unknown_document_names_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"'fery'.*Did you mean 'ferry'.*'ferry', 'library'"):
        printed(80, document="fery")


def test_a_run_without_anything() -> None:
    file = io.StringIO()
    show(sample.empty(), Console(file=file, width=80), document=None, worst=None)
    show(sample.empty(), Console(file=file, width=80), document=None, worst=5)
    assert "village-news" in file.getvalue()
