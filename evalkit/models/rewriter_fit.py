"""Fitting the rewriter's network: batches, loss, optimiser, checkpoints.

A state is everything that decides what comes next (weights, moments, random state, step), so that
a run that was stopped ends as one that was not.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from evalkit.models.rewriter import ANY_LENGTH, Decoded, RewriterNet, length_class
from evalkit.models.rewriter_source import SourceReader

__all__ = ["Fitter", "Rates", "Sources", "store_sources"]

IGNORED = -100
N_READ = 64


class Rows(Protocol):
    """Pairs as numbers; ``training.rewriter_data.Examples`` is one."""

    @property
    def words(self) -> tuple[str, ...]: ...
    @property
    def sources(self) -> NDArray[np.int32]: ...
    @property
    def source_starts(self) -> NDArray[np.int32]: ...
    @property
    def source_of(self) -> NDArray[np.int32]: ...
    @property
    def actions(self) -> NDArray[np.int32]: ...
    @property
    def action_starts(self) -> NDArray[np.int32]: ...


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
class Sources:
    """Lower-layer states of all sources, in half precision: 2 * width bytes per word."""

    states: Tensor
    """(n, width) states of the words of all sources, one source after the other."""
    embeddings: Tensor
    """(m, width) embeddings of the different words."""


def store_sources(reader: SourceReader, rows: Rows) -> Sources:
    """Reads every source once."""
    starts = rows.source_starts
    order = np.argsort(np.diff(starts), kind="stable")
    states = torch.empty(int(starts[-1]), reader.model.config.hidden_size, dtype=torch.float16)
    for first in range(0, len(order), N_READ):
        chosen = order[first : first + N_READ].tolist()
        texts = [[rows.words[w] for w in rows.sources[starts[i] : starts[i + 1]]] for i in chosen]
        for i, found in zip(chosen, reader.read(texts), strict=True):
            states[int(starts[i]) : int(starts[i + 1])] = found.half().cpu()
    blocks = [rows.words[i : i + 4096] for i in range(0, len(rows.words), 4096)]
    embeddings = torch.cat([reader.embed(block).half().cpu() for block in blocks])
    return Sources(states, embeddings)


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

    def learn(self, rows: Rows, sources: Sources, chosen: Sequence[int]) -> tuple[float, int]:
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

    def measure(self, rows: Rows, sources: Sources, chosen: Sequence[int]) -> tuple[float, int]:
        """Summed loss (nats, lower is better) and number of decisions, without learning."""
        self.net.eval()
        with torch.inference_mode():
            loss, n = self._loss(rows, sources, chosen, any_length=0.0)
        return float(loss), n

    def _loss(
        self, rows: Rows, sources: Sources, chosen: Sequence[int], *, any_length: float
    ) -> tuple[Tensor, int]:
        states, words, present = _source_batch(rows, sources, chosen)
        done, wanted, lengths = _target_batch(rows, chosen, present.shape[1])
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
        self.net.load_state_dict(state["net"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step = int(state["step"])
        torch.set_rng_state(state["random"].cpu())


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


def _source_batch(
    rows: Rows, sources: Sources, chosen: Sequence[int]
) -> tuple[Tensor, Tensor, Tensor]:
    of = rows.source_of[list(chosen)]
    starts, ends = rows.source_starts[of], rows.source_starts[of + 1]
    longest = int((ends - starts).max())
    place = np.minimum(starts[:, None] + np.arange(longest), ends[:, None] - 1)
    present = np.arange(longest) < (ends - starts)[:, None]
    index = torch.from_numpy(place.astype(np.int64))
    kinds = torch.from_numpy(rows.sources[place].astype(np.int64))
    return (
        sources.states[index].float(),
        sources.embeddings[kinds].float(),
        torch.from_numpy(present),
    )


def _target_batch(
    rows: Rows, chosen: Sequence[int], n_source: int
) -> tuple[Decoded, Tensor, Tensor]:
    """What was decided before each step, the wanted decisions (b, t), and length classes (b,)."""
    starts = rows.action_starts
    found = [rows.actions[starts[i] : starts[i + 1]].astype(np.int64) for i in chosen]
    longest = max(map(len, found))
    links = np.full((len(found), longest), -1)
    written = np.zeros((len(found), longest), np.int64)
    wanted = np.full((len(found), longest), IGNORED)
    for row, (i, actions) in enumerate(zip(chosen, found, strict=True)):
        of = rows.source_of[i]
        n = int(rows.source_starts[of + 1] - rows.source_starts[of])
        copies, gaps = actions < n, actions < 0
        # The vocabulary follows the batch's longest source.
        decisions = np.where(copies, actions, actions - n + n_source)
        wanted[row, : len(actions)] = np.where(gaps, IGNORED, decisions)
        links[row, 1 : len(actions)] = np.where(copies, actions, -1)[:-1]
        written[row, 1 : len(actions)] = np.where(copies, 0, actions - n)[:-1]
    lengths = torch.tensor([length_class(len(actions) - 1) for actions in found])
    return decided(links, written, n_source), torch.from_numpy(wanted), lengths


def decided(links: NDArray[np.int64], written: NDArray[np.int64], n_source: int) -> Decoded:
    """The history that follows from copied and written words before each step."""
    steps = np.arange(links.shape[1])
    latest = np.maximum.accumulate(np.where(links >= 0, steps, -1), axis=1)
    last = np.where(latest >= 0, np.take_along_axis(links, latest.clip(0), 1), -1)
    hit = links[:, :, None] == np.arange(n_source)
    used = np.logical_or.accumulate(hit, axis=1)
    return Decoded(*(torch.from_numpy(part) for part in (links, written, last, used)))
