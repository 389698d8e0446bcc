import json
from pathlib import Path

import pytest

from evalkit.corpus.parallel import Parallel, line_up
from evalkit.corpus.segments import Reading, read_segments
from evalkit.corpus.streams import open_stream
from evalkit.corpus.tables import Columns
from evalkit.errors import AlignmentError, InputError, UnknownNameError
from tests.corpus.test_bitexts import XLIFF_1


def saved(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text, encoding="utf-8", newline="")
    return name


def jsonl(*rows: object) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.mark.parametrize(
    ("name", "content", "texts", "ids", "sources"),
    [
        ("a.txt", "one\n\nthree\n", ("one", "", "three"), None, None),
        ("a.de", "eins\r\nzwei", ("eins", "zwei"), None, None),
        ("a.jsonl", jsonl({"text": "x"}, {"text": ""}), ("x", ""), None, None),
        ("a.jsonl", jsonl({"id": 7, "text": "x", "source": "y"}), ("x",), ("7",), ("y",)),
        ("a.csv", 'id,source,target\n1,"a, b",c\n', ("c",), ("1",), ("a, b",)),
        ("a.tsv", "id\ttext\nk\tv\n", ("v",), ("k",), None),
        ("a.tsv", "target\tsource\nt\ts\n", ("t",), None, ("s",)),
        ("a.tsv", "ein Haus\ta house\nzwei\ttwo\n", ("a house", "two"), None, ("ein Haus", "zwei")),
        ("a.tsv", "ein \"Haus\ta house\n", ("a house",), None, ('ein "Haus',)),
    ],
)  # fmt: skip
def test_every_kind_of_file(
    tmp_path: Path, name: str, content: str, texts: object, ids: object, sources: object
) -> None:
    read = read_segments(saved(tmp_path, name, content), root=tmp_path)
    assert (read.texts, read.ids, read.sources) == (texts, ids, sources)


def test_a_nameless_tsv_says_how_it_was_read(tmp_path: Path) -> None:
    name = saved(tmp_path, "a.tsv", "ein Haus\ta house\n")
    assert "names no column" in read_segments(name, root=tmp_path).notes[0]
    sources = read_segments(name, root=tmp_path, reading=Reading(side="source"))
    assert sources.texts == ("ein Haus",)


def test_further_columns_and_lists_of_references(tmp_path: Path) -> None:
    rows = jsonl(
        {"references": ["a", "b", "c"], "domain": "news", "document": "d1"},
        {"references": [], "domain": "talk", "document": "d1"},
        {"references": "one", "domain": "talk", "document": "d2"},
    )
    read = read_segments(saved(tmp_path, "r.jsonl", rows), root=tmp_path)
    assert read.texts == ("a", "", "one")
    assert read.others == (("b", "", ""), ("c", "", ""))
    assert read.documents == ("d1", "d1", "d2")
    assert read.columns is not None
    assert [row["domain"] for row in read.columns] == ["news", "talk", "talk"]


