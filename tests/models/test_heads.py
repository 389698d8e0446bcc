"""Body and head run apart give the model's own numbers; where they can't be, whole logits do."""

import pytest
import torch
import transformers

from evalkit.models import heads
from evalkit.models.heads import Head
from evalkit.models.likelihoods import LanguageModel
from evalkit.models.views import Reach, causal_views
from tests.tiny_models import one_thread

SMALL = {
    "vocab_size": 50,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 64,
    "initializer_range": 0.4,
}
IDS = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
MODELS = {
    "gemma2 caps its logits": (
        "Gemma2",
        {**SMALL, **IDS, "num_key_value_heads": 1, "head_dim": 8, "final_logit_softcapping": 2.0},
    ),
    "gpt-neox": ("GPTNeoX", {**SMALL, **IDS}),
    "opt counts positions from two": (
        "OPT",
        {
            **{k: v for k, v in SMALL.items() if k not in ("intermediate_size",)}, **IDS,
            "ffn_dim": 32, "word_embed_proj_dim": 16, "init_std": 0.4,
        },
    ),
    "bart calls a part of its body": (
        "Bart",
        {
            "vocab_size": 50, "d_model": 16, "decoder_layers": 1, "decoder_attention_heads": 2,
            "decoder_ffn_dim": 32, "max_position_embeddings": 64, "init_std": 0.4, **IDS,
            "encoder_layers": 1, "encoder_attention_heads": 2, "encoder_ffn_dim": 32,
        },
    ),
}  # fmt: skip


def build(name: str, settings):
    torch.manual_seed(4)
    config = getattr(transformers, f"{name}Config")(**settings)
    return getattr(transformers, f"{name}ForCausalLM")(config).eval()


@pytest.mark.parametrize("apart", [True, False], ids=["apart", "whole"])
@pytest.mark.parametrize(("name", "settings"), MODELS.values(), ids=MODELS.keys())
def test_numbers_are_the_models_own(name: str, settings, apart: bool, monkeypatch) -> None:
    if not apart:
        monkeypatch.setattr(heads, "_bodies", lambda model: ())
    rows = [[3, 4, 5, 6, 7, 8], [9, 3], [5], [7, 7, 7, 41]]
    with one_thread(), torch.random.fork_rng():
        model = build(name, settings)
        language_model = LanguageModel(model, mask=None)
        views = [next(causal_views(row, 0, len(row), start=1, reach=Reach(64, 32))) for row in rows]
        found = language_model.nats(views, max_tokens=100)

        assert Head(model).apart == apart
        for row, done in zip(rows, found, strict=True):
            with torch.inference_mode():
                logits = model(torch.tensor([[1, *row]])).logits[0, :-1].double()
            expected = -torch.log_softmax(logits, -1)[range(len(row)), row]
            assert done.result == pytest.approx(expected.numpy(), rel=1e-4)


def test_the_model_is_left_as_it_was() -> None:
    with one_thread(), torch.random.fork_rng():
        model = build("GPTNeoX", {**SMALL, **IDS})
        ids = torch.tensor([[1, 2, 3]])
        with torch.inference_mode():
            before = model(ids).logits
            head = Head(model)
            head.nats(head.states(ids, None)[0], torch.tensor([4, 5, 6]))
            assert torch.equal(model(ids).logits, before)
