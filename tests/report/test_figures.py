"""Figures: every kind is drawn, twice the same, and no name from a run leaves its folder."""

import sys
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from evalkit.errors import MissingExtraError, StoreError
from evalkit.report import drawing
from evalkit.report.figures import write_figures
from evalkit.results import Report
from tests.report import sample


def fluent(report: Report) -> Report:
    """The sample with few texts: drawing is slow."""
    return report.model_copy(update={"documents": report.documents[:1]})


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("figures")
    write_figures(fluent(sample.report()), folder / "one")
    return folder


def test_each_kind_as_svg_and_png(drawn: Path) -> None:
    names = {path.name for path in (drawn / "one").iterdir()}
    kinds = {name.split(".")[-2] for name in names}
    assert kinds == {"scores", "items", "profile", "pairs"}
    assert {Path(n).stem for n in names if n.endswith(".svg")} == {
        Path(n).stem for n in names if n.endswith(".png")
    }
    for path in (drawn / "one").iterdir():
        start = path.read_bytes()[:200]
        assert start.startswith(b"\x89PNG") or b"<?xml" in start


def test_names_stay_in_the_folder_and_are_tame(drawn: Path) -> None:
    assert [path.name for path in drawn.iterdir()] == ["one"]
    for path in (drawn / "one").iterdir():
        assert path.is_file()
        assert not set(path.name) & set(" /\\$;&|<>\"'`*?\n")


def test_equal_runs_give_equal_svg(drawn: Path, tmp_path: Path) -> None:
    report = fluent(sample.report())
    small = report.model_copy(update={"tables": report.tables[:1], "items": (), "documents": ()})
    first, second = (write_figures(small, tmp_path / name).paths for name in "ab")
    svg = [path for path in first if path.suffix == ".svg"]
    assert svg
    for one, two in zip(first, second, strict=True):
        assert one.suffix != ".svg" or one.read_bytes() == two.read_bytes()


def test_what_is_drawn_is_what_the_report_says() -> None:
    (table,) = (t for t in sample.report().tables if t.name == "fluency")
    only = sample.report().model_copy(update={"tables": (table,)})
    ((name, figure),) = drawing.intervals(only)
    assert isinstance(figure, Figure)
    assert name == "fluency"
    panel = figure.axes[0]
    points = [float(line.get_xdata()[0]) for line in panel.lines if len(line.get_xdata()) == 1]
    ends = [
        tuple(map(float, line.get_xdata())) for line in panel.lines if len(line.get_xdata()) == 2
    ]
    own = [s for s in table.scores if s.field == "mechanics"]
    assert points == [s.value for s in own]
    assert ends == [(s.low, s.high) for s in own]
    assert "mechanics" in panel.get_xlabel()


def test_dollar_signs_are_no_formula_and_missing_glyphs_are_said(tmp_path: Path) -> None:
    table = sample.report().tables[0]
    scores = tuple(s.model_copy(update={"system": "$x_1$ 漢字"}) for s in table.scores)
    tricky = table.model_copy(update={"systems": ("$x_1$ 漢字",), "scores": scores, "title": "$\\"})
    report = sample.empty().model_copy(update={"tables": (tricky,)})
    drawn = write_figures(report, tmp_path)
    assert drawn.notes == ("some characters are not in the font, and show as boxes",)


def test_a_run_without_anything_draws_nothing(tmp_path: Path) -> None:
    assert write_figures(sample.empty(), tmp_path / "none").paths == ()


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        write_figures(fluent(sample.report()), tmp_path / "file")


def test_without_matplotlib_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"evalkit\[figures\]"):
        write_figures(sample.empty(), tmp_path)
