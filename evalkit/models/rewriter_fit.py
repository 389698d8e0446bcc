"""Fitting the rewriter's network: loss, optimiser, checkpoints.

A state is everything that decides what comes next (weights, moments, random state, step), so that
a run that was stopped ends as one that was not.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from evalkit.models.encoder import Encoder
from evalkit.models.rewriter import ANY_LENGTH, Decoded, RewriterNet, Shape
from evalkit.models.rewriter_batches import IGNORED, Sources, source_batch, target_batch
from evalkit.models.rewriter_examples import Examples
from evalkit.models.rewriter_source import SourceReader, begin

__all__ = ["Fitter", "Rates", "Start", "start"]


@dataclass(frozen=True, slots=True)
class Rates:
    """How fast to learn."""

    decoder: float
    """Peak learning rate of everything new."""
    encoder: float
    """Peak learning rate of the encoder's upper layers."""
    place: float
    """Peak learning rate of the biases by place."""
    warmup: int
    """Steps of linear warm-up."""
    n_steps: int
    """Steps in all."""
    fall: float
    """Share of the steps, at the end, over which the rates fall to zero."""
    weight_decay: float = 0.01
    """Decay of matrices."""

    def factor(self, step: int) -> float:
        """Share of the peak rates at a step, 0-1: up, level, down (Hu et al. 2024), so that the
        number of steps may be changed until the fall begins.

        >>> rates = Rates(1.0, 1.0, 1.0, warmup=2, n_steps=10, fall=0.5)
        >>> [round(rates.factor(step), 1) for step in (0, 1, 5, 6, 9)]
        [0.5, 1.0, 1.0, 0.8, 0.2]
        """
        rising = (step + 1) / max(1, self.warmup)
        falling = (self.n_steps - step) / max(1.0, self.n_steps * self.fall)
        return min(1.0, rising, falling)


@dataclass(frozen=True, slots=True)
class Start:
    """How a network begins."""

    n_frozen: int
    """Lowest encoder layers that are not trained."""
    n_decoder: int
    """Decoder layers."""
    seed: int
    """Of the new parts' weights, of dropout and of the lengths that are left out."""
    threads: int
    """Threads of the arithmetic."""


def start(
    encoder: Encoder,
    how: Start,
    rates: Rates,
    *,
    vocabulary: Sequence[str],
    counts: NDArray[np.int64],
) -> "tuple[Fitter, SourceReader]":
    """A fitter of a new network on an encoder, and the reader of its sources.

    Args:
        encoder: taken over; only its lower layers are left of it.
        how: sizes and seed.
        rates: how fast to learn.
        vocabulary: words that can be written, "stop" first.
        counts: (v,) how often each is written in the examples.
    """
    torch.set_num_threads(how.threads)
    torch.manual_seed(how.seed)
    config = encoder.model.config
    shape = Shape(
        n_vocabulary=len(vocabulary),
        n_frozen=how.n_frozen,
        n_decoder=how.n_decoder,
        width=config.hidden_size,
        n_heads=config.num_attention_heads,
        n_inner=config.intermediate_size,
        n_upper=config.num_hidden_layers - how.n_frozen,
    )
    net = begin(encoder, shape, vocabulary, torch.from_numpy(counts))
    fitter = Fitter(net, rates, seed=how.seed)
    return fitter, SourceReader.of(encoder, n_frozen=how.n_frozen)


class Fitter:
    """A network with its optimiser and data."""

    def __init__(self, net: RewriterNet, rates: Rates, *, seed: int, device: str = "cpu") -> None:
        self.net = net.to(device)
        self.rates = rates
        self.device = torch.device(device)
        self.step = 0
        torch.manual_seed(seed)
        groups = _groups(net, rates)
        self.optimiser = torch.optim.AdamW(groups, betas=(0.9, 0.98), fused=True)

    def learn(self, rows: Examples, sources: Sources, chosen: Sequence[int]) -> tuple[float, int]:
        """One step on these examples; the summed loss and the number of decisions."""
        self.net.train()
        factor = self.rates.factor(self.step)
        for group in self.optimiser.param_groups:
            group["lr"] = group["peak"] * factor
        # The rate of "any length" is fixed: one example in six is asked for no length.
        loss, n = self._loss(rows, sources, chosen, any_length=1 / 6)
        self.optimiser.zero_grad(set_to_none=True)
        backward: Callable[[], None] = (loss / n).backward
        backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimiser.step()
        self.step += 1
        return float(loss.detach()), n

    def measure(self, rows: Examples, sources: Sources, chosen: Sequence[int]) -> tuple[float, int]:
        """Summed loss (nats, lower is better) and number of decisions, without learning."""
        self.net.eval()
        with torch.inference_mode():
            loss, n = self._loss(rows, sources, chosen, any_length=0.0)
        return float(loss), n

    def _loss(
        self, rows: Examples, sources: Sources, chosen: Sequence[int], *, any_length: float
    ) -> tuple[Tensor, int]:
        states, words, present = source_batch(rows, sources, chosen)
        done, wanted, lengths = target_batch(rows, chosen, present.shape[1])
        if any_length:  # measuring must not touch the random state that a checkpoint holds
            free = torch.rand(len(chosen)) < any_length
            lengths = torch.where(free, ANY_LENGTH, lengths)
        lengths = lengths.to(self.device)
        source = self.net.read(
            states.to(self.device), words.to(self.device), present.to(self.device)
        )
        moved = Decoded(*(getattr(done, name).to(self.device) for name in Decoded.__slots__))
        logits = self.net(source, moved, lengths)
        loss = F.cross_entropy(
            logits.flatten(0, 1), wanted.flatten().to(self.device),
            ignore_index=IGNORED, reduction="sum",
        )  # fmt: skip
        return loss, int((wanted != IGNORED).sum())

    def save(self, path: Path, *, fingerprint: str) -> None:
        """Writes the whole state, replacing an older one as a whole."""
        state = {
            "net": self.net.state_dict(), "optimiser": self.optimiser.state_dict(),
            "step": self.step, "random": torch.get_rng_state(), "fingerprint": fingerprint,
            "names": self._names(),
        }  # fmt: skip
        part = path.with_name(path.name + ".part")
        torch.save(state, part)
        part.replace(path)

    def load(self, path: Path, *, fingerprint: str) -> None:
        """Goes back to a written state.

        Raises:
            ValueError: it is of another recipe or other data.
        """
        state = torch.load(path, map_location=self.device, weights_only=True)
        if state["fingerprint"] != fingerprint:
            raise ValueError("the checkpoint is of another recipe or other data")
        # The optimiser knows parameters by their order alone, and does not check their shapes.
        if state["names"] != self._names():
            raise ValueError("the checkpoint is of another version of the network")
        self.net.load_state_dict(state["net"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step = int(state["step"])
        torch.set_rng_state(state["random"].cpu())

    def _names(self) -> list[str]:
        return [name for name, _ in self.net.named_parameters()]


def _groups(net: RewriterNet, rates: Rates) -> list[dict[str, object]]:
    """Parameters by rate; vectors and biases do not decay."""
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in net.named_parameters():
        rate = rates.decoder
        if name.startswith("upper."):
            rate = rates.encoder
        elif name.startswith("place."):
            rate = rates.place
        decay = rates.weight_decay if parameter.ndim > 1 and not name.startswith("place.") else 0.0
        groups.setdefault((rate, decay), []).append(parameter)
    return [
        {"params": found, "lr": rate, "peak": rate, "weight_decay": decay}
        for (rate, decay), found in groups.items()
    ]
