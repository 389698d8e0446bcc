"""Files that are there whole or not at all: written beside their place, then renamed into it."""

import os
import tempfile
from pathlib import Path

from evalkit.errors import StoreError
from evalkit.redaction import redact

__all__ = ["write_bytes", "write_text"]


def write_text(path: Path, text: str) -> None:
    """Puts ``text`` into ``path`` as UTF-8, newlines untranslated, atomically; keys are masked.

    Raises:
        StoreError: the folder cannot be made or written (full disk, no permission).
    """
    write_bytes(path, redact(text).encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Puts ``content`` into ``path``, atomically.

    Raises:
        StoreError: the folder cannot be made or written (full disk, no permission).
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror or error}") from error
