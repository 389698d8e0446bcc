"""TER's edit distance in the beam against the table written out, and its search for shifts."""

import functools
import itertools
import math
import random
import string

import pytest
from sacrebleu.metrics import lib_ter
from sacrebleu.metrics.lib_ter import translation_edit_rate

from evalkit.metrics import ter_alignment, ter_edits
from evalkit.metrics.ter_alignment import align, beam, distance, may_leave_beam
from evalkit.metrics.ter_edits import n_edits

FAR = 10**9


class Table:
    """Every cell inside the beam (or all), and what its cheapest predecessor is, in order."""

    def __init__(self, hypothesis, reference, *, whole=False):
        n, m = len(hypothesis), len(reference)
        width = max(25, math.ceil(m / n / 2 + 25)) if m / n / 2 > 25 else 25
        self.cost = {(0, j): j for j in range(m + 1)}
        self.step = {(0, j): (0, -1) for j in range(m + 1)}
        for i in range(1, n + 1):
            centre = math.floor(i * (m / n))
            low, high = (0, m) if whole else (max(0, centre - width), min(m, centre + width - 1))
            for j in range(low, high + 1):
                same = j > 0 and hypothesis[i - 1] == reference[j - 1]
                ways = (
                    (self.at(i - 1, j - 1) + (not same), (-1, -1)),
                    (self.at(i - 1, j) + 1, (-1, 0)),
                    (self.at(i, j - 1) + 1, (0, -1)),
                )
                self.cost[i, j], self.step[i, j] = min(ways, key=lambda way: way[0])
        self.distance = self.cost[n, m]
        self.path = [(n, m)]
        while self.path[-1] != (0, 0):
            (i, j) = self.path[-1]
            down, right = (-1, 0) if j == 0 else self.step[i, j]
            self.path.append((i + down, j + right))

    def at(self, i, j):
        return self.cost.get((i, j), FAR)

    def alignment(self, hypothesis, reference):
        after = [0] * (len(reference) + 1)
        wrong = bytearray(b"\1" * len(hypothesis)), bytearray(b"\1" * len(reference))
        for (i, j), (before, left) in itertools.pairwise(self.path):
            if left < j:
                after[j] = i
            if left < j and before < i and hypothesis[before] == reference[left]:
                wrong[0][before] = wrong[1][left] = 0
        return after, *wrong


def texts(seed, n):
    """Pairs of which half is cut, moved or too long for the beam."""
    rng = random.Random(seed)
    for _ in range(n):
        words = string.ascii_letters[: rng.choice((1, 4, 40, 40))]
        reference = "".join(rng.choices(words, k=rng.choice((3, 25, 30, 70, 70))))
        kind = rng.randrange(4)
        if kind == 0:
            hypothesis = "".join(rng.choices(words, k=rng.choice((1, 2, 5, 30, 80))))
        elif kind == 1:
            cut = min(rng.randint(20, 35), len(reference) - 1)
            hypothesis = reference[cut:] + reference[:cut]
        elif kind == 2:
            hypothesis = "-" * rng.randint(1, 80) + reference
        else:
            hypothesis = "".join(c if rng.random() < 0.8 else "-" for c in reference)
        yield hypothesis, reference


def test_distance_and_alignment_are_those_of_the_table():
    n_beam = n_matter = 0
    very_unequal = [("b", "c" * place + "b" + "c" * (160 - place)) for place in (40, 60, 150)]
    for hypothesis, reference in (*texts(1, 150), *very_unequal):
        inside, whole = Table(hypothesis, reference), Table(hypothesis, reference, whole=True)
        limits = beam(len(hypothesis), len(reference))
        assert distance(hypothesis, reference, limits) == inside.distance
        for table, within in ((inside, limits), (whole, None)):
            found = align(hypothesis, reference, within)
            expected = table.alignment(hypothesis, reference)
            assert (found.after, found.hypothesis_wrong, found.reference_wrong) == expected
        if may_leave_beam(whole.distance, len(hypothesis), len(reference)):
            n_beam += 1
            n_matter += inside.distance != whole.distance
        else:
            assert inside.distance == whole.distance
            assert inside.path == whole.path
    assert n_beam > 20
    assert n_matter >= 10


@pytest.mark.parametrize(
    ("hypothesis", "reference", "edits"),
    [
        ("", "", 0),
        ("", "a b", 2),
        ("a b", "", 2),
        ("a", "a", 0),
        ("a", "b", 1),
        ("b c a", "a b c", 1),  # a shift, where the edit distance is 2
        ("d e a b c", "a b c d e", 1),
        ("c d a b", "a x b c d", 2),  # a shift and an insertion
        ("b a b a b a", "a b a b a b", 1),
        ("c a c b c", "c c c a b", 3),  # a run put into itself is moved on
        ("b b c a b d", "b a b a d b b c b", 4),
    ],
)
def test_small_texts(hypothesis, reference, edits):
    assert n_edits(hypothesis.split(), reference.split()) == edits
    assert translation_edit_rate(hypothesis.split(), reference.split())[0] == edits


