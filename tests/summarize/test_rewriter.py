"""The rewriter on texts made up here: what every summary of the bundled model must keep to."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.errors import ConfigError, ModelError
from evalkit.models.rewriter_words import read_words
from evalkit.models.salience import FEATURES, Salience
from evalkit.records import GenerationBatch, Length, Measured
from evalkit.stages import Generator
from evalkit.summarize.rewriter import Rewriter
from evalkit.summarize.rewriter_choice import Candidate, choose, distinct, fragment, limits_of
from evalkit.summarize.rewriter_reading import LONGEST, read_document
from evalkit.summarize.rewriter_surface import printed
from evalkit.text.sentences import split
from evalkit.text.words import words
from tests.tiny_models import one_thread

TEXT = """The port of Marlow closed its old ferry terminal on Friday after engineers found deep \
cracks in the main pier, the harbour authority announced in a short statement.

About 4,200 passengers a day will have to use the smaller quay at Easton, which is six miles \
further up the river and has no railway station.

“We could not wait for another winter,” said Ingrid Solberg, who has run the authority since 2019. \
“Every storm has made the damage worse.”

The mayor of Marlow, Peter Quill, criticised the decision and asked the government in Dunmore to \
pay for a temporary pier, which experts say would cost at least £12 million.

Shopkeepers near the terminal fear for their business. A café owner said that nine out of ten of \
her customers came from the ferry — “without them, I close in a month”.

