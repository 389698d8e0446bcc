"""``show`` for a person on a server: what fits, what is left out, and no text that can act."""

import io
import itertools
import re

import pytest
from rich.cells import cell_len
from rich.console import Console

from evalkit.errors import InputError
from evalkit.report.terminal import Asked, show
from evalkit.results import Comparison, Report, Table
from tests.report import sample

ACTS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]")


def shown(
    report: Report,
    width: int,
    *,
    document: str | None = None,
    worst: int | None = None,
    **asked: object,
) -> str:
    file = io.StringIO()
    console = Console(file=file, width=width, color_system=None)
    show(report, console, document=document, worst=worst, asked=Asked(**asked))
    return file.getvalue()


def many(n_systems: int, n_fields: int, name: str = "system-{}", *, tested: bool = True) -> Report:
    """A table of many systems and fields, all pairs tested."""
    systems = tuple(name.format(n) for n in range(n_systems))
    fields = [f"metric{n}" for n in range(n_fields)]
    scores = tuple(
        sample.score(system, field, 10 + s + f / 7, low=9.0 + s, high=12.0 + s)
        for s, system in enumerate(systems)
        for f, field in enumerate(fields)
    )
    pairs = tuple(
        Comparison(field=field, system_a=a, system_b=b, delta=-1.0, p=0.01, p_adjusted=0.04)
        for field in fields
        for a, b in itertools.combinations(systems, 2)
    )
    table = Table(
        name="t", title="Many", unit="document", cluster="document", n_items=99, n_clusters=99,
        systems=systems, scores=scores, comparisons=pairs if tested else (),
    )  # fmt: skip
    return sample.empty().model_copy(update={"tables": (table,)})


@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize(("n_systems", "n_fields"), [(30, 3), (3, 25), (30, 25), (1, 40), (40, 1)])
def test_many_systems_and_metrics_fit_and_are_all_there(
    width: int, n_systems: int, n_fields: int
) -> None:
    report = many(n_systems, n_fields)
    text = shown(report, width)
    assert max(map(cell_len, text.splitlines())) <= width
    assert len(text.splitlines()) < 260
    assert all(s in text for s in report.tables[0].systems)
    assert all(f"metric{n} ↑" in text for n in range(n_fields))
    assert f"{10 + n_systems - 1 + (n_fields - 1) / 7:.1f}" in text


def test_what_is_left_out_is_said() -> None:
    text = " ".join(shown(many(30, 25), 80).split())
    assert "intervals: in a wider terminal" in text
    assert "[9.0, 12.0]" not in text
    assert "40 of 10,875 pairs, those with a leading system first" in text
    untested = many(60, 90, tested=False)
    assert re.search(r"\d+ more (fields|systems)", " ".join(shown(untested, 60).split()))
    assert "wider" not in shown(many(3, 3), 200)


def test_pairs_that_are_shown_are_those_of_the_leader() -> None:
    text = shown(many(30, 1), 200)
    pairs = re.findall(r"^metric0: (system-\d+) − (system-\d+)", text, re.MULTILINE)
    assert len(pairs) == 29
    assert all("system-29" in pair for pair in pairs)


def test_long_names_are_shortened_and_stay_apart() -> None:
    name = "a-very-long-name/" + "x" * 80 + "{}"
    text = shown(many(12, 3, name), 80)
    assert max(map(len, text.splitlines())) <= 80
    assert "names are shortened" in text
    rows = shown(many(12, 1, name, tested=False), 200)
    assert len(set(re.findall(r"…x+(\d+) ", rows))) == 12


