"""Beam search for rewrites of sentences, many side by side.

Scores are summed log-probabilities less the costs of ``rewriter_rules``. Leaves out sampling and
diverse beams; equal scores fall to the earlier candidate.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from evalkit.models.rewriter import Decoded, Read, RewriterNet
from evalkit.models.rewriter_rules import (
    FORBIDDEN,
    Partial,
    Request,
    Rules,
    SearchSettings,
    Writable,
)
from evalkit.models.rewriter_source import SourceReader

__all__ = ["Request", "Rewrite", "SearchSettings", "search"]


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A candidate."""

    links: tuple[int, ...]
    """For each word the source word that it copies, or -1."""
    words: tuple[str, ...]
    """The plain words."""
    score: float
    """Sum of log-probabilities less costs, in nats; higher is better."""


def search(
    net: RewriterNet,
    reader: SourceReader,
    vocabulary: Sequence[str],
    requests: Sequence[Request],
    settings: SearchSettings,
) -> list[list[Rewrite]]:
    """For each request its candidates, best score per word first; [] for no requests."""
    if not requests:
        return []
    with torch.inference_mode():
        source, width = _read(net, reader, requests)
        words = Writable(vocabulary)
        rules = [Rules(request, words, settings, width) for request in requests]
        return _Search(net, source, rules, vocabulary, requests).run()


def _read(net: RewriterNet, reader: SourceReader, requests: Sequence[Request]) -> tuple[Read, int]:
    found: Mapping[tuple[str, ...], Tensor]
    different = list(dict.fromkeys(request.words for request in requests))
    found = dict(zip(different, reader.read(different), strict=True))
    width = max(len(words) for words in different)
    n = len(requests)
    states = torch.zeros(n, width, net.shape.width)
    words = torch.zeros(n, width, net.shape.width)
    present = torch.zeros(n, width, dtype=torch.bool)
    for row, request in enumerate(requests):
        size = len(request.words)
        states[row, :size] = found[request.words]
        words[row, :size] = reader.embed(request.words)
        present[row, :size] = True
    return net.read(states, words, present), width


class _Search:
    """All requests side by side, a beam each."""

    def __init__(
        self, net: RewriterNet, source: Read, rules: list[Rules], vocabulary: Sequence[str],
        requests: Sequence[Request],
    ) -> None:  # fmt: skip
        self.net = net
        self.source = source
        self.rules = rules
        self.vocabulary = vocabulary
        self.lengths = torch.tensor([request.length for request in requests])
        self.width = source.present.shape[1]
        self.beam = rules[0].settings.beam
        self.done: list[dict[tuple[str, ...], Rewrite]] = [{} for _ in rules]
        self.seen: tuple[list[int], Read] = ([], source)

    def run(self) -> list[list[Rewrite]]:
        owners = list(range(len(self.rules)))
        rows = [Partial() for _ in owners]
        past: list[tuple[Tensor, Tensor]] | None = None
        n_most = min(self.rules[0].settings.n_most, self.net.shape.n_steps - 2)
        for _ in range(n_most + 1):
            index = torch.tensor(owners)
            decided = self._decided(rows)
            scores, past = self.net.step(self._sources(owners), decided, self.lengths[index], past)
            parents, owners, rows = self._grow(scores, owners, rows)
            if not rows:
                break
            chosen = torch.tensor(parents)
            past = [(key[chosen], value[chosen]) for key, value in past]
        return [_ranked(found.values()) for found in self.done]

    def _sources(self, owners: list[int]) -> Read:
        """The source of each row; kept from step to step while the rows' owners stay."""
        if owners != self.seen[0]:
            self.seen = (owners, self.source.rows(torch.tensor(owners)))
        return self.seen[1]

    def _decided(self, rows: Sequence[Partial]) -> Decoded:
        used = torch.zeros(len(rows), 1, self.width, dtype=torch.bool)
        for i, row in enumerate(rows):
            used[i, 0, [link for link in row.links if link >= 0]] = True
        links = torch.tensor([[row.links[-1] if row.links else -1] for row in rows])
        written = torch.tensor([[row.written] for row in rows])
        last = torch.tensor([[row.last] for row in rows])
        return Decoded(links, written, last, used)

    def _grow(
        self, scores: Tensor, owners: list[int], rows: list[Partial]
    ) -> tuple[list[int], list[int], list[Partial]]:
        """The best continuations of each beam: their parents, owners and themselves."""
        costs = np.stack([self.rules[o].costs(row) for o, row in zip(owners, rows, strict=True)])
        base = torch.tensor([[row.score] for row in rows], dtype=torch.float64)
        totals = scores.double() + torch.from_numpy(costs) + base
        best, columns = totals.topk(2 * self.beam, dim=1)
        options: dict[int, list[tuple[float, int, int]]] = {}
        for i, owner in enumerate(owners):
            for value, column in zip(best[i].tolist(), columns[i].tolist(), strict=True):
                if value > FORBIDDEN / 2:
                    options.setdefault(owner, []).append((value, i, column))
        parents, kept_owners, kept = [], [], []
        for owner, found in options.items():
            found.sort(key=lambda option: (-option[0], option[1], option[2]))
            for value, i, column in self._kept(owner, found, rows):
                parents.append(i)
                kept_owners.append(owner)
                kept.append(self._longer(rows[i], owner, column, value))
        return parents, kept_owners, kept

    def _kept(
        self, owner: int, options: list[tuple[float, int, int]], rows: list[Partial]
    ) -> list[tuple[float, int, int]]:
        """The beam's next partial candidates; finished ones are put aside."""
        kept: list[tuple[float, int, int]] = []
        seen: set[tuple[str, ...]] = set()
        done = self.done[owner]
        for rank, (value, i, column) in enumerate(options):
            if column == self.width:
                words = tuple(rows[i].words)
                if rank < self.beam and (words not in done or done[words].score < value):
                    done[words] = Rewrite(tuple(rows[i].links), words, value)
                continue
            words = (*rows[i].words, self._word(owner, column))
            if words not in seen:
                seen.add(words)
                kept.append((value, i, column))
            if len(kept) == self.beam:
                break
        return [] if self._settled(done, kept) else kept

    def _settled(
        self, done: Mapping[tuple[str, ...], Rewrite], kept: list[tuple[float, int, int]]
    ) -> bool:
        """Whether the beam is full and nothing under way is better than its worst."""
        if len(done) < self.beam or not kept:
            return False
        scores = sorted((found.score for found in done.values()), reverse=True)
        return kept[0][0] < scores[self.beam - 1]

    def _word(self, owner: int, column: int) -> str:
        if column < self.width:
            return self.rules[owner].words[column]
        return self.vocabulary[column - self.width]

    def _longer(self, row: Partial, owner: int, column: int, score: float) -> Partial:
        link = column if column < self.width else -1
        written = 0 if link >= 0 else column - self.width
        word = self._word(owner, column)
        return Partial([*row.links, link], [*row.words, word], written, score)


def _ranked(found: Iterable[Rewrite]) -> list[Rewrite]:
    return sorted(found, key=lambda one: (-one.score / (len(one.words) + 1), one.words))
