"""ROUGE-S, -SU and -W, and reading in numpy, against the obvious way, on any tokens at all."""

import re
import sys
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.metrics import rouge_texts, skip_bigrams, union_lcs, weighted_lcs, word_numbers
from evalkit.metrics.rouge import Rouge, rouge
from evalkit.metrics.rouge_texts import read
from evalkit.metrics.rouge_tokens import plain, tokenize
from evalkit.records import Batch

FEW = st.lists(st.sampled_from("abcd"), max_size=14)
MANY = st.lists(st.sampled_from("abcdefghijklmnopqrst"), max_size=30)
TOKENS = st.one_of(FEW, MANY)
GAPS = st.one_of(st.none(), st.integers(0, 6))
EXAMPLES = settings(max_examples=150, deadline=None)


def coded(tokens):
    return np.array([ord(token) for token in tokens], dtype=np.int64)


def pairs_of(tokens, gap):
    """Every pair of words in order with at most ``gap`` words between them."""
    far = len(tokens) if gap is None else gap + 1
    return Counter(
        (tokens[i], tokens[j]) for i, j in combinations(range(len(tokens)), 2) if j - i <= far
    )


def weighted(left, right, weight):
    """Lin 2004, section 4, as the paper prints it."""
    scores = np.zeros((len(left) + 1, len(right) + 1))
    runs = np.zeros((len(left) + 1, len(right) + 1), dtype=int)
    for i, j in np.ndindex(len(left), len(right)):
        if left[i] == right[j]:
            k = runs[i, j]
            scores[i + 1, j + 1] = scores[i, j] + (k + 1.0) ** weight - float(k) ** weight
            runs[i + 1, j + 1] = k + 1
        else:
            scores[i + 1, j + 1] = max(scores[i, j + 1], scores[i + 1, j])
    return scores[-1, -1]


def scores(scorer, hypothesis, *references):
    data = Batch(hypotheses=(hypothesis,), references=(references,))
    return (scorer.measure(data).statistics[0, [2, 0, 1]]).tolist()


def expected(matches, n_hypothesis, n_reference):
    precision = matches / n_hypothesis if n_hypothesis else 0.0
    recall = matches / n_reference if n_reference else 0.0
    both = precision + recall
    return pytest.approx([2 * precision * recall / both if both else 0.0, precision, recall])


@EXAMPLES
@given(TOKENS, TOKENS, GAPS)
def test_skip_bigrams(left, right, gap):
    one, other = pairs_of(left, gap), pairs_of(right, gap)
    assert skip_bigrams.shared(coded(left), coded(right), gap) == (one & other).total()
    found = skip_bigrams.number(np.array([len(left), len(right)]), gap)
    assert found.tolist() == [one.total(), other.total()]


@EXAMPLES
@given(FEW, MANY, GAPS)
def test_skip_bigrams_a_few_kinds_at_a_time(left, right, gap):
    whole = skip_bigrams.shared(coded(left), coded(right), gap)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(skip_bigrams, "_MAX_CELLS", 60)
        assert skip_bigrams.shared(coded(left), coded(right), gap) == whole


@EXAMPLES
@given(TOKENS, st.lists(TOKENS, min_size=1, max_size=3), GAPS)
def test_rouge_s_and_su(hypothesis, references, gap):
    for reference in references:
        one, other = pairs_of(hypothesis, gap), pairs_of(reference, gap)
        texts = " ".join(hypothesis), " ".join(reference)
        found = scores(Rouge(kind="S", gap=gap), *texts)
        assert found == expected((one & other).total(), one.total(), other.total())
        one += Counter(hypothesis)
        other += Counter(reference)
        found = scores(Rouge(kind="SU", gap=gap), *texts)
        assert found == expected((one & other).total(), one.total(), other.total())


def test_without_a_gap_skip_bigrams_are_bigrams():
    texts = "a b c a b d", "b c a b a d", "d a b"
    assert scores(rouge("rougeS0"), *texts) == scores(rouge("rouge2"), *texts)
    assert scores(rouge("rougeS99"), *texts) == scores(rouge("rougeS"), *texts)


@EXAMPLES
@given(st.lists(st.tuples(TOKENS, TOKENS), min_size=1, max_size=6), st.sampled_from([1, 1.2, 2, 3]))
def test_weighted_lengths_of_many_pairs(pairs, weight):
    texts = [text for pair in pairs for text in pair]
    bounds = np.cumsum([0, *map(len, texts)])
    tokens = np.concatenate([coded(text) for text in texts])
    places = [(2 * place, 2 * place + 1) for place in range(len(pairs))]
    found = weighted_lcs.lengths(tokens, bounds, places, weight)
    np.testing.assert_allclose(found, [weighted(*pair, weight) for pair in pairs], atol=1e-9)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weighted_lcs, "_CELLS", 40)
        apart = weighted_lcs.lengths(tokens, bounds, places, weight)
    assert apart.tolist() == found.tolist()


@EXAMPLES
@given(TOKENS, TOKENS, st.sampled_from([1.2, 2.0]))
def test_rouge_w(hypothesis, reference, weight):
    length = weighted(hypothesis, reference, weight)
    parts = [
        (length / len(text) ** weight) ** (1 / weight) if text else 0.0
        for text in (hypothesis, reference)
    ]
    both = sum(parts)
    f_score = 2 * parts[0] * parts[1] / both if both else 0.0
    found = scores(Rouge(kind="W", weight=weight), " ".join(hypothesis), " ".join(reference))
    assert found == pytest.approx([f_score, *parts], abs=1e-12)
    assert max(found) <= 1.0


