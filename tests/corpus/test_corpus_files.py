"""Bytes to text: whatever is not clean UTF-8 is an error that says where."""

import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.corpus.files import existing, read_text, split_lines, without_final_newline
from evalkit.errors import InputError


def written(folder: Path, content: bytes, name: str = "a.txt") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"one\ntwo\ncaf\xe9\n", r"a\.txt is not UTF-8: byte 0xe9 at byte 11 \(line 3\)"),
        (b"\xef\xbb\xbfab\xff", r"byte 0xff at byte 5 \(line 1\)"),
        (b"cut \xe2\x80", r"byte 0xe2 at byte 4 \(line 1\)"),
        (b"one\r\n\0two", r"a NUL byte at byte 5 \(line 2\)"),
        (b"\xff\xfeh\0i\0", r"is UTF-16, not UTF-8 \(byte 0, line 1\)"),
        ("hi".encode("utf-16-be"), "a NUL byte at byte 0"),
    ],
    ids=["latin-1", "after a mark", "cut short", "NUL", "UTF-16", "UTF-16 without mark"],
)
def test_what_is_not_utf8_is_refused_with_its_place(
    tmp_path: Path, content: bytes, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read_text(written(tmp_path, content), name="a.txt")


def test_newlines_stay_as_they_are(tmp_path: Path) -> None:
    content = "one\r\ntwo\rthree\n\u2028four\x85"
    assert read_text(written(tmp_path, content.encode())) == content


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = written(tmp_path, b"\xef\xbb\xbfone")
    assert read_text(path) == "one"
    inner = written(tmp_path, "one\ufefftwo".encode(), "b.txt")
    assert read_text(inner) == "one\ufefftwo", "inside a text it is a character"


def test_gzip_is_unpacked_and_a_damaged_one_refused(tmp_path: Path) -> None:
    packed = gzip.compress(b"one boat " * 50)
    assert read_text(written(tmp_path, packed, "a.txt.gz")) == "one boat " * 50
    for damaged in (packed[:-9], b"plain text", b"\x1f\x8b" + packed[2:20]):
        with pytest.raises(InputError, match=r"b\.txt\.gz"):
            read_text(written(tmp_path, damaged, "b.txt.gz"), name="b.txt.gz")


def test_standard_input_is_bytes_and_held_to_the_same_rules() -> None:
    assert read_text(Path("-"), stream=io.BytesIO("é\r\n".encode())) == "é\r\n"
    with pytest.raises(InputError, match=r"standard input is not UTF-8.*line 2"):
        read_text(Path("-"), name="standard input", stream=io.BytesIO(b"a\n\xe9"))


def test_an_absent_path_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    written(tmp_path / "corpus", b"x", "harbour.txt")
    with pytest.raises(InputError, match=r"no 'corpsu' in .* Did you mean 'corpus'\?"):
        existing("corpsu", root=tmp_path, what="corpus")
    with pytest.raises(InputError, match=r"Did you mean 'harbour\.txt'\?"):
        existing("corpus/harbor.txt", root=tmp_path, what="corpus")
    with pytest.raises(InputError, match="no 'nowhere' in"):
        existing("nowhere/at/all.txt", root=tmp_path, what="corpus")


def test_relative_paths_start_at_the_root_and_absolute_ones_do_not(tmp_path: Path) -> None:
    path = written(tmp_path, b"x")
    assert existing("a.txt", root=tmp_path, what="file") == path
    assert existing(path, root=Path("/nowhere"), what="file") == path


def test_a_link_to_nothing_says_so_and_a_good_link_is_read(tmp_path: Path) -> None:
    (tmp_path / "dead.txt").symlink_to(tmp_path / "gone.txt")
    with pytest.raises(InputError, match="a link to something that is not there"):
        existing("dead.txt", root=tmp_path, what="corpus")
    (tmp_path / "alive.txt").symlink_to(written(tmp_path, b"one"))
    assert read_text(existing("alive.txt", root=tmp_path, what="corpus")) == "one"


def test_a_folder_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: Is a directory"):
        read_text(tmp_path)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ()),
        ("\n", ("",)),
        ("one", ("one",)),
        ("one\n", ("one",)),
        ("one\n\n", ("one", "")),
        ("\none\r\n\r\ntwo", ("", "one", "", "two")),
        ("a\rb\u2028c\x85d\x0be\x0cf\x1cg\u2029h", ("a\rb\u2028c\x85d\x0be\x0cf\x1cg\u2029h",)),
    ],
)
def test_lines_end_at_line_feeds_only(text: str, lines: tuple[str, ...]) -> None:
    assert split_lines(text) == lines


@given(st.lists(st.text(st.characters(exclude_characters="\r\n")), max_size=6))
def test_lines_come_back_as_they_were_joined(lines: list[str]) -> None:
    assert split_lines("".join(line + "\n" for line in lines)) == tuple(lines)
    assert split_lines("".join(line + "\r\n" for line in lines)) == tuple(lines)


def test_only_one_final_line_break_goes() -> None:
    found = [without_final_newline(text) for text in ("a", "a\n", "a\r\n", "a\n\n", "a\r", "")]
    assert found == ["a", "a", "a", "a\n", "a\r", ""]
