"""Greedy matching: equal to bert-score's own function, and its corners."""

import numpy as np
import pytest
import torch
from bert_score.utils import greedy_cos_idf

from evalkit.metrics.greedy import Match, Tokens, greedy, rescaled

RNG = np.random.default_rng(5)


def text(n_tokens: int, width: int, *, even: bool) -> Tokens:
    vectors = RNG.normal(size=(n_tokens, width)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    weights = np.ones(n_tokens) if even else RNG.exponential(size=n_tokens)
    weights[[0, -1]] = 0
    return Tokens(vectors, weights)


def theirs(hypothesis: Tokens, reference: Tokens) -> list[float]:
    def arguments(one: Tokens) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        vectors = torch.from_numpy(one.vectors.copy())[None]
        weights = torch.from_numpy(one.weights.astype(np.float32))[None]
        return vectors, torch.ones(vectors.shape[:2]), weights

    found = greedy_cos_idf(*arguments(reference), *arguments(hypothesis))
    return [float(value) for value in found]


@pytest.mark.parametrize("even", [True, False], ids=["unweighted", "idf"])
def test_equal_to_bert_score_on_random_vectors(even: bool) -> None:
    for _ in range(1000):
        width = int(RNG.integers(2, 20))
        sizes = RNG.integers(3, 15, size=2)
        one, other = (text(int(n), width, even=even) for n in sizes)
        ours = greedy(one, other)
        expected = theirs(one, other)
        assert [ours.precision, ours.recall] == pytest.approx(expected[:2], abs=1e-6)
        if abs(ours.precision + ours.recall) > 0.1:  # elsewhere F is a quotient of roundings
            assert ours.f == pytest.approx(expected[2], abs=1e-5)


def test_a_worked_example() -> None:
    # Three tokens in the plane: the second hypothesis token lies between both reference tokens.
    half = np.sqrt(0.5)
    hypothesis = Tokens(np.array([[1, 0], [half, half]], np.float32), np.array([1.0, 3.0]))
    reference = Tokens(np.array([[1, 0], [0, 1]], np.float32), np.array([1.0, 1.0]))
    found = greedy(hypothesis, reference)
    assert found.precision == pytest.approx((1 * 1 + 3 * half) / 4)
    assert found.recall == pytest.approx((1 + half) / 2)


def test_a_match_below_zero_stays_below_zero() -> None:
    one = Tokens(np.array([[1, 0]], np.float32), np.ones(1))
    other = Tokens(np.array([[-1, 0]], np.float32), np.ones(1))
    assert greedy(one, other) == Match(-1.0, -1.0, -1.0)


def test_an_empty_text_scores_0_and_a_weightless_one_nothing() -> None:
    full = text(5, 4, even=True)
    empty = Tokens(full.vectors[:2], np.zeros(2), empty=True)
    weightless = Tokens(full.vectors, np.zeros(5))
    assert greedy(full, empty) == greedy(empty, full) == Match(0.0, 0.0, 0.0)
    assert greedy(full, weightless) is None
    assert greedy(weightless, full) is None


def test_rescaling_puts_the_baseline_at_0_and_leaves_1() -> None:
    scores = np.array([[0.4, 0.5], [1.0, 1.0], [0.1, 0.2]])
    found = rescaled(scores, [0.4, 0.5])
    assert found[0] == pytest.approx([0, 0])
    assert found[1] == pytest.approx([1, 1])
    assert (found[2] < 0).all()
    with pytest.raises(ValueError, match="below 1"):
        rescaled(scores, [1.0, 0.2])
