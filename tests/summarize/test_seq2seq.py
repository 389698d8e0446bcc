import json
import shutil
from functools import cache
from pathlib import Path

import pytest
import torch

from evalkit.errors import ConfigError, ModelError
from evalkit.models.checkpoint import find_checkpoint
from evalkit.models.generation import quiet
from evalkit.models.seq2seq import Prompt, Seq2SeqModel, load_seq2seq
from evalkit.records import GenerationBatch, Length, Output
from evalkit.summarize.pieces import pack, pieces
from evalkit.summarize.seq2seq import Seq2Seq
from evalkit.text.words import count_words
from tests.tiny_models import (
    DOCUMENTS,
    LONG_DOCUMENT,
    MAX_TOKENS,
    one_thread,
    tiny_bart,
    tiny_t5,
)

__all__ = ["tiny_bart", "tiny_t5"]

GREEDY = {"max_new_tokens": 20}
BEAMS = {"num_beams": 3, "max_new_tokens": 24, "min_new_tokens": 6, "no_repeat_ngram_size": 2}
PENALISED = {"num_beams": 2, "max_length": 30, "length_penalty": 2.0, "early_stopping": True}
SAMPLED = {"do_sample": True, "top_k": 20, "temperature": 1.5, "max_new_tokens": 20}


@pytest.fixture(autouse=True)
def _one_thread():
    with one_thread():
        yield


def batch(texts, words: int = 12, ids=None) -> GenerationBatch:
    names = ids or tuple(f"document-{i}" for i in range(len(texts)))
    return GenerationBatch(tuple(names), tuple(texts), Length(words))


@cache
def opened(folder: Path, options: str) -> Seq2Seq:
    """A model with these options (as JSON), kept for the tests that need the same."""
    return Seq2Seq(model=str(folder), device="cpu", **json.loads(options))


def generate(folder: Path, texts=DOCUMENTS, words: int = 12, **options) -> tuple[Output, ...]:
    return opened(folder, json.dumps(options)).generate(batch(texts, words))


@cache
def loaded_plainly(folder: Path) -> Seq2SeqModel:
    return load_seq2seq(find_checkpoint(str(folder)), settings={})


def texts_of(outputs) -> list[str]:
    assert [output.error for output in outputs] == [""] * len(outputs)
    return [output.text for output in outputs]


@cache
def library(folder: Path):
    """Tokenizer and model as transformers' own calls load them."""
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    with quiet():
        tokenizer = AutoTokenizer.from_pretrained(folder)
        return tokenizer, AutoModelForSeq2SeqLM.from_pretrained(folder)


def plain_library(folder: Path, prefix: str, settings, texts=DOCUMENTS) -> list[str]:
    """What a loop over transformers' own calls writes: one batch, in the order of input."""
    tokenizer, model = library(folder)
    inputs = tokenizer([prefix + text for text in texts], padding=True, return_tensors="pt")
    rows = model.generate(
        input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], **settings
    )
    return [text.strip() for text in tokenizer.batch_decode(rows, skip_special_tokens=True)]


# --- the same texts as the library


@pytest.mark.parametrize("settings", [GREEDY, BEAMS, PENALISED], ids=["greedy", "beams", "length"])
@pytest.mark.parametrize("kind", ["tiny_bart", "tiny_t5"])
def test_texts_are_those_of_plain_generate(kind: str, settings, request) -> None:
    folder = request.getfixturevalue(kind)
    expected = plain_library(folder, "" if kind == "tiny_bart" else "summarize: ", settings)

    found = texts_of(generate(folder, generation=settings, limits="model", batch_tokens=150))

    assert found == expected
    assert len(set(found)) > 2, "the model writes the same for all: nothing is shown"


@pytest.mark.parametrize("batch_tokens", [1, 250, 100_000])
def test_texts_do_not_depend_on_batch_size(tiny_bart: Path, batch_tokens: int) -> None:
    expected = generate(tiny_bart, generation=BEAMS)

    assert generate(tiny_bart, generation=BEAMS, batch_tokens=batch_tokens) == expected


