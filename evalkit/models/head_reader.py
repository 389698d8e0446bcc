"""A network with a head at work: logits for each text (classifiers) or each sub-word (taggers).

A text's logits are those that the model gives for it alone, to 1e-5, whatever stands beside it:
on loading, a probe finds the side on which padding changes nothing, and a model that minds
padding on both sides reads its texts one by one. A text that is too long is read in overlapping
windows. Leaves out pairs of texts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from evalkit.errors import ModelError
from evalkit.models.batches import plan
from evalkit.models.devices import release_card
from evalkit.models.halving import Done, in_halves
from evalkit.models.head_networks import Ids, Network
from evalkit.models.subwords import Frame, Subwords, frame_of, read_subwords
from evalkit.models.windows import Window, windows
from evalkit.records import FloatArray

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

__all__ = ["HeadReader", "TextLogits", "TokenLogits"]

Side = Literal["right", "left", "none"]
OVERLAP = 128
"""Sub-words that two windows share, where a quarter of the model's length isn't less."""


@dataclass(frozen=True, slots=True)
class TextLogits:
    """What a classifier says of one text."""

    logits: FloatArray
    """(windows, labels); (0, labels) where it failed."""
    weights: FloatArray
    """(windows,) shares of the text's sub-words that each window stands for; their sum is 1."""
    error: str = ""
    """Why it failed; "" where it did not."""


@dataclass(frozen=True, slots=True)
class TokenLogits:
    """What a tagger says of the sub-words of one text."""

    logits: FloatArray
    """(t, labels); (0, labels) where it failed."""
    error: str = ""
    """Why it failed; "" where it did not."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A window of a row, as the network sees it."""

    row: int
    window: Window
    ids: list[int]