@pytest.mark.parametrize(
    ("name", "content", "error", "message"),
    [
        ("a.tsv", "a\tb\nc\td\te\n", InputError, r"a\.tsv:2: 3 columns"),
        ("a.tsv", "key\thyp\text\n1\ta\tb\n", InputError, "no column 'text'"),
        ("a.jsonl", jsonl({"references": [["a"], ["b"]]}), AlignmentError, "a list of list"),
        ("a.jsonl", jsonl({"references": [1]}), AlignmentError, "a list of int"),
        ("a.jsonl", jsonl({"id": "", "text": "x"}), InputError, "an empty id"),
        ("a.csv", "id,text\n", InputError, "holds no segments"),
        ("a.txt", "", InputError, "holds no segments"),
        ("a.txt", "a\0b", InputError, "a NUL byte at byte 1"),
    ],
)  # fmt: skip
def test_what_is_refused(
    tmp_path: Path, name: str, content: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        read_segments(saved(tmp_path, name, content), root=tmp_path)


def test_an_unknown_kind_names_the_known(tmp_path: Path) -> None:
    saved(tmp_path, "a.txt", "x")
    with pytest.raises(UnknownNameError, match=r"'xlif'.*Did you mean 'xliff'"):
        read_segments("a.txt", root=tmp_path, reading=Reading(kind="xlif"))


def test_a_named_column(tmp_path: Path) -> None:
    name = saved(tmp_path, "a.tsv", "hyp\tref\na\tb\n")
    reading = Reading(columns=Columns(text="ref"))
    assert read_segments(name, root=tmp_path, reading=reading).texts == ("b",)


def side_by_side(
    root: Path, hypotheses: dict[str, str], references: dict[str, str], sources: str | None = None
) -> Parallel:
    return line_up(
        {name: open_stream(path, "hypotheses", root=root) for name, path in hypotheses.items()},
        {name: open_stream(path, "references", root=root) for name, path in references.items()},
        None if sources is None else open_stream(sources, "sources", root=root),
    )


def test_files_are_put_side_by_side_by_their_ids(tmp_path: Path) -> None:
    rows = jsonl({"id": "b", "hypothesis": "B"}, {"id": "a", "hypothesis": "A"})
    hypotheses = saved(tmp_path, "h.jsonl", rows)
    references = saved(tmp_path, "r.tsv", "id\ttext\na\trA\nb\trB\n")
    plain = saved(tmp_path, "p.txt", "pB\npA\n")
    parallel = side_by_side(tmp_path, {"h": hypotheses, "p": plain}, {"r": references})
    (chunk,) = parallel.chunks()
    assert chunk.ids == ("b", "a")
    assert chunk.systems == {"h": ("B", "A"), "p": ("pB", "pA")}
    assert chunk.references == (("rB",), ("rA",))
    assert any("another order" in warning for warning in parallel.warnings)


def test_ids_of_an_xliff_go_with_plain_references(tmp_path: Path) -> None:
    hypotheses = saved(tmp_path, "h.xlf", XLIFF_1)
    references = saved(tmp_path, "r.txt", "a\nb\nc\n")
    parallel = side_by_side(tmp_path, {"h": hypotheses}, {"r": references})
    (chunk,) = parallel.chunks()
    assert chunk.ids == ("u1", "u2", "u3")
    assert chunk.sources == ("Press Save & close.", "A tiplink", "New")
    assert chunk.source_tags is not None
    assert chunk.tags["h"][0] == chunk.source_tags[0]
    assert any("have no target; read as empty" in warning for warning in parallel.warnings)


def test_lines_have_numbers_for_ids(tmp_path: Path) -> None:
    parallel = side_by_side(tmp_path, {"h": saved(tmp_path, "h.txt", "x\ny\n")}, {})
    (chunk,) = parallel.chunks()
    assert chunk.ids == ("1", "2")
    assert not parallel.has_ids


@pytest.mark.parametrize(
    ("hypotheses", "references", "message"),
    [
        ([("a", "x")], [("a", "x"), ("b", "y")], r"(?s)h.*1 segment.*r.*2 segments"),
        ([("a", "x"), ("a", "y")], [("a", "x"), ("b", "y")], "id 'a' stands at segments 1 and 2"),
        ([("a", "x"), ("b", "y")], [("b", "x"), ("b", "y")], "the id 'b' stands at"),
        (
            [("a", "x"), ("b", "y")],
            [("a", "x"), ("c", "y")],
            r"1 are missing \('b'\), 1 are its own \('c'\)",
        ),
    ],
)
def test_what_does_not_fit_is_an_error(
    tmp_path: Path,
    hypotheses: list[tuple[str, str]],
    references: list[tuple[str, str]],
    message: str,
) -> None:
    paths = [
        saved(tmp_path, f"{key}.jsonl", jsonl(*({"id": i, key: text} for i, text in rows)))
        for key, rows in (("hypothesis", hypotheses), ("text", references))
    ]
    with pytest.raises(AlignmentError, match=message):
        side_by_side(tmp_path, {"h": paths[0]}, {"r": paths[1]})


def test_systems_that_translated_other_sources_are_refused(tmp_path: Path) -> None:
    one = saved(tmp_path, "a.tsv", "eins\tone\nzwei\ttwo\n")
    two = saved(tmp_path, "b.tsv", "eins\tone\ndrei\tthree\n")
    with pytest.raises(AlignmentError, match="differ"):
        list(side_by_side(tmp_path, {"a": one, "b": two}, {}).chunks())


def test_a_tmx_of_three_languages_by_the_one_that_is_asked_for(tmp_path: Path) -> None:
    variants = "".join(f'<tuv xml:lang="{c}"><seg>{c}</seg></tuv>' for c in ("en", "de", "fr"))
    text = f'<tmx version="1.4"><header srclang="en"/><body><tu>{variants}</tu></body></tmx>'
    name = saved(tmp_path, "m.tmx", text)
    (entry,) = open_stream(name, "hypotheses", root=tmp_path, language="fr")
    assert entry.texts == ("fr",)
    with pytest.raises(InputError, match="--language"):
        open_stream(name, "hypotheses", root=tmp_path)
