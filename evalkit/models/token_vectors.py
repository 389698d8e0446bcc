"""Token vectors of any encoder at any layer: what BERTScore matches.

The layer is the output of the model cut after so many layers, as bert-score 0.3.13 cuts it (0 is
the embeddings); where a model's layers can't be cut off (ALBERT shares one, XLM keeps four lists)
it is the hidden state after that layer. A final norm belongs to the output, so that layer 6 of 12
of a T5 is normed too. A text with more sub-words than the model has positions is read in
overlapping windows, or refused: nothing is cut. Leaves out decoders, whose encoder half is taken
where there are two, and code that a model brings along, which is never run.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from evalkit.errors import ModelError
from evalkit.models.batches import padded, plan
from evalkit.models.checkpoint import Checkpoint
from evalkit.models.devices import resolve
from evalkit.models.encoder import load_encoder
from evalkit.models.loading import chosen_dtype, load_pretrained
from evalkit.models.positions import n_positions
from evalkit.models.subwords import frame_of
from evalkit.models.windows import Window, windows

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

__all__ = ["TokenVectors", "load_token_vectors"]

OVERLAP = 128
Vectors = NDArray[np.float32]


class TokenVectors:
    """An encoder cut at a layer, and its tokenizer. Made by ``load_token_vectors``.

    Args:
        model: in evaluation mode, on its device; its layers past ``layer`` are dropped.
        tokenizer: the model's own.
        layer: after how many layers; 0 is the embeddings; None is the last.

    Raises:
        ModelError: the model has no such layer, or the tokenizer isn't its own.
    """

    def __init__(
        self,
        model: "PreTrainedModel",
        tokenizer: "PreTrainedTokenizerBase",
        *,
        layer: int | None = None,
    ) -> None:
        self.n_layers = int(model.config.num_hidden_layers)
        self.layer = self.n_layers if layer is None else layer
        if not 0 <= self.layer <= self.n_layers:
            raise ModelError(f"layer is {layer}, but the model has layers 0 to {self.n_layers}")
        self._by_state = not _cut(model, self.layer, self.n_layers)
        self._model = model
        self._tokenizer = tokenizer
        self._frame = frame_of(tokenizer)
        marks = (tokenizer.cls_token_id, tokenizer.sep_token_id)
        self.unweighted = frozenset(int(index) for index in marks if index is not None)
        """Ids of the marks around a text (CLS, SEP), which bert-score gives no weight."""
        self._fill = int(tokenizer.pad_token_id or 0)
        self.n_positions = n_positions(model, tokenizer)

    @property
    def n_special(self) -> int:
        """How many special tokens stand around every text."""
        return self._frame.size

    def tokenize(self, texts: Sequence[str]) -> list[list[int]]:
        """Ids of every sub-word of each text with the special tokens around it, nothing cut.

        White space at both ends is dropped first, as bert-score does.

        Raises:
            ModelError: the tokenizer gives ids that the model has no vectors for.
        """
        if not texts:
            return []
        rows = self._tokenizer(
            [text.strip() for text in texts], add_special_tokens=False, verbose=False
        )["input_ids"]
        n_known = cast("torch.nn.Embedding", self._model.get_input_embeddings()).num_embeddings
        largest = max((max(row, default=0) for row in rows), default=0)
        if largest >= n_known:
            raise ModelError(
                f"the tokenizer isn't this model's: it gives id {largest}, but the model has "
                f"vectors for {n_known}"
            )
        return [self._frame.around(row) for row in rows]

    def too_long(self, ids: Sequence[int]) -> bool:
        """Whether the model has fewer positions than there are sub-words."""
        return self.n_positions is not None and len(ids) > self.n_positions

    def vectors(self, rows: Sequence[Sequence[int]], *, max_tokens: int) -> list[Vectors]:
        """Unit vectors (t, d), float32, of each row's t ids as ``tokenize`` gives them.

        A row's vectors depend on that row alone, up to rounding (1e-6), whatever the batch. A
        row that is too long is read in windows that overlap by up to 128 sub-words, and each
        sub-word's vector comes from the window where it is further from the edge.

        Args:
            rows: ids with the special tokens.
            max_tokens: padded tokens that run together.
        """
        pieces = [(place, row, w) for place, row in enumerate(rows) for w in self._windows(row)]
        seen = [self._seen(row, window) for _, row, window in pieces]
        parts: list[list[tuple[int, Vectors]]] = [[] for _ in rows]
        for batch in plan([len(ids) for ids in seen], max_tokens=max_tokens):
            found = self._run([seen[i] for i in batch])
            for i, vectors in zip(batch, found, strict=True):
                place, row, window = pieces[i]
                parts[place].append((window.start, self._kept(vectors, window, len(row))))
        return [
            np.concatenate([vectors for _, vectors in sorted(found, key=lambda part: part[0])])
            for found in parts
        ]

    def _windows(self, row: Sequence[int]) -> tuple[Window, ...]:
        """Windows over the sub-words between the special tokens."""
        n = len(row) - self._frame.size
        if self.n_positions is None or len(row) <= self.n_positions:
            return (Window(0, n, 0, n),)
        limit = self.n_positions - self._frame.size
        return windows([1] * n, limit=limit, overlap=min(OVERLAP, limit // 4))

    def _seen(self, row: Sequence[int], window: Window) -> list[int]:
        first = len(self._frame.before)
        return self._frame.around(row[first + window.start : first + window.end])

    def _kept(self, vectors: Vectors, window: Window, n_row: int) -> Vectors:
        """The window's own share: the special tokens come from the first and the last window."""
        first = len(self._frame.before)
        n_content = n_row - self._frame.size
        start = 0 if window.keep_start == 0 else first + window.keep_start - window.start
        at_end = window.keep_end == n_content
        end = len(vectors) if at_end else first + window.keep_end - window.start
        return vectors[start:end]

    def _run(self, rows: Sequence[Sequence[int]]) -> list[Vectors]:
        import torch

        ids, mask = padded(rows, fill=self._fill, device=self._model.device)
        with torch.inference_mode():
            out = self._model(
                input_ids=ids, attention_mask=mask, output_hidden_states=self._by_state
            )
            states = out.hidden_states[self.layer] if self._by_state else out.last_hidden_state
            states = states.float()
            unit = (states / states.norm(dim=-1, keepdim=True)).cpu().numpy()
        return [unit[i, : len(row)] for i, row in enumerate(rows)]


