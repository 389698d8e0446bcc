"""How surely a language model gives a token at a place: negative log probabilities, in nats.

Logits are made for the places that are asked for only, some thousand rows of the vocabulary at a
time, by running the model's own head on its body's states (``heads``). Batches are planned by
length; views of a causal model are padded at the end, where no earlier place can see it, so that
no mask is needed. Leaves out quantised weights, several devices, and code that a model brings.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import numpy as np

from evalkit.errors import ModelError
from evalkit.models.batches import padded, plan
from evalkit.models.checkpoint import Checkpoint
from evalkit.models.devices import release_card
from evalkit.models.generation import quiet
from evalkit.models.halving import Done, in_halves
from evalkit.models.heads import Head
from evalkit.models.loading import load_pretrained
from evalkit.models.views import View
from evalkit.records import FloatArray

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

__all__ = ["LanguageModel", "load_language_model"]


class LanguageModel:
    """A loaded model. Made by ``load_language_model``.

    Args:
        model: in evaluation mode, on its device.
        mask: the id that hides a token from a masked model; None for a causal model.
        fill: the id that pads.

    Raises:
        ModelError: a causal model sees later tokens, so that it is none.
    """

    def __init__(self, model: "PreTrainedModel", *, mask: int | None, fill: int = 0) -> None:
        self._model = model
        self._mask = mask
        self._fill = fill
        model.config.use_cache = False
        with quiet():
            self._head = Head(model)
        self._n_vectors = cast("torch.nn.Embedding", model.get_input_embeddings()).num_embeddings
        if mask is None:
            self._check_causal()

    def nats(self, views: Sequence[View], *, max_tokens: int | None) -> list[Done[FloatArray]]:
        """For each view -log p of its targets, in order; depends on that view alone.

        Args:
            views: what to ask.
            max_tokens: padded tokens that run together; None for 1,024 on the CPU, where larger
                batches leave its caches and are slower, and 16,384 elsewhere.

        Raises:
            ModelError: a view has ids that the model has no vectors for.
        """
        largest = max((max(*v.ids, *v.targets) for v in views), default=0)
        if largest >= self._n_vectors:
            raise ModelError(
                f"the tokenizer isn't this model's: it gives id {largest}, but the model has "
                f"vectors for {self._n_vectors}"
            )
        if max_tokens is None:
            max_tokens = 1024 if self._model.device.type == "cpu" else 16_384
        with quiet():  # the library warns of padding without a mask, which is meant here
            done = in_halves(
                plan([len(view.ids) for view in views], max_tokens=max_tokens),
                lambda batch: self._run([views[i] for i in batch]),
                release=self._release,
            )
        return [done[i] for i in range(len(views))]

    def close(self) -> None:
        """Frees the model's memory; the object is of no use afterwards."""
        on_card = self._model.device.type == "cuda"
        del self._model, self._head
        if on_card:
            release_card()

    def _run(self, views: Sequence[View]) -> list[FloatArray]:
        import torch

        device = self._model.device
        ids, mask = padded([view.ids for view in views], fill=self._fill, device=device)
        if self._mask is not None:
            rows, columns = _pairs([view.hidden for view in views])
            ids[rows.to(device), columns.to(device)] = self._mask
        with torch.inference_mode():
            ragged = len({len(view.ids) for view in views}) > 1
            states = self._head.states(ids, mask if ragged and self._mask is not None else None)
            rows, columns = _pairs([view.places for view in views])
            chosen = states[rows.to(device), columns.to(device)]
            targets = torch.tensor([t for view in views for t in view.targets], device=device)
            found = self._head.nats(chosen, targets).cpu().numpy().astype(np.float64)
        ends = np.cumsum([len(view.targets) for view in views])
        return np.split(found, ends[:-1])

    def _check_causal(self) -> None:
        """Raises where a later token changes what the model says at an earlier place."""
        import torch

        ids = torch.tensor([[1, 2, 3, 2], [1, 2, 3, 1]], device=self._model.device)
        ids %= self._n_vectors
        with torch.inference_mode():
            one, other = self._head.states(ids, None)[:, :3]
        if not torch.allclose(one, other, rtol=0, atol=1e-5 * float(one.abs().max())):
            raise ModelError(
                f"the model (model_type {self._model.config.model_type!r}) sees later tokens when "
                "it predicts one, so that it is no causal language model: use masked_lm for it"
            )

    def _release(self) -> None:
        if self._model.device.type == "cuda":
            release_card()


def _pairs(places: Sequence[Sequence[int]]) -> "tuple[torch.Tensor, torch.Tensor]":
    """Row and column of every place, row by row."""
    import torch

    rows = np.repeat(np.arange(len(places)), [len(own) for own in places])
    columns = np.fromiter((place for own in places for place in own), dtype=np.int64)
    return torch.from_numpy(rows), torch.from_numpy(columns)


def load_language_model(
    checkpoint: Checkpoint,
    kind: str,
    *,
    mask: int | None,
    fill: int = 0,
    dtype: str = "float32",
    device: str = "cpu",
) -> LanguageModel:
    """The model of ``kind`` (``AutoModelForCausalLM``, ``AutoModelForMaskedLM``).

    Raises:
        ConfigError: the device is unknown, or not there.
        MissingExtraError: torch or transformers is not installed.
        ModelError: the files are damaged, incomplete, or of another kind of model.
    """
    found = load_pretrained(checkpoint, kind, dtype=dtype, device=device)
    return LanguageModel(found.model, mask=mask, fill=fill)
