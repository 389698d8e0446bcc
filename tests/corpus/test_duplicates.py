from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.corpus import duplicates as module
from evalkit.corpus.duplicates import Duplicate, duplicates

IDS = st.sampled_from(["a", "b", "", "é", "東京", "x" * 300, "\ud800", "a\n"]) | st.text()


def oracle(ids: list[str]) -> list[Duplicate]:
    counts = Counter(ids)
    places = {key: [at for at, own in enumerate(ids) if own == key] for key in counts}
    return sorted(
        Duplicate(at[0], at[1], key, len(at)) for key, at in places.items() if len(at) > 1
    )


@settings(deadline=None, max_examples=150)
@given(st.lists(IDS, max_size=40), st.integers(1, 12))
def test_equals_counting_in_memory_whatever_the_run(ids: list[str], run: int) -> None:
    found = duplicates(iter(ids), limit=1000, run=run)
    assert list(found.first) == oracle(ids)
    assert found.n_ids == len(oracle(ids))
    assert found.n_items == len(ids)


@pytest.mark.parametrize("run", [2, 5, 1000])
def test_equal_hashes_are_no_duplicates(monkeypatch: pytest.MonkeyPatch, run: int) -> None:
    monkeypatch.setattr(module, "_hash", lambda text: len(text) % 2)
    ids = ["aa", "bb", "cc", "b", "cc", "d", "ee", "b"]
    assert list(duplicates(ids, run=run).first) == oracle(ids)


def test_the_first_ones_are_named_and_all_are_counted() -> None:
    ids = [str(number % 50) for number in range(150)]
    found = duplicates(ids, limit=3, run=20)
    assert [each.id for each in found.first] == ["0", "1", "2"]
    assert found.first[0] == Duplicate(0, 50, "0", 3)
    assert found.n_ids == 50


def test_a_long_stream_is_never_held_at_once() -> None:
    held = 0

    def stream() -> Iterator[str]:
        for number in range(30_000):
            yield f"segment-{number}"
        yield "segment-7"

    original = module._take

    def watched(stream_: module._Counted, run: int) -> dict[str, tuple[int, int, int]]:
        nonlocal held
        taken = original(stream_, run)
        held = max(held, len(taken))
        return taken

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_take", watched)
        found = duplicates(stream(), run=1000)
    assert found.first == (Duplicate(7, 30_000, "segment-7", 2),)
    assert held == 1000


def test_the_extremes_of_the_hash_range(monkeypatch: pytest.MonkeyPatch) -> None:
    ends = {b"low": 0, b"high": 2**64 - 1, b"mid": 2**63}
    monkeypatch.setattr(module, "_hash", lambda text: ends[text])
    ids = ["low", "high", "mid", "high", "low"]
    assert list(duplicates(ids, run=1).first) == oracle(ids)


def test_no_ids_and_bad_limits() -> None:
    assert duplicates([]).n_ids == 0
    with pytest.raises(ValueError, match="at least 1"):
        duplicates([], run=0)
