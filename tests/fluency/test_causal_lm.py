"""causal_lm against plain transformers one text at a time, and evaluate's perplexity formula."""

import json
import math
import shutil
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from evalkit import registry
from evalkit.errors import ConfigError, InputError, ModelError
from evalkit.fluency.causal_lm import CausalLm
from evalkit.models.generation import quiet
from evalkit.records import Batch, Context, Measured
from tests.tiny_language_models import MIXED, build_gpt2, tiny_bert, tiny_gpt2, tiny_llama
from tests.tiny_models import SENTENCES

__all__ = ["tiny_bert", "tiny_gpt2", "tiny_llama"]

LONG = " ".join(SENTENCES[5 * step % len(SENTENCES)] for step in range(25))
"""Several times the models' positions."""
TEXTS = ("x", *MIXED[:3], *MIXED[-2:], " leading  and trailing \n", SENTENCES[9])


@cache
def library(folder: Path):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    with quiet():
        model = AutoModelForCausalLM.from_pretrained(folder).eval()
        return AutoTokenizer.from_pretrained(folder), model


def ids_of(folder: Path, text: str) -> list[int]:
    return library(folder)[0](text, add_special_tokens=False, verbose=False)["input_ids"]


def plain(folder: Path, ids: list[int], start: int | None = None) -> np.ndarray:
    """-log p of each of ids, in nats, from one call of the model."""
    whole = torch.tensor([ids if start is None else [start, *ids]])
    with torch.inference_mode():
        logits = library(folder)[1](whole[:, :-1]).logits[0].double()
    chosen = torch.log_softmax(logits, -1).gather(1, whole[0, 1:, None])
    return -chosen[:, 0].numpy()


def measured(folder: Path, texts=TEXTS, *, contexts=None, **options) -> Measured:
    options = {"device": "cpu", **options}
    return CausalLm(model=str(folder), **options).measure(Batch(tuple(texts), contexts=contexts))


def scores(folder: Path, texts=TEXTS, **options) -> dict[str, float]:
    scorer = CausalLm(model=str(folder), device="cpu", **options)
    found = scorer.measure(Batch(tuple(texts)))
    values = scorer.score(found.statistics[found.valid].sum(axis=0))
    return {f.name: float(v) for f, v in zip(scorer.fields, values, strict=True)}


# --- the same numbers as the plain library


@pytest.mark.parametrize("kind", ["tiny_gpt2", "tiny_llama"])
def test_every_token_is_that_of_the_plain_model(kind: str, request) -> None:
    folder = request.getfixturevalue(kind)
    tokenizer, _ = library(folder)
    found = measured(folder)

    for row, text in enumerate(TEXTS):
        expected = plain(folder, ids_of(folder, text), tokenizer.bos_token_id)
        assert found.statistics[row, 0] == pytest.approx(expected.sum(), rel=1e-5)
        assert found.statistics[row, 1] == len(expected)
        bits = sum(token.value for token in found.tokens[row])
        assert bits == pytest.approx(expected.sum() / math.log(2), rel=1e-5)


def test_the_mean_is_evaluates_perplexity(tiny_gpt2: Path) -> None:
    """The formula of evaluate 0.4's module: padded batch, start token, mask, mean over texts."""
    tokenizer, model = library(tiny_gpt2)
    encoded = tokenizer(list(TEXTS), add_special_tokens=False, padding=True, return_tensors="pt")
    n, bos = len(TEXTS), tokenizer.bos_token_id
    ids = torch.cat([torch.full((n, 1), bos), encoded["input_ids"]], dim=1)
    mask = torch.cat([torch.ones((n, 1), dtype=torch.long), encoded["attention_mask"]], dim=1)
    with torch.no_grad():
        logits = model(ids, attention_mask=mask).logits[:, :-1]
    loss = torch.nn.CrossEntropyLoss(reduction="none")(logits.transpose(1, 2), ids[:, 1:])
    theirs = torch.exp((loss * mask[:, 1:]).sum(1) / mask[:, 1:].sum(1))

    found = measured(tiny_gpt2)

    assert found.statistics[:, 4] == pytest.approx(theirs.numpy(), rel=1e-4)
    assert scores(tiny_gpt2)["causal_lm.mean"] == pytest.approx(float(theirs.mean()), rel=1e-4)


