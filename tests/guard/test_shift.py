from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.guard.resemblance import alike, sketch
from evalkit.guard.shift import FURTHEST, fit
from tests.guard.made_up import SCRIPTS, lines, references, translated

QUALITY = {"good": 0.85, "fair": 0.6, "free": 0.35, "hopeless": 0.0}


@cache
def pair(seed: int, n: int, kept: float, script: str = "latin") -> tuple[list[str], list[str]]:
    rng = np.random.default_rng(seed)
    refs = references(rng, n, script)
    return lines(translated(rng, refs, kept, script), script), lines(refs, script)


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("quality", QUALITY)
@pytest.mark.parametrize("n", [1, 2, 9, 60, 300])
def test_nothing_is_said_of_files_in_line(script: str, quality: str, n: int) -> None:
    for seed in range(3):
        found = fit(*pair(seed, n, QUALITY[quality], script))
        assert found.shifts == ()
        assert quality == "hopeless" or not found.is_chance
        assert found.is_chance or quality != "hopeless" or n < 300


@settings(deadline=None, max_examples=50)
@given(
    st.sampled_from(sorted(SCRIPTS)),
    st.floats(0, 1),
    st.integers(1, FURTHEST),
    st.booleans(),
    st.integers(0, 9),
)
def test_a_lost_or_added_line_is_found_anywhere(
    script: str, place: float, by: int, lost: bool, seed: int
) -> None:
    """From line ``at`` on every hypothesis stands ``by`` lines too early or too late."""
    n = 200
    at = int(place * (n - 12 - by))  # a dozen lines with a partner remain
    hypotheses, refs = pair(seed, n + by, 0.7, script)
    if lost:  # of the references: each later one stands earlier, so the own one is before
        hypotheses, refs = hypotheses[:n], (refs[:at] + refs[at + by :])[:n]
    else:
        hypotheses, refs = (hypotheses[:at] + hypotheses[at + by :])[:n], refs[:n]
    found = fit(hypotheses, refs)
    (shift,) = found.shifts
    assert shift.by == (-by if lost else by)
    beyond = 0 if lost else by  # the last ``by`` hypotheses have no reference in the file
    assert abs(shift.start - (at + by if lost else at)) <= by + 4
    assert n - beyond - 4 <= shift.end <= n


@pytest.mark.parametrize("by", [-3, -1, 1, 2])
@pytest.mark.parametrize("start", [0, 150, 286])
def test_a_passage_out_of_place_is_named_with_its_ends(by: int, start: int) -> None:
    hypotheses, refs = pair(3, 300, 0.7)
    moved = list(hypotheses)
    end = min(start + 12, 300 - max(by, 0))
    begin = max(start, -by)
    moved[begin:end] = hypotheses[begin + by : end + by]
    (shift,) = fit(moved, refs).shifts
    assert shift.by == by
    assert abs(shift.start - begin) <= 2
    assert abs(shift.end - end) <= 2


def test_two_shifts_are_told_apart() -> None:
    hypotheses, refs = pair(5, 300, 0.7)
    moved = [*hypotheses[:100], *hypotheses[101:200], "an added line", *hypotheses[200:]]
    moved = [*moved[:250], "one more", *moved[250:299]]
    assert [shift.by for shift in fit(moved, refs).shifts] == [1, -1]


def test_free_translation_needs_more_lines_but_is_found() -> None:
    hypotheses, refs = pair(7, 600, 0.35)
    found = fit([*hypotheses[:200], *hypotheses[201:], "end"], refs)
    assert [shift.by for shift in found.shifts] == [1]


def test_repeated_lines_are_no_shift() -> None:
    hypotheses, refs = pair(11, 60, 0.7)
    chat_h = [line for text in hypotheses for line in (text, "yes , thank you")]
    chat_r = [line for text in refs for line in (text, "yes , thank you")]
    assert fit(chat_h, chat_r).shifts == ()
    same = ["the same line again"] * 80
    assert fit(same, same).shifts == ()


def test_empty_lines_say_nothing() -> None:
    hypotheses, refs = pair(13, 300, 0.7)
    assert fit(hypotheses, ["" if i % 3 else t for i, t in enumerate(refs)]).shifts == ()
    assert fit(["" if i % 3 else t for i, t in enumerate(hypotheses)], refs).shifts == ()
    assert fit(hypotheses[:120] + [""] * 180, refs).shifts == ()
    assert np.isnan(fit([""] * 5, [""] * 5).own)
    assert fit([], []).shifts == ()


def test_a_shuffled_file_is_no_better_than_chance() -> None:
    hypotheses, refs = pair(17, 300, 0.8)
    order = np.random.default_rng(0).permutation(300)
    assert fit([hypotheses[at] for at in order], refs).is_chance


@pytest.mark.parametrize("n", range(1, 42))
def test_any_number_of_lines(n: int) -> None:
    hypotheses, refs = pair(23, n, 0.3)
    assert fit(hypotheses, refs).n_shifted == 0


def test_unequal_counts() -> None:
    with pytest.raises(ValueError, match="2 hypotheses for 1 references"):
        fit(["a", "b"], ["a"])


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=12), st.integers(-3, 3))
def test_resemblance(texts: list[str], offset: int) -> None:
    first, second = sketch(texts, texts[::-1])
    found = alike(first, second, offset)
    assert len(found) == max(0, len(texts) - abs(offset))
    assert ((found >= 0) & (found <= 1.0001)).all()
    own, again = sketch(texts, [f"  {text.upper().lower()}\t" for text in texts])
    whole = alike(own, again, 0)
    same = [at for at, text in enumerate(texts) if text.upper().lower().lower() == text.lower()]
    assert all(whole[at] == pytest.approx(1.0) for at in same if own.sizes[at])


def test_a_text_alone_in_a_block_is_hashed_as_in_any(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = pair(1, 40, 0.5)[0]
    whole = sketch(texts, texts)[0]
    monkeypatch.setattr("evalkit.guard.resemblance._BLOCK", 3)
    assert (sketch(texts, texts)[0].bits == whole.bits).all()
