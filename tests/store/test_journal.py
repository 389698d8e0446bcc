"""Journals: every row on disk at once, a cut line lost alone, damage named."""

from pathlib import Path

import pytest

from evalkit.errors import StoreError
from evalkit.store.journal import Journal
from evalkit.store.parts import Parts

HEADER = b'{"schema": 1, "journal": true}\n'


def test_a_row_is_there_for_the_next_process_at_once(tmp_path: Path) -> None:
    path = tmp_path / "outputs" / "key.jsonl"
    journal = Journal(path)
    assert journal.get("a") is None
    journal.add("a", {"text": "naïve\u2028“line”\n", "n": 0.1 + 0.2})
    assert Journal(path).get("a") == {"text": "naïve\u2028“line”\n", "n": 0.1 + 0.2}


def test_a_later_row_of_the_same_key_counts_and_the_earlier_one_stays_readable(
    tmp_path: Path,
) -> None:
    path = tmp_path / "key.jsonl"
    journal = Journal(path)
    journal.add("a", {"error": "late"})
    journal.add("b", {"error": ""})
    journal.add("a", {"error": ""})
    assert journal.get("a") == Journal(path).get("a") == {"error": ""}
    assert path.read_bytes().count(b"\n") == 4


def test_rows_that_came_together_are_added_together(tmp_path: Path) -> None:
    path = tmp_path / "key.jsonl"
    journal = Journal(path)
    journal.add_all({})
    assert not path.exists()
    journal.add_all({"a": {"n": 1}, "b": {"n": 2}})
    again = Journal(path)
    assert (again.get("a"), again.get("b")) == ({"n": 1}, {"n": 2})
    with pytest.raises(ValueError, match="JSON"):
        again.add_all({"c": {"n": 3}, "d": {"n": float("nan")}})
    assert again.get("c") is None
    assert Journal(path).get("c") is None


@pytest.mark.parametrize("cut", range(1, 40, 3))
def test_a_line_that_was_cut_off_is_lost_alone(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "key.jsonl"
    Journal(path).add("a", {"text": "first"})
    whole = path.read_bytes()
    Journal(path).add("b", {"text": "second, 東京"})
    path.write_bytes(path.read_bytes()[: len(whole) + cut])
    again = Journal(path)
    assert (again.get("a"), again.get("b")) == ({"text": "first"}, None)
    again.add("c", {"text": "third"})
    last = Journal(path)
    assert (last.get("a"), last.get("c")) == ({"text": "first"}, {"text": "third"})


@pytest.mark.parametrize("content", [b"", b'{"sche', HEADER, HEADER + b'{"key": "a"'])
def test_a_journal_that_had_hardly_begun(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key.jsonl"
    path.write_bytes(content)
    Journal(path).add("a", {"n": 1})
    assert Journal(path).get("a") == {"n": 1}
    assert path.read_bytes().startswith(HEADER)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (HEADER + b"{}\n", "damaged"),
        (HEADER + b'{"key": "a", "ro\n{"key": "b", "row": {}}\n', "damaged"),
        (b"[]\n", "damaged"),
        (b'{"schema": 99, "journal": true}\n', "schema 99"),
    ],
)
def test_damage_and_newer_journals_are_named(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "key.jsonl"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=said):
        Journal(path)


def test_a_full_disk_is_named_and_the_row_is_not_taken_for_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path / "key.jsonl")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(StoreError, match="No space left"):
            journal.add("a", {"n": 1})
    assert journal.get("a") is None
    journal.add("b", {"n": 2})
    assert Journal(tmp_path / "key.jsonl").get("a") is None
    assert Journal(tmp_path / "key.jsonl").get("b") == {"n": 2}


def test_nan_never_reaches_a_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        Journal(tmp_path / "key.jsonl").add("a", {"n": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_without_a_folder_rows_are_kept_for_the_moment() -> None:
    journal = Parts(None).journal("outputs", "key")
    journal.add("a", {"n": 1})
    assert journal.get("a") == {"n": 1}
    assert Parts(None).journal("outputs", "key").get("a") is None
