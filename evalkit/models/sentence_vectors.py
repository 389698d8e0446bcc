"""One unit vector per text: the mean of the bundled encoder's token vectors.

The method is Sentence-BERT's (Reimers & Gurevych 2019), and the vectors are those that
``sentence-transformers`` 6.2.0 computes with all-MiniLM-L6-v2: mean pooling over the word pieces
with [CLS] and [SEP], then L2 norm. But it cuts a text after 256 word pieces; here a longer text
is read in even windows, and the mean runs over all of them.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from evalkit.models.batches import padded, plan
from evalkit.records import FloatArray

if TYPE_CHECKING:
    from evalkit.models.encoder import Encoder

__all__ = ["WINDOW", "sentence_vectors"]

WINDOW = 256
"""Word pieces in a window, [CLS] and [SEP] included: the length the checkpoint was trained on."""
MAX_TOKENS = 4096


def sentence_vectors(encoder: "Encoder", texts: Sequence[str]) -> FloatArray:
    """Unit vectors (n, 384), one row per text, so that a dot product is a cosine.

    A row depends on its own text only, up to rounding in float32 (about 1e-6). Without texts the
    array is (0, 384).
    """
    if not texts:
        return np.zeros((0, encoder.model.config.hidden_size))
    windows, owners = _windows(encoder, texts)
    sums = np.zeros((len(texts), encoder.model.config.hidden_size))
    counts = np.zeros((len(texts), 1))
    for batch in plan([len(window) for window in windows], max_tokens=MAX_TOKENS):
        totals = _token_sums(encoder, [windows[i] for i in batch])
        for index, total in zip(batch, totals, strict=True):
            sums[owners[index]] += total
            counts[owners[index]] += len(windows[index])
    means = sums / counts
    unit: FloatArray = means / np.linalg.norm(means, axis=1, keepdims=True)
    return unit


def _windows(encoder: "Encoder", texts: Sequence[str]) -> tuple[list[list[int]], list[int]]:
    """Word-piece ids of every window, and which text each belongs to."""
    tokenizer = encoder.tokenizer
    cls, sep = tokenizer.cls_token_id, tokenizer.sep_token_id
    windows: list[list[int]] = []
    owners: list[int] = []
    for owner, ids in enumerate(tokenizer(list(texts), add_special_tokens=False)["input_ids"]):
        n_windows = max(1, -(-len(ids) // (WINDOW - 2)))
        for part in np.array_split(np.asarray(ids, dtype=np.int64), n_windows):
            windows.append([cls, *part.tolist(), sep])
            owners.append(owner)
    return windows, owners


def _token_sums(encoder: "Encoder", windows: Sequence[Sequence[int]]) -> FloatArray:
    """Sums of the token vectors (n, 384) of each window, padding left out."""
    import torch

    ids, mask = padded(windows, fill=0, device=encoder.model.device)  # [PAD] is 0
    with torch.inference_mode():
        vectors = encoder.model(input_ids=ids, attention_mask=mask).last_hidden_state
        total = (vectors * mask.unsqueeze(-1)).sum(dim=1)
    sums: FloatArray = total.double().cpu().numpy()
    return sums
