"""What rounds of reading and merging are made of, and what they need of a model and a prompt."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from evalkit.models.generation import Setting
from evalkit.models.writing import Prompt, Written

__all__ = ["Ask", "Frame", "Item", "Model", "Policy", "Step"]


@dataclass(frozen=True, slots=True)
class Ask:
    """A text, and what is asked for it."""

    text: str
    """The document, a window of it, or the summaries of its windows."""
    n_words: int
    """The length asked for."""
    language: str
    """ISO 639-1 code."""
    id: str
    """The document's id."""


class Frame(Protocol):
    """How a text becomes an input of the model: a prefix, a prompt, a chat."""

    def encode(self, asks: Sequence[Ask]) -> list[list[int]]:
        """Token ids of the whole input of each, special tokens included, however long."""
        ...

    def cut(self, ask: Ask, limit: int) -> list[int]:
        """Token ids of the input with the end of the text left out: ``limit`` or a few less."""
        ...

    def overhead(self, ask: Ask) -> int:
        """Tokens of the input that are not the text's."""
        ...


class Model(Protocol):
    """What rounds need of a loaded model (``evalkit.models.writing.Writer``)."""

    @property
    def n_source_positions(self) -> int | None:
        """How many source tokens it has positions for; None where it needs none."""
        ...

    @property
    def max_source_tokens(self) -> int | None:
        """The longest source that it was made for, special tokens included, or None."""
        ...

    @property
    def max_new_tokens(self) -> int | None:
        """The longest text that it has positions for, or None."""
        ...

    @property
    def shared_positions(self) -> int | None:
        """Positions that source and new text have together; None where each has its own."""
        ...

    @property
    def own_limit(self) -> int | None:
        """How many new tokens the generation settings allow; None where they don't say."""
        ...

    @property
    def settings(self) -> Mapping[str, object]:
        """The generation settings that count, by name."""
        ...

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, without special ones."""
        ...

    def generate(
        self,
        prompts: Sequence[Prompt],
        *,
        max_tokens: int,
        done: Callable[[int, Written], None] | None = None,
    ) -> list[Written]:
        """What it writes for each prompt, in order, and handed to ``done`` when it is there."""
        ...


@dataclass(frozen=True, slots=True)
class Policy:
    """How texts become inputs of the model."""

    frame: Frame
    """What stands around a text."""
    long_input: str
    """``window``, ``truncate`` or ``refuse``."""
    merge: str
    """``again`` or ``join``."""
    by_words: bool
    """Whether token limits follow from the length asked for, where ``settings`` has none."""
    settings: Mapping[str, Setting]
    """The user's generation settings."""
    seed: int
    """With a document's id it decides the draws."""
    max_source_tokens: int | None
    """The longest input; None for what the model was made for."""


@dataclass(frozen=True, slots=True)
class Item:
    """A document on its way to a summary."""

    place: int
    """Index in the batch."""
    id: str
    """The document's id."""
    text: str
    """The document, or the summaries of its windows."""
    language: str
    """ISO 639-1 code."""
    n_words: int
    """The length asked for."""
    source_words: int
    """Words of the document."""
    draw: int = 0
    """Which of several outputs for the document; added to the seed."""
    source_tokens: int = 0
    """Tokens of the document as one input, however long."""
    rounds: int = 0
    """Rounds that are over."""
    windows: int = 1
    """Inputs that the document itself was read in."""
    new_tokens: int = 0
    """Tokens that were written in the rounds that are over."""
    splits: int = 0
    """How often a batch with this document was halved."""


@dataclass(frozen=True, slots=True)
class Step:
    """What the model writes next for an item."""

    item: Item
    """The document."""
    prompts: tuple[Prompt, ...]
    """One or more inputs."""
    last: bool
    """Whether the texts are the summary, joined if there are several."""
    cut: str = ""
    """What of the document is not in the inputs."""
