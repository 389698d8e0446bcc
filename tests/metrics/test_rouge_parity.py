"""ROUGE against rouge-score 0.1.2 itself, to 1e-12, and its tokens and stems."""

import random
import string

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.stem.porter import PorterStemmer
from rouge_score import rouge_scorer, tokenizers

from evalkit.metrics.porter import stem
from evalkit.metrics.rouge import Rouge
from evalkit.metrics.rouge_tokens import tokenize
from tests.metrics.metric_samples import SEGMENTS, SUMMARIES, batch

KINDS = ("1", "2", "3", "4", "L", "Lsum")
ENDS = (
    "s es ies ied ed ing eed y ly alli ally logy logi fulli fully ational tional enci anci izer "
    "ization ation ator alism iveness fulness ousness aliti iviti biliti icate ative alize iciti "
    "ical ful ness al ance ence er ic able ible ant ement ment ent ion sion tion ou ism ate iti "
    "ous ive ize e ll lle at bl iz"
)
SUFFIXES = ENDS.split()
ODD = (
    "Élan naïve İstanbul \u212aelvin ΟΔΟΣ мост 橋は ½ ﬁne e\u0301 🙂 I'm x_y 1,000.5 don’t “so” a–b"
)


def parity_cases() -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """2,200 hypotheses with references, made up from a seed, by what is hard about them."""
    rng = random.Random(5)
    words = ["".join(rng.choices("abcdeilnorst", k=3)) + rng.choice(["", *SUFFIXES])
             for _ in range(400)]  # fmt: skip
    odd = [
        *ODD.split(),
        "Straße",
        "١٢",
        "…",
        "--",
        "\xad",
        "\u200b",
        "\x1c",
        "\x85",
        "\u2028",
        "\t",
        "\r",
        "",
    ]

    def text(vocabulary, most, breaks=0.15):
        tokens = rng.choices(vocabulary, k=rng.randint(0, most))
        return "".join(token + ("\n" if rng.random() < breaks else " ") for token in tokens)

    def lines(n):
        return "\n".join(text("abcdex", 12, breaks=0.0) for _ in range(rng.randint(0, n)))

    def some(make, n):
        return [(make(), tuple(make() for _ in range(rng.randint(1, 3)))) for _ in range(n)]

    shuffled = [text(words, 30) for _ in range(100)]
    empty = ["", " ", "\n", "\n\n \n", ".", "!?\n-", "\t", "\xa0", "é", "橋"]
    return {
        "ties": some(lambda: lines(3), 700),
        "words": some(lambda: text(words, 25), 300),
        "odd characters": some(lambda: text([*odd, *words[:20]], 16), 400),
        "any characters": some(lambda: text(list(string.printable) + odd, 30), 200),
        "empty": [(one, (other, *rng.choices(empty, k=1))) for one in empty for other in empty],
        "one token": some(lambda: rng.choice(words[:6]), 100),
        "identical": [(one, (one,)) for one in shuffled],
        "disjoint": [
            (one, (one.translate(str.maketrans("abcdeilnorst", "fghjkmpquvwx")),))
            for one in shuffled
        ],
        "reordered": [(one, (" ".join(reversed(one.split(" "))),)) for one in shuffled],
        "many references": [(lines(2), tuple(lines(2) for _ in range(7))) for _ in range(50)],
        "lines around 64 tokens": [
            (text("abcdefgh", 70, 0.005), (text("abcdefgh", 70, 0.005),)) for _ in range(40)
        ],
        "very long": [(text(words, 700, 0.05), (text(words[:40], 700, 0.02),)) for _ in range(8)],
        "very long words": some(lambda: text(["a" * n for n in (7, 8, 9, 16, 17, 130)], 8), 30),
    }


CASES = parity_cases()
BATCHES = {name: batch(tuple(items)) for name, items in CASES.items()}
BATCHES["samples"] = batch(SEGMENTS + SUMMARIES)


def test_there_are_enough_cases():
    assert sum(map(len, CASES.values())) >= 2000


@pytest.mark.parametrize("data", BATCHES.values(), ids=BATCHES.keys())
@pytest.mark.parametrize("stemmer", [False, True])
def test_rouge(stemmer, data):
    reference = rouge_scorer.RougeScorer([f"rouge{kind}" for kind in KINDS], use_stemmer=stemmer)
    found = [
        reference.score_multi(references, hypothesis)
        for hypothesis, references in zip(data.hypotheses, data.references, strict=True)
    ]
    for kind in KINDS:
        scorer = Rouge(kind=kind, tokenizer="rouge_score", stemmer=stemmer, split="newline")
        measured = scorer.measure(data)
        ours = scorer.score(measured.statistics) / 100
        scores = [each[f"rouge{kind}"] for each in found]
        theirs = [[score.fmeasure, score.precision, score.recall] for score in scores]
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12, err_msg=kind)
        mean = scorer.score(measured.statistics.sum(axis=0)) / 100
        np.testing.assert_allclose(mean, np.mean(theirs, axis=0), rtol=0, atol=1e-12)


@pytest.mark.parametrize("stemmer", [False, True])
@pytest.mark.parametrize("kind", [*KINDS, "S", "SU", "W"])
def test_on_ascii_the_two_tokenizers_give_the_same_scores(kind, stemmer):
    items = [item for items in CASES.values() for item in items]
    plain = tuple(item for item in items if item[0].isascii() and all(map(str.isascii, item[1])))
    assert len(plain) > 1500
    rows = [
        Rouge(kind=kind, tokenizer=tokenizer, stemmer=stemmer, split="newline")
        .measure(batch(plain))
        .statistics
        for tokenizer in ("unicode", "rouge_score")
    ]
    assert np.array_equal(*rows)


@pytest.mark.parametrize("stemmer", [False, True])
def test_tokens(stemmer):
    reference = tokenizers.DefaultTokenizer(stemmer)
    for text in [text for pair in SEGMENTS for text in (pair[0], *pair[1])]:
        expected = reference.tokenize(text)
        assert list(tokenize(text, tokenizer="rouge_score", stemmer=stemmer)) == expected
        if text.isascii():
            assert list(tokenize(text, stemmer=stemmer)) == expected


@given(st.text(st.characters(max_codepoint=127), max_size=80), st.booleans())
def test_unicode_tokens_equal_rouge_scores_on_ascii(text, stemmer):
    expected = tokenizers.DefaultTokenizer(stemmer).tokenize(text)
    assert list(tokenize(text, stemmer=stemmer)) == expected
    assert list(tokenize(text, tokenizer="rouge_score", stemmer=stemmer)) == expected


@given(st.text(max_size=40), st.booleans())
def test_tokens_of_any_text(text, stemmer):
    expected = tokenizers.DefaultTokenizer(stemmer).tokenize(text)
    assert list(tokenize(text, tokenizer="rouge_score", stemmer=stemmer)) == expected


def test_stems_equal_nltks():
    reference = PorterStemmer()
    rng = random.Random(9)
    words = {
        "".join(rng.choices("aeiouybcdlmnrstxzwé9", k=rng.randint(1, 6)))
        + rng.choice(SUFFIXES)
        + rng.choice(["", "", *SUFFIXES])
        for _ in range(8000)
    }
    words |= {"sky", "skies", "dying", "news", "innings", "proceed", "a", "as", "y", "yyyy"}
    assert {word: stem(word) for word in words} == {word: reference.stem(word) for word in words}
