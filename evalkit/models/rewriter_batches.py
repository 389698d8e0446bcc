"""The rewriter's training examples as tensors: sources, histories, wanted decisions.

Sources are read by the encoder's frozen layers once and kept in half precision: 2 * width bytes
for each of their words, in memory. Leaves out streaming from disk.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from evalkit.models.rewriter import Decoded, length_class
from evalkit.models.rewriter_examples import Examples
from evalkit.models.rewriter_source import SourceReader

__all__ = ["IGNORED", "Sources", "decided", "source_batch", "store_sources", "target_batch"]

IGNORED = -100
"""The wanted decision of a step that nothing is learned from."""
N_READ = 64


@dataclass(frozen=True, slots=True)
class Sources:
    """Lower-layer states of all sources, in half precision: 2 * width bytes per word."""

    states: Tensor
    """(n, width) states of the words of all sources, one source after the other."""
    embeddings: Tensor
    """(m, width) embeddings of the different words."""


def store_sources(reader: SourceReader, rows: Examples) -> Sources:
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
    nothing = torch.empty(0, reader.model.config.hidden_size, dtype=torch.float16)
    embeddings = torch.cat([nothing, *(reader.embed(block).half().cpu() for block in blocks)])
    return Sources(states, embeddings)


def source_batch(
    rows: Examples, sources: Sources, chosen: Sequence[int]
) -> tuple[Tensor, Tensor, Tensor]:
    """States and embeddings (b, s, width) of the sources, and where there is a word (b, s)."""
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


def target_batch(
    rows: Examples, chosen: Sequence[int], n_source: int
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
