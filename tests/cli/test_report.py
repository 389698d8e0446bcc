"""``report``: every format, to a file and to a pipe, and figures."""

import csv
import io
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from evalkit.store.folder import open_for_writing
from tests.cli.calling import call
from tests.report import sample

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    with open_for_writing(tmp_path / "run") as folder:
        folder.write_report(sample.report())
    return tmp_path / "run"


@pytest.mark.parametrize("format_", ["html", "md", "json", "csv", "latex", "junit"])
def test_a_format_to_standard_output_and_to_a_file(run: Path, capsys, format_: str) -> None:
    assert call("report", run, "--format", format_) == 0
    printed = capsys.readouterr().out
    assert "village-news" in printed or format_ == "csv"
    file = run / "out"
    assert call("report", run, "--format", format_, "--output", file) == 0
    with file.open(encoding="utf-8", newline="") as written:
        assert written.read() == printed


@pytest.mark.parametrize("of", ["scores", "comparisons", "items", "sentences", "requirements"])
def test_flat_tables(run: Path, capsys, of: str) -> None:
    assert call("report", run, "--format", "csv", "--of", of) == 0
    head, *rows = csv.reader(io.StringIO(capsys.readouterr().out, newline=""))
    assert "system" in head or "system_a" in head
    assert call("report", run, "--format", "parquet", "--of", of, "--output", run / "t") == 0
    table = parquet.read_table(run / "t")
    assert table.num_rows == len(rows)


def test_parquet_through_a_pipe(run: Path) -> None:
    command = [sys.executable, "-m", "evalkit", "report", str(run), "--format", "parquet"]
    done = subprocess.run(command, capture_output=True, check=True, cwd=ROOT)
    assert parquet.read_table(pa.BufferReader(done.stdout)).num_rows > 10


def test_figures_alone_and_beside_a_format(run: Path, capsys) -> None:
    small = sample.report().model_copy(update={"documents": (), "items": ()})
    (run / "report.json").write_text(small.model_dump_json(by_alias=True))
    assert call("report", run, "--figures", run / "figures") == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "files to" in captured.err
    assert list((run / "figures").glob("*.svg"))
    assert call("report", run, "--figures", run / "figures", "--format", "csv") == 0
    assert capsys.readouterr().out.startswith("table,system")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--format", "pdf"), "Known: html, md, json, csv, latex, junit, parquet"),
        (("--format", "md", "--of", "items"), "--of items needs --format csv or parquet"),
        (("--format", "csv", "--of", "item"), "Did you mean 'items'"),
    ],
)
def test_what_cannot_be_is_said(run: Path, capsys, arguments: tuple[str, ...], said: str) -> None:
    assert call("report", run, *arguments) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""
