"""Buckets: grouping against the obvious oracle, and scores that are those of the bucket alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.metrics.bleu import Bleu
from evalkit.metrics.ter import Ter
from evalkit.records import Batch
from evalkit.stats.buckets import bucket_estimates, by_label, by_number
from evalkit.stats.resampling import Resampling

numbers = st.one_of(st.floats(-50, 50), st.integers(-5, 70).map(float), st.just(float("nan")))


@given(st.lists(numbers, max_size=30), st.sets(st.integers(-3, 60), min_size=1, max_size=5))
def test_every_number_is_in_the_bucket_of_its_edges(values: list[float], edges: set[int]) -> None:
    steps = sorted(edges)
    found = by_number(np.array(values, dtype=float), steps, lacking="none")
    for value, place in zip(values, found.index, strict=True):
        if np.isnan(value):
            assert found.names[place] == "none"
        else:
            assert place == sum(value >= step for step in steps)
    assert sum(found.sizes()) == len(values)
    assert len(found.sizes()) == len(found.names)


@pytest.mark.parametrize(
    ("values", "edges", "names"),
    [
        ([0.0, 3.0], [1, 2, 5, 10], ("0", "1", "2-4", "5-9", ">=10")),
        ([-1.0, 3.0], [1, 2], ("<1", "1", ">=2")),
        ([0.5, 3.0], [1, 2], ("<1", "[1, 2)", ">=2")),
        ([], [10], ("<10", ">=10")),
        ([float("nan")], [10], ("<10", ">=10", "no words")),
    ],
)
def test_names(values: list[float], edges: list[float], names: tuple[str, ...]) -> None:
    assert by_number(np.array(values, dtype=float), edges, lacking="no words").names == names


@pytest.mark.parametrize("edges", [[], [2, 1], [1, 1]])
def test_edges_must_rise(edges: list[float]) -> None:
    with pytest.raises(ValueError, match="do not rise"):
        by_number(np.array([1.0]), edges)


@given(st.lists(st.sampled_from(["news", "web", "", "é"]), max_size=20))
def test_labels_keep_their_order(labels: list[str]) -> None:
    found = by_label(labels)
    assert found.names == tuple(dict.fromkeys(labels))
    assert [found.names[place] for place in found.index] == labels


def made_up() -> Batch:
    rng = np.random.default_rng(3)
    texts = [" ".join(f"w{w}" for w in rng.integers(0, 20, 8)) for _ in range(60)]
    other = [" ".join(f"w{w}" for w in rng.integers(0, 20, 8)) for _ in range(60)]
    references = tuple(() if n == 5 else (text,) for n, text in enumerate(other))
    return Batch(tuple(texts), references=references)


@pytest.mark.parametrize("scorer", [Bleu(), Ter()], ids=lambda each: each.name)
def test_a_buckets_score_is_the_corpus_score_of_its_items(scorer: Bleu | Ter) -> None:
    batch = made_up()
    labels = ["a" if n % 3 else "b" for n in range(60)]
    found = bucket_estimates(
        scorer, scorer.measure(batch), by_label(labels), settings=Resampling(draws=100)
    )
    for label, estimates in zip(("b", "a"), found, strict=True):
        kept = [n for n in range(60) if labels[n] == label]
        alone = scorer.measure(
            Batch(
                tuple(batch.hypotheses[n] for n in kept),
                references=tuple((batch.references or ())[n] for n in kept),
            )
        )
        totals = alone.statistics[alone.valid].sum(axis=0)
        assert estimates[0].value == pytest.approx(scorer.score(totals)[0], abs=1e-12)
        assert estimates[0].n_scored == alone.valid.sum()
        assert estimates[0].n_skipped == (~alone.valid).sum()
        assert estimates[0].interval.low < estimates[0].value < estimates[0].interval.high


def test_small_and_empty_buckets_say_so() -> None:
    scorer = Ter()
    buckets = by_number(np.arange(60.0), [55, 100])
    _, small, empty = bucket_estimates(scorer, scorer.measure(made_up()), buckets)
    assert small[0].interval.reason == "5 segments: too few for an interval; 10 are needed"
    assert not np.isnan(small[0].value)
    assert np.isnan(empty[0].value)
    assert empty[0].reason == "no item could be scored"


def test_clusters_are_resampled_within_the_bucket() -> None:
    scorer = Ter()
    measured = scorer.measure(made_up())
    clusters = [f"d{n // 5}" for n in range(60)]
    (whole,) = bucket_estimates(scorer, measured, by_label(["x"] * 60), clusters)
    assert whole[0].interval.n_clusters == 12
    with pytest.raises(ValueError, match="60 items but 2 buckets"):
        bucket_estimates(scorer, measured, by_label(["x", "y"]))
