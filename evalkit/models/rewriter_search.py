"""Beam search for rewrites, with the rules that keep them readable and true.

Besides the network's probabilities: nothing inside quotation marks is left out or reordered, no
three words come twice, no longer word comes more often than in the source, no rewrite stops
on a word that cannot end a sentence, brackets stay behind, and a longer word that is written though
no word of the source resembles it costs ``invention``. Scores are summed log-probabilities less
those costs. Leaves out sampling and diverse beams; equal scores fall to the earlier candidate.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from evalkit.models.rewriter import Decoded, Read, RewriterNet
from evalkit.models.rewriter_source import SourceReader

__all__ = ["Request", "Rewrite", "SearchSettings", "search"]

FORBIDDEN = -1e9
UNENDING = frozenset(
    """a an the of and or but nor with for from by at into onto than as if because while although
    is are was were be been has have had will would could should may might must can 's , - " ( : ;
    its their his our your my every who which that whose where when very more most not""".split()
)
"""Words and marks that no sentence ends on."""
BRACKETS = frozenset("()[]{}")
QUOTE = '"'


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """What decides the candidates."""

    beam: int = 6
    """Candidates kept at each step, and given back at most."""
    invention: float = 2.0
    """Cost, in nats, of writing a longer word that resembles none of the source."""
    n_least: int = 4
    """Fewest words and marks."""
    n_most: int = 40
    """Most words and marks."""


@dataclass(frozen=True, slots=True)
class Request:
    """A sentence to rewrite."""

    words: tuple[str, ...]
    """Its plain words."""
    length: int
    """The length class that is wanted."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A candidate."""

    links: tuple[int, ...]
    """For each word the source word that it copies, or -1."""
    words: tuple[str, ...]
    """The plain words."""
    score: float
    """Sum of log-probabilities less costs, in nats; higher is better."""


@dataclass(slots=True)
class _Partial:
    """A candidate under way."""

    links: list[int] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    written: int = 0
    score: float = 0.0

    @property
    def last(self) -> int:
        return next((link for link in reversed(self.links) if link >= 0), -1)


class _Rules:
    """What may come next in the rewrite of one source."""

    def __init__(
        self, request: Request, vocabulary: Sequence[str], settings: SearchSettings, width: int
    ) -> None:
        n = len(request.words)
        self.words = request.words
        self.settings = settings
        self.offset = width  # the vocabulary begins after the batch's longest source
        self.counts = Counter(request.words)
        self.columns: dict[str, list[int]] = {}
        for j, word in enumerate(request.words):
            self.columns.setdefault(word, []).append(j)
        for v, word in enumerate(vocabulary):
            if word in self.columns or v == 0:
                self.columns.setdefault(word, []).append(width + v)
        self.index = {word: v for v, word in enumerate(vocabulary)}
        inside = np.cumsum([word == QUOTE for word in request.words]) % 2 == 1
        self.quoted = inside & np.array([word != QUOTE for word in request.words])
        self.start = np.zeros(width + len(vocabulary))
        self.start[n:width] = FORBIDDEN
        stems = {_stem(word) for word in request.words}
        for v, word in enumerate(vocabulary[1:], start=1):
            if len(word) > 4 and word not in FREE and _stem(word) not in stems:
                self.start[width + v] = -settings.invention
        for j, word in enumerate(request.words):
            if word in BRACKETS:
                self.start[j] = FORBIDDEN
        if self.counts[QUOTE] % 2 or not self.counts[QUOTE]:
            self._ban(self.start, QUOTE)

    def costs(self, partial: _Partial) -> NDArray[np.float64]:
        """(s + v) what each next decision costs; FORBIDDEN where it is ruled out."""
        open_quote = partial.words.count(QUOTE) % 2 == 1
        costs = self._quoting(partial) if open_quote else self.start.copy()
        stop = self.offset
        n_done = len(partial.words)
        if open_quote or n_done < self.settings.n_least or partial.words[-1] in UNENDING:
            costs[stop] = FORBIDDEN
        if n_done and not open_quote:
            self._ban(costs, partial.words[-1])
            for word in self._worn(partial.words):
                self._ban(costs, word)
        if n_done >= self.settings.n_most:
            costs[: self.offset] = FORBIDDEN
            costs[self.offset + 1 :] = FORBIDDEN
        return costs

    def _quoting(self, partial: _Partial) -> NDArray[np.float64]:
        """Inside quotation marks: the next word of the source, or the closing mark."""
        costs = np.full_like(self.start, FORBIDDEN)
        if partial.words[-1] == QUOTE:
            place = partial.links[-1]
            allowed = self.quoted if place < 0 else np.arange(len(self.words)) == place + 1
            costs[: len(self.words)][allowed] = 0.0
            return costs
        following = partial.last + 1
        if following < len(self.words) and self.words[following] not in BRACKETS:
            costs[following] = 0.0
        if len(partial.words) > 2 and partial.words[-1] not in UNENDING and QUOTE in self.index:
            costs[self.offset + self.index[QUOTE]] = 0.0
        return costs

    def _worn(self, words: Sequence[str]) -> set[str]:
        """Words that would come too often, or close a run of three that was there before."""
        counts = Counter(words)
        worn = {
            word
            for word, count in counts.items()
            if len(word) > 3 and word not in FREE and count >= max(1, self.counts[word])
        }
        ends = tuple(words[-2:])
        worn |= {words[i + 2] for i in range(len(words) - 2) if tuple(words[i : i + 2]) == ends}
        return worn

    def _ban(self, costs: NDArray[np.float64], word: str) -> None:
        for column in self.columns.get(word, ()):
            costs[column] = FORBIDDEN
        if word in self.index:
            costs[self.offset + self.index[word]] = FORBIDDEN


