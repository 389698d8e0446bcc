"""Models with a head: classifiers of texts, and classifiers of tokens (taggers).

Any ``AutoModelForSequenceClassification`` or ``AutoModelForTokenClassification`` in a checkpoint,
by torch, or by ONNX Runtime where a converted model lies beside it.
"""

from typing import TYPE_CHECKING, Literal, cast

from evalkit.models.checkpoint import Checkpoint
from evalkit.models.head_networks import Network, TorchNetwork, find_onnx, open_onnx
from evalkit.models.head_reader import HeadReader
from evalkit.models.loading import Loaded, load_outline, load_pretrained
from evalkit.models.positions import n_positions

if TYPE_CHECKING:
    import torch

__all__ = ["BACKENDS", "Head", "load_head"]

Head = Literal["texts", "tokens"]
BACKENDS = ("torch", "onnxruntime")
KINDS: dict[Head, str] = {
    "texts": "AutoModelForSequenceClassification",
    "tokens": "AutoModelForTokenClassification",
}
TOLERANCE = {"float32": 1e-4, "bfloat16": 0.05, "float16": 0.02}
"""How far padding may move a probe's logits, relative to the largest."""


def load_head(
    checkpoint: Checkpoint,
    head: Head,
    *,
    n_labels: int,
    dtype: str = "float32",
    device: str = "cpu",
    backend: str = "torch",
) -> HeadReader:
    """The model with a head in a checkpoint, and its tokenizer.

    Args:
        checkpoint: from ``find_checkpoint``.
        head: ``texts`` for a classifier, ``tokens`` for a tagger.
        n_labels: how many labels its config names.
        dtype: ``float32``, ``bfloat16`` or ``float16``; ONNX Runtime runs the file as it is.
        device: ``cpu``, ``cuda`` …; ONNX Runtime runs on the CPU.
        backend: one of ``BACKENDS``.

    Raises:
        ConfigError: there is no such device.
        MissingExtraError: a library is not installed.
        ModelError: the files are damaged, incomplete, or of another kind of model.
    """
    rank = 2 if head == "texts" else 3
    network: Network
    if backend == "onnxruntime":
        path, _ = find_onnx(checkpoint.folder)
        network = open_onnx(path, rank=rank, n_labels=n_labels)
        found = load_outline(checkpoint, KINDS[head])
    else:
        found = load_pretrained(checkpoint, KINDS[head], dtype=dtype, device=device)
        network = TorchNetwork(found.model)
    reader = HeadReader(
        network,
        found.tokenizer,
        n_labels=n_labels,
        limit=n_positions(found.model, found.tokenizer),
        n_vectors=_n_vectors(found),
        fill=_fill(found),
    )
    reader.probe(rank=rank, tolerance=TOLERANCE[dtype])
    return reader


def _n_vectors(found: Loaded) -> int:
    return cast("torch.nn.Embedding", found.model.get_input_embeddings()).num_embeddings


def _fill(found: Loaded) -> int:
    """The id to pad with, which the model is told too: decoders look for a text's end by it."""
    config = found.model.config.get_text_config()
    if config.pad_token_id is None:
        config.pad_token_id = found.tokenizer.pad_token_id
    return int(config.pad_token_id or 0)
