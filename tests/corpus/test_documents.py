"""Corpora: the same documents from every kind of place, and a clear word where there are none."""

import gzip
import hashlib
import json
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from evalkit.corpus.documents import CorpusSpec, read
from evalkit.corpus.metadata import METADATA_FILE
from evalkit.errors import ConfigError, InputError, UnknownNameError
from evalkit.records import Document

TEXTS = {"a": "Der Mann.\r\n", "b": "A boat.\n\nIt sank.", "c": "No final break"}


def folder_of(tmp_path: Path, files: dict[str, str]) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content.encode())
    return folder


def rows_file(tmp_path: Path, rows: list[dict[str, object]], name: str = "t.jsonl") -> CorpusSpec:
    content = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / name).write_text(content, encoding="utf-8")
    return CorpusSpec(path=name)


def test_a_folder_gives_its_txt_files_by_name(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {"c.txt": TEXTS["c"], "a.txt": TEXTS["a"], "b.TXT": TEXTS["b"]})
    (folder / "notes.md").write_text("no document")
    (folder / ".hidden.txt").write_text("no document")
    (folder / "deeper").mkdir()
    corpus = read(CorpusSpec(path="texts"), root=tmp_path)
    assert corpus.ids == ("a", "b", "c")
    assert {part.id: part.text for part in corpus.documents} == TEXTS
    assert [part.origin for part in corpus.documents] == ["a.txt", "b.TXT", "c.txt"]
    assert len(corpus) == 3


def test_hashes_are_those_of_the_files(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {f"{key}.txt": text for key, text in TEXTS.items()})
    corpus = read(CorpusSpec(path=folder), root=Path("/nowhere"))
    for key in TEXTS:
        expected = hashlib.sha256((folder / f"{key}.txt").read_bytes()).hexdigest()
        assert corpus.hashes[key] == expected


def test_the_corpus_hash_sees_texts_ids_languages_and_order(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"id": "a", "text": "One."}, {"id": "b", "text": "Two."}]
    variants = [
        rows,
        rows[::-1],
        [{"id": "a", "text": "One!"}, rows[1]],
        [{"id": "z", "text": "One."}, rows[1]],
        [{"id": "a", "text": "One.", "language": "de"}, rows[1]],
    ]
    hashes = {read(rows_file(tmp_path, part), root=tmp_path).sha256 for part in variants}
    assert len(hashes) == len(variants)
    again = read(rows_file(tmp_path, rows, "other.jsonl"), root=tmp_path).sha256
    assert again == read(rows_file(tmp_path, rows), root=tmp_path).sha256


def test_one_file_is_one_document(tmp_path: Path) -> None:
    (tmp_path / "news.of.may.txt").write_text("One.", encoding="utf-8")
    (tmp_path / "packed.txt.gz").write_bytes(gzip.compress(b"Two."))
    assert read(CorpusSpec(path="news.of.may.txt"), root=tmp_path).ids == ("news.of.may",)
    packed = read(CorpusSpec(path="packed.txt.gz"), root=tmp_path)
    assert packed.documents == (Document("packed", "Two.", origin="packed.txt.gz"),)


def test_a_byte_order_mark_moves_no_offset(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {"a.txt": "\ufeffOne."})
    assert read(CorpusSpec(path=folder), root=tmp_path).documents[0].text == "One."


def test_every_kind_of_table_gives_the_same_documents(tmp_path: Path) -> None:
    rows = [
        {"key": "b", "body": 'Two, "so".', "language": "de", "title": "T"},
        {"key": "a", "body": "One.", "language": "en", "title": "U"},
    ]
    (tmp_path / "t.csv").write_text(
        'key,body,language,title\nb,"Two, ""so"".",de,T\na,One.,en,U\n', encoding="utf-8"
    )
    (tmp_path / "t.tsv").write_text(
        'key\tbody\tlanguage\ttitle\nb\tTwo, "so".\tde\tT\na\tOne.\ten\tU\n', encoding="utf-8"
    )
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (tmp_path / "t.jsonl").write_text(lines, encoding="utf-8")
    (tmp_path / "t.jsonl.gz").write_bytes(gzip.compress(lines.encode()))
    (tmp_path / "strange").write_text(lines, encoding="utf-8")
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "t.parquet")
    found = set()
    for name in ("t.csv", "t.tsv", "t.jsonl", "t.jsonl.gz", "t.parquet", "strange"):
        kind = "jsonl" if name == "strange" else None
        spec = CorpusSpec(path=name, kind=kind, id_column="key", text_column="body")
        corpus = read(spec, root=tmp_path)
        assert corpus.ids == ("b", "a"), "a table keeps its order"
        assert [part.language for part in corpus.documents] == ["de", "en"]
        assert corpus.documents[0].columns == {"title": "T"}
        found.add(corpus.sha256)
    assert len(found) == 1


def test_ids_may_be_whole_numbers_or_left_to_the_row(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"id": 7, "text": "One."}, {"id": 0, "text": "Two."}]
    assert read(rows_file(tmp_path, rows), root=tmp_path).ids == ("7", "0")
    rows_file(tmp_path, [{"text": "One."}, {"text": "Two."}])
    spec = CorpusSpec(path="t.jsonl", id_column="")
    assert read(spec, root=tmp_path).ids == ("1", "2")


