"""Reading training data: Penn tokens, tags, sentences that are left out; batches by seed."""

import dataclasses
import gzip
import json

import numpy as np
import pytest

from evalkit.errors import InputError
from evalkit.models.pieces import IGNORED, Pieces
from evalkit.training.clitics import join_clitics
from evalkit.training.corruption import OPERATIONS, Corruptor
from evalkit.training.detector_batches import Batches, Shares, curled
from evalkit.training.detector_data import Reading, read_corpus
from evalkit.training.lexicon import build_lexicon
from tests.training.tiny_detector import clean_rows, tagged_rows, write_rows

READING = Reading({"text": 60, "article": 2, "post_edit": 1}, frozenset({"article"}), 4, 30)


def read(tmp_path, *rows):
    return read_corpus([write_rows(tmp_path / "data.jsonl", rows)], READING)


def test_cased_text_is_split_into_sentences_and_tokens(tmp_path):
    found = read(tmp_path, {"text": "The dam held. It hasn't leaked since.\nToo short."})
    assert found.clean == (
        ("The", "dam", "held", "."),
        ("It", "hasn't", "leaked", "since", "."),
    )
    assert found.n_skipped == 1


def test_penn_text_keeps_closing_quotation_marks_with_their_sentence(tmp_path):
    article = "`` we ca n't wait for him . '' they left the pier at noon ."
    found = read(tmp_path, {"article": article})
    assert found.clean == (
        ('"', "we", "can't", "wait", "for", "him", ".", '"'),
        ("they", "left", "the", "pier", "at", "noon", "."),
    )


def test_sentences_are_taken_in_pairs_spread_evenly_up_to_the_limit(tmp_path):
    reading = Reading({"article": 4}, frozenset({"article"}), 4, 30)
    article = " ".join(f"boat number {i} is new ." for i in range(8))
    rows = [{"article": article}, {"article": article}]
    found = read_corpus([write_rows(tmp_path / "data.jsonl", rows)], reading)
    assert [sentence[2] for sentence in found.clean] == ["0", "1", "4", "5"] * 2
    assert found.follows == (False, True, False, True) * 2 + (False,)


def test_a_sentence_after_one_that_was_left_out_does_not_follow(tmp_path):
    found = read(tmp_path, {"text": "The dam held well.\nToo short.\nIt has not leaked since."})
    assert len(found.clean) == 2
    assert not any(found.follows)


def test_tags_follow_joined_words(tmp_path):
    row = {
        "mt_tokens": ["He", "do", "n't", "row", "boat", "."],
        "word_tags": ["OK", "BAD", "OK", "OK", "OK", "OK"],
        "gap_tags": ["OK", "OK", "OK", "OK", "BAD", "OK", "OK"],
        "post_edit": "He doesn't row a boat .",
    }
    first, second = read(tmp_path, row).tagged
    assert first.tokens == ("He", "don't", "row", "boat", ".")
    assert first.edited == (False, True, False, False, False)
    assert first.filled == (False, False, False, True, False, False)
    assert second.tokens == ("He", "doesn't", "row", "a", "boat", ".")
    assert not any(second.edited)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Write to info@harbour and ask.", id="address"),
        pytest.param("12 34 56 78 90 boats.", id="numbers"),
        pytest.param("A heading without its end", id="no-full-stop"),
    ],
)
def test_odd_lines_are_left_out(tmp_path, text):
    found = read(tmp_path, {"text": f"{text}\nThe old dam held well."})
    assert (len(found.clean), found.n_skipped) == (1, 1)


def test_gzip_and_plain_are_alike(tmp_path):
    plain = write_rows(tmp_path / "a.jsonl", clean_rows())
    packed = tmp_path / "a.jsonl.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert read_corpus([packed], READING) == read_corpus([plain], READING)


def test_a_broken_line_is_named(tmp_path):
    path = tmp_path / "data.jsonl"
    path.write_text(json.dumps({"text": "The dam held well."}) + "\n{\n")
    with pytest.raises(InputError, match=r"data\.jsonl:2"):
        read_corpus([path], READING)


def test_a_mark_does_not_take_a_clitic():
    assert join_clitics(['"', "'s"]) == [[0], [1]]


@pytest.fixture
def batches(tmp_path):
    corpus = read(tmp_path, *clean_rows(), *tagged_rows())
    lexicon = build_lexicon(corpus.counts(), None)
    corruptor = Corruptor(lexicon, errors=(1, 1), operations=dict.fromkeys(OPERATIONS, 1.0))
    letters = Pieces(lambda token: [ord(c) % 50 + 4 for c in token], start=1, end=2, unknown=3)
    return Batches(corpus, corruptor, letters, 0, Shares(0.25, 0.5, 0.5, 0.5), 40, 300)


def test_chunks_depend_on_the_seed_and_their_number_alone(batches):
    once, again, other = (batches.chunk_batches(i) for i in (3, 3, 4))
    assert all(
        np.array_equal(a[name], b[name]) for a, b in zip(once, again, strict=True) for name in a
    )
    assert any(
        a["ids"].shape != b["ids"].shape or (a["ids"] != b["ids"]).any()
        for a, b in zip(once, other, strict=False)
    )


def test_each_head_learns_from_its_own_sentences(batches):
    tagged = clean = 0
    for batch in batches.chunk_batches(0):
        for wrong, edit in zip(batch["wrong"], batch["edit"], strict=True):
            knows_wrong, knows_edit = (wrong != IGNORED).any(), (edit != IGNORED).any()
            assert knows_wrong != knows_edit
            tagged, clean = tagged + knows_edit, clean + knows_wrong
    assert tagged == 10
    assert clean == 30


def test_some_sentences_come_with_the_next_one_of_their_text(batches):
    alone = dataclasses.replace(batches, shares=Shares(0.25))

    def longest(found):
        return max(int((batch["first"] > 0).sum(axis=1).max()) for batch in found)

    assert longest(batches.chunk_batches(0)) > longest(alone.chunk_batches(0)) + 3


@pytest.mark.parametrize(
    ("tokens", "found"),
    [
        pytest.param('" yes , " he said', "“ yes , ” he said", id="a-pair"),
        pytest.param('" yes , he said', '" yes , he said', id="unpaired-stays"),
        pytest.param("don't 'tis", "don’t 'tis", id="apostrophes-within-words"),
    ],
)
def test_straight_marks_are_made_curly(tokens, found):
    assert curled(tokens.split()) == tuple(found.split())


def test_tokens_point_at_their_subwords(batches):
    for batch in batches.chunk_batches(1):
        n_tokens = (batch["first"] > 0).sum(axis=1)
        for row, n in enumerate(n_tokens):
            first, last = batch["first"][row, :n], batch["last"][row, :n]
            assert first[0] == 1
            assert (first[1:] == last[:-1] + 1).all()
            assert batch["ids"][row, first[-1]] == 2  # the end
            assert batch["mask"][row].sum() == first[-1] + 1