The authority expects that repairs will begin in March and that the terminal will open again \
before the summer of next year.
"""
NAMES = re.compile(r"(?<![.!?”\"] )(?<!^)\b[A-Z][a-z]+|\d[\d,.]*\d|\d")


@pytest.fixture(scope="module")
def rewriter():
    with one_thread():
        yield Rewriter(reranker="none")


def output(rewriter, text, n_words, kind="", language="en"):
    return rewriter.generate(GenerationBatch(("a",), (text,), Length(n_words, kind), language))[0]


def test_it_is_a_generator(rewriter):
    assert isinstance(rewriter, Generator)
    assert rewriter.name == "rewriter"


@pytest.mark.parametrize(
    ("n_words", "kind", "low", "high"),
    [
        (10, "headline", 3, 12),
        (30, "sentence", 8, 35),
        (60, "short", 51, 69),
        (60, "", 51, 69),
    ],
)
def test_a_summary_is_as_long_as_was_asked_for_and_invents_no_name(
    rewriter, n_words, kind, low, high
):
    found = output(rewriter, TEXT, n_words, kind)
    assert (found.stop, found.error, found.cut) == ("end", "", "")
    assert low <= found.usage["words"] <= high
    assert found.usage["words"] == len(words(found.text))
    assert "\n" not in found.text
    assert found.text[0].isupper()
    assert found.text[-1] in ".”" or kind == "headline"
    assert set(NAMES.findall(found.text)) <= set(re.findall(r"[A-Z][a-z]+|\d[\d,.]*\d|\d", TEXT))
    assert found.text.count("“") == found.text.count("”")


def test_it_shortens_sentences_instead_of_copying_them(rewriter):
    found = output(rewriter, TEXT, 60).text
    sentences = [found[start:end] for start, end in split(found)]
    assert len(sentences) >= 3
    assert sum(sentence in TEXT for sentence in sentences) < len(sentences)


def test_the_answer_is_the_same_again_and_beside_others(rewriter):
    alone = output(rewriter, TEXT, 20)
    batch = GenerationBatch(("x", "y"), (TEXT[:400], TEXT), Length(20))
    assert rewriter.generate(batch)[1] == alone


@pytest.mark.parametrize(
    ("text", "language", "reason"),
    [
        ("", "en", "no words"),
        (" \n ", "en", "no words"),
        (TEXT, "de", "English only"),
        (
            "Der Hafen wurde am Freitag geschlossen, weil der Anleger Risse hat. " * 4,
            "en",
            "German",
        ),
        ("half a pair: \ud800 and some more words", "en", "surrogate"),
    ],
)
def test_what_cannot_be_summarised_is_a_failed_item(rewriter, text, language, reason):
    found = output(rewriter, text, 30, language=language)
    assert (found.text, found.stop) == ("", "error")
    assert reason in found.error


def test_an_endless_sentence_is_cut_and_said_so(rewriter):
    text = "The report lists boats, " + "nets and ropes, " * 60 + "and ends there."
    found = output(rewriter, text, 30)
    assert f"past the {LONGEST}th" in found.cut


def test_a_short_text_gives_what_there_is(rewriter):
    found = output(rewriter, "The ferry terminal in Marlow was closed by engineers on Friday.", 60)
    assert found.stop == "end"
    assert 4 <= found.usage["words"] <= 11


def test_wrong_options_are_refused():
    with pytest.raises(ConfigError, match="beam"):
        Rewriter(beam=0)
    with pytest.raises(ConfigError, match="reranker"):
        Rewriter(reranker="magic")
    with pytest.raises(ConfigError, match="costs"):
        Rewriter(invention=-1)


def test_a_missing_model_and_too_few_words_are_refused(rewriter, tmp_path):
    with pytest.raises(ModelError, match="missing"):
        output(Rewriter(model=tmp_path), TEXT, 20)
    with pytest.raises(ConfigError, match="at least 1"):
        output(rewriter, TEXT, 0)


def test_the_signature_names_model_and_settings(rewriter):
    signature = rewriter.signature()
    assert "|beam:5|" in signature
    assert "model:" in signature
    assert "|reranker:none|" in signature
    assert signature != Rewriter(beam=3, reranker="none").signature()


class Disliking:
    """A scorer that finds an error wherever a word occurs."""

    def __init__(self, word):
        self.word = word

    def measure(self, batch):
        rows = [[9.0 * (self.word in text), len(words(text))] for text in batch.hypotheses]
        return Measured(np.array(rows), np.ones(len(batch), np.bool_))


def test_the_reranker_is_heard(rewriter, monkeypatch):
    before = output(rewriter, TEXT, 10, "headline").text
    other = Rewriter(reranker="detector")
    other._model = rewriter._loaded()
    word = before.split()[1]
    monkeypatch.setattr(other, "_scorer", lambda: Disliking(word))
    assert word not in output(other, TEXT, 10, "headline").text


# --- reading


def test_what_is_quoted_across_sentences_is_known():
    salience = Salience((0.0,) * len(FEATURES))
    text = "She said: “We left. It was late.” Nobody\nknew.\n“We stay. And wait."
    reading = read_document(text, salience)
    spoken = [any(one.quoted) for one in reading.sentences]
    assert [one.plain[0] for one in reading.sentences] == [
        "she",
        "it",
        "nobody",
        "knew",
        '"',
        "and",
    ]
    assert spoken == [True, True, False, False, True, True]
    assert reading.sentences[1].salience < reading.sentences[2].salience


def test_single_quotation_marks_are_read_as_such():
    quoting = [word.plain for word in read_words("He was ‘very sure’ of the sailors’ boat.")]
    assert quoting.count('"') == 2
    assert [word.plain for word in read_words("The sailors' boat sank.")].count("'") == 1


# --- printing


@pytest.mark.parametrize(
    ("source", "chosen", "expected", "reason"),
    [
        (
            "Yesterday the mayor left.",
            "the mayor left yesterday",
            "The mayor left yesterday.",
            "case",
        ),
        ("Anna met Bo.", "bo met anna", "Bo met Anna.", "names keep their capitals"),
        ("An old boat sank.", "a boat sank", "A boat sank.", "a before b"),
        ("A very old boat sank.", "an old boat sank", "An old boat sank.", "an before o"),
        ("It cost $5 (net), he said.", "it cost $ 5", "It cost $5.", "no blank that was not there"),
        ("“We won,” he said.", '" we won , " he said', "“We won,” he said.", "curly marks"),
        ("He said: “We won!”", 'he said : " we won ! "', "He said: “We won!”", "no second end"),
        ("Was it over?", "was it over ?", "Was it over?", "a question stays one"),
        ("It was over, they say.", "it was over ,", "It was over.", "no comma at the end"),
    ],
)
def test_rewrites_are_printed_as_english(source, chosen, expected, reason):
    read = read_words(source)
    free = list(range(len(read)))
    links = []
    for word in chosen.split():
        place = next((j for j in free if read[j].plain == word), -1)
        links.append(place)
        if place >= 0:
            free.remove(place)
    small = {"yesterday", "the", "was", "it", "he", "we", "a", "an"}
    marks = ("“", "”") if "“" in source else ('"', '"')
    found = printed(chosen.split(), links, read, small=small, marks=marks)
    assert found == expected, reason


# --- choosing


def candidate(sentence, n_words, value):
    return Candidate(sentence, f"{sentence}:{n_words}", n_words, value, -0.3)


@given(
    st.lists(
        st.builds(candidate, st.integers(0, 4), st.integers(3, 30), st.floats(-1, 1)), max_size=12
    ),
    st.integers(5, 70),
)
def test_what_is_chosen_fits_and_is_in_order(candidates, n_words):
    limits = limits_of(n_words, "")
    chosen = choose(candidates, limits)
    places = [one.sentence for one in chosen]
    assert places == sorted(set(places)), "one of each sentence, in the document's order"
    assert sum(one.n_words for one in chosen) <= limits.high
    assert len(chosen) <= limits.n_sentences
    if any(one.n_words <= limits.high for one in candidates):
        assert chosen


def test_more_is_said_where_there_is_room():
    options = [candidate(0, 20, 0.5), candidate(1, 20, 0.4), candidate(2, 20, 0.1)]
    assert [one.sentence for one in choose(options, limits_of(40, ""))] == [0, 1]
    assert [one.sentence for one in choose(options, limits_of(20, "sentence"))] == [0]


@pytest.mark.parametrize(
    ("source", "rewrite", "expected", "reason"),
    [
        ("after the storm the port closed", "after the storm", True, "no main clause"),
        (
            "after the storm , which lasted , it closed",
            "after the storm , which lasted",
            True,
            "one",
        ),
        ("after the storm , it was closed", "after the storm , it was closed", False, "whole"),
        ("after the storm , it was closed", "the storm , it was closed", True, "lost its head"),
        ("after the storm , it was closed", "it was closed", False, "the main clause alone"),
        ("the port was closed after the storm", "the port was closed", False, "no phrase at first"),
    ],
)
def test_fragments(source, rewrite, expected, reason):
    start = source.index(rewrite)
    first = len(source[:start].split())
    links = range(first, first + len(rewrite.split()))
    assert fragment(rewrite.split(), links, source.split()) is expected, reason


def test_what_was_said_already_is_left_out():
    sentences = [
        ["the", "ferry", "to", "easton", "was", "closed"],
        ["closed", "was", "the", "ferry", "to", "easton", "today"],
        ["prices", "rose"],
        ["!"],
    ]
    assert distinct(sentences, [0, 1, 2, 3]) == [0, 2]