class HeadReader:
    """A network with a head, and its tokenizer. Made by ``load_head``.

    Args:
        network: gives the logits.
        tokenizer: the model's own.
        n_labels: how many logits there are.
        limit: most sub-words, special tokens included, that it reads at once; None: any.
        n_vectors: how many sub-words it has vectors for.
        fill: the id to pad with.
    """

    def __init__(
        self,
        network: Network,
        tokenizer: "PreTrainedTokenizerBase",
        *,
        n_labels: int,
        limit: int | None,
        n_vectors: int,
        fill: int,
    ) -> None:
        self._network = network
        self._tokenizer = tokenizer
        self._n_labels = n_labels
        self._n_vectors = n_vectors
        self._fill = fill
        self._frame: Frame = frame_of(tokenizer)
        self._side: Side = "none"
        self.limit = None if limit is None else limit - self._frame.size
        """Most sub-words of a text that are read at once; None: any number."""

    def tokenize(self, texts: Sequence[str], *, places: bool = False) -> tuple[Subwords, ...]:
        """Every sub-word of each text, nothing cut; what spells a special token is but text.

        Raises:
            ModelError: places are asked for, but the tokenizer knows none; or it gives ids that
                the model has no vectors for.
        """
        if places and not self._tokenizer.is_fast:
            raise ModelError(
                f"{type(self._tokenizer).__name__} doesn't say where in the text its sub-words "
                "stand: save the model with a fast tokenizer (tokenizer.json)"
            )
        found = read_subwords(self._tokenizer, texts)
        largest = max((max(one.ids, default=0) for one in found), default=0)
        if largest >= self._n_vectors:
            raise ModelError(
                f"the tokenizer isn't this model's: it gives id {largest}, but the model has "
                f"vectors for {self._n_vectors}"
            )
        return found

    def read_texts(
        self, rows: Sequence[Sequence[int]], *, max_tokens: int, limit: int | None = None
    ) -> list[TextLogits]:
        """A classifier's logits of each row of sub-words.

        Args:
            rows: ids without special tokens.
            max_tokens: padded sub-words that run together.
            limit: most sub-words of a window, where that is less than the model reads.
        """
        parts = self._parts(rows, limit)
        own: list[list[tuple[Window, Done[FloatArray]]]] = [[] for _ in rows]
        for part, one in zip(parts, self._run(parts, max_tokens), strict=True):
            own[part.row].append((part.window, one))
        return [self._text_logits(found) for found in own]

    def _text_logits(self, found: Sequence[tuple[Window, Done[FloatArray]]]) -> TextLogits:
        error = next((one.error for _, one in found if one.error), "")
        logits = [one.result for _, one in found if one.result is not None and not error]
        kept = np.array([w.keep_end - w.keep_start for w, _ in found], dtype=np.float64)
        kept = np.maximum(kept, 1.0)  # a text without sub-words
        stacked = np.stack(logits) if logits else np.zeros((0, self._n_labels))
        return TextLogits(stacked, kept / kept.sum(), error)

    def read_tokens(
        self, rows: Sequence[Sequence[int]], *, max_tokens: int, limit: int | None = None
    ) -> list[TokenLogits]:
        """A tagger's logits of the sub-words of each row; arguments as for ``read_texts``.

        In an overlap of windows a sub-word's logits are those of the window in which it is
        further from the edge.
        """
        parts = self._parts(rows, limit)
        ran = self._run(parts, max_tokens)
        logits = [np.zeros((len(ids), self._n_labels)) for ids in rows]
        errors = [""] * len(rows)
        for part, one in zip(parts, ran, strict=True):
            if one.result is None:
                errors[part.row] = one.error
                continue
            window, first = part.window, len(self._frame.before)
            start = first + window.keep_start - window.start
            kept = one.result[start : start + window.keep_end - window.keep_start]
            logits[part.row][window.keep_start : window.keep_end] = kept
        nothing = np.zeros((0, self._n_labels))
        return [
            TokenLogits(nothing if error else found, error)
            for found, error in zip(logits, errors, strict=True)
        ]

    def close(self) -> None:
        """Frees the model's memory; the object is of no use afterwards."""
        self._network.close()
        del self._network, self._tokenizer

    def probe(self, *, rank: int, tolerance: float) -> None:
        """Finds how to pad, and that the head is what the config says.

        Raises:
            ModelError: the logits have another shape.
        """
        (one,) = self.tokenize(["a"])
        longer = [*one.ids] * 7
        rows = [self._frame.around(one.ids), self._frame.around(longer[: self.limit])]
        alone = self._logits(rows[:1], "none")[0]
        if alone.ndim != rank - 1 or alone.shape[-1] != self._n_labels:
            raise ModelError(
                f"the model gives logits of shape {alone.shape} for one text, but its config names "
                f"{self._n_labels} labels"
            )
        room = tolerance * max(float(np.abs(alone).max()), 1e-6)
        sides: tuple[Side, ...] = ("right", "left")
        for side in sides:
            try:
                beside = self._logits(rows, side)[0]
            except (RuntimeError, ValueError, IndexError):  # "no padding token is defined"
                continue
            if np.abs(beside - alone).max() <= room:
                self._side = side
                return

    def _parts(self, rows: Sequence[Sequence[int]], limit: int | None) -> list[_Part]:
        limits = [one for one in (limit, self.limit) if one is not None]
        most = min(limits, default=None)
        return [
            _Part(place, window, self._frame.around(row[window.start : window.end]))
            for place, row in enumerate(rows)
            for window in _windows(len(row), most)
        ]

    def _run(self, parts: Sequence[_Part], max_tokens: int) -> list[Done[FloatArray]]:
        """Each part's logits: (labels,), or (its sub-words with the frame, labels)."""
        batches: Sequence[tuple[int, ...]]
        if self._side == "none":
            batches = tuple((index,) for index in range(len(parts)))
        else:
            batches = plan([len(part.ids) for part in parts], max_tokens=max_tokens)
        done = in_halves(
            batches,
            lambda batch: self._logits([parts[i].ids for i in batch], self._side),
            release=release_card,
        )
        return [done[index] for index in range(len(parts))]

    def _logits(self, rows: Sequence[list[int]], side: Side) -> list[FloatArray]:
        width = max(map(len, rows))
        ids = np.full((len(rows), width), self._fill, dtype=np.int64)
        mask, types = np.zeros_like(ids), np.zeros_like(ids)
        starts = [width - len(row) if side == "left" else 0 for row in rows]
        kinds: list[int] | None = None
        for at, (row, start) in enumerate(zip(rows, starts, strict=True)):
            here = slice(start, start + len(row))
            ids[at, here], mask[at, here] = row, 1
            kinds = self._frame.types_around(len(row) - self._frame.size)
            if kinds is not None:
                types[at, here] = kinds
        given: Ids | None = None if kinds is None else types
        logits = self._network.logits(ids, mask, given)
        if logits.ndim == 2:
            return list(logits)
        return [
            logits[at, start : start + len(row)]
            for at, (row, start) in enumerate(zip(rows, starts, strict=True))
        ]


def _windows(n: int, limit: int | None) -> tuple[Window, ...]:
    if limit is None or n <= limit:
        return (Window(0, n, 0, n),)
    return windows([1] * n, limit=limit, overlap=min(OVERLAP, limit // 4))