@pytest.mark.parametrize("settings", [GREEDY, BEAMS, SAMPLED], ids=["greedy", "beams", "sampled"])
def test_texts_do_not_depend_on_order_or_neighbours(tiny_bart: Path, settings) -> None:
    model = Seq2Seq(model=str(tiny_bart), generation=settings, device="cpu")
    ids = [f"document-{i}" for i in range(len(DOCUMENTS))]

    forward = model.generate(batch(DOCUMENTS, ids=ids))
    backward = model.generate(batch(DOCUMENTS[::-1], ids=ids[::-1]))
    alone = model.generate(batch(DOCUMENTS[3:4], ids=ids[3:4]))

    assert backward[::-1] == forward
    assert alone == forward[3:4]


# --- sampling


def test_sampling_is_decided_by_seed_and_document(tiny_bart: Path) -> None:
    texts = [DOCUMENTS[0]] * 6
    first = texts_of(generate(tiny_bart, texts, generation=SAMPLED))

    torch.rand(3)  # the state of the global generator is of no matter, and stays as it is
    before = torch.get_rng_state()
    again = texts_of(generate(tiny_bart, texts, generation=SAMPLED, seed=0))
    other = texts_of(generate(tiny_bart, texts, generation=SAMPLED, seed=1))

    assert torch.equal(torch.get_rng_state(), before)
    assert again == first
    assert other != first
    assert len(set(first)) > 1, "documents of one text but other ids draw alike"


def test_sampled_texts_are_those_of_plain_generate(tiny_bart: Path) -> None:
    model = load_seq2seq(find_checkpoint(str(tiny_bart)), settings=SAMPLED)
    rows = model.encode(DOCUMENTS[:3])
    written = model.generate([Prompt(row, seed=7) for row in rows], max_tokens=999)

    for text, found in zip(DOCUMENTS[:3], written, strict=True):
        torch.manual_seed(7)
        assert [found.text] == plain_library(tiny_bart, "", SAMPLED, [text])


# --- length and stop reason


def test_stop_says_whether_the_model_ended(tiny_bart: Path) -> None:
    ended = generate(tiny_bart, generation={"max_new_tokens": 20})
    broken = generate(tiny_bart, generation={"max_new_tokens": 4})

    assert {output.stop for output in ended} == {"end"}
    # This model's end token is forced at the limit, which is no end of its own.
    assert {output.stop for output in broken} == {"length"}
    assert {output.usage["tokens"] for output in broken} <= {2, 3}


def test_words_become_token_limits_of_each_document(tiny_bart: Path) -> None:
    short, long = generate(tiny_bart, [DOCUMENTS[6], DOCUMENTS[4]], words=20)

    assert short.usage["source_words"] < 20 < long.usage["source_words"]
    assert short.usage["max_new_tokens"] == 16  # 1.4 times its own 9 words, 10 tokens
    assert (long.usage["min_new_tokens"], long.usage["max_new_tokens"]) == (16, 40)
    assert 16 <= long.usage["tokens"] <= 40


@pytest.mark.parametrize(
    ("generation", "shown", "reason"),
    [
        ({}, {"min_new_tokens": 16, "max_new_tokens": 40}, "both from the words"),
        ({"max_new_tokens": 10}, {"min_new_tokens": 10}, "the user's limit, and none above it"),
        ({"max_length": 11}, {"min_new_tokens": 10}, "the same, start token counted"),
        ({"min_new_tokens": 50}, {"max_new_tokens": 50}, "the user's least raises the most"),
        ({"min_new_tokens": 2, "max_new_tokens": 9}, {}, "both by the user"),
    ],
)
def test_the_users_limits_go_first(tiny_bart: Path, generation, shown, reason: str) -> None:
    (output,) = generate(tiny_bart, [DOCUMENTS[4]], words=20, generation=generation)

    limits = {name: n for name, n in output.usage.items() if name.endswith("_new_tokens")}
    assert limits == shown, reason
    assert output.usage["tokens"] <= generation.get("max_new_tokens", 95), reason


