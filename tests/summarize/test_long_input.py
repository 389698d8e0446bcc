from pathlib import Path

import pytest

from evalkit.models.writing import Prompt, Written
from evalkit.summarize.pieces import pack, pieces
from evalkit.summarize.rounds import outcome
from evalkit.summarize.steps import Item, Step
from evalkit.text.words import count_words
from tests.summarize.tiny_summaries import generate, loaded_plainly, on_one_thread, texts_of
from tests.tiny_models import DOCUMENTS, LONG_DOCUMENT, MAX_TOKENS, tiny_bart, tiny_t5

__all__ = ["on_one_thread", "tiny_bart", "tiny_t5"]


def test_windows_read_all_of_a_long_document(tiny_bart: Path) -> None:
    (output,) = generate(tiny_bart, [LONG_DOCUMENT])

    assert output.usage["source_tokens"] > 3 * MAX_TOKENS
    assert output.usage["windows"] == 4
    assert output.usage["rounds"] == 2
    assert (output.cut, output.error) == ("", "")
    assert 0 < output.usage["words"] < 30


def test_joined_windows_share_the_length(tiny_bart: Path) -> None:
    (output,) = generate(tiny_bart, [LONG_DOCUMENT], words=40, merge="join")

    assert (output.usage["windows"], output.usage["rounds"]) == (4, 1)
    parts = pieces_of(tiny_bart, LONG_DOCUMENT)
    alone = texts_of(generate(tiny_bart, parts, words=10))
    assert output.text == " ".join(alone)


def pieces_of(folder: Path, text: str) -> tuple[str, ...]:
    """The windows: this vocabulary has more tokens for a sentence after a space, so 5 % less room
    than the 94 tokens between the special ones."""
    model = loaded_plainly(folder)
    return pieces(
        text,
        count=lambda texts: [len(row) - 2 for row in model.encode(texts)],
        room=89,
        language="en",
    )


def test_truncating_says_what_was_cut(tiny_bart: Path) -> None:
    (output,) = generate(tiny_bart, [LONG_DOCUMENT], long_input="truncate")
    model = loaded_plainly(tiny_bart)
    n_tokens = len(model.encode([LONG_DOCUMENT])[0])
    kept = model.encode([LONG_DOCUMENT], limit=MAX_TOKENS)[0]

    assert output.cut == f"the last {n_tokens - 96} of {n_tokens} tokens (68%)"
    assert len(kept) == MAX_TOKENS
    assert kept[-1] == 2, "the end token is kept"


def test_refusing_is_a_failed_item_and_no_other(tiny_bart: Path) -> None:
    outputs = generate(tiny_bart, [DOCUMENTS[0], LONG_DOCUMENT], long_input="refuse")

    assert outputs[0].text
    assert outputs[1].stop == "error"
    assert "tokens and the model reads 96" in outputs[1].error


def test_a_sentence_longer_than_the_model_is_cut_between_words(tiny_t5: Path) -> None:
    (output,) = generate(tiny_t5, ["the harbour and " * 80], merge="join")

    assert output.usage["windows"] > 2
    assert output.error == ""


@pytest.mark.parametrize(
    ("counts", "room", "expected", "reason"),
    [
        ([4, 4, 4], 12, [(0, 3)], "all fit"),
        ([5, 5, 5, 1], 10, [(0, 2), (2, 4)], "two, filled one after the other"),
        ([9, 1, 1, 1, 1], 10, [(0, 1), (1, 5)], "two: the smaller largest sum wins"),
        ([10, 10], 10, [(0, 1), (1, 2)], "each alone"),
        ([], 10, [], "none"),
    ],
)
def test_packing(counts, room: int, expected, reason: str) -> None:
    assert pack(counts, room) == expected, reason


def test_pieces_lose_only_white_space() -> None:
    text = "  One. Two two!\n\nA sentence of many, many words that is too long. (End.)  "
    found = pieces(text, count=lambda ts: [count_words(t) for t in ts], room=5, language="en")

    assert "".join("".join(found).split()) == "".join(text.split())
    assert max(count_words(piece) for piece in found) <= 5


def test_a_character_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="alone has more than 0 tokens"):
        pieces("abc", count=lambda texts: [len(text) for text in texts], room=0, language="en")


# --- what becomes of the summaries of windows


def after(texts, *, source: str, last: bool = False):
    """What follows when the model wrote ``texts`` for the windows of ``source``."""
    prompts = tuple(Prompt([0, 2]) for _ in texts)
    item = Item(0, "a", source, "en", 10, count_words(source), windows=len(texts))
    return outcome(Step(item, prompts, last=last), [Written(text, ended=True) for text in texts])


def test_summaries_become_the_text_of_the_next_round() -> None:
    item = after(["One two.", "", "Three."], source="A text of more than three words.")

    assert isinstance(item, Item)
    assert (item.text, item.rounds) == ("One two. Three.", 1)


def test_summaries_that_do_not_shrink_are_a_failed_item() -> None:
    output = after(["One two three.", "Four five."], source="A short text.")

    assert "no shorter than their text" in output.error


def test_a_model_that_writes_nothing_is_scored_as_nothing() -> None:
    output = after(["", ""], source="A short text.")

    assert (output.text, output.stop, output.error) == ("", "end", "")
    assert output.usage["windows"] == 2