def load_token_vectors(
    checkpoint: Checkpoint | None,
    *,
    layer: int | None = None,
    dtype: str = "float32",
    device: str = "cpu",
) -> TokenVectors:
    """The encoder of a checkpoint at a layer; the bundled encoder where there is none.

    Raises:
        ConfigError: there is no such device.
        MissingExtraError: torch or transformers is not installed.
        ModelError: the files are damaged, incomplete, of another kind, or lack that layer.
    """
    if checkpoint is None:
        encoder = load_encoder(device=device)
        return TokenVectors(_at(encoder.model, device, dtype), encoder.tokenizer, layer=layer)
    found = load_pretrained(
        checkpoint, "AutoModel", dtype=dtype, device=device, may_lack=("pooler",)
    )
    model = found.model
    if model.config.is_encoder_decoder:
        model = model.get_encoder()
    return TokenVectors(model, found.tokenizer, layer=layer)


def _at(model: "PreTrainedModel", device: str, dtype: str) -> "PreTrainedModel":
    import torch

    module: torch.nn.Module = model
    chosen = getattr(torch, chosen_dtype(dtype, device))
    module.to(device=resolve(device), dtype=chosen).eval()
    return model


def _cut(model: "PreTrainedModel", layer: int, n_layers: int) -> bool:
    """Drops the layers past ``layer``; whether it could: the model has one list of them."""
    import torch

    lists = [
        part
        for part in model.modules()
        if isinstance(part, torch.nn.ModuleList) and len(part) == n_layers
    ]
    if len(lists) != 1:
        return False
    del lists[0][layer:]
    return True
