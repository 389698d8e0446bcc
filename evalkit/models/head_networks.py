"""A network with a head, by torch or by ONNX Runtime: padded ids in, logits out, all in numpy.

The torch network is transformers' own model. An ONNX network is a file that somebody converted
from it (``model.onnx``, or ``onnx/model.onnx``, beside the checkpoint's other files); it runs on
the CPU in the precision that it was converted in, with the library's telemetry switched off.
Leaves out converting, quantising, and ONNX on a graphics card.
"""

import hashlib
import inspect
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from evalkit.errors import MissingExtraError, ModelError
from evalkit.models.devices import release_card
from evalkit.records import FloatArray

if TYPE_CHECKING:
    import onnxruntime
    import torch
    from transformers import PreTrainedModel

__all__ = ["Ids", "Network", "OnnxNetwork", "TorchNetwork", "find_onnx", "open_onnx"]

Ids = NDArray[np.int64]
PLACES = ("model.onnx", "onnx/model.onnx")
"""Where the hub's converted models are, in a checkpoint's folder."""
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
"""What a network may want of a batch."""


class Network(Protocol):
    """Gives logits for a padded batch."""

    def logits(self, ids: Ids, mask: Ids, types: Ids | None) -> FloatArray:
        """Logits (n, labels) of texts, or (n, t, labels) of their sub-words.

        Args:
            ids: (n, t) sub-words.
            mask: (n, t), 0 where padded.
            types: (n, t) token types; None where the tokenizer gives none.
        """
        ...

    def close(self) -> None:
        """Frees the memory; the object is of no use afterwards."""
        ...


class TorchNetwork:
    """A model of transformers with a head.

    Args:
        model: in evaluation mode, on its device.
    """

    def __init__(self, model: "PreTrainedModel") -> None:
        self._model = model
        # A decoder's cache of keys is of no use to a head.
        cached = "use_cache" in inspect.signature(model.forward).parameters
        self._extra = {"use_cache": False} if cached else {}

    def logits(self, ids: Ids, mask: Ids, types: Ids | None) -> FloatArray:
        """Logits in the model's dtype, as float64."""
        import torch

        given = {"input_ids": ids, "attention_mask": mask}
        if types is not None:
            given["token_type_ids"] = types
        device = self._model.device
        tensors = {name: torch.from_numpy(array).to(device) for name, array in given.items()}
        call = cast("Callable[..., object]", self._model)
        with torch.inference_mode():
            found = cast("torch.Tensor", getattr(call(**tensors, **self._extra), "logits"))  # noqa: B009
            return np.asarray(found.float().cpu().numpy(), dtype=np.float64)

    def close(self) -> None:
        """Frees the model."""
        del self._model
        release_card()


class OnnxNetwork:
    """A converted model, on the CPU.

    Args:
        session: of ONNX Runtime.
    """

    def __init__(self, session: "onnxruntime.InferenceSession") -> None:
        self._session = session
        self._wants = tuple(one.name for one in session.get_inputs())
        self._gives = _logits_name(session)

    def logits(self, ids: Ids, mask: Ids, types: Ids | None) -> FloatArray:
        """Logits as float64.

        Raises:
            RuntimeError: the network fails on this batch.
        """
        given = {
            "input_ids": ids,
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(ids) if types is None else types,
        }
        wanted = {name: given[name] for name in self._wants}
        try:
            (found,) = self._session.run([self._gives], wanted)
        except Exception as error:  # the library's own kinds share no root but this one
            raise RuntimeError(f"ONNX Runtime: {error}") from error
        return np.asarray(found, dtype=np.float64)

    def close(self) -> None:
        """Frees the session."""
        del self._session


def find_onnx(folder: Path) -> tuple[Path, str]:
    """The converted model in a checkpoint's folder, and a hash over it and its weights.

    Raises:
        ModelError: there is none.
    """
    path = next((folder / place for place in PLACES if (folder / place).is_file()), None)
    if path is None:
        raise ModelError(
            f"backend is onnxruntime, but {folder} holds no converted model ({PLACES[0]} or "
            f"{PLACES[1]}). Convert it (torch.onnx.export, or optimum-cli export onnx), or leave "
            "backend out"
        )
    digest = hashlib.sha256()
    for part in (path, *sorted(path.parent.glob(f"{path.name}?*"))):  # weights kept outside
        with part.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return path, f"sha256-{digest.hexdigest()[:16]}"


def open_onnx(path: Path, *, rank: int, n_labels: int) -> OnnxNetwork:
    """The converted model, after a look at what goes in and comes out.

    Args:
        path: from ``find_onnx``.
        rank: axes of its logits: 2 for texts, 3 for tokens.
        n_labels: that the checkpoint's config names.

    Raises:
        MissingExtraError: onnxruntime is not installed.
        ModelError: the file is damaged, or its inputs or logits are others than a head's.
    """
    # Official builds from 1.32 on report to Microsoft unless this is set before they start.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        import onnxruntime
        import torch
    except ImportError as error:
        name = error.name or "onnxruntime"
        raise MissingExtraError(name, "onnx", "run a converted model") from error
    settings = onnxruntime.SessionOptions()
    settings.log_severity_level = 3  # errors: they are raised as well
    settings.intra_op_num_threads = torch.get_num_threads()  # one setting for both libraries
    try:
        session = onnxruntime.InferenceSession(
            str(path), settings, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # the library's own kinds share no root but this one
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise ModelError(f"{path} cannot be loaded by ONNX Runtime: {first[:300]}") from error
    _check(path, session, rank=rank, n_labels=n_labels)
    return OnnxNetwork(session)


def _check(
    path: Path, session: "onnxruntime.InferenceSession", *, rank: int, n_labels: int
) -> None:
    names = [one.name for one in session.get_inputs()]
    if "input_ids" not in names or not set(names) <= set(INPUTS):
        raise ModelError(
            f"{path} has the inputs {', '.join(names)}; expected input_ids and, of "
            f"{', '.join(INPUTS[1:])}, what it needs. Convert it again with these names"
        )
    for one in session.get_inputs():
        fixed = [axis for axis in one.shape if isinstance(axis, int)]
        if one.type != "tensor(int64)" or len(one.shape) != 2 or fixed:
            raise ModelError(
                f"{path}: {one.name} is {one.type} of shape {one.shape}, expected int64 of any "
                "number of texts and of tokens. Convert it again with dynamic axes"
            )
    outputs = {one.name: one.shape for one in session.get_outputs()}
    shape = outputs.get(_logits_name(session), [])
    if len(shape) != rank or (isinstance(shape[-1], int) and shape[-1] != n_labels):
        raise ModelError(
            f"{path} gives {outputs}; expected logits of {rank} axes, the last of {n_labels} "
            "labels: it was converted from another model"
        )


def _logits_name(session: "onnxruntime.InferenceSession") -> str:
    names = [one.name for one in session.get_outputs()]
    return "logits" if "logits" in names else names[0]
