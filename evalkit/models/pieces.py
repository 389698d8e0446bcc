"""Tokens -> sub-words of an encoder, each token on its own, so that a token's place is known.

The same in training and in use. Leaves out text between tokens: white space, which the uncased
encoder does not see.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evalkit.models.encoder import Encoder

__all__ = ["IGNORED", "Pieces", "pieces_of"]

IGNORED = -100
"""The label of a place that a head does not learn from."""
KEPT = 200_000


class Pieces:
    """Sub-words of tokens, remembered.

    Args:
        encode: token -> ids of its sub-words.
        start: id before a text.
        end: id after it.
        unknown: id of a token that has no sub-words of its own.
    """

    def __init__(
        self, encode: Callable[[str], Sequence[int]], *, start: int, end: int, unknown: int
    ) -> None:
        self._encode = encode
        self._known: dict[str, tuple[int, ...]] = {}
        self.start, self.end, self.unknown = start, end, unknown

    def of(self, token: str) -> tuple[int, ...]:
        """Ids of a token's sub-words, at least one."""
        found = self._known.get(token)
        if found is None:
            found = tuple(self._encode(token)) or (self.unknown,)
            if len(self._known) < KEPT:
                self._known[token] = found
        return found


def pieces_of(encoder: "Encoder") -> Pieces:
    """The sub-words of an encoder's tokenizer."""
    tokenizer = encoder.tokenizer

    def encode(token: str) -> Sequence[int]:
        return list(tokenizer.encode(token, add_special_tokens=False))

    return Pieces(
        encode,
        start=int(tokenizer.cls_token_id),
        end=int(tokenizer.sep_token_id),
        unknown=int(tokenizer.unk_token_id),
    )
