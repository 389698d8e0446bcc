"""A run's folder: made, locked, described by its manifest, and read back as a report."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import ValidationError

from evalkit.errors import StoreError, nearest
from evalkit.records import SCHEMA_VERSION
from evalkit.results import Report
from evalkit.store.atomic import write_text
from evalkit.store.items import ITEMS, item_rows, write_items
from evalkit.store.parts import Parts

__all__ = ["RunFolder", "open_for_writing", "read_report"]

MANIFEST = "manifest.json"
REPORT = "report.json"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """A run folder that this process may write."""

    path: Path

    @property
    def parts(self) -> Parts:
        """What was computed so far."""
        return Parts(self.path / "parts")

    def manifest(self) -> dict[str, object]:
        """The manifest as it stands; empty before the first run."""
        path = self.path / MANIFEST
        return _json(path) if path.exists() else {}

    def write_manifest(self, status: str, content: Mapping[str, object]) -> None:
        """Puts the manifest in place; ``status`` is ``running`` or ``finished``."""
        whole = {"schema": SCHEMA_VERSION, "status": status, **content}
        write_text(self.path / MANIFEST, json.dumps(whole, indent=2, ensure_ascii=False) + "\n")

    def write_report(self, report: Report) -> None:
        """Puts ``report.json`` in place."""
        text = report.model_dump_json(by_alias=True, indent=1)
        write_text(self.path / REPORT, text + "\n")

    def write_items(self, report: Report) -> None:
        """Puts the items of the report into ``items.arrow``, for ``view``."""
        rows = list(item_rows(report))
        fields = list(dict.fromkeys(field for row in rows for field in row.scores))
        write_items(self.path / ITEMS, rows, fields)


@contextmanager
def open_for_writing(path: Path) -> Iterator[RunFolder]:
    """The run folder at ``path``, new or from an earlier run, held by this process alone.

    Raises:
        StoreError: the path is a file, a folder of something else, a run folder of a newer
            evalkit, or another process is writing it.
    """
    if path.exists() and not path.is_dir():
        raise StoreError(f"{path} is a file; a run needs a folder. Choose another with --output.")
    if path.is_dir() and any(path.iterdir()) and not _is_run(path):
        raise StoreError(
            f"{path} holds files that are no run of evalkit's; nothing was written. "
            f"Choose an empty or new folder with --output."
        )
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"the folder {path} cannot be made: {error.strerror}") from error
    lock = FileLock(path / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise StoreError(
            f"another evalkit is writing {path}. Wait for it or use --output."
        ) from None
    try:
        folder = RunFolder(path)
        _check_schema(path / MANIFEST, folder.manifest())
        yield folder
    finally:
        lock.release()


def _is_run(path: Path) -> bool:
    return (path / MANIFEST).exists() or {p.name for p in path.iterdir()} <= {".lock", "parts"}


def read_report(path: Path) -> Report:
    """The finished run in the folder ``path``.

    Raises:
        StoreError: no such folder, no finished run in it, damaged, or of a newer evalkit.
    """
    report = path / REPORT
    if not path.is_dir():
        guess = nearest(path.name, [p.name for p in path.parent.glob("*") if p.is_dir()])
        hint = f" Did you mean {path.parent / guess}?" if guess else ""
        raise StoreError(f"no run folder {path}.{hint}")
    if not report.exists():
        state = "was not finished; run its config again to go on" if _is_run(path) else "is no run"
        raise StoreError(f"{path} {state} (it has no {REPORT}).")
    raw = _json(report)
    _check_schema(report, raw)
    try:
        return Report.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise StoreError(f"{report} is damaged at {place}: {first['msg']}. Run it again.") from None


def _json(path: Path) -> dict[str, object]:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StoreError(f"{path} is damaged ({error}). Delete it and run again.") from error
    if not isinstance(raw, dict):
        raise StoreError(f"{path} is damaged (not an object). Delete it and run again.")
    return raw


def _check_schema(path: Path, raw: Mapping[str, object]) -> None:
    schema = raw.get("schema", SCHEMA_VERSION)
    if not isinstance(schema, int) or schema > SCHEMA_VERSION:
        raise StoreError(
            f"{path} has schema {schema}; this evalkit reads up to {SCHEMA_VERSION}. "
            f"Update evalkit."
        )
