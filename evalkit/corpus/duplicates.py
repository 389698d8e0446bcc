"""Ids that stand twice in a stream of any length, found in bounded memory.

Up to ``run`` distinct ids are held at a time. A stream of more is cut into runs: each run's ids
are hashed to 64 bits, sorted by hash and written to temporary files (the hashes as a numpy array,
the ids as text beside them); then the sorted runs are merged, slice by slice of the hash range,
and ids with equal hashes are read back and compared as texts, so that a collision of hashes is
never reported as a duplicate. Time is n log n, memory is O(run), disk is O(n).
"""

import hashlib
import heapq
import itertools
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["Duplicate", "Duplicates", "duplicates"]

_RUN = 500_000
_RECORD = np.dtype(
    [("hash", "<u8"), ("at", "<u8"), ("size", "<u4"), ("first", "<u8"), ("second", "<u8"),
     ("n", "<u8")]
)  # fmt: skip
"""Of one distinct id in one run: its hash, where its text stands in the run's file and how many
bytes it has, the first two places where it was met, and how often it was."""
_NONE = np.iinfo(np.uint64).max


@dataclass(frozen=True, slots=True, order=True)
class Duplicate:
    """An id that stands more than once."""

    first: int
    """Its first place in the stream, from 0."""
    second: int
    """Its second place."""
    id: str
    n: int
    """How often it stands there, at least 2."""


@dataclass(frozen=True, slots=True)
class Duplicates:
    """What was found in a stream."""

    n_items: int
    """Ids in the stream."""
    n_ids: int
    """Different ids that stand more than once."""
    first: tuple[Duplicate, ...]
    """Those whose first place comes first; at most as many as were asked for."""


def duplicates(ids: Iterable[str], *, limit: int = 10, run: int = _RUN) -> Duplicates:
    """The ids that stand more than once.

    Args:
        ids: any iterable, read once; held in memory up to ``run`` distinct ones.
        limit: how many of them to name.
        run: distinct ids that are held at a time.

    Raises:
        ValueError: ``run`` or ``limit`` is under 1.

    >>> found = duplicates(["a", "b", "a", "c", "a"])
    >>> found.n_ids, found.first[0]
    (1, Duplicate(first=0, second=2, id='a', n=3))
    """
    if run < 1 or limit < 1:
        raise ValueError(f"run and limit must be at least 1, not {run} and {limit}")
    stream = _Counted(ids)
    held = _take(stream, run)
    if len(held) < run:
        found = (_duplicate(key, *places) for key, places in held.items() if places[2] > 1)
        return _named(found, limit, stream)
    with tempfile.TemporaryDirectory(prefix="evalkit-ids-") as folder:
        runs = [_Run.write(Path(folder) / "0", held)]
        while held := _take(stream, run):
            runs.append(_Run.write(Path(folder) / str(len(runs)), held))
        return _named(_merged(runs, run), limit, stream)


class _Counted:
    """A stream of ids that knows how many were read."""

    def __init__(self, ids: Iterable[str]) -> None:
        self.n = 0
        self._ids = iter(ids)

    def __iter__(self) -> Iterator[tuple[int, str]]:
        for key in self._ids:
            self.n += 1
            yield self.n - 1, key


_Places = tuple[int, int, int]
"""First place, second place or -1, and how often."""


def _take(stream: _Counted, run: int) -> dict[str, _Places]:
    """The next ids of the stream, up to ``run`` different ones; {} at its end."""
    held: dict[str, _Places] = {}
    for at, key in stream:
        first, second, n = held.get(key, (at, -1, 0))
        held[key] = (first, at if n == 1 else second, n + 1)
        if len(held) == run:
            break
    return held


