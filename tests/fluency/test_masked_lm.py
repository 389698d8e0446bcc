"""masked_lm against plain transformers, one hidden sub-word at a time."""

import math
import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from evalkit import registry
from evalkit.errors import ConfigError, ModelError
from evalkit.fluency.masked_lm import MaskedLm
from evalkit.models.generation import quiet
from evalkit.records import Batch, Context, Measured
from tests.tiny_language_models import MIXED, tiny_bert, tiny_gpt2, tiny_roberta
from tests.tiny_models import SENTENCES

__all__ = ["tiny_bert", "tiny_gpt2", "tiny_roberta"]

TEXTS = ("x", *MIXED[:3], *MIXED[-2:], "unbelievably re\x07opened")
LONG = " ".join(SENTENCES[:12])


@cache
def library(folder: Path):
    from transformers import AutoModelForMaskedLM, AutoTokenizer

    with quiet():
        model = AutoModelForMaskedLM.from_pretrained(folder).eval()
        return AutoTokenizer.from_pretrained(folder), model


def plain(folder: Path, text: str, correction: str, *, only: slice | None = None) -> list[float]:
    """-log p of each sub-word where it (and, for l2r, the rest of its word) is masked."""
    tokenizer, model = library(folder)
    encoded = tokenizer(text, return_tensors="pt", verbose=False)
    words = encoded.word_ids(0)
    ids = encoded["input_ids"][0]
    found = []
    for place, word in enumerate(words):
        if word is None:  # the frame
            continue
        masked = ids.clone()
        rest = range(place + 1, len(words)) if correction == "l2r" else ()
        masked[[place, *(i for i in rest if words[i] == word)]] = tokenizer.mask_token_id
        with torch.inference_mode():
            logits = model(masked[None]).logits[0, place].double()
        found.append(-float(torch.log_softmax(logits, -1)[ids[place]]))
    return found[only] if only else found


def measured(folder: Path, texts=TEXTS, *, contexts=None, **options) -> Measured:
    scorer = MaskedLm(model=str(folder), device="cpu", **options)
    return scorer.measure(Batch(tuple(texts), contexts=contexts))


@pytest.mark.parametrize("correction", ["l2r", "none"])
@pytest.mark.parametrize("kind", ["tiny_bert", "tiny_roberta"])
def test_every_sub_word_is_that_of_the_plain_model(kind: str, correction: str, request) -> None:
    folder = request.getfixturevalue(kind)
    found = measured(folder, correction=correction)

    for row, text in enumerate(TEXTS):
        expected = plain(folder, text, correction)
        assert found.statistics[row, :2] == pytest.approx([sum(expected), len(expected)], rel=1e-5)
        assert found.statistics[row, 2:4].tolist() == [len(text), len(text.encode())]
        bits = sum(token.value for token in found.tokens[row])
        assert bits == pytest.approx(sum(expected) / math.log(2), rel=1e-5)


def test_the_correction_matters_in_words_of_several_pieces(tiny_bert: Path) -> None:
    with_it = measured(tiny_bert).statistics
    without = measured(tiny_bert, correction="none").statistics

    assert with_it[0] == pytest.approx(without[0], rel=1e-6), "one piece: nothing to correct"
    assert with_it[1, 0] != pytest.approx(without[1, 0], rel=1e-3)


def test_numbers_are_functions_of_sums(tiny_bert: Path) -> None:
    scorer = MaskedLm(model=str(tiny_bert), device="cpu")
    found = scorer.measure(Batch(TEXTS))
    values = scorer.score(found.statistics.sum(axis=0))
    scores = dict(zip((field.name for field in scorer.fields), values, strict=True))

    nats = [plain(tiny_bert, text, "l2r") for text in TEXTS]
    total, n = sum(map(sum, nats)), sum(map(len, nats))
    assert scores["masked_lm"] == pytest.approx(math.exp(total / n), rel=1e-5)
    assert scores["masked_lm.pll"] == pytest.approx(-total / len(TEXTS), rel=1e-5)
    means = [math.exp(sum(each) / len(each)) for each in nats]
    assert scores["masked_lm.mean"] == pytest.approx(np.mean(means), rel=1e-5)
    n_characters = sum(map(len, TEXTS))
    bits = total / math.log(2)
    assert scores["masked_lm.bits_per_character"] == pytest.approx(bits / n_characters, rel=1e-5)


