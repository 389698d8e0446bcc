"""Examples that the metrics' own papers work out, and values that other tools give."""

import pytest

from evalkit.metrics.bleu import Bleu
from evalkit.metrics.chrf import Chrf
from evalkit.metrics.rouge import Rouge, rouge
from evalkit.metrics.ter import Ter
from evalkit.records import Batch


def scores(scorer, hypothesis, *references):
    """Field name -> value for a single item."""
    measured = scorer.measure(Batch(hypotheses=(hypothesis,), references=(references,)))
    values = scorer.score(measured.statistics.sum(axis=0))
    names = (field.name for field in scorer.fields)
    return dict(zip(names, values.tolist(), strict=True))


PAPINENI = (
    "It is a guide to action that ensures that the military will forever heed Party commands",
    "It is the guiding principle which guarantees the military forces always being under the "
    "command of the Party",
    "It is the practical guide for the army always to heed the directions of the party",
)


@pytest.mark.parametrize(
    ("hypothesis", "references", "precision1", "precision2"),
    [
        (
            "the the the the the the the",
            ("The cat is on the mat", "There is a cat on the mat"),
            2 / 7,
            None,
        ),
        (
            "It is a guide to action which ensures that the military always obeys the commands of "
            "the party",
            PAPINENI,
            17 / 18,
            10 / 17,
        ),
        (
            "It is to insure the troops forever hearing the activity guidebook that party direct",
            PAPINENI,
            8 / 14,
            1 / 13,
        ),
    ],
    ids=["example 2", "example 1, candidate 1", "example 1, candidate 2"],
)
def test_modified_precision_of_papineni_et_al(hypothesis, references, precision1, precision2):
    """Papineni et al. 2002, sections 2.1 and 2.1.1, case-insensitive as there."""
    found = scores(Bleu(lowercase=True, max_order=2, smooth="none"), hypothesis, *references)
    assert found["bleu.precision1"] == pytest.approx(100 * precision1)
    if precision2 is not None:
        assert found["bleu.precision2"] == pytest.approx(100 * precision2)


@pytest.mark.parametrize(
    ("hypothesis", "rouge2", "rouge_l"),
    [
        ("police kill the gunman", 1 / 3, 3 / 4),
        ("the gunman kill police", 1 / 3, 2 / 4),
        ("the gunman police killed", 2 / 3, 2 / 4),
    ],
    ids=["S2", "S3", "S4"],
)
def test_rouge_of_lin(hypothesis, rouge2, rouge_l):
    """Lin 2004, section 3.1: S1 is "police killed the gunman"; beta = 1, so P = R = F.

    Of S4 the paper gives ROUGE-L, and says that ROUGE-2 prefers it to S3: it has two of the three
    bigrams.
    """
    reference = "police killed the gunman"
    found = scores(Rouge(kind="L"), hypothesis, reference)
    assert list(found.values()) == pytest.approx([100 * rouge_l] * 3)
    found = scores(Rouge(kind="2"), hypothesis, reference)
    assert found["rouge2.recall"] == pytest.approx(100 * rouge2)


def test_union_subsequence_of_lin():
    """Lin 2004, section 3.2: the union of w1w2 and w1w3w5 covers 4 of the reference's 5 words."""
    found = scores(Rouge(kind="Lsum"), "w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5", "w1 w2 w3 w4 w5")
    assert found["rougeLsum.recall"] == pytest.approx(80.0)


@pytest.mark.parametrize(
    ("hypothesis", "rouge_s"),
    [
        ("police kill the gunman", 3 / 6),
        ("the gunman kill police", 1 / 6),
        ("the gunman police killed", 2 / 6),
        ("gunman the killed police", 0.0),
    ],
    ids=["S2", "S3", "S4", "S5"],
)
def test_skip_bigrams_of_lin(hypothesis, rouge_s):
    """Lin 2004, section 5: S1 is "police killed the gunman"; of S5, ROUGE-SU sees the words."""
    reference = "police killed the gunman"
    found = scores(rouge("rougeS"), hypothesis, reference)
    assert list(found.values()) == pytest.approx([100 * rouge_s] * 3)
    words = len(set(hypothesis.split()) & set(reference.split()))
    found = scores(rouge("rougeSU"), hypothesis, reference)
    assert found["rougeSU"] == pytest.approx(100 * (6 * rouge_s + words) / 10)


@pytest.mark.parametrize(("hypothesis", "rouge_w"), [("A B C D H I K", 4), ("A H B K C I D", 2)])
def test_weighted_subsequence_of_lin(hypothesis, rouge_w):
    """Lin 2004, section 4: ROUGE-L prefers neither; with k squared 0.571 and 0.286."""
    reference = "A B C D E F G"
    assert scores(rouge("rougeL"), hypothesis, reference)["rougeL"] == pytest.approx(400 / 7)
    found = scores(rouge("rougeW2"), hypothesis, reference)
    assert list(found.values()) == pytest.approx([100 * rouge_w / 7] * 3)


def test_ter_of_snover_et_al():
    """Snover et al. 2006, section 3: one shift, two substitutions, one insertion, 13 words."""
    found = scores(
        Ter(),
        "this week the saudis denied information published in the new york times",
        "saudi arabia denied this week information published in the american new york times",
    )
    assert found["ter"] == pytest.approx(100 * 4 / 13)


@pytest.mark.parametrize(
    ("hypothesis", "reference", "expected"),
    [("aa", "ab", 8.3333), ("a", "a", 16.6667), ("a b c", "abc", 50.0), ("a", "b", 0.0)],
)
def test_chrf_of_the_other_tools(hypothesis, reference, expected):
    """chrF++.py and NLTK, beta 3, as sacrebleu's test/test_chrf.py lists their values."""
    found = scores(Chrf(beta=3, eps_smoothing=True), hypothesis, reference)
    assert found["chrf"] == pytest.approx(expected, abs=1e-4)


def test_chrf_by_hand():
    """cat / cats, orders 1 and 2: P = 1; R = (3/4 + 2/3) / 2 = 17/24; F1 = 34/41."""
    found = scores(Chrf(char_order=2, beta=1), "cat", "cats")
    assert found["chrf"] == pytest.approx(100 * 34 / 41)


def test_sentence_bleu_uses_effective_order():
    """sacrebleu 2.6 sentence_bleu("the cat", ["the cat sat"]): 60.65; as a corpus of one: 0."""
    scorer = Bleu()
    rows = scorer.measure(Batch(hypotheses=("the cat",), references=(("the cat sat",),))).statistics
    assert scorer.score_segments(rows)[0, 0] == pytest.approx(60.6531, abs=1e-4)
    assert scorer.score(rows)[0, 0] == 0.0
    assert "eff:yes" in scorer.segment_signature()
    assert "eff:no" in scorer.signature()
