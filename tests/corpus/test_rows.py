"""Tables: every kind gives the same rows, and a damaged one says where."""

import csv
import gzip
import io
import json
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.corpus.rows import Row, cell, columns_of, kind_of, read_rows, suffix_of, text_cell
from evalkit.errors import InputError, UnknownNameError

ROWS = [
    {"id": "a", "text": 'The "old" boat,\tor what was left of it.', "note": ""},
    {"id": "b", "text": "Ünder\u2028way 😀", "note": "x"},
]


def rows_of(content: bytes, kind: str) -> list[dict[str, object]]:
    found = read_rows(Path("-"), kind=kind, name=f"t.{kind}", stream=io.BytesIO(content))
    return [dict(row.values) for row in found]


def as_csv(rows: list[dict[str, str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def test_every_kind_gives_the_same_rows(tmp_path: Path) -> None:
    lines = "".join(json.dumps(row) + "\n" for row in ROWS).encode()
    assert rows_of(lines, "jsonl") == ROWS
    assert rows_of(lines.replace(b"\n", b"\r\n"), "jsonl") == ROWS
    assert rows_of(as_csv(ROWS), "csv") == ROWS
    (tmp_path / "t.jsonl.gz").write_bytes(gzip.compress(lines))
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(ROWS), tmp_path / "t.parquet")
    for name in ("t.jsonl.gz", "t.parquet"):
        path = tmp_path / name
        found = read_rows(path, kind=kind_of(path), name=name)
        assert [row.values for row in found] == ROWS


def test_rows_know_their_place(tmp_path: Path) -> None:
    content = b'id,text\na,"one\ntwo"\nb,three\n'
    found = read_rows(Path("-"), kind="csv", name="t.csv", stream=io.BytesIO(content))
    assert [row.origin for row in found] == ["t.csv:2", "t.csv:4"], "a row is where it starts"
    assert found[0].values["text"] == "one\ntwo"
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(ROWS), tmp_path / "t.parquet")
    table = read_rows(tmp_path / "t.parquet", kind="parquet", name="t.parquet")
    assert [row.origin for row in table] == ["t.parquet row 1", "t.parquet row 2"]


def test_a_tsv_cell_is_text_as_it_stands() -> None:
    assert rows_of(b'id\ttext\r\na\t"Stop," he said\nb\t\n', "tsv") == [
        {"id": "a", "text": '"Stop," he said'},
        {"id": "b", "text": ""},
    ]


def test_a_long_csv_cell_is_read_whole_and_the_limit_put_back() -> None:
    before = csv.field_size_limit(131_072)
    try:
        assert rows_of(b"text\n" + b"x" * 200_000, "csv")[0]["text"] == "x" * 200_000
        assert csv.field_size_limit() == 131_072
    finally:
        csv.field_size_limit(before)


@pytest.mark.parametrize(
    ("kind", "content", "message"),
    [
        ("jsonl", b'{"id": "a"}\n{"id": }\n', r"t\.jsonl:2: invalid JSON"),
        ("jsonl", b'{"id": "a"}\n\n{"id": "b"}\n', r"t\.jsonl:2: a blank line"),
        ("jsonl", b'{"id": "a"}\n["b"]\n', r"t\.jsonl:2: a JSON list"),
        ("jsonl", b'{"id": "a", "id": "b"}\n', r"t\.jsonl:1: .*'id' stands twice"),
        ("jsonl", b"[" * 100_000, r"t\.jsonl:1: invalid JSON"),
        ("csv", b"", r"t\.csv:1: no column names"),
        ("csv", b"id,text\na,b,c\n", r"t\.csv:2: 3 cells under 2 columns \(id, text\)"),
        ("csv", b'id,text\nx,"1\n2"\na\n', r"t\.csv:4: 1 cells under 2 columns"),
        ("csv", b'id,text\na,"open\n', r"t\.csv:2: not a CSV row"),
        ("csv", b"id,text,id\n", r"t\.csv:1: the column 'id' twice"),
        ("tsv", b"id\ttext\na\tb\tc\n", r"t\.tsv:2: 3 cells under 2 columns"),
        ("tsv", b"id\ttext\n\xe9\tb\n", r"t\.tsv is not UTF-8: .*line 2"),
        ("parquet", b"", "cannot be read|is not a Parquet file"),
    ],
)
def test_a_damaged_table_says_where(
    tmp_path: Path, kind: str, content: bytes, message: str
) -> None:
    path = tmp_path / f"t.{kind}"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_rows(path, kind=kind, name=path.name)


@pytest.mark.parametrize(
    ("kind", "content"), [("jsonl", b""), ("jsonl", b"\n"), ("csv", b"id,text\n")]
)
def test_a_table_may_have_no_rows(kind: str, content: bytes) -> None:
    assert rows_of(content, kind) == []


def test_an_unknown_kind_lists_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match="csv, jsonl, parquet, tsv"):
        read_rows(Path("x"), kind="xlsx", name="x")


def test_a_missing_column_names_those_that_are_there() -> None:
    row = Row({"id": "a", "text": "b"}, "t.csv:2")
    with pytest.raises(InputError, match=r"t\.csv:2 has no column 'txt'. Did you mean 'text'\?"):
        cell(row, "txt")
    with pytest.raises(InputError, match=r"no column 'summary'. Its columns: id, text\."):
        cell(row, "summary")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "holds null"),
        (7, "holds int"),
        (["a"], "holds list"),
        ("a\0b", "holds a NUL"),
        ("a\ud800", "holds half of a surrogate pair"),
    ],
)
def test_a_text_must_be_unicode_text(value: object, message: str) -> None:
    with pytest.raises(InputError, match=rf"t:1: column 'text' {message}"):
        text_cell(Row({"text": value}, "t:1"), "text")


def test_other_columns_become_text_and_nulls_go() -> None:
    values = {"id": "a", "text": "b", "n": 3, "list": ["é"], "none": None, "title": "T"}
    found = columns_of(Row(values, "t:1"), but=("id", "text"))
    assert found == {"n": "3", "list": '["é"]', "title": "T"}


def test_suffixes() -> None:
    names = ("a.jsonl", "A.JSONL.GZ", "a.b.txt", "README", ".gz")
    assert [suffix_of(name) for name in names] == ["jsonl", "jsonl", "txt", "", ""]


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5))
def test_whatever_csv_and_json_write_is_read_back(pairs: list[tuple[str, str]]) -> None:
    rows = [{"id": left, "text": right} for left, right in pairs]
    assert rows_of(as_csv(rows), "csv") == rows
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    assert rows_of(lines, "jsonl") == rows
