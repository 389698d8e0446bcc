"""A trained detector at work: tokenised texts -> what its heads say of each token.

The answer for a text depends on that text alone: padding is masked, and texts of like length
share a batch only to save time (equal to 1e-5 whatever the batch).
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from evalkit.errors import ModelError
from evalkit.models.bundle import Bundle, load_bundle
from evalkit.models.detector import DetectorNet, Shape
from evalkit.models.encoder import Encoder, load_encoder
from evalkit.models.pieces import Pieces, pieces_of
from evalkit.models.windows import Window, windows

__all__ = ["DetectorReader", "Heads", "load_detector"]

OVERLAP = 128
BATCH_SUBWORDS = 2048
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Heads:
    """What the heads say of a text of n tokens; the last row is the text's end."""

    wrong: Floats
    """(n + 1, kinds) log-probabilities; meaningless in the last row."""
    gap: Floats
    """(n + 1, kinds) log-probabilities of what is missing before the token."""
    edit: Floats
    """(n + 1, 2) logits: a post-editor changes the token; fills the gap before it."""


class DetectorReader:
    """A network and its tokenizer.

    Args:
        net: the network, on its device.
        pieces: its tokenizer.
        n_positions: most sub-words that the encoder reads, both ends included.
    """

    def __init__(self, net: DetectorNet, pieces: Pieces, *, n_positions: int) -> None:
        self._net = net.eval()
        self._pieces = pieces
        self._limit = n_positions - 2

    def read(self, texts: Sequence[Sequence[str]]) -> tuple[Heads, ...]:
        """What the heads say of each text's tokens; a text without tokens gives the end alone."""
        pieces = [[self._fitting(token) for token in text] for text in texts]
        jobs = [
            (row, window)
            for row, tokens in enumerate(pieces)
            for window in self._windows([len(token) for token in tokens])
        ]
        kinds = (self._net.shape.n_wrong, self._net.shape.n_gap, 2)
        found = [Heads(*(np.zeros((len(text) + 1, k)) for k in kinds)) for text in texts]
        seen = [[pieces[row][i] for i in range(w.start, w.end)] for row, w in jobs]
        for group in _groups([sum(map(len, tokens)) for tokens in seen]):
            answers = self._run([seen[i] for i in group])
            for i, heads in zip(group, answers, strict=True):
                row, window = jobs[i]
                _place(found[row], heads, window, n_tokens=len(texts[row]))
        return tuple(found)

    def _fitting(self, token: str) -> tuple[int, ...]:
        # A "token" larger than a window (hundreds of joined marks) stands as one unknown word.
        found = self._pieces.of(token)
        return found if len(found) <= self._limit else (self._pieces.unknown,)

    def _windows(self, sizes: Sequence[int]) -> tuple[Window, ...]:
        overlap = min(OVERLAP, self._limit // 4)
        return windows(sizes, limit=self._limit, overlap=overlap) or (Window(0, 0, 0, 0),)

    def _run(self, texts: Sequence[Sequence[tuple[int, ...]]]) -> list[Heads]:
        width = max(map(len, texts)) + 1
        length = max(sum(map(len, text)) for text in texts) + 2
        ids, mask = np.zeros((2, len(texts), length), np.int64)
        first, last = np.zeros((2, len(texts), width), np.int64)
        for row, text in enumerate(texts):
            ends = np.cumsum([1, *map(len, text)])
            flat = [self._pieces.start, *(i for token in text for i in token), self._pieces.end]
            ids[row, : len(flat)] = flat
            mask[row, : len(flat)] = 1
            first[row, : len(ends)] = ends
            last[row, : len(ends)] = [*(ends[1:] - 1), ends[-1]]
        device = next(self._net.parameters()).device
        arrays = [torch.from_numpy(array).to(device) for array in (ids, mask, first, last)]
        with torch.inference_mode():
            logits = self._net(*arrays)
            wrong = _numbers(logits.wrong.log_softmax(-1))
            gap = _numbers(logits.gap.log_softmax(-1))
            edit = _numbers(logits.edit)
        places = [len(text) + 1 for text in texts]
        return [Heads(wrong[i, :n], gap[i, :n], edit[i, :n]) for i, n in enumerate(places)]


@dataclass(frozen=True, slots=True)
class LoadedDetector:
    """A reader and the bundle that it came from."""

    reader: DetectorReader
    """The network at work."""
    settings: Mapping[str, object]
    """The bundle's settings: kinds, calibration, threshold."""
    sha256: str
    """SHA-256 of the weights."""


def load_detector(
    folder: Path, *, device: str = "cpu", encoder: Encoder | None = None
) -> LoadedDetector:
    """The detector in a folder, on a device.

    Raises:
        ModelError: the folder or the encoder cannot be used.
        MissingExtraError: torch or transformers is not installed.
    """
    encoder = load_encoder(device=device) if encoder is None else encoder
    bundle = load_bundle(folder, kind="detector", encoder=encoder.sha256)
    net = DetectorNet(encoder.model, _shape(bundle, folder))
    try:
        net.load_own(bundle.tensors)
    except ValueError as error:
        raise ModelError(
            f"{folder}: the weights do not fit the sizes in model.json ({error}). Train it again "
            "with: evalkit train detector"
        ) from error
    net.to(encoder.model.device)
    reader = DetectorReader(
        net, pieces_of(encoder), n_positions=int(encoder.model.config.max_position_embeddings)
    )
    return LoadedDetector(reader, bundle.settings, bundle.sha256)


def _shape(bundle: Bundle, folder: Path) -> Shape:
    sizes = bundle.settings.get("shape")
    names = {field.name for field in dataclasses.fields(Shape)}
    if not isinstance(sizes, dict) or set(sizes) != names:
        raise ModelError(f"{folder / 'model.json'}: settings.shape needs {sorted(names)}")
    return Shape(**{name: int(value) for name, value in sizes.items()})


def _groups(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Indices of texts that share a batch: of like length, not too many."""
    group: list[int] = []
    for i in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        if group and (len(group) + 1) * (lengths[i] + 2) > BATCH_SUBWORDS:
            yield group
            group = []
        group.append(i)
    if group:
        yield group


def _place(whole: Heads, part: Heads, window: Window, *, n_tokens: int) -> None:
    """Puts a window's scores in their place; the end's come from the last window."""
    keep_end = window.keep_end + (window.keep_end == n_tokens)
    target = slice(window.keep_start, keep_end)
    source = slice(window.keep_start - window.start, keep_end - window.start)
    whole.wrong[target] = part.wrong[source]
    whole.gap[target] = part.gap[source]
    whole.edit[target] = part.edit[source]


def _numbers(tensor: torch.Tensor) -> Floats:
    return np.asarray(tensor.cpu().numpy(), dtype=np.float64)
