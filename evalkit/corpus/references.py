"""What people wrote about a corpus's documents: summaries, post-edits and error annotations.

::

    references/<document id>/
        summary.<kind>.<version>.txt    any number of versions of each kind
        post-edit.txt                   the whole document, corrected, paragraph by paragraph
        errors.jsonl                    annotations, of the annotator called "first"
        errors.<annotator>.jsonl        annotations of another

Everything is optional and may be ragged: documents may differ in what they have. A file that fits
none of these names is an error, not something to pass over; hidden files and ``.md`` are notes.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from evalkit.corpus.annotations import read_annotations
from evalkit.corpus.documents import sha256_of
from evalkit.corpus.files import existing, read_text, without_final_newline
from evalkit.errors import AlignmentError, InputError, UnknownNameError
from evalkit.records import Document, Segment, Span
from evalkit.text.sentences import paragraphs
from evalkit.text.words import count_words, words

__all__ = ["FIRST_ANNOTATOR", "DocumentReferences", "References", "read_references"]

FIRST_ANNOTATOR = "first"
"""Who made ``errors.jsonl``."""

_NAME = r"[A-Za-z0-9_-]+"
_SUMMARY = re.compile(rf"summary\.(?P<kind>{_NAME})\.(?P<version>{_NAME})\.txt")
_ERRORS = re.compile(rf"errors(?:\.(?P<annotator>{_NAME}))?\.jsonl")
_POST_EDIT = "post-edit.txt"


@dataclass(frozen=True, slots=True)
class DocumentReferences:
    """What people wrote about one document."""

    summaries: Mapping[str, Mapping[str, str]]
    """Kind -> version -> text, in the order of the file names, without a final line break."""
    post_edit: Document | None
    """The corrected document, under the same id; None where there is none."""
    errors: Mapping[str, tuple[Span, ...]]
    """Annotator -> spans, by start; an empty tuple says "looked, and found none"."""


_NOTHING = DocumentReferences({}, None, {})


@dataclass(frozen=True, slots=True)
class References:
    """What people wrote about a corpus."""

    documents: Mapping[str, DocumentReferences]
    """Document id -> its references, for the documents that have any."""
    unused: tuple[str, ...]
    """Folders that fit none of the documents asked for."""
    sha256: str
    """SHA-256 of every file's name and content."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """Every kind of summary, in alphabetical order."""
        return _ordered(kind for part in self.documents.values() for kind in part.summaries)

    @property
    def annotators(self) -> tuple[str, ...]:
        """Everybody who annotated a document; the first one first, then by name."""
        names = _ordered(name for part in self.documents.values() for name in part.errors)
        return tuple(sorted(names, key=lambda name: name != FIRST_ANNOTATOR))

    def of(self, document: str) -> DocumentReferences:
        """The document's references; empty ones where it has none."""
        return self.documents.get(document, _NOTHING)

    def summaries(self, document: str, kind: str) -> tuple[str, ...]:
        """The document's summaries of a kind, by version; () where it has none."""
        return tuple(self.of(document).summaries.get(kind, {}).values())

    def kind_words(self, kind: str) -> int:
        """Mean length of all summaries of a kind, in words, rounded (halves up).

        Raises:
            UnknownNameError: no document has a summary of this kind.
        """
        counts = [
            count_words(text)
            for part in self.documents.values()
            for text in part.summaries.get(kind, {}).values()
        ]
        if not counts:
            raise UnknownNameError("kind of reference", kind, self.kinds)
        return int(sum(counts) / len(counts) + 0.5)


