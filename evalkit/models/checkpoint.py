"""Where a hub-style model is: a local folder, or a hub id brought to one; checked before loading.

What ``transformers`` would let pass is caught here: a folder without a vocabulary (it would make
an empty tokenizer without a word), an adapter without its model, pickled weights, a model on the
hub that moved since the last run. Leaves out loading, which differs by kind of model.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import cast

from evalkit.errors import ConfigError, MissingExtraError, ModelError, nearest
from evalkit.models.encoder import sha256_of
from evalkit.models.ledger import Used, note
from evalkit.offline import asked_by_environment

__all__ = ["Checkpoint", "find_checkpoint", "read_json", "versions"]

SAFE = ("model.safetensors", "model-*-of-*.safetensors")
PICKLED = ("pytorch_model.bin", "pytorch_model-*-of-*.bin")
OTHER = ("*.json", "*.txt", "*.model", "*.spm", "*.jinja")
CODE = ("*.py",)
"""What a model may bring that runs: fetched, and part of its version, where that is allowed."""
COMMIT = re.compile(r"[0-9a-f]{40}")
VOCABULARIES = (
    *("tokenizer.json", "vocab.json", "vocab.txt", "source.spm", "spiece.model"),
    *("tokenizer.model", "sentencepiece.bpe.model", "sentencepiece.model", "vocab-src.json"),
    *("prophetnet.tokenizer", "spm_char.model"),
)
NO_VOCABULARY = frozenset({"ByT5Tokenizer", "PerceiverTokenizer", "CanineTokenizer"})
"""Tokenizers that read bytes or characters and need no file."""
NO_LOG = frozenset({"trainer_state.json", "all_results.json", "eval_results.json"})
"""What training leaves behind and no model reads."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model's files in a folder, complete, and what tells them from any other version."""

    name: str
    """The hub id, or the name of the local folder."""
    folder: Path
    """Where the files are."""
    version: str
    """The hub's commit, or ``sha256-`` and a hash over every file that is loaded."""
    pickled: bool
    """Whether the weights are pickled, which only ``allow_pickle`` lets pass."""
    config: Mapping[str, object]
    """``config.json``."""
    remote_code: bool = False
    """Whether Python that the checkpoint brings may run."""

    @property
    def identity(self) -> str:
        """Name and version, for signatures."""
        return f"{self.name}@{self.version}"


def find_checkpoint(
    model: str,
    *,
    revision: str | None = None,
    offline: bool = False,
    allow_pickle: bool = False,
    remote_code: bool = False,
) -> Checkpoint:
    """The checkpoint that ``model`` names, brought from the hub unless it is here already.

    Args:
        model: a folder, or an id on the hub (``owner/name``). A folder of that name goes first.
        revision: the hub's branch, tag or commit; None for its main branch.
        offline: never touch the network (``HF_HUB_OFFLINE=1`` does the same).
        allow_pickle: accept pickled weights where there are no safetensors.
        remote_code: let Python that the model brings run when it is loaded; the caller has asked
            for permission (``--allow-code``).

    Raises:
        ConfigError: a revision is given for a local folder, or none that pins a hub model whose
            code may run.
        MissingExtraError: huggingface_hub is not installed.
        ModelError: there is no such model, it is not here and cannot be brought, or files lack.
    """
    local = Path(model).expanduser()
    if local.is_dir():
        if revision is not None:
            raise ConfigError(f"revision {revision!r} is for the hub, but {model} is a folder here")
        weights = _checked_files(local, remedy="Copy it into the folder.", allow=allow_pickle)
        name, state = local.resolve().name, _hash(local, [*weights, *_code(local, remote_code)])
        folder = local
    elif _is_path(model):
        raise ModelError(f"no folder {model}.{_hint(local)}")
    else:
        here_only = offline or asked_by_environment()
        if remote_code and not COMMIT.fullmatch(revision or ""):
            raise ConfigError(
                f"trust_remote_code lets the code of {model} run, which may change: pin it with "
                f"revision: COMMIT, 40 hexadecimal digits (found {revision or 'none'})"
            )
        files = (*OTHER, *SAFE, *(CODE if remote_code else ()))
        folder = _snapshot(model, revision, files, offline=here_only, allow_pickle=allow_pickle)
        weights = _checked_files(
            folder, remedy=f"Bring it with: {_command(model, revision)}", allow=allow_pickle
        )
        name, state = model, folder.name
    _code(folder, remote_code)
    pickled = any(path.suffix == ".bin" for path in weights)
    note(Used(name, state, pickled, remote_code))
    config = read_json(folder / "config.json")
    return Checkpoint(name, folder, state, pickled, config, remote_code)


def _is_path(model: str) -> bool:
    """Whether the name can be no hub id: those have at most one slash, and no leading mark."""
    return model.startswith((".", "/", "~")) or "\\" in model or model.count("/") > 1


def _hint(path: Path) -> str:
    """The folder beside ``path`` that was perhaps meant."""
    parent = path.parent
    if not parent.is_dir():
        return f" {parent} is no folder either."
    guess = nearest(path.name, [p.name for p in parent.iterdir() if p.is_dir()])
    return f" Did you mean {parent / guess}?" if guess else ""


def _command(model: str, revision: str | None) -> str:
    return f"hf download {model}" + (f" --revision {revision}" if revision else "")


def _code(folder: Path, remote_code: bool) -> list[Path]:
    """The Python that may run, after a check that all of it is here."""
    if not remote_code:
        return []
    for name in ("config.json", "tokenizer_config.json"):
        path = folder / name
        if path.is_file() and "--" in json.dumps(read_json(path).get("auto_map")):
            raise ModelError(
                f"{path} takes code from another repository (auto_map), which nothing pins: copy "
                "that code into the folder, and name it there"
            )
    return _matches(folder, CODE)


