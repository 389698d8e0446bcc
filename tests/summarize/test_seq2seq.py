import json
import shutil
from functools import cache
from pathlib import Path

import pytest
import torch

from evalkit.errors import ConfigError
from evalkit.models.checkpoint import find_checkpoint
from evalkit.models.generation import quiet
from evalkit.models.seq2seq import load_seq2seq
from evalkit.models.writing import Prompt
from evalkit.records import GenerationBatch, Length
from evalkit.summarize.seq2seq import Seq2Seq
from tests.summarize.tiny_summaries import batch, generate, loaded_plainly, on_one_thread, texts_of
from tests.tiny_models import DOCUMENTS, LONG_DOCUMENT, tiny_bart, tiny_t5

__all__ = ["on_one_thread", "tiny_bart", "tiny_t5"]

GREEDY = {"max_new_tokens": 20}
BEAMS = {"num_beams": 3, "max_new_tokens": 24, "min_new_tokens": 6, "no_repeat_ngram_size": 2}
PENALISED = {"num_beams": 2, "max_length": 30, "length_penalty": 2.0, "early_stopping": True}
SAMPLED = {"do_sample": True, "top_k": 20, "temperature": 1.5, "max_new_tokens": 20}


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


def test_each_output_is_handed_over_once(tiny_bart: Path) -> None:
    model = Seq2Seq(model=str(tiny_bart), device="cpu", batch_tokens=150)
    texts = [*DOCUMENTS, "", LONG_DOCUMENT]
    found: list[tuple[int, str]] = []

    model.generate_each(batch(texts), lambda at, output: found.append((at, output.text)))

    assert sorted(found) == list(enumerate(o.text for o in model.generate(batch(texts))))
    assert found[0][0] == len(DOCUMENTS), "what is refused is known first"


def test_every_output_says_how_it_came_about(tiny_bart: Path) -> None:
    model = Seq2Seq(model=str(tiny_bart), device="cpu", generation={"max_new_tokens": 20})
    first, second = model.generate(batch(DOCUMENTS[:2]))

    assert str(first.details["model"]) in model.signature()
    assert json.loads(str(first.details["generation"]))["max_new_tokens"] == 20
    assert first.details["stop"] == "end token"
    assert first.details["prompt"] != second.details["prompt"]
    assert first.details["seed"] != second.details["seed"]
    n_source = len(loaded_plainly(tiny_bart).encode(DOCUMENTS[:1])[0])
    assert first.usage["source_tokens"] == n_source
    assert first.usage["new_tokens"] == first.usage["tokens"] > 0
