"""References: a ragged folder is read whole, and what fits nothing is named (trap 1)."""

from pathlib import Path

import pytest

from evalkit.corpus.references import References, read_references
from evalkit.errors import AlignmentError, InputError, UnknownNameError
from evalkit.records import Document

TEXT = "The boat sank on monday.\n\nNobody was hurt in it.\n\nThe harbour stays closed today.\n"
DOCUMENTS = (Document("a", TEXT, language="en"), Document("b", "One line."))
ROW = (
    '{"start": 17, "end": 23, "category": "spelling", "severity": "minor", '
    '"correction": "Monday", "text": "monday"}\n'
)


def read(tmp_path: Path, files: dict[str, str]) -> References:
    for name, content in files.items():
        path = tmp_path / "refs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode())
    return read_references("refs", DOCUMENTS, root=tmp_path)


def test_a_ragged_folder(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {
            "a/summary.short.b.txt": "A boat sank; nobody was hurt.\n",
            "a/summary.short.a.txt": "A boat sank.",
            "a/summary.bullet-points.x1.txt": "Sunk.\r\n",
            "b/summary.short.a.txt": "A line of text, and then some.\n\n",
            "a/errors.jsonl": ROW,
            "a/errors.second.jsonl": "",
            "a/errors.third.jsonl": ROW,
            "a/post-edit.txt": "The boat sank on Monday.\nNobody was hurt.\nClosed today.",
            "a/.DS_Store": "",
            "a/notes.md": "not a reference",
        },
    )
    assert found.kinds == ("bullet-points", "short")
    assert found.summaries("a", "short") == ("A boat sank.", "A boat sank; nobody was hurt.")
    assert found.summaries("a", "bullet-points") == ("Sunk.",)
    assert found.summaries("b", "short") == ("A line of text, and then some.\n",)
    assert found.summaries("b", "long") == found.summaries("nobody", "short") == ()
    assert found.annotators == ("first", "second", "third")
    assert [span.finder for span in found.of("a").errors["third"]] == ["third"]
    assert found.of("a").errors["second"] == (), "looked, and found none"
    assert found.of("b").errors == {}
    assert found.unused == ()
    edited = found.of("a").post_edit
    assert edited is not None
    assert (edited.id, edited.language, edited.text[:8]) == ("a", "en", "The boat")
    assert found.of("b").post_edit is None


def test_the_length_of_a_kind_is_the_mean_over_all_its_texts(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {
            "a/summary.short.a.txt": "one two three",
            "a/summary.short.b.txt": "one two three-and-a-half four",
            "b/summary.short.a.txt": "one two three four five",
            "b/summary.even.a.txt": "one",
            "a/summary.even.a.txt": "one two",
        },
    )
    assert found.kind_words("short") == 4
    assert found.kind_words("even") == 2, "1.5 goes up"
    with pytest.raises(UnknownNameError, match=r"'shorts'\. Did you mean 'short'"):
        found.kind_words("shorts")


def test_folders_of_other_documents_are_named_not_read(tmp_path: Path) -> None:
    found = read(tmp_path, {"a/summary.s.a.txt": "x", "z/strange.docx": "", "README.md": "x"})
    assert found.unused == ("z",)
    with pytest.raises(AlignmentError, match="it has a, z, and the first document is 'q'"):
        read_references("refs", [Document("q", "x")], root=tmp_path)


def test_the_hash_sees_names_and_contents(tmp_path: Path) -> None:
    first = read(tmp_path, {"a/summary.s.a.txt": "x"}).sha256
    assert first == read(tmp_path, {}).sha256
    assert first != read(tmp_path, {"a/summary.s.a.txt": "y"}).sha256
    (tmp_path / "refs/a/summary.s.a.txt").rename(tmp_path / "refs/a/summary.s.b.txt")
    assert first != read(tmp_path, {"a/summary.s.b.txt": "x"}).sha256


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a/summary.short.txt", "x", r"a/summary\.short\.txt fits no name"),
        ("a/sumary.short.a.txt", "x", "fits no name of a reference"),
        ("a/postedit.txt", "x", "fits no name of a reference"),
        ("a/errors.json", "", "fits no name of a reference"),
        ("a/deeper/summary.s.a.txt", "x", "a/deeper fits no name"),
        ("a/summary.s.a.txt", "\n", r"a/summary\.s\.a\.txt is empty"),
        ("a/summary.s.a.txt", "x\0", r"a/summary\.s\.a\.txt holds a NUL"),
        ("a/errors.first.jsonl", "", "is who made errors"),
        ("a/errors.jsonl", ROW.replace("17", "18"), r"a/errors\.jsonl:1: text is 'monday'"),
    ],
)
def test_a_strange_file_is_refused(tmp_path: Path, name: str, content: str, message: str) -> None:
    files = {"a/errors.jsonl": ROW, name: content}
    with pytest.raises(InputError, match=message):
        read(tmp_path, files)


@pytest.mark.parametrize(
    ("paragraphs", "message"),
    [
        (["The boat sank on Monday.", "The harbour stays closed."], r"2 .* 3; .* paragraph 2: "),
        (["Nobody was hurt.", "The harbour is closed today."], r"They part at paragraph 1: "),
        (["The boat sank on Monday.", "Nobody was hurt."], r"paragraph 3: .* the post-edit none"),
        (
            ["The boat sank.", "Nobody was", "hurt in it.", "The harbour stays closed today."],
            r"4 paragraphs for the document's 3; .* paragraph 2: .* the post-edit 'Nobody was'",
        ),
        ([TEXT.replace("\n", " ")], r"1 paragraphs for the document's 3"),
        ([], r"0 paragraphs .* paragraph 1: .* the post-edit none"),
        (
            ["The boat sank on Monday.", "Nobody was hurt.", "The harbour stays closed.", "More."],
            r"paragraph 4: the document has none, the post-edit 'More\.'",
        ),
    ],
)
def test_a_post_edit_with_other_paragraphs_says_where_they_part(
    tmp_path: Path, paragraphs: list[str], message: str
) -> None:
    with pytest.raises(AlignmentError, match=rf"a/post-edit\.txt has .*{message}"):
        read(tmp_path, {"a/post-edit.txt": "\n\n".join(paragraphs)})


def test_no_folder_or_a_file_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "reference").write_text("x")
    with pytest.raises(InputError, match=r"references 'refs' is not there"):
        read_references("refs", DOCUMENTS, root=tmp_path)
    with pytest.raises(InputError, match="'reference' is a file; a folder is needed"):
        read_references("reference", DOCUMENTS, root=tmp_path)


def test_an_id_like_a_path_reaches_nothing_outside(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "summary.s.a.txt").write_text("x")
    (tmp_path / "refs" / "b").mkdir(parents=True)
    documents = [Document("../outside", "x"), Document("..", "x"), Document("b", "x")]
    found = read_references("refs", documents, root=tmp_path)
    assert set(found.documents) == {"b"}
