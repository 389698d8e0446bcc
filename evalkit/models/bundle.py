"""Weights that evalkit ships or trains, in a folder: ``model.safetensors`` and ``model.json``.

Only tensors that differ from the shared encoder are kept, in float16. ``model.json`` names the
encoder and the weights by SHA-256, so that a mixed-up folder is refused and not used.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evalkit.errors import ModelError
from evalkit.models.encoder import SHA256, sha256_of
from evalkit.models.ledger import Used, note

if TYPE_CHECKING:
    from torch import Tensor

__all__ = [
    "FORMAT",
    "Bundle",
    "bundle_settings",
    "bundle_sha256",
    "load_bundle",
    "save_bundle",
    "update_settings",
]

FORMAT = 1
WEIGHTS = "model.safetensors"
CARD = "model.json"
REMEDY = "Reinstall evalkit, or train it again with: evalkit train"


@dataclass(frozen=True, slots=True)
class Bundle:
    """A folder of weights, checked."""

    tensors: "dict[str, Tensor]"
    """Float32, by name."""
    settings: Mapping[str, object]
    """What the model needs besides its weights (sizes, thresholds, calibration)."""
    recipe: Mapping[str, object]
    """How it was trained."""
    sha256: str
    """SHA-256 of the weights file."""


def save_bundle(
    folder: Path,
    *,
    kind: str,
    tensors: "Mapping[str, Tensor]",
    settings: Mapping[str, object],
    recipe: Mapping[str, object],
    encoder: str = SHA256,
) -> None:
    """Writes the folder; both files are replaced as wholes, the card last."""
    import torch
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    half = {name: value.detach().to("cpu", torch.float16) for name, value in tensors.items()}
    part = folder / (WEIGHTS + ".part")
    save_file({name: value.contiguous() for name, value in half.items()}, part)
    part.chmod(0o644)  # safetensors writes files that only their owner reads
    sha256 = sha256_of(part)
    part.replace(folder / WEIGHTS)
    card = {
        "format": FORMAT,
        "kind": kind,
        "encoder": encoder,
        "weights": sha256,
        "dtype": "float16",
        "settings": dict(settings),
        "recipe": dict(recipe),
    }
    _write_card(folder, card)


def update_settings(folder: Path, settings: Mapping[str, object]) -> None:
    """Puts other settings (a calibration, a threshold) beside unchanged weights."""
    card = _read_card(folder)
    _write_card(folder, {**card, "settings": dict(settings)})


def bundle_sha256(folder: Path) -> str:
    """SHA-256 of the weights as ``model.json`` names it, without reading the weights.

    Raises:
        ModelError: there is no such file, or it names none.
    """
    found = _read_card(folder).get("weights")
    if not isinstance(found, str):
        raise ModelError(f"{folder / CARD}: weights is {found!r}, expected a SHA-256. {REMEDY}")
    note(Used(folder.resolve().name, f"sha256-{found[:16]}"))
    return found


def bundle_settings(folder: Path) -> Mapping[str, object]:
    """The settings in ``model.json``, without reading the weights.

    Raises:
        ModelError: there is no such file, or it is damaged.
    """
    return _table(_read_card(folder), "settings")


def load_bundle(folder: Path, *, kind: str, encoder: str = SHA256) -> Bundle:
    """Reads and checks a folder; ``encoder`` is the hash of the encoder that will be used.

    Raises:
        ModelError: a file is missing or damaged, of another kind or format, or belongs to
            another encoder.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    card, path = _read_card(folder), folder / WEIGHTS
    found = {"format": card.get("format"), "kind": card.get("kind"), "encoder": card.get("encoder")}
    expected = {"format": FORMAT, "kind": kind, "encoder": encoder}
    for name, value in expected.items():
        if found[name] != value:
            raise ModelError(
                f"{folder / CARD}: {name} is {found[name]!r}, expected {value!r}. {REMEDY} {kind}"
            )
    if not path.is_file():
        raise ModelError(f"{path} is missing. {REMEDY} {kind}")
    sha256 = sha256_of(path)
    if sha256 != card.get("weights"):
        raise ModelError(
            f"{path} has SHA-256 {sha256}, but {CARD} beside it says {card.get('weights')}: the "
            f"weights are damaged or another model's. {REMEDY} {kind}"
        )
    try:
        tensors = {name: value.float() for name, value in load_file(path).items()}
    except SafetensorError as error:
        raise ModelError(f"{path} cannot be read ({error}). {REMEDY} {kind}") from error
    return Bundle(tensors, _table(card, "settings"), _table(card, "recipe"), sha256)


def _table(card: Mapping[str, object], name: str) -> Mapping[str, object]:
    table = card.get(name)
    return table if isinstance(table, dict) else {}


def _read_card(folder: Path) -> dict[str, object]:
    path = folder / CARD
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelError(f"{path} is missing. {REMEDY} a model") from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ModelError(f"{path} is not JSON ({error}). {REMEDY} a model") from error
    if not isinstance(card, dict):
        raise ModelError(f"{path} holds no JSON object. {REMEDY} a model")
    return card


def _write_card(folder: Path, card: Mapping[str, object]) -> None:
    part = folder / (CARD + ".part")
    part.write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    part.replace(folder / CARD)
