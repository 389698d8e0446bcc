"""A rewriter in a folder: weights, settings, and the words that it may write.

``model.safetensors`` and ``model.json`` are those of ``evalkit.models.bundle``; beside them
``vocabulary.txt`` holds a word per line, "stop" first, and is checked against its SHA-256.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evalkit.errors import ModelError
from evalkit.models.bundle import load_bundle, save_bundle
from evalkit.models.encoder import SHA256, load_encoder
from evalkit.models.salience import FEATURES, Salience

if TYPE_CHECKING:
    from evalkit.models.encoder import Encoder
    from evalkit.models.rewriter import RewriterNet
    from evalkit.models.rewriter_source import SourceReader

__all__ = ["BUNDLED", "KIND", "RewriterModel", "load_rewriter", "save_rewriter"]

KIND = "rewriter"
BUNDLED = Path(__file__).parent.parent / "bundled" / KIND
VOCABULARY = "vocabulary.txt"


@dataclass(frozen=True, slots=True)
class RewriterModel:
    """A rewriter that is ready to use."""

    net: "RewriterNet"
    """In evaluation mode."""
    reader: "SourceReader"
    """The encoder's lower layers."""
    vocabulary: tuple[str, ...]
    """Words that may be written, "stop" first."""
    salience: Salience
    """Which sentences matter."""
    sha256: str
    """SHA-256 of the weights."""


def save_rewriter(
    folder: Path,
    net: "RewriterNet",
    *,
    vocabulary: Sequence[str],
    salience: Salience,
    recipe: Mapping[str, object],
    encoder: str = SHA256,
) -> None:
    """Writes the folder that ``load_rewriter`` reads; ``encoder`` is the hash of its encoder."""
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join(vocabulary) + "\n"
    (folder / VOCABULARY).write_text(text, encoding="utf-8")
    settings = {
        "shape": asdict(net.shape),
        "salience": dict(zip(FEATURES, salience.weights, strict=True)),
        "vocabulary_sha256": hashlib.sha256(text.encode()).hexdigest(),
    }
    save_bundle(
        folder, kind=KIND, tensors=net.state_dict(), settings=settings, recipe=recipe,
        encoder=encoder,
    )  # fmt: skip


def load_rewriter(folder: Path = BUNDLED, *, encoder: "Encoder | None" = None) -> RewriterModel:
    """Reads a folder; on the CPU, which is fast enough for one sentence at a time.

    Raises:
        MissingExtraError: torch or transformers is not installed.
        ModelError: a file is missing, damaged, or does not belong to the others.
    """
    encoder = load_encoder() if encoder is None else encoder
    from evalkit.models.rewriter import RewriterNet, Shape
    from evalkit.models.rewriter_source import SourceReader

    bundle = load_bundle(folder, kind=KIND, encoder=encoder.sha256)
    shape, weights = bundle.settings.get("shape"), bundle.settings.get("salience")
    vocabulary = _vocabulary(folder / VOCABULARY, bundle.settings.get("vocabulary_sha256"))
    if (
        not isinstance(shape, dict)
        or not isinstance(weights, dict)
        or set(weights) != set(FEATURES)
    ):
        raise ModelError(
            f"{folder / 'model.json'} lacks the shape or the salience weights of this evalkit's "
            "rewriter. Train it again with: evalkit train rewriter"
        )
    net = RewriterNet(Shape.of(shape))
    try:
        net.load_state_dict(bundle.tensors)
    except RuntimeError as error:
        raise ModelError(f"the weights in {folder} do not fit their shape: {error}") from error
    reader = SourceReader.of(encoder, n_frozen=net.shape.n_frozen)
    salience = Salience(tuple(float(weights[name]) for name in FEATURES))
    return RewriterModel(net.eval(), reader, vocabulary, salience, bundle.sha256)


def _vocabulary(path: Path, sha256: object) -> tuple[str, ...]:
    try:
        found = path.read_bytes()
    except FileNotFoundError as error:
        raise ModelError(f"{path} is missing. Reinstall evalkit.") from error
    if hashlib.sha256(found).hexdigest() != sha256:
        raise ModelError(f"{path} is not the vocabulary that model.json names. Reinstall evalkit.")
    return tuple(found.decode("utf-8").split("\n")[:-1])