def test_the_models_own_limits_where_asked_for(tiny_bart: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_bart, tmp_path / "own")
    settings = json.loads((folder / "generation_config.json").read_text())
    settings |= {"max_length": 9, "min_length": 0, "num_beams": 2}
    (folder / "generation_config.json").write_text(json.dumps(settings))

    outputs = generate(folder, limits="model")

    assert {output.usage["tokens"] for output in outputs} == {7}
    assert {output.stop for output in outputs} == {"length"}
    with pytest.raises(ConfigError, match="needs max_new_tokens"):
        generate(tiny_bart, limits="model")


# --- long input


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


# --- failures


def test_out_of_memory_halves_the_batch(tiny_bart: Path, monkeypatch) -> None:
    expected = texts_of(generate(tiny_bart))
    model = Seq2Seq(model=str(tiny_bart), device="cpu")
    loaded = model._open()
    generate_rows = loaded._generate

    def small(**inputs):
        if inputs["input_ids"].shape[0] > 2:
            raise torch.OutOfMemoryError("no room for so many")
        return generate_rows(**inputs)

    monkeypatch.setattr(loaded, "_generate", small)
    outputs = model.generate(batch(DOCUMENTS))

    assert texts_of(outputs) == expected
    assert max(output.usage["splits"] for output in outputs) > 0


def test_one_failing_item_leaves_the_others(tiny_bart: Path, monkeypatch) -> None:
    expected = texts_of(generate(tiny_bart))
    model = Seq2Seq(model=str(tiny_bart), device="cpu")
    loaded = model._open()
    generate_rows = loaded._generate
    longest = max(len(row) for row in loaded.encode(DOCUMENTS))

    def brittle(**inputs):
        if inputs["input_ids"].shape[1] == longest:
            raise RuntimeError("probability tensor contains inf\nand a long trace")
        return generate_rows(**inputs)

    monkeypatch.setattr(loaded, "_generate", brittle)
    outputs = model.generate(batch(DOCUMENTS))

    failed = [output for output in outputs if output.error]
    assert [output.error for output in failed] == ["RuntimeError: probability tensor contains inf"]
    assert [o.text for o in outputs if not o.error] == [
        text for text, o in zip(expected, outputs, strict=True) if not o.error
    ]


def test_half_a_surrogate_pair_is_a_failed_item(tiny_bart: Path) -> None:
    outputs = generate(tiny_bart, ["a \ud800 b", DOCUMENTS[0]])

    assert "not Unicode text" in outputs[0].error
    assert outputs[1].text


def test_languages_are_what_the_user_says(tiny_bart: Path) -> None:
    model = Seq2Seq(model=str(tiny_bart), languages=["en", "de"], device="cpu")
    french = GenerationBatch(("a",), (DOCUMENTS[0],), Length(9), "fr")
    british = GenerationBatch(("a",), (DOCUMENTS[0],), Length(9), "en-GB")

    assert "reads de, en" in model.generate(french)[0].error
    assert model.generate(british)[0].error == ""
    assert Seq2Seq(model="x").languages is None
    assert Seq2Seq(model="x", languages="fr").languages == {"fr"}


# --- options


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"long_input": "windows"}, "Did you mean 'window'"),
        ({"merge": "agin"}, "Did you mean 'again'"),
        ({"limits": "token"}, "expected words, model"),
        ({"dtype": "float64"}, "expected float32, bfloat16, float16"),
        ({"batch_tokens": 0}, "whole number from 1"),
        ({"max_source_tokens": "many"}, "whole number from 1"),
        ({"seed": True}, "whole number from 0"),
        ({"generation": ["num_beams"]}, "settings by name"),
        ({"generation": {"num_beam": 4}}, "Did you mean 'num_beams'"),
        ({"generation": {"num_beams": "4"}}, "num_beams is '4', expected a whole number"),
        ({"generation": {"num_beams": 0}}, "1 or more"),
        ({"generation": {"do_sample": 1}}, "true or false"),
        ({"generation": {"top_p": "high"}}, "expected a number"),
        ({"generation": {"early_stopping": "soon"}}, "true, false or never"),
        ({"generation": {"suppress_tokens": 3}}, "a list of token ids"),
        ({"generation": {"max_length": 9, "max_new_tokens": 9}}, "not both"),
        ({"generation": {"custom_generate": "someone/code"}}, "no setting 'custom_generate'"),
    ],
)
def test_wrong_options_are_refused_before_anything_loads(options, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Seq2Seq(model="nowhere/at-all", **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"generation": {"temperature": 0.5}}, "no effect without do_sample"),
        ({"generation": {"length_penalty": 2.0}}, "no effect without num_beams"),
        ({"generation": {"max_new_tokens": 96}}, "the model has 95"),
        ({"max_source_tokens": 97}, "the model has 96 positions"),
        ({"max_source_tokens": 2}, "nothing is left for the text"),
        ({"device": "abacus"}, "no device 'abacus'"),
    ],
)
def test_options_that_do_not_fit_the_model_are_refused(tiny_bart, options, message) -> None:
    model = Seq2Seq(model=str(tiny_bart), **{"device": "cpu"} | options)
    with pytest.raises(ConfigError, match=message):
        model.generate(batch(DOCUMENTS[:1]))


