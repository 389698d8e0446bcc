"""The network and its words: places, padding, steps against the whole, and refused folders."""

import dataclasses
import json

import numpy as np
import pytest
import torch

from evalkit.errors import ModelError
from evalkit.models.rewriter import N_PLACES, Decoded, RewriterNet, Shape, places
from evalkit.models.rewriter_batches import decided
from evalkit.models.rewriter_bundle import load_rewriter, save_rewriter
from evalkit.models.rewriter_source import MAX_PIECES, SourceReader, begin
from evalkit.models.rewriter_words import joined, read_words
from evalkit.models.salience import FEATURES, Salience, features, fit_salience
from tests.training.tiny_detector import tiny_encoder

VOCABULARY = ("</s>", "also", "the", '"')
SHAPE = Shape(len(VOCABULARY), n_frozen=1, n_decoder=2, width=16, n_heads=2, n_inner=32, n_upper=1)
WORDS = ["the", "old", "pilot", "painted", "the", "small", "boats"]


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(3)
    made = begin(tiny_encoder(n_positions=128), SHAPE, VOCABULARY, torch.ones(4)).eval()
    with torch.no_grad():  # so that the source matters, which it does not at first
        for layer in made.decoder_layers():
            layer.cross.out.weight.normal_(std=0.5)
        made.place.weight.normal_()
    return made


@pytest.fixture(scope="module")
def reader():
    return SourceReader.of(tiny_encoder(n_positions=128), n_frozen=1)


def batch(net, reader, sources, width=None):
    width = width or max(map(len, sources))
    states, words = torch.zeros(2, len(sources), width, 16)
    present = torch.zeros(len(sources), width, dtype=torch.bool)
    for row, (source, found) in enumerate(zip(sources, reader.read(sources), strict=True)):
        states[row, : len(source)] = found
        words[row, : len(source)] = reader.embed(source)
        present[row, : len(source)] = True
    return net.read(states, words, present)


def test_a_place_tells_distance_direction_and_use():
    last, used = torch.tensor([2]), torch.zeros(1, 40, dtype=torch.bool)
    used[0, 2] = True
    found = places(last, used)[0]
    middle = N_PLACES // 4
    assert found[3] == middle, "the next word stands in the middle"
    assert (found[4], found[1]) == (middle + 1, middle - 2)
    assert found[2] == N_PLACES // 2 + middle - 1, "a used word has a class of its own"
    assert found[39] == N_PLACES // 2 - 1, "all that is far ahead is one class"
    assert len(set(found.tolist())) < N_PLACES


def test_at_first_it_copies_the_next_word():
    fresh = begin(tiny_encoder(n_positions=128), SHAPE, VOCABULARY, torch.ones(4)).eval()
    source = batch(fresh, SourceReader.of(tiny_encoder(n_positions=128), n_frozen=1), [WORDS])
    done = decided(np.array([[-1, 0, 1, 4]]), np.zeros((1, 4), np.int64), len(WORDS))
    best = fresh(source, done, torch.tensor([7])).argmax(-1)[0].tolist()
    assert best == [0, 1, 2, 5]


def test_padding_changes_nothing(net, reader):
    done = decided(np.array([[-1, 0, 1, -1]]), np.array([[0, 0, 0, 2]]), len(WORDS))
    alone = net(batch(net, reader, [WORDS]), done, torch.tensor([2]))
    wide = dataclasses.replace(done, used=torch.nn.functional.pad(done.used, (0, 3)))
    padded = net(batch(net, reader, [WORDS], width=len(WORDS) + 3), wide, torch.tensor([2]))
    n = len(WORDS)
    torch.testing.assert_close(padded[..., :n], alone[..., :n])
    torch.testing.assert_close(padded[..., n + 3 :], alone[..., n:])
    assert (padded[..., n : n + 3] < -1e8).all()


