import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.errors import ConfigError
from evalkit.models.encoder import load_encoder
from evalkit.models.sentence_vectors import WINDOW, sentence_vectors
from evalkit.records import GenerationBatch, Length
from evalkit.summarize.central import Central, centrality, choose
from tests.tiny_models import one_thread

TEXT = (
    "The ferry line to the island was closed on Monday because of the storm. "
    "My aunt collects stamps. "
    "Because of the storm, the island's ferry did not run on Monday. "
    "Passengers waited for a ferry to the island until the storm was over."
)


@pytest.fixture(scope="module")
def encoder():
    with one_thread():
        yield load_encoder()


@pytest.fixture(scope="module")
def central():
    with one_thread():
        yield Central()


def summary(central: Central, text: str, words: int, language: str = "en"):
    return central.generate(GenerationBatch(("a",), (text,), Length(words), language))[0]


# --- the walk


def symmetric(seed: int, n: int):
    vectors = np.random.default_rng(seed).normal(size=(n, 5))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.clip(vectors @ vectors.T, -1.0, 1.0)


@given(st.integers(0, 10_000), st.integers(1, 12), st.sampled_from([0.0, 0.5, 0.85, 0.99]))
@settings(max_examples=60, deadline=None)
def test_centrality_is_the_stationary_distribution(seed: int, n: int, damping: float) -> None:
    cosines = symmetric(seed, n)
    edges = np.where(cosines > 0, cosines, 0.0)
    chances = edges / edges.sum(axis=1)[:, None]
    # The oracle solves p = (1 - d)/n + d * chances' p instead of walking.
    expected = np.linalg.solve(np.eye(n) - damping * chances.T, np.full(n, (1 - damping) / n))

    found = centrality(cosines, damping=damping)

    assert np.abs(found - expected).max() < 1e-10
    assert found.sum() == pytest.approx(1.0)


def test_without_damping_all_are_alike() -> None:
    assert centrality(symmetric(1, 4), damping=0.0).tolist() == [0.25] * 4


def test_without_sentences_there_is_no_centrality() -> None:
    assert centrality(np.zeros((0, 0)), damping=0.85).shape == (0,)


@pytest.mark.parametrize("damping", [-0.1, 1.0])
def test_a_walk_that_never_settles_is_refused(damping: float) -> None:
    with pytest.raises(ValueError, match=r"expected 0 to 0\.99"):
        centrality(np.eye(2), damping=damping)


# --- the choice


@pytest.mark.parametrize(
    ("scores", "counts", "words", "whole", "expected", "reason"),
    [
        ([0.2, 0.5, 0.3], [5, 5, 5], 10, True, [1, 2], "the two most central, in source order"),
        ([0.5, 0.2, 0.3], [5, 5, 5], 10, True, [0, 2], "source order, not rank"),
        ([0.5, 0.3, 0.2], [5, 9, 4], 10, True, [0, 2], "one that doesn't fit is passed over"),
        ([0.2, 0.8], [30, 20], 10, True, [1], "none fits: the most central alone"),
        ([0.3, 0.3, 0.4], [5, 5, 5], 10, True, [0, 2], "of a tie the earlier"),
        ([0.3, 0.3 + 1e-12, 0.4], [5, 5, 5], 10, True, [0, 2], "a tie but for rounding"),
        ([0.2, 0.5, 0.3], [5, 5, 5], 7, False, [1, 2], "not whole: until the words are reached"),
        ([0.2, 0.5, 0.3], [5, 5, 5], 5, False, [1], "reached by one"),
        ([], [], 5, True, [], "no sentences"),
    ],
)
def test_choice(scores, counts, words: int, whole: bool, expected, reason: str) -> None:
    cosines = np.eye(len(scores))

    found = choose(np.array(scores), cosines, counts, n_words=words, redundancy=0.8, whole=whole)

    assert found == expected, reason


def test_a_sentence_like_one_already_taken_is_left_out() -> None:
    cosines = np.array([[1.0, 0.9, 0.1], [0.9, 1.0, 0.1], [0.1, 0.1, 1.0]])
    scores = np.array([0.4, 0.35, 0.25])
    options = {"n_words": 10, "whole": True}

    assert choose(scores, cosines, [5] * 3, redundancy=0.8, **options) == [0, 2]
    assert choose(scores, cosines, [5] * 3, redundancy=1.0, **options) == [0, 1]


