"""A system's outputs beside the documents: aligned by id, never cut to fit (trap 1)."""

import io
import json
from pathlib import Path

import pytest

from evalkit.corpus.outputs import read_lines, read_outputs
from evalkit.errors import AlignmentError, InputError
from tests.corpus.test_bitexts import XLIFF_1

IDS = ("a", "b", "c")


def table(tmp_path: Path, rows: list[dict[str, object]], name: str = "out.jsonl") -> str:
    content = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / name).write_text(content, encoding="utf-8")
    return name


def rows_for(ids: str) -> list[dict[str, object]]:
    return [{"id": key, "text": f"out {key}", "source": f"in {key}"} for key in ids]


def test_rows_in_any_order_are_put_beside_the_documents(tmp_path: Path) -> None:
    found = read_outputs(table(tmp_path, rows_for("cab")), IDS, root=tmp_path)
    assert found.texts == ("out a", "out b", "out c")
    assert found.sources is None


def test_sources_come_along(tmp_path: Path) -> None:
    name = table(tmp_path, rows_for("cab"))
    found = read_outputs(name, IDS, root=tmp_path, source_column="source")
    assert found.sources == ("in a", "in b", "in c")
    assert found.sha256 != read_outputs(name, IDS, root=tmp_path).sha256
    with pytest.raises(InputError, match=r"out\.jsonl:2 has no column 'sauce'.*'source'"):
        read_outputs(name, IDS, root=tmp_path, source_column="sauce")


def test_the_hash_is_of_what_was_read_not_of_the_files_order(tmp_path: Path) -> None:
    one = read_outputs(table(tmp_path, rows_for("cab")), IDS, root=tmp_path)
    two = read_outputs(table(tmp_path, rows_for("abc"), "two.jsonl"), IDS, root=tmp_path)
    other = rows_for("abc")
    other[1]["text"] = "other"
    three = read_outputs(table(tmp_path, other, "three.jsonl"), IDS, root=tmp_path)
    assert one.sha256 == two.sha256 != three.sha256


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ("ab", r"1 documents without an output: 'c'$"),
        ("abcd", r"1 outputs without a document: 'd'$"),
        ("abd", r"1 documents without an output: 'c'; 1 outputs without a document: 'd'$"),
        ("abca", r"two outputs for 'a': out\.jsonl:1 and out\.jsonl:4"),
        ("", "3 documents without an output: 'a', 'b', 'c'"),
    ],
)
def test_ids_that_do_not_fit_are_listed(tmp_path: Path, ids: str, message: str) -> None:
    with pytest.raises(AlignmentError, match=message):
        read_outputs(table(tmp_path, rows_for(ids)), IDS, root=tmp_path)


def test_a_long_list_of_ids_is_counted(tmp_path: Path) -> None:
    with pytest.raises(AlignmentError, match=r"^.*25 documents without .*'9' and 15 more$"):
        read_outputs(table(tmp_path, []), [str(n) for n in range(25)], root=tmp_path)


def test_an_empty_output_is_a_result_and_a_null_is_not(tmp_path: Path) -> None:
    rows = rows_for("abc")
    rows[1]["text"] = ""
    assert read_outputs(table(tmp_path, rows), IDS, root=tmp_path).texts[1] == ""
    rows[1]["text"] = None
    with pytest.raises(InputError, match=r"out\.jsonl:2: column 'text' holds null"):
        read_outputs(table(tmp_path, rows), IDS, root=tmp_path)


def test_a_folder_is_aligned_by_file_name(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    for key in "bca":
        (folder / f"{key}.txt").write_bytes(f"out {key}\r\n".encode())
    assert read_outputs("out", IDS, root=tmp_path).texts == ("out a", "out b", "out c")
    (folder / "c.txt").unlink()
    with pytest.raises(AlignmentError, match="documents without an output: 'c'"):
        read_outputs("out", IDS, root=tmp_path)
    with pytest.raises(InputError, match="a source column needs a table"):
        read_outputs("out", IDS, root=tmp_path, source_column="source")


def test_lines_are_taken_only_when_the_counts_agree(tmp_path: Path) -> None:
    (tmp_path / "out.txt").write_bytes("one\n\nthree\u2028more\n".encode())
    assert read_outputs("out.txt", IDS, root=tmp_path).texts == ("one", "", "three\u2028more")
    for ids in (IDS[:2], (*IDS, "d")):
        with pytest.raises(AlignmentError, match=rf"has 3 lines for {len(ids)} documents"):
            read_outputs("out.txt", ids, root=tmp_path)


def test_an_absent_file_names_the_nearest(tmp_path: Path) -> None:
    table(tmp_path, [])
    with pytest.raises(InputError, match=r"outputs 'outs\.jsonl' is not there.*'out\.jsonl'"):
        read_outputs("outs.jsonl", IDS, root=tmp_path)


def test_read_lines_keeps_empty_ones_and_splits_at_line_feeds_only(tmp_path: Path) -> None:
    (tmp_path / "hyp.en").write_bytes("one\r\n\n\u2028two\x85\x0c\n".encode())
    assert read_lines("hyp.en", root=tmp_path) == ("one", "", "\u2028two\x85\x0c")
    assert read_lines("-", root=tmp_path, stream=io.BytesIO(b"a\n\nb")) == ("a", "", "b")


def test_read_lines_of_a_table(tmp_path: Path) -> None:
    name = table(tmp_path, [{"hyp": "one"}, {"hyp": ""}])
    assert read_lines(name, root=tmp_path, text_column="hyp") == ("one", "")
    with pytest.raises(InputError, match=r"out\.jsonl:1 has no column 'text'. Its columns: hyp"):
        read_lines(name, root=tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", r"hyp\.txt is empty"), (b"a\n\xff\n", r"hyp\.txt is not UTF-8: .* \(line 2\)")],
)
def test_read_lines_refuses(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "hyp.txt").write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_lines("hyp.txt", root=tmp_path)
    with pytest.raises(InputError, match="standard input"):
        read_lines("-", root=tmp_path, stream=io.BytesIO(content))
    with pytest.raises(InputError, match="is a folder; a file is needed"):
        read_lines(".", root=tmp_path)


def test_units_of_an_xliff_are_outputs_by_their_ids(tmp_path: Path) -> None:
    (tmp_path / "ours.xlf").write_text(XLIFF_1)
    outputs = read_outputs("ours.xlf", ("u3", "u1", "u2"), root=tmp_path)
    assert outputs.texts == ("", "Drücken Sie Speichern & schließen.", "Ein Verweis")
    with pytest.raises(AlignmentError, match="1 documents without an output: 'u9'"):
        read_outputs("ours.xlf", ("u1", "u2", "u3", "u9"), root=tmp_path)
