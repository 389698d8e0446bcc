"""Pages of items against a plain sort and filter of the same rows."""

import itertools
import math

import pytest

from evalkit.store import items as store_items
from evalkit.store.items import Row, item_rows, open_items, rows_table, write_items
from evalkit.view.query import Query, read_query
from evalkit.view.select import Rows
from tests.view.harbour_runs import FIELDS, HOSTILE, rows

ALL = rows()
SHOWN = (*FIELDS, "mechanics")


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    path = tmp_path_factory.mktemp("run") / "items.arrow"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store_items, "ROWS_AT_ONCE", 16)  # several batches
        assert write_items(path, ALL, SHOWN) == len(ALL)
    return Rows(open_items(path))


def plain(query: Query) -> list[int]:
    """The same question, answered by loops."""

    def value(row: Row) -> float:
        own = row.scores.get(query.field)
        if query.versus:
            other = next(
                (r for r in ALL if (r.table, r.system, r.id) == (row.table, query.versus, row.id)),
                None,
            )
            theirs = None if other is None else other.scores.get(query.field)
            return math.nan if own is None or theirs is None else own - theirs
        return math.nan if own is None else own

    def fits(row: Row) -> bool:
        texts = [row.hypothesis, row.source or "", row.id, *row.references]
        number = value(row)
        ids = {(r.system, r.id) for r in ALL}
        return (
            row.table == query.table
            and (not query.system or row.system == query.system)
            and (not query.versus or (query.versus, row.id) in ids)
            and (query.low is None or number >= query.low)
            and (query.high is None or number <= query.high)
            and (not query.document or row.document == query.document)
            and any(query.search.lower() in text.lower() for text in texts)
        )

    chosen = [at for at, row in enumerate(ALL) if fits(row)]
    if query.sort == "score":
        sign = -1 if query.descending else 1

        def key(at: int) -> tuple[bool, float, int]:
            number = value(ALL[at])
            return math.isnan(number), 0.0 if math.isnan(number) else sign * number, at

        return sorted(chosen, key=key)
    return chosen[::-1] if query.descending else chosen


QUERIES = [
    Query(
        table="scores",
        system=system,
        versus=versus,
        field="bleu",
        sort=sort,
        descending=descending,
        low=low,
        search=search,
    )
    for (system, versus), sort, descending, low, search in itertools.product(
        (("", ""), ("ours", ""), ("ours", "theirs"), ("theirs", "ours")),
        ("position", "score"),
        (False, True),
        (None, 2.0),
        ("", "ferry", "QUAY 3", "STRAßE", "straSSe", "no such words"),
    )
] + [
    Query(table="scores", field="ter", sort="score", high=20.0, document="doc1"),
    Query(table="fluency", field="mechanics", sort="score"),
    Query(table="scores", search="s1"),
]