def test_corpus_numbers_are_ratios_of_sums(tiny_gpt2: Path) -> None:
    nats = [plain(tiny_gpt2, ids_of(tiny_gpt2, text), 0) for text in TEXTS]
    total = sum(each.sum() for each in nats)

    found = scores(tiny_gpt2)

    assert found["causal_lm"] == pytest.approx(math.exp(total / sum(map(len, nats))), rel=1e-5)
    bits = total / math.log(2)
    n_characters = sum(map(len, TEXTS))
    assert found["causal_lm.bits_per_character"] == pytest.approx(bits / n_characters, rel=1e-5)
    n_bytes = sum(len(text.encode()) for text in TEXTS)
    assert found["causal_lm.bits_per_byte"] == pytest.approx(bits / n_bytes, rel=1e-5)
    assert found["causal_lm"] != pytest.approx(found["causal_lm.mean"], rel=0.01)


# --- nothing depends on the batch


@pytest.mark.parametrize("kind", ["tiny_gpt2", "tiny_llama"])
def test_scores_do_not_depend_on_batches_order_or_neighbours(kind: str, request) -> None:
    folder = request.getfixturevalue(kind)
    texts = (*TEXTS, LONG)
    expected = measured(folder, texts).statistics

    for tokens in (1, 30, 100_000):
        again = measured(folder, texts, batch_tokens=tokens).statistics
        assert again == pytest.approx(expected, rel=1e-5)
    backward = measured(folder, texts[::-1]).statistics[::-1]
    assert backward == pytest.approx(expected, rel=1e-5)
    for row, text in enumerate(texts):
        assert measured(folder, [text]).statistics[0] == pytest.approx(expected[row], rel=1e-5)


def test_equal_texts_are_read_once(tiny_gpt2: Path, monkeypatch) -> None:
    from evalkit.models.likelihoods import LanguageModel

    asked = []
    plain_nats = LanguageModel.nats
    monkeypatch.setattr(
        LanguageModel,
        "nats",
        lambda self, views, **k: asked.append(len(views)) or plain_nats(self, views, **k),
    )
    found = measured(tiny_gpt2, ["a cat", "a dog", "a cat", "a cat"])

    assert asked == [2]
    assert np.array_equal(found.statistics[0], found.statistics[3])


def test_a_batch_that_fails_is_halved(tiny_gpt2: Path, monkeypatch) -> None:
    from evalkit.models.likelihoods import LanguageModel

    expected = measured(tiny_gpt2).statistics
    run = LanguageModel._run

    def small(self, views):
        if len(views) > 2:
            raise torch.OutOfMemoryError("no memory\nat all")
        return run(self, views)

    monkeypatch.setattr(LanguageModel, "_run", small)
    assert measured(tiny_gpt2).statistics == pytest.approx(expected, rel=1e-5)

    def never(self, views):
        raise torch.OutOfMemoryError("no memory\nat all")

    monkeypatch.setattr(LanguageModel, "_run", never)
    found = measured(tiny_gpt2)
    assert not found.valid.any()
    assert set(found.reasons.values()) == {"the model failed: out of memory: no memory"}


# --- windows, cuts, context