@pytest.mark.parametrize("kind", ["tiny_bert", "tiny_roberta"])
def test_scores_do_not_depend_on_batches_order_or_neighbours(kind: str, request) -> None:
    folder = request.getfixturevalue(kind)
    texts = (*TEXTS, LONG)
    expected = measured(folder, texts).statistics

    for tokens in (1, 70, 100_000):
        again = measured(folder, texts, batch_tokens=tokens).statistics
        assert again == pytest.approx(expected, rel=1e-5)
    assert measured(folder, texts[::-1]).statistics[::-1] == pytest.approx(expected, rel=1e-5)
    for row, text in enumerate(texts):
        assert measured(folder, [text]).statistics[0] == pytest.approx(expected[row], rel=1e-5)


def test_a_long_text_is_read_in_windows_each_sub_word_once(tiny_roberta: Path) -> None:
    tokenizer, _ = library(tiny_roberta)
    n = len(tokenizer(LONG, add_special_tokens=False, verbose=False)["input_ids"])
    found = measured(tiny_roberta, [LONG])

    assert n > 60
    assert found.statistics[0, 1:3].tolist() == [n, len(LONG)]
    assert len(found.tokens[0]) == n
    # The first sub-words are further from the end of the first window than from any other's.
    first = tokenizer.decode(tokenizer(LONG, add_special_tokens=False)["input_ids"][:30])
    expected = plain(tiny_roberta, first, "l2r", only=slice(0, 15))
    bits = [token.value * math.log(2) for token in found.tokens[0][:15]]
    assert bits == pytest.approx(expected, rel=1e-4)


def test_what_is_cut_or_refused_is_said(tiny_roberta: Path) -> None:
    tokenizer, _ = library(tiny_roberta)
    ids = tokenizer(LONG, add_special_tokens=False, verbose=False)["input_ids"]
    seen = tokenizer.decode(ids[:30])
    cut = measured(tiny_roberta, [LONG], long_input="truncate")

    assert f"the last {len(ids) - 30} of {len(ids)} sub-words" in cut.cuts[0]
    assert cut.statistics[0, :3] == pytest.approx(
        [sum(plain(tiny_roberta, seen, "l2r")), 30, len(seen)], rel=1e-5
    )
    refused = measured(tiny_roberta, [LONG], long_input="refuse")
    assert "the model reads 30 at once" in refused.reasons[0]


def test_a_sentence_may_be_read_after_its_document(tiny_roberta: Path) -> None:
    document = f"{SENTENCES[0]} {SENTENCES[1]}"
    context = Context(document, len(SENTENCES[0]) + 1)
    found = measured(tiny_roberta, [SENTENCES[1]], contexts=(context,), context="document")

    n = int(found.statistics[0, 1])
    expected = plain(tiny_roberta, document, "l2r", only=slice(-n, None))
    assert found.statistics[0, 0] == pytest.approx(sum(expected), rel=1e-5)


def test_odd_texts_have_reasons(tiny_bert: Path) -> None:
    found = measured(tiny_bert, ["", "\x07\x08", "a\ud800b", "[MASK] [SEP]"])

    assert found.reasons[0] == "empty text"
    assert found.reasons[1] == "the tokenizer makes no sub-words of it"
    assert found.reasons[2].startswith("not Unicode text")
    assert found.statistics[3, 1] > 6, "a mask in a text is the characters that it is"


def test_a_model_that_is_none_is_refused(tiny_gpt2: Path, tiny_bert: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is no masked language model"):
        MaskedLm(model=str(tiny_gpt2)).signature()
    for folder, pattern in ((tiny_bert, "*"), (tiny_gpt2, "tokenizer*")):
        for file in folder.glob(pattern):
            shutil.copy(file, tmp_path)
    with pytest.raises(ConfigError, match="has no mask token"):
        MaskedLm(model=str(tmp_path)).signature()


def test_the_signature_says_what_decides_the_numbers(tiny_roberta: Path) -> None:
    signature = MaskedLm(model=str(tiny_roberta), device="cpu").signature()

    for part in ("correction:l2r", "context:none", "context_length:32", "long:window(15)"):
        assert f"|{part}|" in signature
    with pytest.raises(ConfigError, match="Did you mean 'l2r'"):
        registry.scorer("masked_lm", model=str(tiny_roberta), correction="l2")