def test_prefix_is_the_models_own_unless_given(tiny_t5: Path) -> None:
    own = generate(tiny_t5)

    assert generate(tiny_t5, prefix="summarize: ") == own
    assert texts_of(generate(tiny_t5, prefix="")) != texts_of(own)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_runs(tiny_t5: Path, dtype: str) -> None:
    model = Seq2Seq(model=str(tiny_t5), dtype=dtype, device="cpu")

    assert len(texts_of(model.generate(batch(DOCUMENTS[:2])))) == 2
    assert f"dtype:{dtype}" in model.signature()


# --- identity and life


def test_signature_tells_everything_that_decides(tiny_bart: Path, tiny_t5: Path) -> None:
    def signed(folder: Path = tiny_bart, **options) -> str:
        return Seq2Seq(model=str(folder), **{"device": "cpu"} | options).signature()

    plain = signed()
    changed = [
        signed(tiny_t5),
        signed(generation=BEAMS),
        signed(limits="model"),
        signed(prefix="a|b: "),
        signed(long_input="truncate"),
        signed(merge="join"),
        signed(max_source_tokens=50),
        signed(seed=1),
        signed(dtype="bfloat16"),
        signed(batch_tokens=99),
    ]
    assert len({plain, *changed}) == 11
    assert all(text.count("|") == plain.count("|") and "\n" not in text for text in changed)
    for name in ("transformers", "torch", "tokenizers", "sentencex", "model:tiny-bart@sha256-"):
        assert name in plain
    assert str(tiny_bart.parent) not in plain, "the place on this machine says nothing"


def test_signature_follows_the_files_not_their_place(tiny_bart: Path, tmp_path: Path) -> None:
    def signed(folder: Path) -> str:
        return Seq2Seq(model=str(folder), device="cpu").signature()

    copy = shutil.copytree(tiny_bart, tmp_path / "a" / "tiny-bart")
    assert signed(copy) == signed(tiny_bart)
    (copy / "trainer_state.json").write_text("{}")
    assert signed(copy) == signed(tiny_bart), "a log of the training is not read"
    (copy / "generation_config.json").write_text('{"num_beams": 2}')
    assert signed(copy) != signed(tiny_bart)


def test_signature_loads_no_weights(tiny_bart: Path) -> None:
    model = Seq2Seq(model=str(tiny_bart), device="cpu")
    model.signature()

    assert model._loaded is None


def test_the_model_is_loaded_once_and_freed(tiny_bart: Path) -> None:
    model = Seq2Seq(model=str(tiny_bart), device="cpu")
    first = model.generate(batch(DOCUMENTS))
    loaded = model._loaded
    model.generate(batch(DOCUMENTS))
    assert model._loaded is loaded

    model.close()
    model.close()
    assert model._loaded is None
    assert not hasattr(loaded, "_model")
    assert model.generate(batch(DOCUMENTS)) == first


def test_a_tokenizer_of_another_model_is_refused(tiny_bart, tiny_t5, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_t5, tmp_path / "mixed")
    shutil.copy(tiny_bart / "tokenizer.json", folder)

    with pytest.raises(ModelError, match="the tokenizer isn't this model's"):
        generate(folder)
