"""A run as a static folder: the viewer's front end, with its items in scripts that it loads.

Scripts, and not JSON, because a page opened from disk may load only those. The numbers of a table
are one script, its texts one script for ``CHUNK`` rows. Searching in texts loads all of them.
"""

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from evalkit.errors import StoreError
from evalkit.store.atomic import write_text
from evalkit.view.runs import ShownRun, described

__all__ = ["CHUNK", "export_runs"]

CHUNK = 500
ASSETS = ("app.js", "app.css")


def export_runs(runs: Sequence[ShownRun], folder: Path) -> int:
    """Writes the folder; returns how many rows are in it.

    Raises:
        StoreError: the folder has something in it, or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise StoreError(f"{folder} exists and is not an empty folder; nothing was written")
    n = 0
    for number, run in enumerate(runs):
        for place, table in enumerate(run.rows.tables):
            stem = f"data/{number}-{place}"
            columns = run.rows.columns(table.name)
            _script(folder / f"{stem}-columns.js", f"{number}-{place}", columns)
            at = [int(str(row)) for row in columns["row"]]
            for start in range(0, len(at), CHUNK):
                rows = [run.rows.row(row) for row in at[start : start + CHUNK]]
                name = f"{number}-{place}-{start // CHUNK}"
                _script(folder / f"{stem}-{start // CHUNK}.js", name, rows)
            n += len(at)
    write_text(folder / "data/runs.js", f"var evalkitRuns={_json(described(runs))};\n")
    for asset in ASSETS:
        write_text(folder / asset, _asset(asset))
    page = _asset("index.html").replace(
        '<script src="app.js"', '<script src="data/runs.js" defer></script>\n<script src="app.js"'
    )
    write_text(folder / "index.html", page)
    return n


def _asset(name: str) -> str:
    return files("evalkit.view").joinpath("assets", name).read_text(encoding="utf-8")


def _script(path: Path, name: str, data: object) -> None:
    """A script that hands its data to the page."""
    write_text(path, f"evalkitData({_json(name)},{_json(data)});\n")


def _json(data: object) -> str:
    """JSON in ASCII, so that no line separator of JavaScript's can end a string."""
    return json.dumps(data, separators=(",", ":"))