@pytest.mark.parametrize("stride", [1, 7, 24, 48])
def test_in_windows_each_token_is_scored_once(tiny_gpt2: Path, stride: int) -> None:
    """The oracle slides over the text itself; every window begins with the start token."""
    ids, limit = ids_of(tiny_gpt2, LONG), 48
    nats, done = [], 0
    while done < len(ids):
        end = min(len(ids), limit if done == 0 else done + stride)
        begin = max(0, end - limit)
        nats += plain(tiny_gpt2, ids[begin:end], 0)[done - begin :].tolist()
        done = end

    found = measured(tiny_gpt2, [LONG], stride=stride)

    assert len(nats) == len(ids) > 2 * limit
    assert found.statistics[0, 0] == pytest.approx(sum(nats), rel=1e-5)
    assert found.statistics[0, 1:4].tolist() == [len(ids), len(LONG), len(LONG.encode())]
    assert [token.value * math.log(2) for token in found.tokens[0]] == pytest.approx(nats, rel=1e-4)
    assert not found.cuts


def test_what_is_cut_stands_in_the_ledger(tiny_gpt2: Path) -> None:
    ids = ids_of(tiny_gpt2, LONG)
    found = measured(tiny_gpt2, ["x", LONG], long_input="truncate", context_length=20)

    expected = plain(tiny_gpt2, ids[:20], 0)
    assert found.cuts == {
        1: f"did not read the last {len(ids) - 20} of {len(ids)} sub-words; the model reads 20 "
        "at once"
    }
    assert found.statistics[1, :2] == pytest.approx([expected.sum(), 20], rel=1e-5)
    seen = library(tiny_gpt2)[0].decode(ids[:20])
    assert found.statistics[1, 2] == len(seen)
    assert LONG.startswith(seen)


def test_what_is_too_long_is_refused(tiny_gpt2: Path) -> None:
    found = measured(tiny_gpt2, ["x", LONG], long_input="refuse")

    assert found.valid.tolist() == [True, False]
    assert "the model reads 48 at once" in found.reasons[1]


def test_a_model_without_positions_reads_any_length(tmp_path: Path) -> None:
    from transformers import MambaConfig, MambaForCausalLM

    from tests.tiny_language_models import _save

    build_gpt2(tmp_path / "gpt2")
    tokenizer, _ = library(tmp_path / "gpt2")
    config = MambaConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=1, state_size=4
    )
    _save(MambaForCausalLM, config, tokenizer, tmp_path / "mamba")
    found = measured(tmp_path / "mamba", [LONG, "x"])

    expected = plain(tmp_path / "mamba", ids_of(tmp_path / "gpt2", LONG), 0)
    assert found.statistics[0, 0] == pytest.approx(expected.sum(), rel=1e-5)
    assert "|context_length:any|" in CausalLm(model=str(tmp_path / "mamba")).signature()


def test_a_tokenizer_without_offsets_gives_numbers_and_no_tokens(tmp_path: Path) -> None:
    from transformers import ByT5Tokenizer, GPT2Config, GPT2LMHeadModel

    from tests.tiny_language_models import _save

    tokenizer = ByT5Tokenizer()
    config = GPT2Config(
        vocab_size=384, n_embd=16, n_layer=1, n_head=2, n_positions=16, initializer_range=0.3
    )
    _save(GPT2LMHeadModel, config, tokenizer, tmp_path)
    found = measured(tmp_path, ["é", LONG[:40]], start="eos")

    ids = [byte + 3 for byte in "é".encode()]
    expected = plain(tmp_path, ids, tokenizer.eos_token_id)
    assert found.statistics[0, :4] == pytest.approx([expected.sum(), 2, 1, 2], rel=1e-5)
    assert found.statistics[1, 1] == 40
    assert found.tokens is None
    for options in ({}, {"start": "eos", "long_input": "truncate"}):
        with pytest.raises(ConfigError, match="which characters a sub-word stands for"):
            measured(tmp_path, ["é", LONG[:40]], **options)