@functools.cache
def long_pairs():
    """Where the beam, the longest shift, the farthest shift and the most shifts are reached."""
    numbers = [str(i) for i in range(120)]
    rng = random.Random(3)
    return {
        "beam": (numbers[27:54] + numbers[:27], numbers[:54]),
        "beam and noise": (["x"] * 30 + numbers[:50:2], numbers[:50]),
        "longest": (numbers[20:35] + numbers[:20], numbers[:35]),
        "farthest": (["y", *numbers[:60]], [*numbers[:52], "y", *numbers[52:60]]),
        "most": (rng.choices("abc", k=45), rng.choices("abc", k=45)),
    }


@pytest.mark.parametrize("name", long_pairs())
def test_limits_are_sacrebleus(name):
    hypothesis, reference = long_pairs()[name]
    assert n_edits(hypothesis, reference) == translation_edit_rate(hypothesis, reference)[0]


@pytest.mark.parametrize(
    ("name", "limit", "value"),
    [("longest", "_LONGEST", 15), ("farthest", "_FARTHEST", 100), ("most", "_MOST", 10**6)],
)
def test_limits_matter(name, limit, value, monkeypatch):
    before = n_edits(*long_pairs()[name])
    monkeypatch.setattr(ter_edits, limit, value)
    assert n_edits(*long_pairs()[name]) < before


@pytest.mark.parametrize("most", [1, 2, 3, 5, 8, 13, 21])
def test_the_search_ends_where_sacrebleus_does(most, monkeypatch):
    monkeypatch.setattr(ter_edits, "_MOST", most)
    monkeypatch.setattr(lib_ter, "_MAX_SHIFT_CANDIDATES", most)
    rng = random.Random(most)
    for _ in range(150):
        reference = rng.choices("abcdef", k=rng.randint(2, 9))
        hypothesis = rng.sample(reference, len(reference))
        assert n_edits(hypothesis, reference) == translation_edit_rate(hypothesis, reference)[0]


@pytest.fixture
def set_beam(monkeypatch):
    """Sets both sides' beam; a narrow one brings short texts to its edge."""

    def narrow(width):
        monkeypatch.setattr(ter_alignment, "_WIDTH", width)
        monkeypatch.setattr(lib_ter, "_BEAM_WIDTH", width)
        beam.cache_clear()

    yield narrow
    beam.cache_clear()


@pytest.mark.parametrize("width", [2, 3, 5])
def test_a_narrow_beam_is_sacrebleus(width, set_beam):
    set_beam(width)
    rng = random.Random(width)
    n_reached = 0
    for _ in range(250):
        reference = rng.choices(range(rng.choice((2, 4, 20))), k=rng.randint(1, 16))
        cut = rng.randrange(len(reference))
        hypothesis = rng.choice((
            reference[cut:] + reference[:cut],
            rng.sample(reference, len(reference)),
            ["x"] * rng.randint(0, 9) + reference[:: rng.randint(1, 3)],
            rng.choices(range(4), k=rng.randint(1, 16)),
        ))  # fmt: skip
        pair = rng.sample((hypothesis, reference), 2)
        edits = n_edits(*pair)
        assert edits == translation_edit_rate(*pair)[0], pair
        n_reached += may_leave_beam(edits, len(hypothesis), len(reference))
    assert n_reached > 40


def test_a_shift_may_save_more_than_twice_its_length_inside_the_beam(monkeypatch):
    """It can bring a far better path into the beam, so no bound by its length holds there."""
    pairs = []
    for seed in (2, 3, 4):
        rng = random.Random(seed)
        reference = rng.choices(range(30), k=55)
        hypothesis = [*reference[rng.randint(27, 32) :], *rng.choices(range(30), k=5)]
        pairs.append((hypothesis, reference))
    found = [n_edits(*pair) for pair in pairs]
    assert found == [translation_edit_rate(*pair)[0] for pair in pairs]
    monkeypatch.setattr(ter_edits._Goal, "saving", lambda self, text, edits, length: 2 * length)
    assert found != [n_edits(*pair) for pair in pairs]


def test_many_different_words():
    """More than a byte counts."""
    words = [f"w{i}" for i in range(1500)]
    assert n_edits(words, [*words[1:], "end"]) == 2
