"""A model's own tokenizer, read as a language-model scorer needs it: nothing added, nothing cut.

What a text spells like a special token (``<|endoftext|>``, ``[MASK]``) is read as the characters
that it is: a text can't put a control token into a model. Leaves out padding and truncation.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evalkit.errors import ConfigError, ModelError

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

__all__ = ["Frame", "Start", "Subwords", "frame_of", "read_subwords", "start_of", "vocabulary_of"]

ROLES = ("bos", "eos", "cls", "sep", "pad")
"""Special tokens that may be named by what they do."""


@dataclass(frozen=True, slots=True)
class Subwords:
    """The sub-words of one text."""

    ids: Sequence[int]
    """Their ids, without special tokens."""
    offsets: Sequence[tuple[int, int]] | None
    """Code points of the text that each stands for, end exclusive; None where the tokenizer
    can't tell."""
    words: Sequence[int | None] | None
    """The word that each belongs to, as the tokenizer splits words; None as above."""

    def start(self, n: int) -> "Subwords":
        """The first n of them."""
        offsets = None if self.offsets is None else self.offsets[:n]
        words = None if self.words is None else self.words[:n]
        return Subwords(self.ids[:n], offsets, words)


@dataclass(frozen=True, slots=True)
class Frame:
    """The special tokens that a tokenizer puts around a text."""

    before: tuple[int, ...]
    """Ids that come first."""
    after: tuple[int, ...]
    """Ids that come last."""
    types: tuple[int, ...] | None = None
    """Token types of the frame around one sub-word; None where the tokenizer gives none."""

    def around(self, ids: Sequence[int]) -> list[int]:
        """The ids with the special tokens."""
        return [*self.before, *ids, *self.after]

    @property
    def size(self) -> int:
        """How many special tokens there are."""
        return len(self.before) + len(self.after)

    def types_around(self, n: int) -> list[int] | None:
        """Token types of n framed sub-words; None where the tokenizer gives none."""
        if self.types is None:
            return None
        first = len(self.before)
        return [*self.types[:first], *[self.types[first]] * n, *self.types[first + 1 :]]


@dataclass(frozen=True, slots=True)
class Start:
    """What stands before a text, so that its first sub-word can be predicted."""

    id: int | None
    """None: nothing does, and the first sub-word isn't scored."""
    label: str
    """For signatures: ``bos(50256)``, ``none`` …"""


def read_subwords(
    tokenizer: "PreTrainedTokenizerBase", texts: Sequence[str]
) -> tuple[Subwords, ...]:
    """The sub-words of each text, which must be Unicode without lone surrogates."""
    if not texts:
        return ()
    found = tokenizer(
        list(texts),
        add_special_tokens=False,
        return_attention_mask=False,
        return_token_type_ids=False,
        return_offsets_mapping=tokenizer.is_fast,
        split_special_tokens=True,
        verbose=False,
    )
    rows = found["input_ids"]
    if not tokenizer.is_fast:
        return tuple(Subwords(ids, None, None) for ids in rows)
    return tuple(
        Subwords(ids, offsets, found.word_ids(place))
        for place, (ids, offsets) in enumerate(zip(rows, found["offset_mapping"], strict=True))
    )


def frame_of(tokenizer: "PreTrainedTokenizerBase") -> Frame:
    """What the tokenizer puts before and after a text, seen on a text of its own."""
    bare = tokenizer("a", add_special_tokens=False)["input_ids"]
    found = tokenizer("a")
    whole, types = found["input_ids"], found.get("token_type_ids")
    for start in range(len(whole) - len(bare) + 1):
        end = start + len(bare)
        if whole[start:end] == bare:
            kept = None if types is None else (*types[: start + 1], *types[end:])
            return Frame(tuple(whole[:start]), tuple(whole[end:]), kept)
    raise ModelError(f"the tokenizer writes {whole} for {bare}: no special tokens around a text")


def start_of(tokenizer: "PreTrainedTokenizerBase", choice: str) -> Start:
    """The start token that ``choice`` names.

    Args:
        tokenizer: the model's own.
        choice: ``auto`` (the tokenizer's BOS, or nothing where it has none), ``none``, one of
            ``bos``, ``eos``, ``cls``, ``sep``, ``pad``, or a token of the vocabulary.

    Raises:
        ConfigError: the tokenizer has no such token.
    """
    if choice == "none" or (choice == "auto" and tokenizer.bos_token_id is None):
        return Start(None, "none")
    role = "bos" if choice == "auto" else choice
    if role in ROLES:
        index = getattr(tokenizer, f"{role}_token_id")
        if index is None:
            has = [name for name in ROLES if getattr(tokenizer, f"{name}_token_id") is not None]
            raise ConfigError(
                f"start is {choice!r}, but the tokenizer has no such token; it has "
                f"{', '.join(has) or 'no special token'}. 'none' leaves the first sub-word unscored"
            )
        return Start(int(index), f"{role}({index})")
    index = tokenizer.get_vocab().get(choice)
    if index is None:
        raise ConfigError(
            f"start is {choice!r}, which is no token of the vocabulary; name one of it, or one of "
            f"auto, none, {', '.join(ROLES)}"
        )
    return Start(int(index), f"token({index})")


def vocabulary_of(tokenizer: "PreTrainedTokenizerBase") -> str:
    """A hash (eight hexadecimal digits) of all sub-words and their ids."""
    digest = hashlib.sha256()
    for token, index in sorted(tokenizer.get_vocab().items(), key=lambda entry: entry[1]):
        digest.update(f"{index} {token}\n".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:8]