def _snapshot(
    model: str,
    revision: str | None,
    files: Sequence[str],
    *,
    offline: bool,
    allow_pickle: bool,
) -> Path:
    """The folder of the cached or downloaded snapshot; its name is the commit."""
    folder = _download(model, revision, files, offline=offline)
    if allow_pickle and not _matches(folder, SAFE):
        return _download(model, folder.name, PICKLED, offline=offline)
    return folder


def _download(model: str, revision: str | None, patterns: Sequence[str], *, offline: bool) -> Path:
    try:
        from huggingface_hub import errors, snapshot_download
    except ImportError as error:
        raise MissingExtraError("huggingface_hub", "models", "load a model by name") from error
    # The root error of whichever HTTP library the hub's client uses; not each is an OSError.
    transport = cast(type[Exception], errors.HfHubHTTPError.__bases__[0])
    try:
        return Path(
            snapshot_download(
                model,
                revision=revision,
                local_files_only=offline,
                allow_patterns=list(patterns),
                ignore_patterns=["*/*"],
            )
        )
    except errors.RevisionNotFoundError as error:
        raise ModelError(f"{model} has no revision {revision!r} on the hub") from error
    except errors.RepositoryNotFoundError as error:
        raise ModelError(
            f"the hub has no model {model}, or does not show it to you, and there is no such "
            f"folder.{_hint(Path(model))} For a private or gated model: hf auth login"
        ) from error
    except errors.HFValidationError as error:
        raise ModelError(
            f"{model!r} is neither a folder nor an id on the hub (owner/name).{_hint(Path(model))}"
        ) from error
    except (OSError, transport) as error:
        why = "this run is offline" if offline else f"the hub cannot be read ({_first_line(error)})"
        raise ModelError(
            f"{model} is not on this machine, or not all of it, and {why}."
            f"{_hint(Path(model))} Bring it with: {_command(model, revision)}"
        ) from error


def _checked_files(folder: Path, *, remedy: str, allow: bool) -> list[Path]:
    """The weights' files, after a check that nothing that loading needs is missing."""
    if (folder / "adapter_config.json").is_file():
        raise ModelError(
            f"{folder} holds an adapter, which is no model by itself: merge it into its base "
            "(peft's merge_and_unload) and save the whole"
        )
    if not (folder / "config.json").is_file():
        raise ModelError(f"{folder} has no config.json, so it is no model's folder. {remedy}")
    if not _has_vocabulary(folder):
        raise ModelError(
            f"{folder} has no tokenizer (none of {', '.join(VOCABULARIES[:5])} …). {remedy}"
        )
    weights = _matches(folder, SAFE) or (_matches(folder, PICKLED) if allow else [])
    if not weights:
        raise ModelError(_no_weights(folder, remedy))
    _check_shards(folder, weights, remedy)
    return weights


def _matches(folder: Path, patterns: Sequence[str]) -> list[Path]:
    return sorted({path for pattern in patterns for path in folder.glob(pattern)})


def _has_vocabulary(folder: Path) -> bool:
    if any((folder / name).is_file() for name in VOCABULARIES):
        return True
    settings = folder / "tokenizer_config.json"
    return settings.is_file() and read_json(settings).get("tokenizer_class") in NO_VOCABULARY


def _no_weights(folder: Path, remedy: str) -> str:
    if _matches(folder, PICKLED):
        return (
            f"{folder} has its weights only as {PICKLED[0]}, which is pickled: such a file can run "
            "code when it is read. If you trust its author, set allow_pickle: true; better, save "
            "the model again as safetensors (save_pretrained)."
        )
    found = ", ".join(sorted(path.name for path in folder.iterdir())[:8])
    return f"{folder} has no weights (model.safetensors); it holds {found}. {remedy}"


def _check_shards(folder: Path, weights: Sequence[Path], remedy: str) -> None:
    """Raises where an index names a file of weights that isn't there."""
    have = {path.name for path in weights}
    if have & {SAFE[0], PICKLED[0]}:
        return
    index = folder / (SAFE[0] if weights[0].suffix == ".safetensors" else PICKLED[0])
    listing = index.with_name(index.name + ".index.json")
    if not listing.is_file():
        raise ModelError(f"{folder} has weights in parts but no {listing.name}. {remedy}")
    parts = read_json(listing).get("weight_map")
    names = set(parts.values()) if isinstance(parts, dict) else set()
    missing = sorted(names - have)
    if missing:
        raise ModelError(f"{folder} lacks {', '.join(missing)}. {remedy}")


def _hash(folder: Path, weights: Sequence[Path]) -> str:
    """Hash over names and contents of the weights and of every settings and vocabulary file."""
    digest = hashlib.sha256()
    for path in [*weights, *_matches(folder, OTHER)]:
        if path.is_file() and path.name not in NO_LOG:
            digest.update(f"{path.name} {sha256_of(path)}\n".encode())
    return f"sha256-{digest.hexdigest()[:16]}"


def read_json(path: Path) -> Mapping[str, object]:
    """The object in a JSON file; ModelError where there is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read as JSON: {error}") from error
    if not isinstance(found, dict):
        raise ModelError(f"{path} holds {type(found).__name__}, not an object")
    return found


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def versions(*packages: str) -> str:
    """Installed versions for a signature: ``torch:2.13.0|transformers:5.23.0``.

    Raises:
        MissingExtraError: a package is not installed.
    """
    found = []
    for package in packages:
        try:
            found.append(f"{package}:{version(package)}")
        except PackageNotFoundError as error:
            raise MissingExtraError(package, "models", "run a model") from error
    return "|".join(found)
