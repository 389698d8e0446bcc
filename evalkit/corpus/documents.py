"""A corpus: documents read from a folder, a file or a dataset, in a stable order, with hashes.

A folder gives one document per ``.txt`` file directly in it, sorted by file name, the id being
the name without ``.txt``; a ``metadata.yaml`` beside them may say more (see ``metadata``). Any
other file in the folder is no document. A table (JSON Lines, CSV, TSV, Parquet, a dataset) gives
one document per row, in its order.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from evalkit.corpus.files import existing, read_text
from evalkit.corpus.hub import dataset_rows
from evalkit.corpus.metadata import METADATA_FILE, Metadata, read_metadata
from evalkit.corpus.rows import (
    ROW_KINDS,
    Row,
    cell,
    columns_of,
    kind_of,
    read_rows,
    suffix_of,
    text_cell,
)
from evalkit.errors import ConfigError, InputError, UnknownNameError
from evalkit.records import Document

__all__ = [
    "KINDS",
    "Corpus",
    "CorpusSpec",
    "checked_id",
    "id_cell",
    "read",
    "sha256_of",
    "stem_of",
    "text_files",
]

KINDS = ("dataset", "folder", "txt", *ROW_KINDS)
"""The kinds of corpus."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusSpec:
    """Where the documents are and how to read them."""

    path: str | Path | None = None
    """A folder of .txt files, or a .txt, .jsonl, .csv, .tsv or .parquet file (.gz for text)."""
    dataset: str | None = None
    """A ``datasets`` hub id or folder, instead of a path."""
    kind: str | None = None
    """One of ``KINDS``; None: by the path's suffix."""
    id_column: str = "id"
    """Column with the document's id; "" numbers the rows from 1."""
    text_column: str = "text"
    """Column with the document's text."""
    language_column: str = "language"
    """Column with the document's language; used where a row has it."""
    split: str | None = None
    """The dataset's split."""
    name: str | None = None
    """The dataset's configuration name."""
    revision: str | None = None
    """The dataset's commit or tag."""
    language: str = "en"
    """ISO 639-1 code of documents that don't say theirs."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Documents and what they hash to."""

    documents: tuple[Document, ...]
    """At least one; ids are unique."""
    hashes: Mapping[str, str]
    """Document id -> SHA-256 of its text in UTF-8: that of its file, for a .txt file without a
    byte order mark."""
    sha256: str
    """SHA-256 of every id, language and text, in order."""
    commit: str = ""
    """Of a dataset of the hub; "" for anything else."""

    @property
    def ids(self) -> tuple[str, ...]:
        """The documents' ids, in order."""
        return tuple(document.id for document in self.documents)

    def __len__(self) -> int:
        return len(self.documents)


def read(spec: CorpusSpec, *, root: Path, offline: bool = False) -> Corpus:
    """Reads the corpus.

    Args:
        spec: where and how.
        root: the folder that relative paths start from.
        offline: read datasets from the local cache only.

    Raises:
        ConfigError: the spec names no place, or two.
        InputError: something is missing, empty, doubled or damaged; names file and line.
        UnknownNameError: no such kind.
        MissingExtraError: a dataset is asked for without the package.
    """
    if (spec.path is None) == (spec.dataset is None):
        raise ConfigError("a corpus is either a path or a dataset: give one of them")
    documents, commit = (
        _read_dataset(spec, root, offline) if spec.path is None else (_read_path(spec, root), "")
    )
    if not documents:
        raise InputError(f"corpus {str(spec.path or spec.dataset)!r} holds no documents")
    _check_unique(documents)
    hashes = {document.id: sha256_of(document.text) for document in documents}
    rows = [[part.id, part.language, hashes[part.id]] for part in documents]
    return Corpus(documents, hashes, sha256_of(json.dumps(rows, ensure_ascii=False)), commit)


