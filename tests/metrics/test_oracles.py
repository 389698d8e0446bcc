"""Counts and subsequences against the obvious way to compute them, on any text at all."""

import sys
from collections import Counter
from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.metrics import lcs
from evalkit.metrics.bleu import Bleu
from evalkit.metrics.overlap import code_characters, code_tokens, lay_out, overlap
from evalkit.metrics.rouge import Rouge
from evalkit.records import Batch

FEW = st.lists(st.sampled_from("abcd"), max_size=14)
TEXTS = st.text(st.sampled_from("abß 字🙂\n"), max_size=25)
ITEMS = st.lists(st.tuples(TEXTS, st.lists(TEXTS, min_size=1, max_size=3)), max_size=7)
EXAMPLES = settings(max_examples=60, deadline=None)


def grams(tokens, n):
    return Counter(tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1))


def table(left, right):
    found = np.zeros((len(left) + 1, len(right) + 1), dtype=int)
    for i, j in np.ndindex(len(left), len(right)):
        same = left[i] == right[j]
        found[i + 1, j + 1] = found[i, j] + 1 if same else max(found[i, j + 1], found[i + 1, j])
    return found


def taken(reference, hypothesis):
    """The subsequence that rouge-score's way back through the table reads."""
    found, i, j, indices = table(reference, hypothesis), len(reference), len(hypothesis), set()
    while i and j:
        if reference[i - 1] == hypothesis[j - 1]:
            i, j = i - 1, j - 1
            indices.add(i)
        elif found[i, j - 1] > found[i - 1, j]:
            j -= 1
        else:
            i -= 1
    return indices


@EXAMPLES
@given(FEW, FEW)
def test_length_of_the_subsequence(left, right):
    expected = table(left, right)[-1, -1]
    tokens = np.array([ord(token) for token in left + right], dtype=np.int64)
    bounds = np.array([0, len(left), len(left) + len(right)])
    assert lcs.lengths(tokens, bounds, [(0, 1)]) == (expected,)
    assert lcs.lengths(tokens + sys.maxunicode, bounds, [(0, 1)]) == (expected,)
    assert len(lcs.union(left, [lcs.places(right)])) == expected


@EXAMPLES
@given(FEW, st.lists(FEW, max_size=4))
def test_union_takes_the_same_tokens(reference, hypotheses):
    expected = sorted(set().union(*(taken(reference, found) for found in hypotheses)))
    assert lcs.union(reference, [lcs.places(found) for found in hypotheses]) == expected


def test_union_of_a_sentence_longer_than_a_machine_word():
    left, right = [str(i % 7) for i in range(300)], [str(i % 5) for i in range(200)]
    assert lcs.union(left, [lcs.places(right)]) == sorted(taken(left, right))


@EXAMPLES
@given(ITEMS)
def test_overlap_where_numbers_would_not_fit(items):
    """N-grams are renumbered before they could outgrow 64 bits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("evalkit.metrics.overlap._MAX_KEY", 200)
        check_overlap(items, 256)


@EXAMPLES
@given(ITEMS, st.integers(0, 40))
def test_long_texts_make_small_chunks(items, most):
    hypotheses = [hypothesis for hypothesis, _ in items]
    references = [found for _, found in items]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("evalkit.metrics.overlap._CHUNK_CHARACTERS", most)
        chunks = list(lay_out(hypotheses, references))
    assert [text for chunk in chunks for text in chunk.texts] == [
        text for hypothesis, found in items for text in (hypothesis, *found)
    ]
    assert all(chunk.n_items == 1 or sum(map(len, chunk.texts)) <= most for chunk in chunks)


@EXAMPLES
@given(ITEMS, st.sampled_from([1, 3, 256]))
def test_overlap(items, chunk):
    check_overlap(items, chunk)


def check_overlap(items, chunk):
    hypotheses = [hypothesis for hypothesis, _ in items]
    references = [found for _, found in items]
    done = 0
    for layout in lay_out(hypotheses, references, items=chunk):
        split = [text.split() for text in layout.texts]
        for coded, cut in ((code_characters(layout.texts), list), (code_tokens(split), str.split)):
            found = overlap(coded, layout, orders=3)
            for row in range(layout.n_items):
                hypothesis = cut(hypotheses[done + row])
                others = [cut(text) for text in references[done + row]]
                check_row(found, row, hypothesis, others)
        done += layout.n_items
    assert done == len(items)


def check_row(found, row, hypothesis, others):
    for n in (1, 2, 3):
        own = grams(hypothesis, n)
        assert found.hypothesis[row, n - 1] == own.total()
        most = Counter()
        for place, other in enumerate(others):
            theirs = grams(other, n)
            most |= theirs
            assert found.reference[row, place, n - 1] == theirs.total()
            assert found.common[row, place, n - 1] == (own & theirs).total()
        assert not found.common[row, len(others) :].any()
        assert found.clipped[row, n - 1] == (own & most).total()


@EXAMPLES
@given(ITEMS)
def test_bleu_counts(items):
    data = Batch(
        hypotheses=tuple(hypothesis for hypothesis, _ in items),
        references=tuple(tuple(found) for _, found in items),
    )
    rows = Bleu(tokenizer="none").measure(data).statistics
    assert rows.shape == (len(items), 11)
    for row, (hypothesis, found) in zip(rows, items, strict=True):
        lengths = [len(text.split()) for text in found]
        own = len(hypothesis.split())
        closest = min(lengths, key=lambda length: (abs(length - own), length))
        assert row[:2].tolist() == [own, closest]


@EXAMPLES
@given(st.lists(FEW, max_size=3), st.lists(FEW, max_size=3), st.sampled_from([1, 2, 3]))
def test_rouge_n(hypothesis, reference, n):
    texts = ["\n".join(" ".join(line) for line in lines) for lines in (hypothesis, reference)]
    data = Batch(hypotheses=(texts[0],), references=((texts[1],),))
    row = Rouge(kind=str(n)).measure(data).statistics[0]
    left, right = (grams(list(chain.from_iterable(lines)), n) for lines in (hypothesis, reference))
    matches = (left & right).total()
    expected = [matches / max(left.total(), 1), matches / max(right.total(), 1)]
    assert row[:2].tolist() == expected
    both = sum(expected)
    assert row[2] == (pytest.approx(2 * expected[0] * expected[1] / both) if both else 0.0)
