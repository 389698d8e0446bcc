"""ROUGE against rouge-score 0.1.2 itself, to 1e-12, and its tokens and stems."""

import random
import string

import numpy as np
import pytest
from nltk.stem.porter import PorterStemmer
from rouge_score import rouge_scorer, tokenizers

from evalkit.metrics.porter import stem
from evalkit.metrics.rouge import Rouge
from evalkit.metrics.rouge_tokens import tokenize
from evalkit.records import Batch
from tests.metrics.metric_samples import SEGMENTS, SUMMARIES, batch

KINDS = ("1", "2", "3", "L", "Lsum")
ENDS = (
    "s es ies ied ed ing eed y ly alli ally logy logi fulli fully ational tional enci anci izer "
    "ization ation ator alism iveness fulness ousness aliti iviti biliti icate ative alize iciti "
    "ical ful ness al ance ence er ic able ible ant ement ment ent ion sion tion ou ism ate iti "
    "ous ive ize e ll lle at bl iz"
)
SUFFIXES = ENDS.split()


def few_words(seed: int, n: int = 120) -> Batch:
    """Lines of very few different words, where longest common subsequences have many ties."""
    rng = random.Random(seed)

    def text() -> str:
        lines = rng.randrange(4)
        return "\n".join(" ".join(rng.choices("abcdex", k=rng.randrange(12))) for _ in range(lines))

    return Batch(
        hypotheses=tuple(text() for _ in range(n)),
        references=tuple(tuple(text() for _ in range(rng.randint(1, 3))) for _ in range(n)),
    )


BATCHES = {"samples": batch(SEGMENTS + SUMMARIES), "few words": few_words(5)}


@pytest.mark.parametrize("data", BATCHES.values(), ids=BATCHES.keys())
@pytest.mark.parametrize("stemmer", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_rouge(kind, stemmer, data):
    scorer = Rouge(kind=kind, tokenizer="rouge_score", stemmer=stemmer, split="newline")
    reference = rouge_scorer.RougeScorer([f"rouge{kind}"], use_stemmer=stemmer)
    measured = scorer.measure(data)
    ours = scorer.score(measured.statistics) / 100
    found = [
        reference.score_multi(references, hypothesis)[f"rouge{kind}"]
        for hypothesis, references in zip(data.hypotheses, data.references, strict=True)
    ]
    theirs = [[score.fmeasure, score.precision, score.recall] for score in found]
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)
    mean = scorer.score(measured.statistics.sum(axis=0)) / 100
    np.testing.assert_allclose(mean, np.mean(theirs, axis=0), rtol=0, atol=1e-12)


@pytest.mark.parametrize("stemmer", [False, True])
def test_tokens(stemmer):
    reference = tokenizers.DefaultTokenizer(stemmer)
    for text in [text for pair in SEGMENTS for text in (pair[0], *pair[1])]:
        expected = reference.tokenize(text)
        assert list(tokenize(text, tokenizer="rouge_score", stemmer=stemmer)) == expected
        if text.isascii():
            assert list(tokenize(text, stemmer=stemmer)) == expected


def test_unicode_tokens_equal_rouge_scores_on_every_ascii_character():
    reference = tokenizers.DefaultTokenizer(False)
    rng = random.Random(2)
    for _ in range(300):
        text = "".join(rng.choices(string.printable, k=40))
        assert list(tokenize(text)) == reference.tokenize(text), repr(text)


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