def sha256_of(text: str) -> str:
    """SHA-256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def checked_id(value: str, origin: str) -> str:
    """The id, if it can name a document.

    Raises:
        InputError: it is empty, has white space at an end, or holds control characters.
    """
    if not value.strip():
        raise InputError(f"{origin}: an empty id; every document needs one")
    if value != value.strip() or not value.isprintable():
        raise InputError(
            f"{origin}: the id {value!r} begins or ends with a space, or holds a control character"
        )
    return value


def id_cell(row: Row, column: str) -> str:
    """The id in a row's column; a whole number counts as its digits.

    Raises:
        InputError: it is missing, empty, or neither text nor a whole number.
    """
    value = cell(row, column)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return checked_id(text_cell(row, column), row.origin)


def text_files(folder: Path) -> tuple[Path, ...]:
    """The ``.txt`` (and ``.txt.gz``) files directly in a folder, by name; hidden ones are not."""
    files = (entry for entry in folder.iterdir() if not entry.name.startswith("."))
    return tuple(sorted(file for file in files if suffix_of(file.name) == "txt"))


def stem_of(path: Path) -> str:
    """The file's name without ``.txt`` or ``.txt.gz``: the id of what it holds."""
    return Path(path.name[:-3] if path.suffix.lower() == ".gz" else path.name).stem


def _read_path(spec: CorpusSpec, root: Path) -> tuple[Document, ...]:
    path = existing(spec.path or "", root=root, what="corpus")
    kind = _checked_kind(spec, path)
    if (kind == "folder") != path.is_dir():
        found = "a folder" if path.is_dir() else "a file"
        raise InputError(f"corpus {str(spec.path)!r} is {found}, which is not of kind {kind!r}")
    if kind == "folder":
        return _read_folder(spec, path)
    if kind == "txt":
        return (_text_document(path, Metadata(), spec.language),)
    return _of_rows(spec, read_rows(path, kind=kind, name=path.name))


def _checked_kind(spec: CorpusSpec, path: Path) -> str:
    kind, kinds = spec.kind or kind_of(path), KINDS[1:]
    if kind in kinds:
        return kind
    if spec.kind is not None:
        raise UnknownNameError("kind of corpus at a path", kind, kinds)
    raise InputError(
        f"corpus {str(spec.path)!r}: the suffix {path.suffix!r} names no kind of file that is "
        f"read; rename it, or set kind to one of: {', '.join(kinds)}"
    )


def _read_dataset(spec: CorpusSpec, root: Path, offline: bool) -> tuple[tuple[Document, ...], str]:
    """The documents, and the dataset's commit."""
    if spec.kind not in (None, "dataset"):
        raise ConfigError(f"a dataset is of kind 'dataset', not {spec.kind!r}")
    found = dataset_rows(
        spec.dataset or "",
        root=root,
        name=spec.name,
        split=spec.split,
        revision=spec.revision,
        offline=offline,
    )
    return _of_rows(spec, found.rows), found.commit


def _read_folder(spec: CorpusSpec, folder: Path) -> tuple[Document, ...]:
    files = text_files(folder)
    stems = [stem_of(file) for file in files]
    known = read_metadata(folder / METADATA_FILE, stems)
    return tuple(
        _text_document(file, known.get(stem, Metadata()), spec.language)
        for file, stem in zip(files, stems, strict=True)
    )


def _text_document(path: Path, known: Metadata, language: str) -> Document:
    text = read_text(path, name=path.name)
    if not text.strip():
        raise InputError(f"{path.name} is empty: a document needs text")
    document_id = checked_id(stem_of(path), path.name)
    code = _checked_language(known.language or language, path.name)
    return Document(document_id, text, code, path.name, known.columns)


def _of_rows(spec: CorpusSpec, rows: Iterable[Row]) -> tuple[Document, ...]:
    return tuple(_row_document(spec, row, number) for number, row in enumerate(rows, 1))


def _row_document(spec: CorpusSpec, row: Row, number: int) -> Document:
    document_id = id_cell(row, spec.id_column) if spec.id_column else str(number)
    text = text_cell(row, spec.text_column)
    if not text.strip():
        raise InputError(f"{row.origin} ({document_id!r}): empty text in {spec.text_column!r}")
    own = spec.language_column in row.values
    language = text_cell(row, spec.language_column) if own else spec.language
    others = columns_of(row, but=(spec.id_column, spec.text_column, spec.language_column))
    code = _checked_language(language, row.origin)
    return Document(document_id, text, code, row.origin, others)


def _checked_language(code: str, origin: str) -> str:
    if not _LANGUAGE.fullmatch(code):
        raise InputError(f"{origin}: the language {code!r} is not an ISO 639 code such as 'en'")
    return code.lower()


def _check_unique(documents: tuple[Document, ...]) -> None:
    first: dict[str, str] = {}
    for document in documents:
        if document.id in first:
            raise InputError(
                f"two documents have the id {document.id!r}: "
                f"{first[document.id]} and {document.origin}"
            )
        first[document.id] = document.origin
