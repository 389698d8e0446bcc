"""Baselines for rescaling: what the scores of unrelated texts are, by layer.

The file is bert-score's: a CSV with the columns LAYER, P, R, F, one row per layer, on a scale of
0-1. A baseline belongs to one model. The bundled one (``BUNDLED``) is the bundled encoder's; the
card beside it says how it was made.
"""

import csv
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import evalkit
from evalkit.corpus.files import existing, read_text
from evalkit.errors import InputError

__all__ = ["BUNDLED", "Baseline", "read_baseline"]

BUNDLED = Path(evalkit.__file__).with_name("bundled") / "bertscore" / "baseline.csv"
COLUMNS = ["LAYER", "P", "R", "F"]


@dataclass(frozen=True, slots=True)
class Baseline:
    """The mean scores of unrelated texts at one layer, 0-1."""

    precision: float
    recall: float
    f: float
    sha256: str
    """Of the file that it was read from."""


def read_baseline(path: str | Path, layer: int) -> Baseline:
    """The row of a layer.

    Raises:
        InputError: the file is missing or no such table, or it has no row for the layer.
    """
    file = existing(path, root=Path(), what="baseline")
    text = read_text(file, name=file.name)
    rows = list(csv.reader(io.StringIO(text)))
    if not rows or rows[0] != COLUMNS:
        raise InputError(
            f"{file.name} is no baseline: its first line is {','.join(rows[0]) if rows else ''!r}, "
            f"expected {','.join(COLUMNS)}"
        )
    layers = {row[0]: row[1:] for row in rows[1:] if row}
    found = layers.get(str(layer))
    if found is None:
        raise InputError(
            f"{file.name} has no row for layer {layer}; it has {', '.join(layers) or 'none'}"
        )
    try:
        precision, recall, f = map(float, found)
    except ValueError as error:
        raise InputError(f"{file.name}: layer {layer} has {found}, not three numbers") from error
    if not max(precision, recall, f) < 1:
        raise InputError(f"{file.name}: layer {layer} has {found}; a baseline is below 1")
    return Baseline(precision, recall, f, hashlib.sha256(text.encode()).hexdigest())