def test_one_system_and_one_table() -> None:
    report = sample.report()
    text = shown(report, 120, systems=("lead",), table="summaries.short")
    assert "Short summaries" in text
    assert "rewriter" not in text
    assert "Fluency of the articles" not in text
    assert "41.3" in text
    assert "55.5" not in text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"systems": ("led",)}, "no system 'led'. Did you mean 'lead'?"),
        ({"table": "summaries.shrt"}, "Did you mean 'summaries.short'?"),
        ({"pair": ("lead", "nobody")}, "no table has items of both 'lead' and 'nobody'"),
    ],
)
def test_what_there_is_not_names_what_there_is(asked: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        shown(sample.report(), 80, **asked)


@pytest.mark.parametrize("width", [80, 140])
def test_two_systems_by_item_largest_difference_first(width: int) -> None:
    report = sample.report()
    text = shown(report, width, pair=("lead", "rewriter"))
    assert max(map(cell_len, text.splitlines())) <= width
    own = {(i.document, i.system): i.scores["rouge1"] for i in report.items if "rouge1" in i.scores}
    documents = list(dict.fromkeys(document for document, _ in own))
    gaps = {
        d: abs(own[d, "lead"] - own[d, "rewriter"])
        for d in documents
        if own.get((d, "lead")) is not None and own.get((d, "rewriter")) is not None
    }
    assert gaps
    order = sorted(gaps, key=lambda d: -gaps[d])
    places = [text.index(f"\n{document}") for document in order]
    assert places == sorted(places)
    assert "by rouge1, largest difference first" in text
    assert "reference short.a" in text
    one = shown(report, width, pair=("lead", "rewriter"), worst=1)
    assert "1 of" in one
    alone = shown(report, width, pair=("lead", "rewriter"), document=order[-1])
    assert f"\n{order[0]}" not in alone or len(order) == 1


def test_texts_of_fluency_are_set_side_by_side_too() -> None:
    text = shown(sample.report(), 160, pair=("documents", "post-edit"), table="fluency")
    assert "documents" in text
    assert "mechanics ↑" in text
    assert "[-" in text
    assert "{+" in text


def test_the_worst_items_where_nothing_was_read_for_fluency() -> None:
    report = sample.report().model_copy(update={"documents": ()})
    text = shown(report, 120, worst=1, table="summaries.short")
    scored = {
        (i.document, i.system): i.scores["rouge1"]
        for i in report.items
        if i.scores.get("rouge1") is not None
    }
    (document, system), value = min(scored.items(), key=lambda entry: entry[1])
    assert "the worst by rouge1 ↑" in text
    assert f"{document}, {system}: {value:.1f}" in text
    assert f"1 of {len(scored)} items" in text


HOSTILE = (
    "\x1b[2J\x1b[31mred\x07",
    "\x1b]0;title\x07\x9b31m",
    "a\u202eb\u2066c\u200bd\ufeff",
    "漢字" * 300 + "かな" * 90,
    "e" + "\u0301" * 200,
    "[red]x[/red] [/] :tada: \\[",
    "tab\ttab\r\nline\rreturn\x0bvt\x0cff\u2028ls",
    "",
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_can_break_the_terminal(text: str) -> None:
    report = sample.report()
    items = tuple(
        item.model_copy(
            update={
                "hypothesis": text,
                "spans": (),
                "matches": (),
                "system": f"{item.system}{text}",
            }
        )
        for item in report.items
    )
    (first, *_) = report.documents
    whole = first.model_copy(update={"text": text, "spans": (), "sentences": (), "tokens": {}})
    names = {s: f"{s}{text}" for table in report.tables for s in table.systems}
    tables = tuple(
        table.model_copy(
            update={
                "title": text,
                "systems": tuple(names[s] for s in table.systems),
                "scores": tuple(
                    s.model_copy(update={"system": names[s.system], "note": text})
                    for s in table.scores
                ),
                "comparisons": (),
            }
        )
        for table in report.tables
    )
    hostile = report.model_copy(update={"items": items, "documents": (whole,), "tables": tables})
    pair = (names["lead"], names["rewriter"])
    for width in (80, 200):
        for made in (
            shown(hostile, width),
            shown(hostile, width, document="ferry"),
            shown(hostile, width, worst=3),
            shown(hostile, width, pair=pair),
        ):
            assert not ACTS.search(made)
            assert max(map(cell_len, made.splitlines())) <= width


@pytest.mark.parametrize("line", ["x" * 1_000_000, "word " * 200_000], ids=["one word", "words"])
def test_a_line_of_a_megabyte(line: str) -> None:
    report = sample.report()
    items = tuple(item.model_copy(update={"hypothesis": line}) for item in report.items[-2:])
    long = report.model_copy(update={"items": items, "documents": ()})
    text = shown(long, 80, document=items[0].document)
    assert max(map(len, text.splitlines())) <= 80
    assert text.count(line[:4].strip()) > 1000


def test_colour_is_left_out_where_it_is_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    def drawn(**settings: object) -> str:
        file = io.StringIO()
        console = Console(file=file, width=80, force_terminal=True, **settings)
        show(sample.report(), console, document="ferry", worst=None)
        return file.getvalue()

    colours = re.compile(r"\x1b\[[0-9;]*3[0-9]")
    assert colours.search(drawn(color_system="standard"))
    assert not colours.search(drawn(color_system="standard", no_color=True))
    assert "[-" in drawn(color_system="standard", no_color=True), "marks stand in for colour"
    monkeypatch.setenv("NO_COLOR", "1")
    assert not colours.search(drawn(color_system="standard"))
