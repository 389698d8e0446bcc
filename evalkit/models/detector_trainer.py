"""One optimiser step of the detector at a time, and its checkpoint.

AdamW without dropout: the data hardly repeats, so there is nothing to hold the network back from.
The learning rate rises, stays, and falls to zero over the last part of the steps (Hu et al. 2024,
"warm-up, stable, decay"), so that the number of steps may be changed until the fall begins.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from evalkit.models.detector import DetectorNet, Logits
from evalkit.models.pieces import IGNORED

if TYPE_CHECKING:
    from evalkit.models.encoder import Encoder

__all__ = ["Arrays", "Optimisation", "Trainer", "vectors_of"]

Arrays = Mapping[str, NDArray[np.int64]]
"""A batch: ids, mask, first, last; labels wrong, gap, edit (n, w, 2), IGNORED where unknown."""


@dataclass(frozen=True, slots=True)
class Optimisation:
    """Settings of the optimiser."""

    steps: int
    """How many in all."""
    warmup: int
    """Steps in which the learning rate rises."""
    decay: float
    """Share of the steps, at the end, in which it falls to zero."""
    learning_rate: float
    """Its highest value."""
    weight_decay: float
    """Of the weight matrices."""
    edit_weight: float
    """Weight of the loss of the post-editing heads."""
    precision: str = "float32"
    """Of the matrix products: ``float32`` or ``bfloat16``."""

    def rate(self, step: int) -> float:
        """The learning rate of a step, from 0."""
        rising = min(1.0, (step + 1) / max(self.warmup, 1))
        falling = min(1.0, (self.steps - step) / max(self.steps * self.decay, 1.0))
        return self.learning_rate * min(rising, falling)


class Trainer:
    """A network in training.

    Args:
        net: changed in place.
        optimisation: settings.
    """

    def __init__(self, net: DetectorNet, optimisation: Optimisation) -> None:
        self.net = net.train()
        self._settings = optimisation
        self.step = 0
        for module in net.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0
        own = [parameter for parameter in net.parameters() if parameter.requires_grad]
        groups = [
            {"params": [p for p in own if p.ndim > 1], "weight_decay": optimisation.weight_decay},
            {"params": [p for p in own if p.ndim <= 1], "weight_decay": 0.0},
        ]
        self._optimiser = torch.optim.AdamW(groups, betas=(0.9, 0.98), eps=1e-6, fused=True)

    def learn(self, arrays: Arrays) -> float:
        """One step on one batch; gives its loss."""
        device = next(self.net.parameters()).device
        batch = {name: torch.from_numpy(array).to(device) for name, array in arrays.items()}
        for group in self._optimiser.param_groups:
            group["lr"] = self._settings.rate(self.step)
        half = self._settings.precision == "bfloat16"
        with torch.autocast(device.type, dtype=torch.bfloat16, enabled=half):
            logits = self.net(batch["ids"], batch["mask"], batch["first"], batch["last"])
        loss = self._loss(logits, batch)
        self._optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(
            [parameter for parameter in self.net.parameters() if parameter.requires_grad], 1.0
        )
        self._optimiser.step()
        self.step += 1
        return float(loss.detach())

    def _loss(self, logits: Logits, batch: Mapping[str, Tensor]) -> Tensor:
        wrong = _cross_entropy(logits.wrong.float(), batch["wrong"])
        gap = _cross_entropy(logits.gap.float(), batch["gap"])
        known = batch["edit"] != IGNORED
        edit = functional.binary_cross_entropy_with_logits(
            logits.edit.float(), batch["edit"].clamp(min=0).float(), reduction="none"
        )
        mean = (edit * known).sum() / known.sum().clamp(min=1)
        return wrong + gap + self._settings.edit_weight * mean

    def save(self, path: Path, *, place: Mapping[str, int], fingerprint: str) -> None:
        """Writes all that a run needs to go on, replacing the file as a whole."""
        state = {
            "own": self.net.own_tensors(),
            "optimiser": self._optimiser.state_dict(),
            "step": self.step,
            "place": dict(place),
            "fingerprint": fingerprint,
        }
        part = path.with_name(path.name + ".part")
        torch.save(state, part)
        part.replace(path)

    def resume(self, path: Path, *, fingerprint: str) -> Mapping[str, int]:
        """Goes on where ``save`` stopped; gives the saved place in the data.

        Raises:
            ValueError: the checkpoint belongs to another recipe or other data.
        """
        state = torch.load(path, weights_only=True, map_location="cpu")
        if state["fingerprint"] != fingerprint:
            raise ValueError("the checkpoint was made with another recipe or other data")
        self.net.load_own(state["own"])
        self._optimiser.load_state_dict(state["optimiser"])
        self.step = int(state["step"])
        return {str(name): int(value) for name, value in state["place"].items()}


def vectors_of(encoder: "Encoder", words: list[str]) -> NDArray[np.float32]:
    """Unit static vectors (n, d) of words; a zero row for a word of several sub-words."""
    unknown = encoder.tokenizer.unk_token_id
    found = encoder.tokenizer.convert_tokens_to_ids(words)
    ids = torch.tensor(found)
    table = encoder.model.embeddings.word_embeddings.weight.detach()
    rows = functional.normalize(table[ids] - table.mean(dim=0), dim=1)
    rows[ids == unknown] = 0.0
    return np.asarray(rows.numpy(), dtype=np.float32)


def _cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    flat = logits.reshape(-1, logits.shape[-1])
    total = functional.cross_entropy(
        flat, labels.reshape(-1), ignore_index=IGNORED, reduction="sum"
    )
    return total / (labels != IGNORED).sum().clamp(min=1)
