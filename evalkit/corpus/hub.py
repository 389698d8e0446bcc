"""Rows of a ``datasets`` dataset: a hub id, or a local folder or script-free repository.

Written against datasets 5.2. Left out: streaming, and datasets that run code of their own (the
library no longer takes them).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from evalkit.corpus.rows import Row
from evalkit.errors import InputError, MissingExtraError

if TYPE_CHECKING:
    from datasets import Dataset, DatasetDict

__all__ = ["dataset_rows"]


def dataset_rows(
    dataset: str,
    *,
    root: Path,
    name: str | None = None,
    split: str | None = None,
    revision: str | None = None,
    offline: bool = False,
) -> tuple[Row, ...]:
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

    folder = root / dataset
    try:
        with _network(allowed=not offline):
            if folder.is_dir() and _was_saved(folder):
                loaded = datasets.load_from_disk(str(folder))
            else:
                place = str(folder) if folder.is_dir() else dataset
                loaded = datasets.load_dataset(place, name=name, split=None, revision=revision)
    except (OSError, ValueError) as error:
        raise _unread(dataset, error, offline=offline) from error
    part, title = _split_of(loaded, dataset, split)
    return tuple(Row(values, f"{title} row {n}") for n, values in enumerate(part, 1))


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
            f"dataset {dataset!r}: {how} ({error}). Run once with a network, set HF_HOME to a "
            "cache that holds it, or give the path of a local copy"
        )
    return InputError(
        f"dataset {dataset!r} cannot be read: {error}. "
        "Check its id, the name of its configuration, its revision and your access to it"
    )


@contextmanager
def _network(*, allowed: bool) -> Iterator[None]:
    """Keeps the library off the network: it reads HF_HUB_OFFLINE only when first imported."""
    import datasets
    import huggingface_hub

    if allowed:
        yield
        return
    before = datasets.config.HF_HUB_OFFLINE, huggingface_hub.constants.HF_HUB_OFFLINE
    datasets.config.HF_HUB_OFFLINE = huggingface_hub.constants.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        datasets.config.HF_HUB_OFFLINE, huggingface_hub.constants.HF_HUB_OFFLINE = before