# --- vectors


def test_vectors_are_those_of_sentence_transformers(encoder) -> None:
    # sentence-transformers 6.2.0, SentenceTransformer(all-MiniLM-L6-v2, CPU, float32)
    # .encode(texts, normalize_embeddings=True), torch 2.13.0
    vectors = sentence_vectors(
        encoder,
        [
            "The harbour reopened on Monday after a week of storms.",
            "Two ferries carried the first passengers.",
        ],
    )

    expected = [0.00763, -0.033113, 0.067607, 0.022559, -0.005793, 0.029687]
    assert vectors.shape == (2, 384)
    assert vectors[0, :6] == pytest.approx(expected, abs=2e-6)
    assert vectors[0] @ vectors[1] == pytest.approx(0.24763, abs=2e-5)


def test_vectors_do_not_depend_on_neighbours(encoder) -> None:
    texts = ["A quay.", "", "É 東京 🙂", "word " * 300, "The tide was high at noon."]

    together = sentence_vectors(encoder, texts)

    for row, text in zip(together, texts, strict=True):
        assert np.abs(row - sentence_vectors(encoder, [text])[0]).max() < 1e-6
    assert np.linalg.norm(together, axis=1) == pytest.approx(1.0)


def test_a_long_text_is_read_to_its_end(encoder) -> None:
    start = "ship " * (WINDOW - 2)
    short, long = sentence_vectors(encoder, [start, start + "music " * (WINDOW - 2)])

    assert short @ long < 0.9
    music = sentence_vectors(encoder, ["music " * (WINDOW - 2)])[0]
    assert long @ music > short @ music + 0.2


def test_without_texts_there_are_no_vectors(encoder) -> None:
    assert sentence_vectors(encoder, []).shape == (0, 384)


# --- the generator


def test_takes_what_the_document_is_about(central: Central) -> None:
    output = summary(central, TEXT, 26)

    assert "stamps" not in output.text
    assert 20 <= output.usage["words"] <= 26
    assert output.usage["sentences"] == output.text.count("\n") + 1
    lines = output.text.split("\n")
    assert [TEXT.index(line) for line in lines] == sorted(TEXT.index(line) for line in lines)


def test_a_repeated_sentence_is_taken_once(central: Central) -> None:
    sentence = "The ferry line to the island was closed on Monday."
    output = summary(central, f"{sentence} {sentence} {sentence} My aunt collects stamps.", 40)

    assert output.text.split("\n") == [sentence, "My aunt collects stamps."]


def test_cut_at_words_gives_exactly_so_many() -> None:
    central = Central(cut="word")
    for words in (1, 9, 25):
        output = summary(central, TEXT, words)
        assert output.usage["words"] == words
    assert summary(central, TEXT, 25).stop == "length"


@pytest.mark.parametrize(
    ("text", "language", "error", "reason"),
    [
        (TEXT, "fr", "language is 'fr'", "said to be French"),
        (
            "Die Fähre zur Insel fuhr am Montag wegen des Sturms nicht, und alle warteten lange.",
            "en",
            "seems to be in German",
            "found to be German",
        ),
        ("", "en", "no words", "empty"),
    ],
)
def test_what_it_cannot_read_is_a_failed_item(central, text, language, error, reason) -> None:
    output = summary(central, text, 20, language)

    assert output.stop == "error", reason
    assert error in output.error, reason


@pytest.mark.parametrize(
    "options", [{"damping": 1.0}, {"damping": -0.5}, {"redundancy": 1.5}, {"cut": "line"}]
)
def test_options_out_of_range_are_refused(options) -> None:
    with pytest.raises(ConfigError):
        Central(**options)


def test_signature_names_what_decides() -> None:
    plain = Central().signature()

    assert "encoder:sentence-transformers/all-MiniLM-L6-v2@sha256-53aa51172d142c89" in plain
    others = [Central(damping=0.5), Central(redundancy=0.9), Central(cut="word")]
    assert len({plain, *(other.signature() for other in others)}) == 4


def test_closed_and_used_again(central: Central) -> None:
    before = summary(central, TEXT, 30)
    central.close()

    assert summary(central, TEXT, 30) == before