def test_a_sentence_may_be_read_after_its_document(tiny_gpt2: Path) -> None:
    document = " ".join(SENTENCES[:3])
    start = len(SENTENCES[0]) + 1
    context = Context(document, start)
    found = measured(tiny_gpt2, [SENTENCES[1]], contexts=(context,), context="document")

    n_before = len(ids_of(tiny_gpt2, f"{SENTENCES[0]} "))  # this tokenizer's space stands alone
    whole = ids_of(tiny_gpt2, f"{SENTENCES[0]} {SENTENCES[1]}")
    expected = plain(tiny_gpt2, whole, 0)[n_before:]
    assert found.statistics[0, :3] == pytest.approx(
        [expected.sum(), len(expected), len(SENTENCES[1])], rel=1e-5
    )
    assert (found.tokens[0][0].start, found.tokens[0][-1].end) == (0, len(SENTENCES[1]))
    alone = measured(tiny_gpt2, [SENTENCES[1]], contexts=(context,))
    assert alone.statistics[0, 0] != pytest.approx(expected.sum(), rel=1e-3)


def test_a_long_document_is_read_as_far_back_as_there_is_room(tiny_gpt2: Path) -> None:
    text = SENTENCES[2]
    context = Context(f"{LONG} {text}", len(LONG) + 1)
    found = measured(tiny_gpt2, [text], contexts=(context,), context="document")

    whole = ids_of(tiny_gpt2, f"{LONG} {text}")
    n = len(whole) - len(ids_of(tiny_gpt2, f"{LONG} "))
    expected = plain(tiny_gpt2, whole[-48:], 0)[-n:]
    assert found.statistics[0, 0] == pytest.approx(expected.sum(), rel=1e-5)


def test_documents_are_needed_for_context(tiny_gpt2: Path) -> None:
    with pytest.raises(ConfigError, match="these texts stand in no document"):
        measured(tiny_gpt2, context="document")


# --- the start token


@pytest.mark.parametrize(
    ("choice", "label", "start"),
    [("auto", "bos(1)", 1), ("eos", "eos(2)", 2), ("The", "token(", None), ("none", "none", None)],
)
def test_the_start_token_is_stated(tiny_llama: Path, choice: str, label: str, start) -> None:
    tokenizer, _ = library(tiny_llama)
    ids = ids_of(tiny_llama, SENTENCES[0])
    start = tokenizer.get_vocab()["The"] if choice == "The" else start
    scorer = CausalLm(model=str(tiny_llama), device="cpu", start=choice)
    found = scorer.measure(Batch((SENTENCES[0],)))

    expected = plain(tiny_llama, ids, start)
    assert found.statistics[0, :2] == pytest.approx([expected.sum(), len(expected)], rel=1e-5)
    assert f"|start:{label}" in scorer.signature()


def test_without_a_start_token_the_first_sub_word_is_not_counted(tiny_gpt2: Path) -> None:
    found = measured(tiny_gpt2, [SENTENCES[0], "x"], start="none")

    ids = ids_of(tiny_gpt2, SENTENCES[0])
    unscored = library(tiny_gpt2)[0].decode(ids[:1])
    n = len(SENTENCES[0]) - len(unscored)
    assert found.statistics[0, 1:4].tolist() == [len(ids) - 1, n, n]
    assert found.tokens[0][0].start == len(unscored)
    assert found.reasons == {1: "a single sub-word, and no start token to predict it from"}


def test_without_a_start_token_windows_score_each_token_once(tiny_gpt2: Path) -> None:
    ids = ids_of(tiny_gpt2, LONG)
    found = measured(tiny_gpt2, [LONG], start="none", context_length=10, stride=10)

    nats, done = [], 1
    while done < len(ids):
        end = min(len(ids), done + 10)
        begin = end - 11
        nats += plain(tiny_gpt2, ids[begin:end])[done - begin - 1 :].tolist()
        done = end
    assert found.statistics[0, :2] == pytest.approx([sum(nats), len(ids) - 1], rel=1e-5)


def test_a_start_token_that_is_none(tiny_gpt2: Path) -> None:
    with pytest.raises(ConfigError, match="no token of the vocabulary"):
        measured(tiny_gpt2, start="nonsense-token")
    with pytest.raises(ConfigError, match="has no such token; it has bos, eos, pad"):
        measured(tiny_gpt2, start="cls")


# --- odd texts


