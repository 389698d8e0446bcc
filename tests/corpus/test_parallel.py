"""Streams side by side: by position, by id in any order, and never cut."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.corpus.entries import Entry
from evalkit.corpus.parallel import Parallel, line_up
from evalkit.corpus.streams import SegmentStream
from evalkit.errors import AlignmentError, InputError


def stream(name: str, entries: Sequence[Entry]) -> SegmentStream:
    return SegmentStream(name, lambda: iter(entries))


def lines(name: str, *texts: str) -> SegmentStream:
    return stream(name, [Entry((text,)) for text in texts])


def with_ids(name: str, texts: Mapping[str, str]) -> SegmentStream:
    return stream(name, [Entry((text,), id=key) for key, text in texts.items()])


def pairs(parallel: Parallel, size: int = 2) -> list[tuple[str, str, tuple[str, ...]]]:
    return [
        (key, hypothesis, references)
        for chunk in parallel.chunks(size)
        for key, hypothesis, references in zip(
            chunk.ids, chunk.systems["a"], chunk.references or (), strict=True
        )
    ]


def test_lines_go_by_position_and_are_numbered() -> None:
    found = line_up({"a": lines("a", "x", "y", "z")}, {"r": lines("r", "1", "2", "3")})
    assert not found.has_ids
    assert pairs(found) == [("1", "x", ("1",)), ("2", "y", ("2",)), ("3", "z", ("3",))]
    assert [chunk.start for chunk in found.chunks(2)] == [0, 2]


@given(st.permutations([f"id{n}" for n in range(9)]), st.integers(1, 10))
def test_another_order_of_the_same_ids_is_put_right(order: list[str], size: int) -> None:
    mine = {f"id{n}": f"h{n}" for n in range(9)}
    theirs = {key: f"r of {key}" for key in order}
    found = line_up({"a": with_ids("a", mine)}, {"r": with_ids("r", theirs)})
    assert pairs(found, size) == [(k, h, (f"r of {k}",)) for k, h in mine.items()]
    assert bool(found.warnings) == (order != list(mine))


def test_a_file_without_ids_goes_by_position_beside_one_with_ids() -> None:
    found = line_up({"a": lines("a", "x", "y")}, {"r": with_ids("r", {"p": "1", "q": "2"})})
    assert pairs(found) == [("p", "x", ("1",)), ("q", "y", ("2",))]


def test_any_number_of_references_blank_ones_left_out() -> None:
    more = stream("m", [Entry(("1", "2")), Entry(()), Entry((" ",))])
    found = line_up({"a": lines("a", "x", "y", "z")}, {"r": lines("r", "0", "", "0"), "m": more})
    assert [row[2] for row in pairs(found)] == [("0", "1", "2"), (), ("0",)]
    assert any("1 of 3 lines of the references 'r' are empty" in said for said in found.warnings)


def test_references_and_sources_beside_the_hypotheses() -> None:
    entries = [Entry(("h",), references=("a", "b"), source="s", columns={"domain": "news"})]
    found = line_up({"a": stream("a", entries), "b": lines("b", "g")}, {})
    (chunk,) = found.chunks()
    assert (chunk.references, chunk.sources) == ((("a", "b"),), ("s",))
    assert chunk.columns == ({"domain": "news"},)


def test_files_of_references_and_sources_go_before_with_a_word() -> None:
    entries = [Entry(("h",), references=("a",), source="s")]
    files = {"a": stream("a", entries)}, {"r": lines("r", "b")}, lines("s", "t")
    found = line_up(*files)
    (chunk,) = found.chunks()
    assert (chunk.references, chunk.sources) == ((("b",),), ("t",))
    assert [said.split(" ")[1] for said in found.warnings] == ["references", "sources"]


def test_references_that_differ_between_systems_are_refused() -> None:
    one = stream("a", [Entry(("h",), references=("a",)), Entry(("h",), references=("b",))])
    two = stream("b", [Entry(("h",), references=("a",)), Entry(("h",), references=("c",))])
    with pytest.raises(AlignmentError, match=r"of 'a' and of 'b' differ, first at segment 2"):
        list(line_up({"a": one, "b": two}, {}).chunks(1))


def test_files_that_do_not_fit_are_refused_with_all_counts() -> None:
    message = r"hypotheses 'a': 2 segments; references 'r': 3 segments; sources: 1 segments"
    with pytest.raises(AlignmentError, match=message):
        line_up({"a": lines("a", "x", "y")}, {"r": lines("r", "1", "2", "3")}, lines("s", "1"))
    with pytest.raises(InputError, match="r is empty"):
        line_up({"a": lines("a", "x")}, {"r": lines("r")})


def test_ids_that_do_not_fit_are_named() -> None:
    one, two = with_ids("a", {"p": "x", "q": "y"}), with_ids("r", {"q": "1", "z": "2"})
    with pytest.raises(AlignmentError, match=r"1 are missing \('p'\), 1 are its own \('z'\)"):
        line_up({"a": one}, {"r": two})
    twice = stream("a", [Entry(("x",), id="p"), Entry(("y",), id="q"), Entry(("z",), id="p")])
    with pytest.raises(AlignmentError, match=r"the id 'p' stands at segments 1 and 3"):
        line_up({"a": twice}, {})
