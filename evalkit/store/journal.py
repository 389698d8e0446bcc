"""Rows that come one by one and cost something: each is on disk before the next is waited for.

A JSON Lines file: a header, then a line for each row with its key, appended and synced. A later
line of the same key replaces the earlier one. A line that was cut off because the process died
while it was written was never answered for: it is dropped when the next row is added.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from evalkit.errors import StoreError
from evalkit.records import SCHEMA_VERSION
from evalkit.redaction import redact

__all__ = ["Journal"]

Json = dict[str, object]


class Journal:
    """Rows by key, kept as they come.

    Args:
        path: the file, which need not exist; None keeps nothing beyond this object.

    Raises:
        StoreError: the file is damaged before its last line, or newer than this evalkit.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._rows: dict[str, Json] = {}
        self._whole = 0
        """Bytes of the file that hold whole lines."""
        if path is not None and path.exists():
            self._load(path)

    def get(self, key: str) -> Json | None:
        """The row of that key, or None."""
        return self._rows.get(key)

    def add(self, key: str, row: Json) -> None:
        """Keeps a row; when this returns, it is on disk. Raises like ``add_all``."""
        self.add_all({key: row})

    def add_all(self, rows: Mapping[str, Json]) -> None:
        """Keeps rows that came together; when this returns, they are on disk.

        Raises:
            StoreError: the file cannot be written (full disk, no permission).
            ValueError: a row holds NaN or infinity, which JSON has no place for.
        """
        lines = {key: _line({"key": key, "row": row}) for key, row in rows.items()}
        if self._path is not None and rows:
            header = b"" if self._whole else _line({"schema": SCHEMA_VERSION, "journal": True})
            self._append(self._path, header + b"".join(lines.values()))
        # through JSON, so that a resumed run sees exactly what a fresh one sees
        self._rows.update({key: json.loads(line)["row"] for key, line in lines.items()})

    def _append(self, path: Path, lines: bytes) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("ab") as file:
                file.truncate(self._whole)
                file.write(lines)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise StoreError(f"{path} cannot be written: {error.strerror or error}") from error
        self._whole += len(lines)

    def _load(self, path: Path) -> None:
        try:
            lines = path.read_bytes().split(b"\n")[:-1]  # what follows the last newline was cut off
            parsed = [json.loads(line) for line in lines]
            for entry in parsed[1:]:
                self._rows[cast("str", entry["key"])] = entry["row"]
            schema = int(parsed[0]["schema"]) if parsed else SCHEMA_VERSION
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreError(
                f"{path} is damaged ({error}). Delete it and run again: what it held will be "
                "computed anew."
            ) from error
        if schema > SCHEMA_VERSION:
            raise StoreError(
                f"{path} has schema {schema}; this evalkit reads up to {SCHEMA_VERSION}. "
                f"Update evalkit."
            )
        self._whole = sum(len(line) + 1 for line in lines)


def _line(row: Json) -> bytes:
    return redact(json.dumps(row, ensure_ascii=False, allow_nan=False)).encode() + b"\n"