def test_odd_texts_have_reasons(tiny_gpt2: Path) -> None:
    found = measured(tiny_gpt2, ["", " \n", "a\ud800b", "x"])

    assert found.valid.tolist() == [False, False, False, True]
    assert found.reasons[0] == found.reasons[1] == "empty text"
    assert found.reasons[2].startswith("not Unicode text")
    assert not found.statistics[:3].any()
    assert measured(tiny_gpt2, []).statistics.shape == (0, 6)


def test_a_text_cannot_spell_a_special_token(tiny_gpt2: Path) -> None:
    found = measured(tiny_gpt2, ["a<|endoftext|>b"])

    assert found.statistics[0, 1] > 10
    assert found.statistics[0, 2] == len("a<|endoftext|>b")


def test_tokens_cover_each_character_once(tiny_gpt2: Path) -> None:
    text = "café 🙂東京 x"
    tokens = measured(tiny_gpt2, [text]).tokens[0]

    assert tokens[0].start == 0
    assert tokens[-1].end == len(text)
    assert all(one.end == other.start for one, other in pairwise(tokens))
    assert len(ids_of(tiny_gpt2, text)) > len(tokens)


# --- SLOR


def test_slor_is_over_counts_of_the_models_own_sub_words(tiny_gpt2: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "counts.txt"
    corpus.write_text("\n".join(SENTENCES[:9]) + "\n\n", encoding="utf-8")
    counted = [i for line in SENTENCES[:9] for i in ids_of(tiny_gpt2, line)]
    n_vocabulary = len(library(tiny_gpt2)[0])
    nats, unigram, n = 0.0, 0.0, 0
    for text in TEXTS:
        ids = ids_of(tiny_gpt2, text)
        nats += plain(tiny_gpt2, ids, 0).sum()
        unigram += sum(
            math.log((counted.count(i) + 1) / (len(counted) + n_vocabulary)) for i in ids
        )
        n += len(ids)

    found = scores(tiny_gpt2, unigrams=str(corpus))

    assert found["causal_lm.slor"] == pytest.approx((-nats - unigram) / n, rel=1e-5)
    first = scores(tiny_gpt2, unigrams=str(corpus), headline="slor")
    assert list(first)[:2] == ["causal_lm", "causal_lm.perplexity"]
    assert first["causal_lm"] == found["causal_lm.slor"]


def test_a_folder_of_texts_counts_as_its_files_do(tiny_gpt2: Path, tmp_path: Path) -> None:
    whole, folder = tmp_path / "whole.txt", tmp_path / "folder"
    folder.mkdir()
    whole.write_text("\n".join(SENTENCES[:6]), encoding="utf-8")
    for place in (0, 3):
        part = "\n".join(SENTENCES[place : place + 3])
        (folder / f"{place}.txt").write_text(part, encoding="utf-8")
    one = CausalLm(model=str(tiny_gpt2), unigrams=str(whole))
    other = CausalLm(model=str(tiny_gpt2), unigrams=str(folder))

    assert one.signature() == other.signature()
    assert "|unigrams:sha256-" in one.signature()
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"holds no \.txt files"):
        CausalLm(model=str(tiny_gpt2), unigrams=str(tmp_path / "empty")).signature()


def test_slor_without_unigrams_is_refused(tiny_gpt2: Path) -> None:
    with pytest.raises(ConfigError, match=r"unigrams: FILE"):
        registry.scorer("causal_lm", model=str(tiny_gpt2), headline="slor")
    scorer = CausalLm(model=str(tiny_gpt2))
    assert not any("slor" in field.name for field in scorer.fields)
    assert "unigrams: FILE" in scorer.absent


