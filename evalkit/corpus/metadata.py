"""``metadata.yaml``: what a corpus folder says about its documents.

::

    documents:
      - id: my-article            # the file's name without .txt
        language: en              # ISO 639-1; left out, the corpus's own
        title: A line that names it
        note: Anything else, under any key

Every key but ``id`` and ``language`` becomes a column of the document. Files without an entry
keep the defaults; an entry without a file is an error.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from evalkit.corpus.files import read_text
from evalkit.errors import InputError, nearest

__all__ = ["METADATA_FILE", "Metadata", "read_metadata"]

METADATA_FILE = "metadata.yaml"


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of one document beside its text."""

    language: str = ""
    """ISO 639-1 code; "" where nothing is said."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Everything else."""


def read_metadata(path: Path, ids: Sequence[str]) -> dict[str, Metadata]:
    """Document id -> what the file says of it; {} where there is no such file.

    Args:
        path: the YAML file.
        ids: the documents that there are.

    Raises:
        InputError: it is not such a file, or speaks of documents that are not there.
    """
    if not path.exists():
        return {}
    try:
        content = yaml.safe_load(read_text(path, name=path.name))
    except yaml.YAMLError as error:
        raise InputError(f"{path.name} is not YAML: {error}") from error
    entries = content.get("documents") if isinstance(content, dict) else None
    if not isinstance(entries, list):
        raise InputError(f"{path.name}: a list under the key 'documents' is needed")
    found: dict[str, Metadata] = {}
    for number, entry in enumerate(entries, 1):
        origin = f"{path.name}: entry {number}"
        values = _strings(entry, origin)
        document = values.pop("id", "")
        if document not in ids:
            guess = nearest(document, ids)
            hint = f" Did you mean {guess!r}?" if guess else ""
            raise InputError(f"{origin}: no document has the id {document!r}.{hint}")
        if document in found:
            raise InputError(f"{origin}: a second entry for {document!r}")
        found[document] = Metadata(values.pop("language", ""), values)
    return found


def _strings(entry: object, origin: str) -> dict[str, str]:
    if not isinstance(entry, dict):
        raise InputError(f"{origin} is not a mapping of keys to texts")
    for key, value in entry.items():
        if not isinstance(key, str) or not isinstance(value, str):
            # YAML reads "no" as false and "1_0" as ten.
            raise InputError(f"{origin}: {key}: {value!r} is not a text; put it in quotes")
    return dict(entry)