def test_an_id_that_looks_like_a_path_stays_a_name(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"id": "../../a", "text": "One."}]
    assert read(rows_file(tmp_path, rows), root=tmp_path).ids == ("../../a",)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"id": "", "text": "b"}, r"t\.jsonl:2: an empty id"),
        ({"id": " ", "text": "b"}, r"t\.jsonl:2: an empty id"),
        ({"id": "b ", "text": "b"}, r"t\.jsonl:2: the id 'b '"),
        ({"id": "b\nc", "text": "b"}, "control character"),
        ({"id": None, "text": "b"}, r"t\.jsonl:2: column 'id' holds null"),
        ({"id": 1.5, "text": "b"}, r"t\.jsonl:2: column 'id' holds float"),
        ({"id": True, "text": "b"}, r"t\.jsonl:2: column 'id' holds bool"),
        ({"id": "a", "text": "b"}, r"id 'a': t\.jsonl:1 and t\.jsonl:2"),
        ({"id": "b", "text": ""}, r"t\.jsonl:2 \('b'\): empty text"),
        ({"id": "b", "text": " \n"}, r"t\.jsonl:2 \('b'\): empty text"),
        ({"id": "b", "text": 3}, r"t\.jsonl:2: column 'text' holds int, not a text"),
        ({"id": "b", "texts": "c"}, r"t\.jsonl:2 has no column 'text'. Did you mean 'texts'\?"),
        ({"id": "b", "text": "c", "language": "English"}, "'English' is not an ISO 639 code"),
        ({"id": "b", "text": "c\0"}, "holds a NUL"),
        ({"id": "b", "text": "c", "title": "\ud800"}, "half of a surrogate"),
    ],
)
def test_a_bad_row_is_refused_with_its_line(
    tmp_path: Path, row: dict[str, object], message: str
) -> None:
    spec = rows_file(tmp_path, [{"id": "a", "text": "One."}, row])
    with pytest.raises(InputError, match=message):
        read(spec, root=tmp_path)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "'texts' holds no documents"),
        ({"a.md": "One."}, "'texts' holds no documents"),
        ({"a.txt": ""}, r"a\.txt is empty"),
        ({"a.txt": "\n \n"}, r"a\.txt is empty"),
        ({"a.txt": "x", "a.TXT": "y"}, r"id 'a': a\.TXT and a\.txt"),
        ({" .txt": "x"}, r" \.txt: an empty id"),
        ({"a.txt": "x\0y"}, r"a\.txt holds a NUL byte at byte 1 \(line 1\)"),
    ],
)
def test_a_bad_folder_is_refused_with_its_file(
    tmp_path: Path, files: dict[str, str], message: str
) -> None:
    folder_of(tmp_path, files)
    with pytest.raises(InputError, match=message):
        read(CorpusSpec(path="texts"), root=tmp_path)


def test_specs_that_cannot_be_read(tmp_path: Path) -> None:
    folder_of(tmp_path, {"a.txt": "x"})
    (tmp_path / "a.docx").write_text("x")
    with pytest.raises(ConfigError, match="either a path or a dataset"):
        read(CorpusSpec(), root=tmp_path)
    with pytest.raises(ConfigError, match="either a path or a dataset"):
        read(CorpusSpec(path="texts", dataset="x/y"), root=tmp_path)
    with pytest.raises(ConfigError, match="is of kind 'dataset', not 'csv'"):
        read(CorpusSpec(dataset="x/y", kind="csv"), root=tmp_path)
    with pytest.raises(UnknownNameError, match="Did you mean 'jsonl'"):
        read(CorpusSpec(path="texts", kind="json"), root=tmp_path)
    with pytest.raises(InputError, match="is a folder, which is not of kind 'csv'"):
        read(CorpusSpec(path="texts", kind="csv"), root=tmp_path)
    with pytest.raises(InputError, match="is a file, which is not of kind 'folder'"):
        read(CorpusSpec(path="a.docx", kind="folder"), root=tmp_path)
    with pytest.raises(InputError, match=r"suffix '\.docx' names no kind of file"):
        read(CorpusSpec(path="a.docx"), root=tmp_path)
    with pytest.raises(InputError, match=r"corpus 'text' is not there.* Did you mean 'texts'"):
        read(CorpusSpec(path="text"), root=tmp_path)


def test_metadata_gives_language_and_columns(tmp_path: Path) -> None:
    meta = "documents:\n- {id: a, language: DE, title: Ein Mann}\n- {id: c, note: short}\n"
    folder_of(tmp_path, {"a.txt": "x", "b.txt": "y", "c.txt": "z", METADATA_FILE: meta})
    documents = read(CorpusSpec(path="texts", language="fr"), root=tmp_path).documents
    assert [part.language for part in documents] == ["de", "fr", "fr"]
    assert [part.columns for part in documents] == [{"title": "Ein Mann"}, {}, {"note": "short"}]


@pytest.mark.parametrize(
    ("meta", "message"),
    [
        ("documents:\n- {id: first, title: x}\n", r"entry 1: no document .* 'firts'\?"),
        ("documents:\n- {title: x}\n", "entry 1: no document has the id ''"),
        ("documents:\n- {id: firts}\n- {id: firts}\n", "entry 2: a second entry for 'firts'"),
        ("documents:\n- {id: firts, title: no}\n", "entry 1: title: False is not a text"),
        ("documents:\n- firts\n", "entry 1 is not a mapping"),
        ("firts: {}\n", "a list under the key 'documents'"),
        ("", "a list under the key 'documents'"),
        ("documents: [\n", "is not YAML"),
    ],
)
def test_bad_metadata_is_refused(tmp_path: Path, meta: str, message: str) -> None:
    folder_of(tmp_path, {"firts.txt": "x", METADATA_FILE: meta})
    with pytest.raises(InputError, match=rf"metadata\.yaml.*{message}"):
        read(CorpusSpec(path="texts"), root=tmp_path)