@EXAMPLES
@given(TOKENS, TOKENS)
def test_with_weight_1_it_is_rouge_l(hypothesis, reference):
    texts = " ".join(hypothesis), " ".join(reference)
    assert scores(rouge("rougeW1"), *texts) == pytest.approx(scores(rouge("rougeL"), *texts))


@pytest.mark.parametrize(
    ("gap", "skipping", "weight", "length"),
    [(4, (20, 40, 40), 1.2, 6.03458952884062), (None, (27, 55, 55), 2.0, 13.0)],
)
def test_against_the_script_itself(gap, skipping, weight, length):
    """createSkipBigram, skipBigramScore and wlcs_inner of ROUGE-1.5.5.pl, run on two texts.

    Hits, then the reference's and the hypothesis' skip bigrams; the weighted length.
    """
    hypothesis = "the ferry left the harbour at noon and the crew slept"
    reference = "at noon the ferry and the crew left the old harbour"
    lines = read((hypothesis, reference), tokenizer="unicode", stemmer=False, split="newline",
                 language="en")  # fmt: skip
    tokens, lengths = lines.coded.tokens, lines.coded.lengths
    left, right = np.split(tokens, [lengths[0]])
    counts = skip_bigrams.number(lengths, gap).tolist()
    assert (skip_bigrams.shared(left, right, gap), *counts) == skipping
    bounds = np.cumsum([0, *lengths])
    found = weighted_lcs.lengths(tokens, bounds, [(0, 1)], weight)
    assert found.tolist() == pytest.approx([length])


def test_texts_that_are_kept_are_few():
    """Only the latest are, up to a number of tokens; the very last ones always."""
    options = {"tokenizer": "unicode", "stemmer": False, "split": "newline", "language": "en"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rouge_texts, "_MAX_TOKENS", 4)
        first = read(("a b c",), **options)
        assert read(("a b c",), **options) is first
        read(("d e",), **options)
        assert read(("a b c",), **options) is not first
        long = read(("a b c d e f g",), **options)
        assert read(("a b c d e f g",), **options) is long


WORDS = st.text("ab1", min_size=1, max_size=26)
LINES = st.lists(st.lists(WORDS, max_size=6), min_size=1, max_size=4)


@EXAMPLES
@given(LINES, st.sampled_from([" ", "   "]))
def test_words_are_numbered(lines, space):
    text = "\n".join(space.join(line) for line in lines)
    found = word_numbers.number(text.encode("ascii"))
    words = text.split()
    assert found.lengths.tolist() == [len(line) for line in lines]
    spans = zip(found.starts.tolist(), found.ends.tolist(), strict=True)
    assert [text[start:end] for start, end in spans] == words
    numbered = list(zip(found.numbers.tolist(), words, strict=True))
    assert len(set(numbered)) == len(set(words)) == len(set(found.numbers.tolist()))
    assert all(words[found.example[number]] == word for number, word in numbered)


def test_words_that_are_too_long_are_left_to_python():
    """And scored the same."""
    longest = "a" * word_numbers.MAX_LENGTH
    assert word_numbers.number(longest.encode()).lengths.tolist() == [1]
    assert word_numbers.number(f"b {longest}a".encode()) is None
    texts = f"{longest} b {longest}b", f"b {longest}b c"
    assert scores(rouge("rouge1"), *texts) == pytest.approx([2 / 3] * 3)


@EXAMPLES
@given(st.lists(st.text(max_size=30), max_size=6), st.sampled_from(["unicode", "rouge_score"]),
       st.booleans())  # fmt: skip
def test_texts_read_together_have_the_tokens_that_they_have_apart(texts, tokenizer, stemmer):
    lines = read(tuple(texts), tokenizer=tokenizer, stemmer=stemmer, split="newline", language="en")
    apart = [[tokenize(line, tokenizer=tokenizer, stemmer=stemmer) for line in text.split("\n")]
             for text in texts]  # fmt: skip
    assert lines.lengths.tolist() == [len(line) for text in apart for line in text]
    assert lines.text.tolist() == [place for place, text in enumerate(apart) for _ in text]
    tokens = [token for text in apart for line in text for token in line]
    numbers = lines.coded.tokens.tolist()
    assert len(set(zip(numbers, tokens, strict=True))) == len(set(tokens)) == len(set(numbers))


def test_every_character_is_lowered_as_python_does():
    """In one text, each between marks that keep it apart."""
    text = "!".join(map(chr, range(128, sys.maxunicode + 1)))
    lower = text.lower().encode("ascii", "replace").decode()
    assert plain(text).decode().split() == re.findall("[a-z0-9]+", lower) == ["i", "k"]


def test_where_there_are_too_many_meetings_the_union_is_the_same():
    data = Batch(
        hypotheses=("a b a c\nb a d\na a", "x"),
        references=(("c a b\na d b\nb b a", "a a a"), ("x y",)),
    )
    fast = Rouge(kind="Lsum").measure(data).statistics.tolist()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(union_lcs, "_MAX_MEETINGS", 3)
        assert Rouge(kind="Lsum").measure(data).statistics.tolist() == fast
