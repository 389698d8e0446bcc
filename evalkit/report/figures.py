"""Figures of a run for papers, as SVG and PNG: drawn by matplotlib (the extra ``figures``).

Four kinds: each table's scores with their intervals, the distribution of its items' scores, the
fluency of a document sentence by sentence, and the items' scores of two systems against each
other. Values are those of ``report.json``; nothing is computed here but where ink goes. Colours are
those of Okabe and Ito, which colour-blind readers tell apart; each system has a marker of its own
too. Equal runs give equal SVG files.
"""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from evalkit.errors import MissingExtraError, StoreError
from evalkit.report import drawing, visible
from evalkit.results import Report

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Drawn", "write_figures"]

_STYLE = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 9,
    "figure.constrained_layout.use": True,
    "legend.frameon": False,
    "savefig.dpi": 200,
    "svg.hashsalt": "evalkit",
    "text.parse_math": False,
}
_MOST = 60
"""Figures of one kind."""
_NAME = 80
"""Characters of a file's name."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was written."""

    paths: tuple[Path, ...]
    notes: tuple[str, ...]
    """What was left out, and characters that the font has not."""


def write_figures(report: Report, folder: Path) -> Drawn:
    """Draws every figure of a run into a folder, each as SVG and as PNG.

    Raises:
        MissingExtraError: matplotlib is not installed.
        StoreError: the folder cannot be written.
    """
    try:
        import matplotlib as mpl
    except ImportError:
        raise MissingExtraError("matplotlib", "figures", "draw figures") from None
    paths: list[Path] = []
    notes: list[str] = []
    taken: set[str] = set()
    style = cast("Any", {**mpl.rcParamsDefault, **_STYLE})  # typed by literal keys
    with mpl.rc_context(style), _warnings() as said:
        for kind, found in _figures(report):
            for number, (name, figure) in enumerate(found):
                if number == _MOST:
                    notes.append(f"{kind}: only the first {_MOST} figures were drawn")
                    break
                paths += _saved(figure, folder / _unique(f"{name}.{kind}", taken))
    if any("missing from font" in str(each.message) for each in said):
        notes.append("some characters are not in the font, and show as boxes")
    return Drawn(tuple(paths), tuple(notes))


def _figures(report: Report) -> Iterator[tuple[str, Iterator[tuple[str, "Figure"]]]]:
    """Kinds of figures; of each the figures with their names, drawn when they are asked for."""
    yield "scores", drawing.intervals(report)
    yield "items", drawing.distributions(report)
    yield "profile", drawing.profiles(report)
    yield "pairs", drawing.scatters(report)


@contextmanager
def _warnings() -> Iterator[list[warnings.WarningMessage]]:
    """Keeps warnings instead of printing them: those of glyphs are told once, by the caller."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        yield said


def _unique(name: str, taken: set[str]) -> str:
    """A file's name without anything that a path or shell gives a meaning; never one twice."""
    plain = re.sub(r"[^\w.-]+", "-", visible.line(name)).strip("-.") or "figure"
    found = plain[:_NAME]
    number = 2
    while found.casefold() in taken:
        found = f"{plain[:_NAME]}-{number}"
        number += 1
    taken.add(found.casefold())
    return found


def _saved(figure: "Figure", path: Path) -> Iterator[Path]:
    """Writes one figure twice.

    Raises:
        StoreError: the folder cannot be written.
    """
    for suffix, metadata in ((".svg", {"Date": None}), (".png", {})):
        file = path.with_name(path.name + suffix)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            figure.savefig(file, metadata=metadata)
        except OSError as error:
            raise StoreError(f"{file} cannot be written: {error.strerror or error}") from error
        yield file