@pytest.mark.parametrize("query", QUERIES, ids=lambda q: str(hash(q)))
def test_pages_are_those_of_a_plain_sort_and_filter(view: Rows, query: Query) -> None:
    expected = plain(query)
    found: list[int] = []
    for page in range(len(expected) // 7 + 1):
        part = view.select(
            read_query(
                {
                    "table": query.table,
                    "system": query.system,
                    "versus": query.versus,
                    "field": query.field,
                    "sort": query.sort,
                    "descending": "1" if query.descending else "",
                    "low": "" if query.low is None else str(query.low),
                    "high": "" if query.high is None else str(query.high),
                    "search": query.search,
                    "document": query.document,
                    "page": str(page),
                    "size": "7",
                }
            )
        )
        assert part.total == len(expected)
        found += [int(str(row["row"])) for row in part.rows]
    assert found == expected


def test_a_row_comes_whole(view: Rows) -> None:
    query = Query(table="scores", system="ours", versus="theirs", field="bleu", search="<unk>")
    (row,) = view.select(query).rows
    assert row["hypothesis"] == HOSTILE
    assert [each["text"] for each in row["references"]] == list(ALL[7].references)
    assert row["versus"]["system"] == "theirs"
    assert row["scores"] == {"bleu": 1.0, "ter": 10.5}
    noted = view.select(Query(table="scores", search="quay 4.")).rows[0]
    assert (noted["scores"]["bleu"], noted["notes"]) == (None, ["bleu: nothing to compare"])


def test_tables_say_what_they_hold(view: Rows) -> None:
    scores, fluency = view.tables
    assert (scores.name, scores.n, scores.systems, scores.fields) == (
        "scores",
        80,
        ("ours", "theirs"),
        FIELDS,
    )
    assert (fluency.systems, fluency.fields) == (("ours",), ("mechanics",))


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (Query(table="score"), "no table 'score'; there are: scores, fluency"),
        (Query(table="scores", system="x"), "no system 'x'; there are: ours, theirs"),
        (Query(table="scores", field="mechanics"), "no number 'mechanics'; there are: bleu, ter"),
    ],
)
def test_what_is_not_there_is_named(view: Rows, query: Query, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        view.select(query)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "'table' is needed"),
        ({"table": "t", "tabel": "x"}, "no parameter 'tabel'"),
        ({"table": "t", "sort": "up"}, "sort is 'up'"),
        ({"table": "t", "page": "-1"}, "page is '-1'"),
        ({"table": "t", "size": "100000"}, "size is '100000'"),
        ({"table": "t", "page": "9" * 400}, "page is '999"),
        ({"table": "t", "page": "²"}, "page is '²'"),
        ({"table": "t", "low": "nan", "field": "f"}, "low is 'nan'"),
        ({"table": "t", "low": "1"}, "need the parameter 'field'"),
        ({"table": "t", "versus": "b"}, "'versus' needs 'system'"),
        ({"table": "t", "search": "x" * 501}, "at most 500"),
    ],
)
def test_a_wrong_question_is_refused(values: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_query(values)


def test_no_rows_and_lone_surrogates() -> None:
    empty = Rows(rows_table([], ["bleu"]))
    assert empty.tables == ()
    odd = Rows(rows_table([Row("t", "s", "d", 0, "d", "a \ud800 b", {"bleu": 1.0})], ["bleu"]))
    assert odd.select(Query(table="t")).rows[0]["hypothesis"] == "a \ufffd b"


def test_a_score_that_is_not_declared_is_an_error() -> None:
    with pytest.raises(ValueError, match="not declared"):
        rows_table([Row("t", "s", "d", 0, "d", "a", {"ter": 1.0})], ["bleu"])


def test_rows_of_a_report_hold_items_and_sentences() -> None:
    from evalkit.pipeline.versions import about_now
    from evalkit.results import Item, Mark, MarkedDocument, ReferenceText, Report, SentenceScores

    text = "One. Two  three."
    document = MarkedDocument(
        system="documents",
        table="fluency",
        id="d",
        text=text,
        sentences=(
            SentenceScores(start=0, end=4, paragraph=0, scores={"m": 1.0}),
            SentenceScores(start=5, end=16, paragraph=0, scores={"m": None}, notes=("m: why",)),
        ),
        spans=(Mark(start=8, end=10, scorer="m", category="spelling"),),
    )
    item = Item(
        table="t",
        system="s",
        document="d",
        index=1,
        hypothesis="h",
        references=(ReferenceText(name="short.a", text="r"),),
        scores={"bleu": 2.0},
    )
    report = Report(run=about_now("x"), tables=(), documents=(document,), items=(item,))
    first, one, two = item_rows(report)
    assert (first.id, first.references, first.reference_names) == ("d#2", ("r",), ("short.a",))
    assert (one.hypothesis, one.more) == ("One.", None)
    assert two.hypothesis == "Two  three."
    assert two.more is not None
    assert two.more["spans"] == [{"start": 3, "end": 5, "scorer": "m", "category": "spelling"}]
    assert two.more["notes"] == ["m: why"]
