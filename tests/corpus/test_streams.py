"""Files of segments as streams: the same as reading them whole, as often as wanted; errors."""

import gzip
import io
import json
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.corpus.entries import Role
from evalkit.corpus.files import split_lines
from evalkit.corpus.streams import open_stream
from evalkit.errors import AlignmentError, InputError, UnknownNameError


def texts_of(path: Path, role: Role = "hypotheses") -> list[tuple[str, ...]]:
    return [entry.texts for entry in open_stream(str(path), role, root=Path())]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60))
def test_lines_are_those_of_the_whole_file(content: str) -> None:
    stream = open_stream("-", "hypotheses", root=Path(), stdin=io.BytesIO(content.encode()))
    expected = [(line,) for line in split_lines(content.removeprefix("\ufeff"))]
    assert [entry.texts for entry in stream] == expected
    assert [entry.texts for entry in stream] == expected, "a second pass"


def test_gzip_and_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.txt.gz"
    path.write_bytes(gzip.compress("\ufeffeins\r\n\nzwei".encode()))
    assert texts_of(path) == [("eins",), ("",), ("zwei",)]


def test_a_byte_order_mark_alone_is_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbf")
    assert texts_of(path) == []
    path.write_bytes(b"\xef\xbb\xbf\n")
    assert texts_of(path) == [("",)]


def test_a_named_pipe_can_be_read_twice(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"one\ntwo\n",))
    writer.start()
    stream = open_stream(str(pipe), "hypotheses", root=Path())
    writer.join()
    for _ in range(2):
        assert [entry.texts for entry in stream] == [("one",), ("two",)]


def rows(path: Path, *values: object) -> Path:
    path.write_text("".join(json.dumps(value) + "\n" for value in values) + "\n")
    return path


def test_a_row_of_hypotheses_has_everything_beside_it(tmp_path: Path) -> None:
    row = {
        "id": 7, "hypothesis": "h", "references": ["a", "b"], "source": "s", "document": "d",
        "domain": "news", "year": 2031, "none": None,
    }  # fmt: skip
    path = rows(tmp_path / "h.jsonl", row)
    (entry,) = open_stream(str(path), "hypotheses", root=Path())
    assert (entry.id, entry.texts, entry.references) == ("7", ("h",), ("a", "b"))
    assert (entry.source, entry.document) == ("s", "d")
    assert entry.columns == {"domain": "news", "year": "2031"}


@pytest.mark.parametrize(
    ("role", "row", "expected"),
    [
        ("hypotheses", {"text": "t", "target": "no"}, ("t",)),
        ("hypotheses", {"target": "t", "source": "s"}, ("t",)),
        ("references", {"text": "no", "references": ["a", "b"]}, ("a", "b")),
        ("references", {"references": "one"}, ("one",)),
        ("references", {"references": []}, ()),
        ("references", {"reference": "one", "text": "no"}, ("one",)),
        ("sources", {"source": "s", "text": "no"}, ("s",)),
    ],
)
def test_the_documented_keys(
    tmp_path: Path, role: Role, row: dict, expected: tuple[str, ...]
) -> None:
    assert texts_of(rows(tmp_path / "x.jsonl", row), role) == [expected]


def test_csv_and_tsv_have_the_same_keys(tmp_path: Path) -> None:
    (tmp_path / "h.csv").write_text('id,text,domain\n1,"a, b",news\n')
    (tmp_path / "h.tsv").write_text("id\ttext\tdomain\n1\ta, b\tnews\n")
    for name in ("h.csv", "h.tsv"):
        (entry,) = open_stream(name, "hypotheses", root=tmp_path)
        assert (entry.id, entry.texts, entry.columns) == ("1", ("a, b",), {"domain": "news"})


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", b"ok\ncaf\xe9\n", r"byte 0xe9 at byte 6 \(line 2\); save it as UTF-8"),
        ("a.txt", b"ok\n\x00\x01\n", r"NUL byte at byte 3 \(line 2\)"),
        ("a.txt", b"\xff\xfea\x00", "is UTF-16"),
        ("a.txt.gz", b"no gzip", "not a whole gzip file"),
        ("a.txt.gz", gzip.compress(b"one\ntwo\n" * 99)[:-9], "not a whole gzip file"),
        ("a.jsonl", b'{"text": "a"}\n\n{"text": "b"}\n', r"a.jsonl:2: a blank line"),
        ("a.jsonl", b'{"text": "a"}\n[]\n', r"a.jsonl:2: a JSON list"),
        ("a.jsonl", b'{"texd": "a"}\n', r"has no key 'hypothesis' or 'text' or 'target'"),
        ("a.jsonl", b'{"text": "a"}\n{"id": "b"}\n', r"a.jsonl:2 has no column 'text'"),
        ("a.jsonl", b'{"text": null}\n', r"holds null, not a text"),
        ("a.jsonl", b'{"text": "a", "references": [["b"]]}\n', "a list of list"),
        ("a.jsonl", b'{"text": "a", "references": 3}\n', "holds a int; a text or a list"),
    ],
)
def test_damage_is_named_with_its_place(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        list(open_stream(name, "hypotheses", root=tmp_path))


def test_nested_references_are_an_alignment_error(tmp_path: Path) -> None:
    path = rows(tmp_path / "r.jsonl", {"references": [["a"], ["b"]]})
    with pytest.raises(AlignmentError, match="the references of this one segment"):
        texts_of(path, "references")


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "out.txt").write_text("a\n")
    with pytest.raises(InputError, match=r"Did you mean 'out\.txt'"):
        open_stream("outt.txt", "hypotheses", root=tmp_path)
    with pytest.raises(InputError, match="is a folder"):
        open_stream(".", "hypotheses", root=tmp_path)
    with pytest.raises(UnknownNameError, match="Did you mean 'jsonl'"):
        open_stream("out.txt", "hypotheses", root=tmp_path, kind="json")