# --- options and models


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"long_input": "windows"}, "Did you mean 'window'"),
        ({"context": "all"}, "Known: none, document"),
        ({"stride": 0}, "at least 1"),
        ({"stride": 3, "long_input": "refuse"}, "stride has no effect"),
        ({"dtype": "float31"}, "Did you mean 'float32'"),
        ({"batch_tokens": "many"}, "must be int"),
        ({"headline": "perplexty"}, "Did you mean 'perplexity'"),
    ],
)
def test_wrong_options_are_named(tiny_gpt2: Path, options, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        registry.scorer("causal_lm", model=str(tiny_gpt2), **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"context_length": 49}, "has 48 positions"),
        ({"context_length": 8, "stride": 9}, "stride is 9, but a window holds 8"),
    ],
)
def test_options_that_do_not_fit_the_model(tiny_gpt2: Path, options, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        CausalLm(model=str(tiny_gpt2), **options).signature()


def test_a_model_that_sees_later_tokens_is_refused(tiny_bert: Path) -> None:
    with pytest.raises(ModelError, match="sees later tokens"):
        measured(tiny_bert, start="cls")


def test_a_tokenizer_of_another_model_is_refused(tiny_gpt2: Path, tmp_path: Path) -> None:
    build_gpt2(tmp_path / "small")
    from transformers import GPT2Config, GPT2LMHeadModel

    with quiet():
        config = GPT2Config(vocab_size=20, n_embd=8, n_layer=1, n_head=1, n_positions=48)
        GPT2LMHeadModel(config).save_pretrained(tmp_path / "small")
    with pytest.raises(ModelError, match="the tokenizer isn't this model's"):
        measured(tmp_path / "small")


OWN = """
from transformers import GPT2Config, GPT2LMHeadModel

class OwnConfig(GPT2Config):
    model_type = "own-gpt2"

class OwnModel(GPT2LMHeadModel):
    config_class = OwnConfig
"""


def test_code_of_a_model_runs_only_when_it_is_trusted(
    tiny_gpt2: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transformers import dynamic_module_utils

    monkeypatch.setattr(dynamic_module_utils, "HF_MODULES_CACHE", str(tmp_path / "modules"))
    folder = Path(shutil.copytree(tiny_gpt2, tmp_path / "own-model"))
    settings = json.loads((folder / "config.json").read_text())
    names = {"AutoConfig": "own.OwnConfig", "AutoModelForCausalLM": "own.OwnModel"}
    settings |= {"model_type": "own-gpt2", "auto_map": names, "architectures": ["OwnModel"]}
    (folder / "config.json").write_text(json.dumps(settings))
    (folder / "own.py").write_text(OWN)

    with pytest.raises(ModelError, match="trust_remote_code: true and --allow-code"):
        measured(folder)
    found = measured(folder, trust_remote_code=True)
    assert found.statistics == pytest.approx(measured(tiny_gpt2).statistics, rel=1e-5)


def test_the_signature_says_what_decides_the_numbers(tiny_gpt2: Path) -> None:
    signature = CausalLm(model=str(tiny_gpt2), device="cpu").signature()

    assert signature.startswith("model:tiny-lm-gpt2@sha256-")
    for part in ("start:bos(0)", "context:none", "context_length:48", "long:window(24)"):
        assert f"|{part}|" in signature
    other = CausalLm(model=str(tiny_gpt2), device="cpu", stride=12).signature()
    assert other.replace("window(12)", "window(24)") == signature


def test_half_precision_is_near(tiny_gpt2: Path) -> None:
    expected = measured(tiny_gpt2).statistics
    found = measured(tiny_gpt2, dtype="bfloat16").statistics

    assert found[:, 0] == pytest.approx(expected[:, 0], rel=0.05)
    auto = CausalLm(model=str(tiny_gpt2), device="cpu", dtype="auto").signature()
    assert "|dtype:float32|" in auto


def test_close_frees_the_model_and_measure_brings_it_back(tiny_gpt2: Path) -> None:
    scorer = CausalLm(model=str(tiny_gpt2), device="cpu")
    first = scorer.measure(Batch(TEXTS)).statistics
    scorer.close()
    assert scorer._loaded is None
    assert np.array_equal(scorer.measure(Batch(TEXTS)).statistics, first)
