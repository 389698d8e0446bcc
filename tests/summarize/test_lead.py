import pytest

from evalkit.errors import ConfigError
from evalkit.records import GenerationBatch, Length
from evalkit.summarize.lead import Lead
from evalkit.summarize.length import TokenRange, cut_to, token_range
from evalkit.text.words import count_words

TEXT = "Storm ends\nThe ferry sailed again. “Nobody slept,” she said. It was late."


def summary(text: str, words: int, cut: str = "sentence"):
    return Lead(cut=cut).generate(GenerationBatch(("a",), (text,), Length(words)))[0]


@pytest.mark.parametrize(
    ("words", "cut", "expected", "stop", "reason"),
    [
        (2, "sentence", "Storm ends", "end", "a title is a sentence like any other"),
        (5, "sentence", "Storm ends", "end", "the next sentence has four words: too many"),
        (6, "sentence", "Storm ends\nThe ferry sailed again.", "end", "it fits to the word"),
        (1, "sentence", "Storm ends", "end", "the first is taken even where it is too long"),
        (13, "sentence", TEXT.replace(". ", ".\n"), "end", "all of it: a line per sentence"),
        (99, "sentence", TEXT.replace(". ", ".\n"), "end", "more than there is"),
        (1, "word", "Storm", "length", "broken off inside the first sentence"),
        (4, "word", "Storm ends\nThe ferry", "length", "broken off inside the second"),
        (6, "word", "Storm ends\nThe ferry sailed again.", "end", "ends with a sentence: its stop"),
        (
            8,
            "word",
            "Storm ends\nThe ferry sailed again.\n“Nobody slept",
            "length",
            "no mark after",
        ),
        (99, "word", TEXT.replace(". ", ".\n"), "end", "more than there is"),
    ],
)
def test_first_sentences(words: int, cut: str, expected: str, stop: str, reason: str) -> None:
    output = summary(TEXT, words, cut)

    assert output.text == expected, reason
    assert output.stop == stop, reason
    assert output.usage == {
        "source_words": 13,
        "words": count_words(expected),
        "sentences": expected.count("\n") + 1,
    }
    assert (output.cut, output.error) == ("", "")


@pytest.mark.parametrize("words", range(1, 20))
def test_cut_at_words_gives_exactly_so_many(words: int) -> None:
    assert summary(TEXT, words, "word").usage["words"] == min(words, 13)


def test_marks_alone_are_no_sentence() -> None:
    assert summary("***\nA boat. ...\n---\nA quay.", 4).text == "A boat. ...\nA quay."


@pytest.mark.parametrize("text", ["", " \n\t", "… — !?"], ids=["empty", "blank", "marks"])
def test_a_document_without_words_is_a_failed_item(text: str) -> None:
    output = summary(text, 10)

    assert (output.text, output.stop) == ("", "error")
    assert output.error == "the document has no words"


def test_no_words_asked_for_is_refused() -> None:
    with pytest.raises(ConfigError, match="0 words was asked for"):
        summary(TEXT, 0)


def test_unknown_cut_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"'words' is neither .* Did you mean 'word'"):
        Lead(cut="words")


def test_signature_tells_the_cuts_apart() -> None:
    assert Lead().signature().startswith("lead|cut:sentence|sentencex:")
    assert Lead().signature() != Lead(cut="word").signature()


def test_cut_keeps_the_text_as_it_is() -> None:
    assert cut_to("«Ну  вот», сказал он: 1,200.50 евро.", 4) == "«Ну  вот», сказал он"


@pytest.mark.parametrize(
    ("n_words", "source_words", "source_tokens", "expected", "reason"),
    [
        (60, 400, 520, TokenRange(48, 112), "1.3 tokens a word: 54.6 and 109.2, outwards by 8"),
        (60, 400, 1200, TokenRange(120, 256), "a vocabulary that cuts words into three"),
        (60, 40, 60, TokenRange(16, 88), "a short source: half of it at least, all at most"),
        (1, 400, 400, TokenRange(0, 8), "never a limit of no tokens"),
    ],
)
def test_token_range(
    n_words: int, source_words: int, source_tokens: int, expected: TokenRange, reason: str
) -> None:
    found = token_range(n_words, source_words=source_words, source_tokens=source_tokens)

    assert found == expected, reason


def test_token_range_without_source_words_is_refused() -> None:
    with pytest.raises(ValueError, match="no tokens per word"):
        token_range(10, source_words=0, source_tokens=5)
