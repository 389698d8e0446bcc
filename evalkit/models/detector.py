"""The detector's network: the encoder and two sets of heads on each token's sub-words.

A token is seen through its first and last sub-word; the end of the text is a place too, since
something may be missing there. The first set tells kinds of errors (learned from corruptions of
clean text), the second whether a post-editor would change the token or fill the gap (learned
from raw MT). Embeddings and the lowest layers stay the encoder's own. Leaves out recurrence and a
CRF: neighbouring tokens see each other through attention.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from transformers import BertModel

__all__ = ["DetectorNet", "Logits", "Shape"]


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the heads and which layers are the encoder's own."""

    n_wrong: int
    """Kinds of wrong tokens, "ok" included."""
    n_gap: int
    """Kinds of gaps, "none" included."""
    hidden: int
    """Width of the layer between encoder and heads."""
    n_frozen: int
    """Lowest encoder layers that stay as they are."""


@dataclass(frozen=True, slots=True)
class Logits:
    """What the heads say, for n texts of at most w tokens (the end counts as one)."""

    wrong: Tensor
    """(n, w, n_wrong), meaningless at the end."""
    gap: Tensor
    """(n, w, n_gap): before this token."""
    edit: Tensor
    """(n, w, 2): a post-editor changes the token; fills the gap before it."""


class DetectorNet(nn.Module):
    """Encoder and heads.

    Args:
        encoder: taken over, not copied.
        shape: sizes.
    """

    def __init__(self, encoder: "BertModel", shape: Shape) -> None:
        super().__init__()
        self.encoder: nn.Module = encoder
        width = 2 * int(encoder.config.hidden_size)
        self.shape = shape
        self.merge = nn.Sequential(nn.Linear(width, shape.hidden), nn.GELU())
        self.heads = nn.Linear(shape.hidden, shape.n_wrong + shape.n_gap + 2)
        for name, parameter in self.encoder.named_parameters():
            parameter.requires_grad_(not self._is_frozen(name))

    def forward(self, ids: Tensor, mask: Tensor, first: Tensor, last: Tensor) -> Logits:
        """Logits of each token.

        Args:
            ids: (n, l) sub-words.
            mask: (n, l), 0 where padded.
            first: (n, w), place of each token's first sub-word.
            last: (n, w), place of its last.
        """
        vectors = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        rows = torch.arange(ids.shape[0], device=ids.device)[:, None]
        tokens = torch.cat((vectors[rows, first], vectors[rows, last]), dim=-1)
        sizes = (self.shape.n_wrong, self.shape.n_gap, 2)
        wrong, gap, edit = self.heads(self.merge(tokens)).split(sizes, dim=-1)
        return Logits(wrong=wrong, gap=gap, edit=edit)

    def own_tensors(self) -> dict[str, Tensor]:
        """The weights that are not the encoder's own, by name."""
        return {name: value.detach() for name, value in self._own()}

    def load_own(self, tensors: dict[str, Tensor]) -> None:
        """Takes over what ``own_tensors`` gave.

        Raises:
            ValueError: a tensor is missing, superfluous or of another shape.
        """
        mine = dict(self._own())
        if set(mine) != set(tensors):
            raise ValueError(f"tensors differ: {sorted(set(mine) ^ set(tensors))}")
        with torch.no_grad():
            for name, value in tensors.items():
                if mine[name].shape != value.shape:
                    raise ValueError(f"{name}: {tuple(value.shape)} for {tuple(mine[name].shape)}")
                mine[name].copy_(value)

    def _own(self) -> Iterator[tuple[str, nn.Parameter]]:
        return (item for item in self.named_parameters() if item[1].requires_grad)

    def _is_frozen(self, name: str) -> bool:
        if name.startswith("embeddings."):
            return True
        part = name.split(".")  # encoder.layer.<number>.…
        return part[:2] == ["encoder", "layer"] and int(part[2]) < self.shape.n_frozen
