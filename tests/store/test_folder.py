"""A run folder is held by one process, never taken from something else, and read strictly."""

import json
from pathlib import Path

import pytest

from evalkit.errors import StoreError
from evalkit.results import Report, RunInfo
from evalkit.store.folder import open_for_writing, read_report

INFO = RunInfo(
    name="harbour", created="2026-01-01T00:00:00Z", finished="2026-01-01T00:00:01Z", seconds=1.0,
    config={}, versions={}, inputs={}, generators={},
)  # fmt: skip


def finished(folder: Path) -> Path:
    with open_for_writing(folder) as run:
        run.write_manifest("finished", {"name": "harbour"})
        run.write_report(Report(run=INFO, tables=(), documents=(), items=()))
    return folder


def test_a_report_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    report = read_report(finished(tmp_path / "run"))
    assert report.run == INFO
    assert report.schema_version == 1


def test_an_earlier_run_is_opened_again(tmp_path: Path) -> None:
    finished(tmp_path / "run")
    with open_for_writing(tmp_path / "run") as run:
        assert run.manifest()["status"] == "finished"


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("all of it")
    with pytest.raises(StoreError, match="no run of evalkit"), open_for_writing(tmp_path):
        pass
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_file_in_the_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")
    with pytest.raises(StoreError, match="is a file"), open_for_writing(tmp_path / "run"):
        pass


def test_two_writers_are_kept_apart(tmp_path: Path) -> None:
    with (
        open_for_writing(tmp_path / "run"),
        pytest.raises(StoreError, match="another evalkit"),
        open_for_writing(tmp_path / "run"),
    ):
        pass


def test_a_run_folder_of_a_newer_evalkit_is_refused(tmp_path: Path) -> None:
    run = finished(tmp_path / "run")
    raw = json.loads((run / "report.json").read_text())
    (run / "report.json").write_text(json.dumps({**raw, "schema": 99}))
    with pytest.raises(StoreError, match="Update evalkit"):
        read_report(run)
    (run / "manifest.json").write_text(json.dumps({"schema": 99}))
    with pytest.raises(StoreError, match="Update evalkit"), open_for_writing(run):
        pass


@pytest.mark.parametrize(
    ("content", "expected"),
    [("{", "damaged"), ("[]", "damaged"), ('{"schema": 1}', "damaged at run")],
)
def test_a_damaged_report_is_named(tmp_path: Path, content: str, expected: str) -> None:
    run = finished(tmp_path / "run")
    (run / "report.json").write_text(content)
    with pytest.raises(StoreError, match=expected):
        read_report(run)


def test_what_is_no_run_says_so(tmp_path: Path) -> None:
    finished(tmp_path / "channel")
    with pytest.raises(StoreError, match=r"Did you mean .*channel"):
        read_report(tmp_path / "chanel")
    (tmp_path / "empty").mkdir()
    with pytest.raises(StoreError, match="not finished"):
        read_report(tmp_path / "empty")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").write_text("x")
    with pytest.raises(StoreError, match="is no run"):
        read_report(tmp_path / "other")
