"""Parts are computed once, whole or not at all, and damage is named."""

from pathlib import Path

import pytest

from evalkit.errors import StoreError
from evalkit.store.atomic import write_text
from evalkit.store.parts import Parts, key_of

ROWS = [{"statistics": [1.0, 0.1 + 0.2], "reason": None}, {"text": "naïve “quoted”\u2028line"}]


def never() -> list[dict[str, object]]:
    raise AssertionError("computed again")


def test_a_part_is_computed_once_and_read_back_exactly(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    assert parts.rows("stage", "key", lambda: ROWS) == ROWS
    assert parts.rows("stage", "key", never) == ROWS


def test_rows_that_are_not_kept_are_computed_again(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    assert parts.rows("stage", "key", lambda: [{"error": "late"}], keep=lambda _: False)
    assert parts.rows("stage", "key", lambda: ROWS) == ROWS


def test_a_computation_that_dies_leaves_no_part(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    with pytest.raises(AssertionError):
        parts.rows("stage", "key", never)
    assert list(tmp_path.rglob("*.jsonl")) == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "damaged"),
        ('{"schema": 1, "stage": "stage", "n": 2}\n{"a": 1}\n', "promises 2 rows and has 1"),
        ('{"schema": 1, "stage": "stage", "n": 1}\n{"a": 1\n', "damaged"),
        ('{"schema": 99, "stage": "stage", "n": 0}\n', "schema 99"),
        ('{"n": 0}\n', "damaged"),
    ],
)
def test_a_damaged_or_newer_part_is_named(tmp_path: Path, content: str, expected: str) -> None:
    write_text(tmp_path / "stage" / "key.jsonl", content)
    with pytest.raises(StoreError, match=expected):
        Parts(tmp_path).rows("stage", "key", never)


def test_nan_never_reaches_a_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        Parts(tmp_path).rows("stage", "key", lambda: [{"value": float("nan")}])
    assert list(tmp_path.rglob("*.jsonl")) == []


def test_a_failed_write_leaves_what_was_there(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "report.json"
    write_text(path, "old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["report.json"]


def test_keys_tell_apart_what_decides() -> None:
    keys = {key_of("a"), key_of("b"), key_of("a", "b"), key_of(["a", "b"]), key_of("ab")}
    assert len(keys) == 5
