"""What is known of a language model before its weights are loaded: tokenizer and context length."""

from functools import cached_property

from evalkit.errors import ConfigError
from evalkit.models.checkpoint import Checkpoint
from evalkit.models.loading import load_outline
from evalkit.models.positions import n_positions
from evalkit.models.subwords import vocabulary_of
from evalkit.models.views import Reach

__all__ = ["Outline"]


class Outline:
    """A model's tokenizer, and how much it reads at once.

    Args:
        checkpoint: from ``find_checkpoint``.
        kind: the class of transformers that loads it.
        context_length: sub-words that it reads at once, special tokens included; None for what the
            model and its tokenizer were made for.

    Raises:
        ConfigError: the model has fewer positions than ``context_length``.
        MissingExtraError: torch or transformers is not installed.
        ModelError: the files are damaged, or of another kind of model.
    """

    def __init__(self, checkpoint: Checkpoint, kind: str, *, context_length: int | None) -> None:
        found = load_outline(checkpoint, kind)
        self.tokenizer = found.tokenizer
        most = n_positions(found.model)
        if context_length is not None and most is not None and context_length > most:
            raise ConfigError(
                f"context_length is {context_length}, but {checkpoint.name} has {most} positions"
            )
        usual = n_positions(found.model, found.tokenizer)
        self.context_length = usual if context_length is None else context_length
        """None: any number."""

    @cached_property
    def vocabulary(self) -> str:
        """A hash of all sub-words and their ids."""
        return vocabulary_of(self.tokenizer)

    def reach(self, *, n_special: int, stride: int | None) -> Reach:
        """How windows move over a text.

        Args:
            n_special: special tokens that take room from the text.
            stride: by how many sub-words; None for half of what a window holds.

        Raises:
            ConfigError: no room for text, or sub-words between two windows.
        """
        if self.context_length is None:
            return Reach(None, 1)
        limit = self.context_length - n_special
        if limit < 1:
            raise ConfigError(
                f"context_length is {self.context_length}, which leaves no room beside "
                f"{n_special} special tokens"
            )
        stride = max(1, limit // 2) if stride is None else stride
        if stride > limit:
            raise ConfigError(
                f"stride is {stride}, but a window holds {limit} sub-words: some would be in none"
            )
        return Reach(limit, stride)
