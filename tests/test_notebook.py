"""``evalkit.load_run``: what a notebook sees of a run."""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import evalkit
from evalkit.errors import ConfigError, MissingExtraError, StoreError
from evalkit.store.folder import open_for_writing
from tests.report import sample


@pytest.fixture
def run(tmp_path: Path) -> evalkit.Run:
    with open_for_writing(tmp_path / "run") as folder:
        folder.write_report(sample.report())
    return evalkit.load_run(tmp_path / "run")


def test_it_holds_the_report(run: evalkit.Run) -> None:
    assert run.report == sample.report()
    assert run.name == "village-news"
    assert list(run.tables) == [table.name for table in sample.report().tables]
    assert repr(run).startswith("Run(folder=")
    assert evalkit.load_run(str(run.folder)) == run


def test_frames(run: evalkit.Run) -> None:
    scores = run.to_pandas()
    row = scores[(scores.table == "fluency") & (scores.field == "mechanics")].iloc[0]
    assert (row.system, row.value) == ("documents", 87.31)
    assert run.to_dataset().num_rows == len(sample.report().items)
    with pytest.raises(ConfigError, match="There are"):
        run.to_pandas("nothing")


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.attributes: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_its_display_is_escaped_balanced_and_has_no_colour_of_its_own(run: evalkit.Run) -> None:
    shown = run._repr_html_()
    tags = Tags()
    tags.feed(shown)
    assert not tags.open
    allowed = {"div", "p", "strong", "br", "table", "thead", "tbody", "tr", "th", "td"}
    assert tags.seen <= allowed
    assert tags.attributes <= {"style", "scope", "title"}
    assert "87.3" in shown
    assert "rgb" not in shown
    assert not re.search(r"style=\"[^\"]*#", shown)
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e]", shown)


def test_what_is_no_run_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no run folder"):
        evalkit.load_run(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("package", "call"),
    [("pandas", "to_pandas"), ("datasets", "to_dataset")],
)
def test_what_is_not_installed_is_named_with_its_extra(
    run: evalkit.Run, monkeypatch: pytest.MonkeyPatch, package: str, call: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=rf"{package} is needed .*evalkit\[models\]"):
        getattr(run, call)()