def test_step_by_step_equals_all_at_once(net, reader):
    links, written = np.array([[-1, 0, -1, 2, 3]]), np.array([[0, 0, 1, 0, 0]])
    done = decided(links, written, len(WORDS))
    source, length = batch(net, reader, [WORDS]), torch.tensor([1])
    whole = net(source, done, length).log_softmax(-1)
    past = None
    for t in range(5):
        part = Decoded(*(getattr(done, name)[:, t : t + 1] for name in Decoded.__slots__))
        scores, past = net.step(source, part, length, past)
        torch.testing.assert_close(scores, whole[:, t])


def test_histories_follow_from_links():
    found = decided(np.array([[-1, 3, -1, 1]]), np.array([[0, 0, 2, 0]]), 4)
    assert found.last.tolist() == [[-1, 3, 3, 1]]
    assert found.used[0].sum(-1).tolist() == [0, 1, 1, 2]


def test_sources_that_cannot_be_read_are_refused(reader):
    with pytest.raises(ValueError, match="from 1 to"):
        reader.read([["boats"] * (MAX_PIECES + 1)])
    with pytest.raises(ValueError, match="0 pieces"):
        reader.read([[]])


@pytest.mark.parametrize(
    ("text", "expected", "reason"),
    [
        ("He’s “here” — at last…", ["he", "'s", '"', "here", '"', "-", "at", "last", "."], "curly"),
        ("a well-known, 5-year plan", ["a", "well-known", ",", "5-year", "plan"], "hyphens"),
        ("Anna's 1,200 -- no...", ["anna", "'s", "1,200", "-", "no", "..."], "runs of marks"),
        ("", [], "nothing"),
    ],
)
def test_words_as_the_encoder_sees_them(text, expected, reason):
    found = read_words(text)
    assert [word.plain for word in found] == expected, reason
    assert all(text[word.start : word.end] == word.surface for word in found)


@pytest.mark.parametrize(
    "text",
    [
        "Anna's men said: “No, we won’t.”",
        'It cost $5 (or 4%), "at most", she said.',
        "The sailors' boat was ‘old’ and red.",
    ],
)
def test_joining_undoes_reading(text):
    assert joined([word.surface for word in read_words(text)]) == text


def test_a_folder_that_was_changed_is_refused(net, tmp_path):
    encoder = tiny_encoder(n_positions=128)
    salience = Salience((0.5,) * len(FEATURES))
    save_rewriter(
        tmp_path, net, vocabulary=VOCABULARY, salience=salience, recipe={}, encoder="tiny"
    )
    model = load_rewriter(tmp_path, encoder=encoder)
    assert (model.vocabulary, model.salience) == (VOCABULARY, salience)
    assert isinstance(model.net, RewriterNet)
    (tmp_path / "vocabulary.txt").write_text("</s>\nother\n", encoding="utf-8")
    with pytest.raises(ModelError, match="vocabulary"):
        load_rewriter(tmp_path, encoder=encoder)
    save_rewriter(
        tmp_path, net, vocabulary=VOCABULARY, salience=salience, recipe={}, encoder="tiny"
    )
    card = json.loads((tmp_path / "model.json").read_text())
    del card["settings"]["salience"]["first"]
    (tmp_path / "model.json").write_text(json.dumps(card))
    with pytest.raises(ModelError, match="salience"):
        load_rewriter(tmp_path, encoder=tiny_encoder(n_positions=128))


def test_salience_finds_what_the_highlights_were_drawn_from():
    rng = np.random.default_rng(4)
    rows = rng.normal(size=(800, len(FEATURES)))
    drawn = rng.random(800) < 1 / (1 + np.exp(-2 * rows[:, 3]))
    weights = np.array(fit_salience(rows, drawn).weights)
    assert weights.argmax() == 3
    assert weights[3] == pytest.approx(2, abs=0.4)


def test_features_of_no_sentences_and_of_one():
    assert features([]).shape == (0, len(FEATURES))
    assert np.isfinite(features([("rain",)])).all()
