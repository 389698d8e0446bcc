"""Any ``AutoModel…`` of transformers from a checked ``Checkpoint``: one way in for every kind.

What the library lets pass is an error here: weights that the checkpoint lacks (they would be
random numbers), a model of another kind, pickled weights, code that a model brings along. Leaves
out quantised weights, adapters, and several devices.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from evalkit.errors import ConfigError, MissingExtraError, ModelError, nearest
from evalkit.models.checkpoint import Checkpoint
from evalkit.models.devices import resolve
from evalkit.models.generation import quiet

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

__all__ = [
    "DTYPES",
    "KINDS",
    "Loaded",
    "check_dtype",
    "chosen_dtype",
    "load_outline",
    "load_pretrained",
]

DTYPES = ("float32", "bfloat16", "float16", "auto")
"""``auto`` is bfloat16 on a device that computes it fast, else float32."""

KINDS = {
    "AutoModel": "encoder",
    "AutoModelForSeq2SeqLM": "encoder-decoder model",
    "AutoModelForCausalLM": "causal language model",
    "AutoModelForMaskedLM": "masked language model",
    "AutoModelForSequenceClassification": "classifier of texts",
    "AutoModelForTokenClassification": "classifier of tokens",
}
"""The classes that are loaded, and what each is called in messages."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model on its device, in evaluation mode, and its tokenizer."""

    model: "PreTrainedModel"
    tokenizer: "PreTrainedTokenizerBase"


def check_dtype(dtype: str) -> None:
    """Raises ValueError for a dtype that is none of ``DTYPES``."""
    if dtype not in DTYPES:
        guess = nearest(str(dtype), DTYPES)
        hint = f" Did you mean {guess!r}?" if guess else ""
        raise ValueError(f"dtype is {dtype!r}, expected {', '.join(DTYPES)}.{hint}")


def chosen_dtype(dtype: str, device: str) -> str:
    """The dtype that is computed in: ``auto`` resolved for the device, anything else as it is.

    On the CPU ``auto`` is float32: bfloat16 is slower there on most machines. On a GPU it is
    bfloat16 where the card has units for it (compute capability 8 on), else float32.

    Raises:
        ConfigError: the device is unknown, or not there.
    """
    if dtype != "auto":
        return dtype
    import torch

    place = resolve(device)
    if place.type != "cuda":
        return "float32"
    return "bfloat16" if torch.cuda.get_device_capability(place)[0] >= 8 else "float32"


def load_pretrained(
    checkpoint: Checkpoint,
    kind: str,
    *,
    dtype: str = "float32",
    device: str = "cpu",
    may_lack: Collection[str] = (),
) -> Loaded:
    """The model of ``kind`` in the checkpoint, and its tokenizer.

    Args:
        checkpoint: from ``find_checkpoint``.
        kind: one of ``KINDS``.
        dtype: one of ``DTYPES``.
        device: ``cpu``, ``cuda``, ``cuda:0`` … or ``auto``.
        may_lack: parts of names of weights that may be missing because nothing here reads
            them (a pooler, say).

    Raises:
        ConfigError: the device is unknown, or not there.
        MissingExtraError: torch or transformers is not installed.
        ModelError: the files are damaged, incomplete, or of another kind of model.
    """
    try:
        import torch
        import transformers
    except ImportError as error:
        raise MissingExtraError(error.name or "transformers", "models", "run a model") from error
    if kind not in KINDS:
        raise ConfigError(f"no kind of model {kind!r}; there are: {', '.join(KINDS)}")
    place = resolve(device)
    local = {"local_files_only": True, "trust_remote_code": checkpoint.remote_code}
    try:
        with quiet():
            tokenizer = transformers.AutoTokenizer.from_pretrained(checkpoint.folder, **local)
            model, report = getattr(transformers, kind).from_pretrained(
                checkpoint.folder,
                use_safetensors=not checkpoint.pickled,
                weights_only=True,
                dtype=getattr(torch, chosen_dtype(dtype, device)),
                output_loading_info=True,
                **local,
            )
    except Exception as error:  # a dozen kinds, safetensors' own among them
        raise ModelError(_unloadable(checkpoint, kind, error)) from error
    _check_weights(checkpoint, [str(key) for key in report["missing_keys"]], may_lack)
    cast("torch.nn.Module", model).to(place).eval()
    return Loaded(model, tokenizer)


def load_outline(checkpoint: Checkpoint, kind: str) -> Loaded:
    """The model of ``kind`` without its weights (on torch's device ``meta``), and its tokenizer.

    For what a signature says of a model before it is loaded. Raises like ``load_pretrained``.
    """
    try:
        import torch
        import transformers
    except ImportError as error:
        raise MissingExtraError(error.name or "transformers", "models", "run a model") from error
    local = {"local_files_only": True, "trust_remote_code": checkpoint.remote_code}
    try:
        with quiet(), torch.device("meta"):
            tokenizer = transformers.AutoTokenizer.from_pretrained(checkpoint.folder, **local)
            config = transformers.AutoConfig.from_pretrained(checkpoint.folder, **local)
            model = getattr(transformers, kind).from_config(
                config, trust_remote_code=checkpoint.remote_code
            )
    except Exception as error:  # a dozen kinds, as above
        raise ModelError(_unloadable(checkpoint, kind, error)) from error
    return Loaded(model, tokenizer)


def _check_weights(checkpoint: Checkpoint, missing: list[str], may_lack: Collection[str]) -> None:
    lacking = sorted(key for key in missing if not any(part in key for part in may_lack))
    if lacking:
        raise ModelError(
            f"{checkpoint.folder} lacks {len(lacking)} of the model's weights ({lacking[0]} …), "
            "which would be random numbers: the checkpoint is of another kind, or not complete"
        )


def _unloadable(checkpoint: Checkpoint, kind: str, error: Exception) -> str:
    message = str(error).strip() or "no reason given"
    if "auto_map" in checkpoint.config and not checkpoint.remote_code:
        why = (
            "it brings code of its own, which runs only with trust_remote_code: true and "
            "--allow-code"
        )
    elif "Unrecognized configuration class" in message:
        what = KINDS[kind]
        why = f"it is no {what} ({kind})"
    elif "sentencepiece" in message:
        why = "its tokenizer needs a package: pip install sentencepiece"
    else:
        why = f"{type(error).__name__}: {message[:300]}"
    model_type = checkpoint.config.get("model_type")
    return f"{checkpoint.folder} (model_type {model_type!r}) cannot be loaded: {why}"
