"""Rows that a stage computes once: JSON Lines files named by a hash of what decides them."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evalkit.errors import StoreError
from evalkit.records import SCHEMA_VERSION
from evalkit.store.atomic import write_text
from evalkit.store.journal import Journal

__all__ = ["Json", "Parts", "key_of"]

PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")
Json = dict[str, object]
"""One row: JSON data by column."""


def key_of(*decisive: object) -> str:
    """A hash of everything that decides a part's rows: settings, signatures, texts.

    >>> key_of("a", 1) == key_of("a", 1), key_of("a", 1) == key_of("a1")
    (True, False)
    """
    text = json.dumps([SCHEMA_VERSION, *decisive], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Parts:
    """The ``parts`` folder of a run, or no folder: then everything is computed each time."""

    folder: Path | None

    def rows(
        self,
        stage: str,
        key: str,
        compute: Callable[[], Sequence[Json]],
        *,
        keep: Callable[[Sequence[Json]], bool] | None = None,
    ) -> list[Json]:
        """The rows of a part: read where it is there, else computed and written.

        Args:
            stage: the sub-folder, a plain name.
            key: from ``key_of``.
            compute: makes the rows.
            keep: says False for rows that shall be computed again next time (failed ones).

        Raises:
            StoreError: the part is damaged or newer than this evalkit, or the stage's name would
                lead out of the folder.
        """
        if not PLAIN.fullmatch(stage) or not PLAIN.fullmatch(key):
            raise StoreError(f"{stage!r}, {key!r} are no plain names of a part: letters, digits, -")
        path = self.folder / stage / f"{key}.jsonl" if self.folder is not None else None
        if path is not None and path.exists():
            return _read(path)
        rows = list(compute())
        if path is not None and (keep is None or keep(rows)):
            header = {"schema": SCHEMA_VERSION, "stage": stage, "n": len(rows)}
            write_text(path, "".join(map(_line, (header, *rows))))
        # through JSON either way, so that a resumed run sees exactly what a fresh one sees
        return [json.loads(json.dumps(row)) for row in rows]

    def journal(self, stage: str, key: str) -> Journal:
        """Rows that come one by one, each kept at once: for what is slow, or paid for.

        Args:
            stage: the sub-folder, a plain name.
            key: from ``key_of``; decides which file, so that rows of one kind share one.

        Raises:
            StoreError: the file is damaged or newer than this evalkit.
        """
        return Journal(self.folder / stage / f"{key}.jsonl" if self.folder is not None else None)


def _line(row: Mapping[str, object]) -> str:
    return json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n"


def _read(path: Path) -> list[Json]:
    remedy = "Delete it and run again: it will be computed anew."
    try:
        header, *rows = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
        schema, n_rows = int(header["schema"]), int(header["n"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path} is damaged ({error}). {remedy}") from error
    if schema > SCHEMA_VERSION:
        raise StoreError(
            f"{path} has schema {schema}; this evalkit reads up to {SCHEMA_VERSION}. "
            f"Update evalkit."
        )
    if n_rows != len(rows):
        raise StoreError(f"{path} promises {n_rows} rows and has {len(rows)}. {remedy}")
    return rows