FREE = frozenset(
    """that this with from have were been they their there which will would could should after
    before about into over than then when where while says said also other against during under
    between because being more most some such only its his her she has had was are not but and
    tells told saying who whose what them these those""".split()
)
"""Function words: may be written freely, and more than once."""


def _stem(word: str) -> str:
    """The part of a word that its inflections share, roughly.

    >>> _stem("accused") == _stem("accuses"), _stem("killed") == _stem("king")
    (True, False)
    """
    return word[: max(4, len(word) - 3)][:6]


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
        rules = [_Rules(request, vocabulary, settings, width) for request in requests]
        return _Search(net, source, rules, vocabulary, requests).run()


def _read(
    net: RewriterNet, reader: SourceReader, requests: Sequence[Request]
) -> tuple[Read, int]:
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
        self, net: RewriterNet, source: Read, rules: list[_Rules], vocabulary: Sequence[str],
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

    def run(self) -> list[list[Rewrite]]:
        owners = list(range(len(self.rules)))
        rows = [_Partial() for _ in owners]
        past: list[tuple[Tensor, Tensor]] | None = None
        n_most = min(self.rules[0].settings.n_most, self.net.shape.n_steps - 2)
        for _ in range(n_most + 1):
            index = torch.tensor(owners)
            decided = self._decided(rows)
            scores, past = self.net.step(
                self.source.rows(index), decided, self.lengths[index], past
            )
            parents, owners, rows = self._grow(scores, owners, rows)
            if not rows:
                break
            chosen = torch.tensor(parents)
            past = [(key[chosen], value[chosen]) for key, value in past]
        return [_ranked(found.values()) for found in self.done]

    def _decided(self, rows: Sequence[_Partial]) -> Decoded:
        used = torch.zeros(len(rows), 1, self.width, dtype=torch.bool)
        for i, row in enumerate(rows):
            used[i, 0, [link for link in row.links if link >= 0]] = True
        links = torch.tensor([[row.links[-1] if row.links else -1] for row in rows])
        written = torch.tensor([[row.written] for row in rows])
        last = torch.tensor([[row.last] for row in rows])
        return Decoded(links, written, last, used)

    def _grow(
        self, scores: Tensor, owners: list[int], rows: list[_Partial]
    ) -> tuple[list[int], list[int], list[_Partial]]:
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
        self, owner: int, options: list[tuple[float, int, int]], rows: list[_Partial]
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

    def _longer(self, row: _Partial, owner: int, column: int, score: float) -> _Partial:
        link = column if column < self.width else -1
        written = 0 if link >= 0 else column - self.width
        word = self._word(owner, column)
        return _Partial([*row.links, link], [*row.words, word], written, score)


def _ranked(found: "Mapping[tuple[str, ...], Rewrite] | object") -> list[Rewrite]:
    return sorted(found, key=lambda one: (-one.score / (len(one.words) + 1), one.words))  # type: ignore[call-overload]
