"""A language model's body and head, run apart: states of a batch, logits of chosen places only.

The head is not rebuilt from parts (it may scale, cap or transform): the model's own ``forward``
runs with its body replaced by one that hands over the chosen states. Whether that gives the model's
own logits is tried when it is made; a model where it doesn't (one that calls its body in another
way) makes the logits of whole batches. Leaves out generation and caches.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel
    from transformers.utils.generic import ModelOutput

__all__ = ["Head"]

LOGITS_AT_ONCE = {"cpu": 2**24}
"""Logits that are held at a time: 64 MB in float32, some 300 places of GPT-2's vocabulary, from
where on a CPU's matrix product has its speed."""
LOGITS_ON_A_CARD = 2**28
"""The same on a graphics card: 1 GB."""


class Head:
    """The two halves of a model. ``nats(states(ids)[chosen], targets)`` is what it is for.

    Args:
        model: in evaluation mode, on its device, with ``config.use_cache`` off.
    """

    def __init__(self, model: "PreTrainedModel") -> None:
        self._model = model
        self._body: torch.nn.Module = model
        self._answer: type[ModelOutput] | None = None
        for body in _bodies(model):
            if self._fits(body):
                break

    @property
    def apart(self) -> bool:
        """Whether body and head can be run apart."""
        return self._answer is not None

    def states(self, ids: "torch.Tensor", mask: "torch.Tensor | None") -> "torch.Tensor":
        """(n, t, d) of ids (n, t): the body's last states, or logits where it isn't apart."""
        found = self._body(input_ids=ids, attention_mask=mask)
        return cast("torch.Tensor", found.last_hidden_state if self.apart else found.logits)

    def nats(self, states: "torch.Tensor", targets: "torch.Tensor") -> "torch.Tensor":
        """-log p (n,), float32, of targets (n,) at chosen states (n, d) of ``states``."""
        import torch

        n_vocabulary = int(self._model.config.get_text_config().vocab_size)
        at_once = LOGITS_AT_ONCE.get(states.device.type, LOGITS_ON_A_CARD)
        step = max(1, at_once // n_vocabulary)
        parts = [torch.empty(0, device=states.device)]
        for start in range(0, len(states), step):
            logits = self._logits(states[start : start + step]).float()
            own = targets[start : start + step]
            parts.append(torch.nn.functional.cross_entropy(logits, own, reduction="none"))
        return torch.cat(parts)

    def _logits(self, states: "torch.Tensor") -> "torch.Tensor":
        """(n, vocabulary) of states (n, d)."""
        import torch

        if self._answer is None:
            return states
        answer = self._answer(last_hidden_state=states[None])
        ids = torch.zeros((1, len(states)), dtype=torch.long, device=states.device)
        network: torch.nn.Module = self._model
        with _instead(self._body, answer):
            found = network(input_ids=ids)
        return cast("torch.Tensor", found.logits)[0]

    def _fits(self, body: "torch.nn.Module") -> bool:
        """Takes the body if the head gives the model's own logits on its states."""
        import torch
        from transformers.utils.generic import ModelOutput

        network: torch.nn.Module = self._model
        ids = torch.tensor([[1, 2, 3, 0]], device=self._model.device)
        near = 1e-4 if self._model.dtype == torch.float32 else 2e-2
        with torch.inference_mode():
            whole = network(input_ids=ids).logits[0].float()
            try:
                found = body(input_ids=ids)
                if not isinstance(found, ModelOutput):
                    return False
                self._body, self._answer = body, type(found)
                again = self._logits(found["last_hidden_state"][0]).float()
                limit = near * float(whole.abs().max())
                fits = torch.allclose(again, whole, rtol=0, atol=limit)
            except (AttributeError, RuntimeError, TypeError, ValueError, LookupError):
                fits = False  # it wants other input, or gives something else
        if not fits:
            self._body, self._answer = network, None
        return fits


def _bodies(model: "PreTrainedModel") -> "Iterator[torch.nn.Module]":
    """What may be the part of a model that comes before its head."""
    own: torch.nn.Module = model.base_model
    decoder = cast("Callable[[], torch.nn.Module | None]", model.get_decoder)()
    yield from (part for part in (own, decoder) if part is not None and part is not model)


@contextmanager
def _instead(module: "torch.nn.Module", answer: object) -> Iterator[None]:
    """The module answers with ``answer`` whatever it is asked."""
    module.forward = lambda *_, **__: answer
    try:
        yield
    finally:
        del module.forward
