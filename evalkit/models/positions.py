"""How many sub-words a model reads at once, by its config, its tokenizer and its own modules."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PretrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

__all__ = ["n_positions"]

NO_LIMIT = 10**9
"""Tokenizers without a length of their own give a number far above this."""


def n_positions(
    model: "PreTrainedModel", tokenizer: "PreTrainedTokenizerBase | None" = None
) -> int | None:
    """The most sub-words, special tokens included, that the model reads at once; None: any.

    Args:
        model: its weights are not looked at, so that it may be on torch's device ``meta``.
        tokenizer: whose own limit counts too, where it is given.
    """
    limits = []
    config: PretrainedConfig = model.config.get_text_config()
    n = getattr(config, "max_position_embeddings", None)
    if n is not None and int(n) > 0:  # XLNet, without a limit, says -1
        limits.append(int(n) - _offset(model))
    if tokenizer is not None and int(tokenizer.model_max_length) < NO_LIMIT:
        limits.append(int(tokenizer.model_max_length))
    return min(limits, default=None)


def _offset(model: "PreTrainedModel") -> int:
    """Positions that hold no token: RoBERTa and its kin count from after the padding's id."""
    for name, part in model.named_modules():
        padding = getattr(part, "padding_idx", None)
        if name.endswith("position_embeddings") and padding is not None:
            return int(padding) + 1
    return 0