def _hash(text: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


@dataclass(frozen=True, slots=True)
class _Run:
    """Sorted records of distinct ids, and the file of their texts."""

    records: NDArray[np.void]
    """A memory map, sorted by hash."""
    texts: Path

    @classmethod
    def write(cls, path: Path, held: dict[str, _Places]) -> "_Run":
        records = np.empty(len(held), dtype=_RECORD)
        texts, at = path.with_suffix(".txt"), 0
        with texts.open("wb") as file:
            for row, (key, (first, second, n)) in enumerate(held.items()):
                content = key.encode("utf-8", "surrogatepass")
                file.write(content)
                place = _NONE if second < 0 else second
                records[row] = (_hash(content), at, len(content), first, place, n)
                at += len(content)
        saved = path.with_suffix(".npy")
        np.save(saved, records[np.argsort(records["hash"], kind="stable")])
        return cls(np.load(saved, mmap_mode="r"), texts)

    def text(self, record: np.void) -> str:
        """The id that a record stands for."""
        with self.texts.open("rb") as file:
            file.seek(int(record["at"]))
            return file.read(int(record["size"])).decode("utf-8", "surrogatepass")


def _merged(runs: list[_Run], run: int) -> Iterator[Duplicate]:
    """Every duplicate of the runs: slices of the hash range that hold about ``run`` records."""
    total = sum(len(each.records) for each in runs)
    n_slices = max(1, -(-total // run))
    edges = [at * (1 << 64) // n_slices for at in range(n_slices + 1)]
    for low, high in itertools.pairwise(edges):
        parts = [_slice(each.records["hash"], low, high) for each in runs]
        sizes = [end - start for start, end in parts]
        hashes = np.concatenate(
            [each.records["hash"][a:b] for each, (a, b) in zip(runs, parts, strict=True)]
        )
        counts = np.concatenate(
            [each.records["n"][a:b] for each, (a, b) in zip(runs, parts, strict=True)]
        )
        owner = np.repeat(np.arange(len(runs)), sizes)
        row = np.concatenate([np.arange(a, b) for a, b in parts])
        order = np.argsort(hashes, kind="stable")
        yield from _repeated(runs, hashes[order], counts[order], owner[order], row[order])


def _slice(hashes: NDArray[np.uint64], low: int, high: int) -> tuple[int, int]:
    start = int(np.searchsorted(hashes, np.uint64(low)))
    end = len(hashes) if high > _NONE else int(np.searchsorted(hashes, np.uint64(high)))
    return start, end


def _repeated(
    runs: list[_Run],
    hashes: NDArray[np.uint64],
    counts: NDArray[np.uint64],
    owner: NDArray[np.int64],
    row: NDArray[np.int64],
) -> Iterator[Duplicate]:
    """Duplicates among records sorted by hash; equal hashes are compared as texts."""
    if not len(hashes):
        return
    starts = np.flatnonzero(np.concatenate([[True], hashes[1:] != hashes[:-1]]))
    ends = np.append(starts[1:], len(hashes))
    suspects = np.flatnonzero((ends - starts > 1) | (counts[starts] > 1))
    for group in suspects.tolist():
        met: dict[str, list[tuple[int, int, int]]] = {}
        for at in range(starts[group], ends[group]):
            record = runs[owner[at]].records[row[at]]
            second = -1 if record["second"] == _NONE else int(record["second"])
            place = (int(record["first"]), second, int(record["n"]))
            met.setdefault(runs[owner[at]].text(record), []).append(place)
        for key, places in met.items():
            n = sum(place[2] for place in places)
            if n > 1:
                seen = sorted(p for place in places for p in place[:2] if p >= 0)
                yield Duplicate(seen[0], seen[1], key, n)


def _duplicate(key: str, first: int, second: int, n: int) -> Duplicate:
    return Duplicate(first, second, key, n)


def _named(found: Iterable[Duplicate], limit: int, stream: _Counted) -> Duplicates:
    n_ids = 0

    def counted() -> Iterator[Duplicate]:
        nonlocal n_ids
        for each in found:
            n_ids += 1
            yield each

    first = heapq.nsmallest(limit, counted())
    return Duplicates(stream.n, n_ids, tuple(first))
