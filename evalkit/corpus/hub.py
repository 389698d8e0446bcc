"""Rows of a ``datasets`` dataset: a hub id, or a local folder or script-free repository.

Written against datasets 5.2. Left out: streaming, and datasets that run code of their own (the
library no longer takes them).
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evalkit.corpus.rows import Row
from evalkit.errors import InputError, MissingExtraError
from evalkit.offline import asked_by_environment, offline_only

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict

__all__ = ["DatasetRows", "dataset_rows"]

COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class DatasetRows:
    """A split and which version of the dataset it is of."""

    rows: tuple[Row, ...]
    """In order."""
    commit: str
    """The hub's; "" for a local dataset."""


def dataset_rows(
    dataset: str,
    *,
    root: Path,
    name: str | None = None,
    split: str | None = None,
    revision: str | None = None,
    offline: bool = False,
) -> DatasetRows:
    """Every row of one split, in order.

    Args:
        dataset: a hub id, or a folder below ``root`` (saved by ``save_to_disk``, or of data
            files); a folder that exists goes before a hub id.
        root: where a relative folder starts.
        name: the dataset's configuration.
        split: the split; may be left out where there is only one.
        revision: commit or tag on the hub.
        offline: use what was downloaded before, and no network.

    Raises:
        MissingExtraError: ``datasets`` is not installed.
        InputError: it is not there, not reachable, or has no such split.
    """
    try:
        import datasets
    except ImportError as error:
        raise MissingExtraError("datasets", "models", "read datasets of the hub") from error

    folder, offline = root / dataset, offline or asked_by_environment()
    try:
        with offline_only(offline):
            if folder.is_dir() and _was_saved(folder):
                loaded = datasets.load_from_disk(str(folder))
            else:
                place = str(folder) if folder.is_dir() else dataset
                loaded = datasets.load_dataset(place, name=name, split=None, revision=revision)
    except (OSError, ValueError) as error:
        raise _unread(dataset, error, offline=offline) from error
    part, title = _split_of(loaded, dataset, split)
    commit = "" if folder.is_dir() else _commit(part)
    if not folder.is_dir():
        _check_commit(dataset, revision, commit)
    return DatasetRows(
        tuple(Row(values, f"{title} row {n}") for n, values in enumerate(part, 1)), commit
    )


def _commit(part: "Dataset") -> str:
    """The commit that the library keeps the prepared split under."""
    files = [Path(file["filename"]) for file in part.cache_files]
    return next((n for file in files for n in file.parts if COMMIT.fullmatch(n)), "")


def _check_commit(dataset: str, revision: str | None, commit: str) -> None:
    """Refuses another version than the one asked for: where the hub cannot be read, the library
    takes whatever it prepared last.
    """
    wanted = revision if revision and COMMIT.fullmatch(revision) else _known(dataset, revision)
    if wanted and commit and wanted != commit:
        raise InputError(
            f"dataset {dataset!r}: revision {revision or 'main'} is commit {wanted}, and only "
            f"{commit} is on this machine. Bring it with: evalkit fetch CONFIG, on a machine with "
            f"a network; or set revision: {commit}"
        )
    if not wanted and revision is not None:
        raise InputError(
            f"dataset {dataset!r}: revision {revision!r} is not known on this machine, which has "
            f"{commit}. Bring it with: evalkit fetch CONFIG; or set revision: {commit}"
        )


def _known(dataset: str, revision: str | None) -> str:
    """The commit of a branch or tag, as the hub last told; "" where it never did."""
    from huggingface_hub import constants

    name = f"datasets--{dataset.replace('/', '--')}"
    ref = Path(constants.HF_HUB_CACHE) / name / "refs" / (revision or "main")
    return ref.read_text(encoding="utf-8").strip() if ref.is_file() else ""


def _was_saved(folder: Path) -> bool:
    return (folder / "state.json").exists() or (folder / "dataset_dict.json").exists()


def _split_of(
    loaded: "Dataset | DatasetDict", dataset: str, split: str | None
) -> tuple["Dataset", str]:
    """The split and its title for messages."""
    if not isinstance(loaded, dict):  # saved as a single split, which has a name at times
        if split is not None and str(loaded.split) != split:
            raise InputError(
                f"dataset {dataset!r} was saved as one split ({loaded.split}), not {split!r}; "
                "leave split out"
            )
        return loaded, dataset
    if split is None and len(loaded) == 1:
        split = next(iter(loaded))
    if split not in loaded:
        asked = "no split is named" if split is None else f"there is no split {split!r}"
        known = ", ".join(loaded)
        raise InputError(f"dataset {dataset!r}: {asked}; set split to one of: {known}")
    return loaded[split], f"{dataset}[{split}]"


def _unread(dataset: str, error: Exception, *, offline: bool) -> InputError:
    if isinstance(error, ConnectionError):
        how = "offline, and not downloaded before" if offline else "the hub cannot be reached"
        return InputError(
            f"dataset {dataset!r}: {how} ({error}). Bring it with: evalkit fetch CONFIG, on a "
            "machine with a network; or set HF_HOME to a cache that holds it, or give the path "
            "of a local copy"
        )
    return InputError(
        f"dataset {dataset!r} cannot be read: {error}. "
        "Check its id, the name of its configuration, its revision and your access to it"
    )
