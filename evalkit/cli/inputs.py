"""Documents from files named on the command line, or from standard input."""

import sys
from pathlib import Path

from evalkit.corpus.documents import CorpusSpec, read
from evalkit.corpus.files import read_text
from evalkit.errors import InputError
from evalkit.records import Document

__all__ = ["documents_of"]


def documents_of(paths: list[str]) -> tuple[Document, ...]:
    """The documents of every file or folder; ``-`` (or no path at all) is standard input.

    Raises:
        InputError: a file is missing, empty or damaged, or two documents have one id.
    """
    documents: list[Document] = []
    for path in paths or ["-"]:
        if path == "-":
            text = read_text(Path("-"), name="standard input", stream=sys.stdin.buffer)
            if not text.strip():
                raise InputError("standard input is empty: pipe a text, or name a file")
            documents.append(Document("-", text, origin="standard input"))
        else:
            documents += read(CorpusSpec(path=path), root=Path()).documents
    seen: set[str] = set()
    for document in documents:
        if document.id in seen:
            raise InputError(f"two documents have the id {document.id!r}; score them apart")
        seen.add(document.id)
    return tuple(documents)
