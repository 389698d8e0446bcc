"""The loop beside ``generate``'s own, on small random models of families that differ in cache,
positions or masks: the same tokens, row by row."""

import pytest
import torch
import transformers

from evalkit.models.decoding import Decoder
from tests.tiny_models import one_thread

SEQ2SEQ = {
    "Bart": {"d_model": 16, "encoder_layers": 1, "decoder_layers": 1, "encoder_ffn_dim": 16,
             "decoder_ffn_dim": 16, "encoder_attention_heads": 2, "decoder_attention_heads": 2},
    "T5": {"d_model": 16, "d_kv": 8, "d_ff": 16, "num_layers": 1, "num_heads": 2},
    "LED": {"d_model": 16, "encoder_layers": 1, "decoder_layers": 1, "encoder_ffn_dim": 16,
            "decoder_ffn_dim": 16, "encoder_attention_heads": 2, "decoder_attention_heads": 2,
            "attention_window": 8},
    "Pegasus": {"d_model": 16, "encoder_layers": 1, "decoder_layers": 1, "encoder_ffn_dim": 16,
                "decoder_ffn_dim": 16, "encoder_attention_heads": 2,
                "decoder_attention_heads": 2},
}  # fmt: skip
CAUSAL = {
    "GPT2": {"n_embd": 16, "n_layer": 1, "n_head": 2},
    "OPT": {"hidden_size": 16, "num_hidden_layers": 1, "ffn_dim": 16, "num_attention_heads": 2,
            "word_embed_proj_dim": 16},
    "Bloom": {"hidden_size": 16, "n_layer": 1, "n_head": 2},
    "Mistral": {"hidden_size": 16, "num_hidden_layers": 1, "intermediate_size": 16,
                "num_attention_heads": 2, "num_key_value_heads": 1, "sliding_window": 6},
    "Qwen3": {"hidden_size": 16, "num_hidden_layers": 2, "intermediate_size": 16,
              "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 8},
    "Mamba": {"hidden_size": 16, "num_hidden_layers": 1, "state_size": 4},
}  # fmt: skip
ENDS = [2, 5, 8, 11, 14, 17]
"""Several end tokens, so that rows of a random model end at different lengths."""
N_TOKENS, N_ROWS = 32, 8


@pytest.fixture(autouse=True)
def on_one_thread():
    with one_thread():
        yield


def made(family: str, head: str, sizes: dict):
    marks = {"pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2, "decoder_start_token_id": 2}
    with torch.random.fork_rng():
        torch.manual_seed(5)
        config = getattr(transformers, f"{family}Config")(vocab_size=N_TOKENS, **sizes, **marks)
        model = getattr(transformers, f"{family}{head}")(config).eval()
        for parameter in model.parameters():
            if parameter.ndim > 1:
                torch.nn.init.normal_(parameter, std=0.6)
        return model


def rows(*, left: bool) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(3)
    ids = torch.randint(18, N_TOKENS, (N_ROWS, 12), generator=generator)
    mask = torch.ones_like(ids)
    for row in range(N_ROWS):
        empty = slice(0, row) if left else slice(12 - row, 12)
        ids[row, empty], mask[row, empty] = 1, 0
    return ids, mask


def both(model, *, left: bool) -> tuple[list[list[int]], list[list[int]]]:
    ids, mask = rows(left=left)
    settings = {"max_new_tokens": 14, "do_sample": False, "eos_token_id": ENDS, "pad_token_id": 1}
    inputs = {"input_ids": ids, "attention_mask": mask}
    library = model.generate(**inputs, **settings)
    ours = model.generate(**inputs, **settings, custom_generate=Decoder())
    start = 12 if left else 1
    return written(library, start), written(ours, start)


def written(found: torch.Tensor, start: int) -> list[list[int]]:
    """New tokens of each row, up to its end token."""
    texts = []
    for row in found[:, start:].tolist():
        end = next((i for i, token in enumerate(row) if token in ENDS), len(row))
        texts.append(row[: end + 1])
    return texts


@pytest.mark.parametrize("family", SEQ2SEQ)
def test_encoder_decoders(family: str) -> None:
    library, ours = both(made(family, "ForConditionalGeneration", SEQ2SEQ[family]), left=False)

    assert ours == library
    assert len({len(row) for row in ours}) > 1, "all rows end together: nothing is shown"


@pytest.mark.parametrize("family", CAUSAL)
def test_causal_models(family: str) -> None:
    head = {"GPT2": "LMHeadModel"}.get(family, "ForCausalLM")
    library, ours = both(made(family, head, CAUSAL[family]), left=True)

    assert ours == library
    assert len({len(row) for row in ours}) > 1, "all rows end together: nothing is shown"