def read_references(folder: str | Path, documents: Iterable[Document], *, root: Path) -> References:
    """Reads the references of the documents.

    Args:
        folder: where the documents' folders are.
        documents: the corpus.
        root: the folder that a relative path starts from.

    Raises:
        AlignmentError: a post-edit has other paragraphs than its document, or no folder belongs
            to any document.
        InputError: a file has a strange name, is empty or damaged, or does not fit its document.
    """
    place = existing(folder, root=root, what="references")
    if not place.is_dir():
        raise InputError(f"references {str(folder)!r} is a file; a folder is needed")
    by_id = {document.id: document for document in documents}
    entries = (entry for entry in place.iterdir() if entry.is_dir())
    folders = {entry.name: entry for entry in entries if not entry.name.startswith(".")}
    found = {key: _read_folder(folders[key], by_id[key]) for key in by_id if key in folders}
    unused = tuple(sorted(folders.keys() - by_id.keys()))
    if not found:
        names = ", ".join(unused[:10]) or "no folder at all"
        raise AlignmentError(
            f"references {str(folder)!r} hold nothing about these documents: it has {names}, "
            f"and the first document is {next(iter(by_id), 'none')!r}"
        )
    return References(found, unused, _digest(folders[key] for key in sorted(found)))


def _read_folder(folder: Path, document: Document) -> DocumentReferences:
    summaries: dict[str, dict[str, str]] = {}
    errors: dict[str, tuple[Span, ...]] = {}
    post_edit: Document | None = None
    for file in _files(folder):
        name = f"{folder.name}/{file.name}"
        if match := _SUMMARY.fullmatch(file.name):
            summaries.setdefault(match["kind"], {})[match["version"]] = _text(file, name)
        elif match := _ERRORS.fullmatch(file.name):
            annotator = match["annotator"] or FIRST_ANNOTATOR
            if annotator in errors:
                raise InputError(f"{name}: {FIRST_ANNOTATOR!r} is who made errors.jsonl")
            errors[annotator] = read_annotations(file, document, annotator=annotator, name=name)
        elif file.name == _POST_EDIT:
            edited = read_text(file, name=name)
            post_edit = Document(document.id, edited, document.language, name)
            _check_paragraphs(paragraphs(document), paragraphs(post_edit), name)
        else:
            raise InputError(
                f"{name} fits no name of a reference: summary.<kind>.<version>.txt, {_POST_EDIT}, "
                "errors.jsonl or errors.<annotator>.jsonl"
            )
    return DocumentReferences(summaries, post_edit, errors)


def _files(folder: Path) -> list[Path]:
    return sorted(
        entry
        for entry in folder.iterdir()
        if not entry.name.startswith(".") and entry.suffix.lower() != ".md"
    )


def _text(file: Path, name: str) -> str:
    text = without_final_newline(read_text(file, name=name))
    if not text.strip():
        raise InputError(f"{name} is empty: a summary needs text; or take the file away")
    return text


def _check_paragraphs(
    original: tuple[Segment, ...], edited: tuple[Segment, ...], name: str
) -> None:
    if len(original) == len(edited):
        return
    at = _parting(original, edited)
    raise AlignmentError(
        f"{name} has {len(edited)} paragraphs for the document's {len(original)}; every paragraph "
        f"needs exactly one. They part at paragraph {at + 1}: the document has "
        f"{_opening(original, at)}, the post-edit {_opening(edited, at)}"
    )


def _parting(original: tuple[Segment, ...], edited: tuple[Segment, ...]) -> int:
    """Index of the first paragraph that is less like its partner than like a neighbour."""
    for at in range(min(len(original), len(edited))):
        here = _likeness(original[at], edited[at])
        later = [_likeness(original[at], part) for part in edited[at + 1 : at + 2]]
        later += [_likeness(part, edited[at]) for part in original[at + 1 : at + 2]]
        if any(likeness > here for likeness in later):
            return at
    return min(len(original), len(edited))


def _likeness(left: Segment, right: Segment) -> float:
    """Share of the words that two paragraphs have in common, 0-1."""
    one, other = (
        {part.text[start:end].lower() for start, end in words(part.text)} for part in (left, right)
    )
    return len(one & other) / max(len(one | other), 1)


def _opening(parts: tuple[Segment, ...], at: int) -> str:
    if at >= len(parts):
        return "none"
    text = parts[at].text
    return repr(text if len(text) <= 50 else text[:50] + "…")


def _ordered(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


def _digest(folders: Iterable[Path]) -> str:
    lines = [
        f"{folder.name}/{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}"
        for folder in folders
        for file in _files(folder)
    ]
    return sha256_of("\n".join(lines))
