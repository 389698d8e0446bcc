"""What stands around a text that an encoder reads, and how much of it fits.

A tokenizer puts special tokens (CLS, SEP, BOS, EOS …) around a text; a text that is too long is
read in pieces, each with the same frame. Leaves out pairs of texts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evalkit.errors import ModelError

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

__all__ = ["Frame", "frame_of", "n_positions"]

NO_LIMIT = 10**9
"""Tokenizers without a length of their own give a number far above this."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The special tokens that a tokenizer puts around a text."""

    before: tuple[int, ...]
    """Ids that come first."""
    after: tuple[int, ...]
    """Ids that come last."""
    types: tuple[int, ...] | None = None
    """Token types of the frame around one sub-word; None where the tokenizer gives none."""

    @property
    def size(self) -> int:
        """How many special tokens there are."""
        return len(self.before) + len(self.after)

    def around(self, ids: Sequence[int]) -> list[int]:
        """The ids between the special tokens."""
        return [*self.before, *ids, *self.after]

    def types_around(self, n: int) -> list[int] | None:
        """Token types of n framed sub-words; None where the tokenizer gives none."""
        if self.types is None:
            return None
        first = len(self.before)
        return [*self.types[:first], *[self.types[first]] * n, *self.types[first + 1 :]]


def frame_of(tokenizer: "PreTrainedTokenizerBase") -> Frame:
    """What the tokenizer puts before and after a text, seen on a text of its own.

    Raises:
        ModelError: it changes the text when it frames it.
    """
    bare = tokenizer("a", add_special_tokens=False)["input_ids"]
    found = tokenizer("a")
    whole, types = found["input_ids"], found.get("token_type_ids")
    for start in range(len(whole) - len(bare) + 1):
        end = start + len(bare)
        if whole[start:end] == bare:
            kept = None if types is None else (*types[: start + 1], *types[end:])
            return Frame(tuple(whole[:start]), tuple(whole[end:]), kept)
    raise ModelError(f"the tokenizer writes {whole} for {bare}: no special tokens around a text")


def n_positions(model: "PreTrainedModel", tokenizer: "PreTrainedTokenizerBase") -> int | None:
    """The most sub-words, special tokens included, that the model reads at once; None: any."""
    limits = []
    n = getattr(model.config, "max_position_embeddings", None)
    if n is not None and int(n) > 0:  # XLNet, without a limit, says -1
        limits.append(int(n) - _offset(model))
    if int(tokenizer.model_max_length) < NO_LIMIT:
        limits.append(int(tokenizer.model_max_length))
    return min(limits, default=None)


def _offset(model: "PreTrainedModel") -> int:
    """Positions that hold no token: RoBERTa and its kin count from after the padding's id."""
    for name, part in model.named_modules():
        padding = getattr(part, "padding_idx", None)
        if name.endswith("position_embeddings") and padding is not None:
            return int(padding) + 1
    return 0
