"""The static folder: everything is in it, nothing in it is markup."""

import json
from pathlib import Path

import pytest

from evalkit.errors import StoreError
from evalkit.view import export
from evalkit.view.export import export_runs
from evalkit.view.runs import open_runs
from tests.cli.calling import call
from tests.view.harbour_runs import HOSTILE, N, make_run


def data(path: Path) -> object:
    """What a script hands over."""
    text = path.read_text(encoding="utf-8").removesuffix(");\n")
    return json.loads(text.split(",", 1)[1])


def test_every_row_is_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "CHUNK", 32)
    folder = tmp_path / "out"
    assert export_runs(open_runs([make_run(tmp_path / "run")]), folder) == 2 * N + 1
    parts = [data(folder / f"data/0-0-{number}.js") for number in range(3)]
    rows = [row for part in parts for row in part]
    assert [len(part) for part in parts] == [32, 32, 16]
    assert rows[7]["hypothesis"] == HOSTILE
    columns = data(folder / "data/0-0-columns.js")
    assert columns["score:ter"] == [row["scores"]["ter"] for row in rows]
    assert columns["score:bleu"][4] is None
    for path in (folder / "data").iterdir():
        assert path.read_text("utf-8").isascii()
    page = (folder / "index.html").read_text("utf-8")
    assert page.index("data/runs.js") < page.index("app.js")
    assert "Content-Security-Policy" in page


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    runs = open_runs([make_run(tmp_path / "run")])
    with pytest.raises(StoreError, match="not an empty folder"):
        export_runs(runs, tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_scores_of_files_become_a_run_that_can_be_viewed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.jsonl").write_text(
        "".join(
            json.dumps({"id": f"s{n}", "document": "d", "text": f"The quay {n} was wet."}) + "\n"
            for n in range(12)
        )
    )
    (tmp_path / "b.txt").write_text("".join(f"Quay {n} was dry.\n" for n in range(12)))
    (tmp_path / "ref.txt").write_text("".join(f"Quay {n} was wet.\n" for n in range(12)))
    run = tmp_path / "run"
    arguments = (
        "score", "--hypotheses", tmp_path / "a.jsonl", "--hypotheses", tmp_path / "b.txt",
        "--references", tmp_path / "ref.txt", "--metrics", "chrf,ter", "--output", run,
    )  # fmt: skip
    assert call(*arguments) == 0
    capsys.readouterr()
    (shown,) = open_runs([run])
    (table,) = shown.rows.tables
    assert (table.n, table.systems, table.fields) == (24, ("a", "b"), ("chrf", "ter"))
    row = shown.rows.row(13)
    assert (row["id"], row["document"], row["index"]) == ("s1", "d", 1)
    assert row["references"] == [{"name": "", "text": "Quay 1 was wet."}]
    assert len(shown.report.items) == 24
    assert shown.report.items[13].scores == row["scores"]
    assert call("show", run) == 0
    assert "chrf" in capsys.readouterr().out
    assert (run / "report.html").is_file()


def test_more_rows_than_a_report_holds_are_in_their_file_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evalkit.pipeline.segment_folder.MOST_ITEMS", 5)
    (tmp_path / "a.txt").write_text("".join(f"The quay {n} was wet.\n" for n in range(12)))
    arguments = (
        "score", "--hypotheses", tmp_path / "a.txt", "--references", tmp_path / "a.txt",
        "--metrics", "bleu", "--output", tmp_path / "run", "--no-sanity",
    )  # fmt: skip
    assert call(*arguments) == 0
    capsys.readouterr()
    (shown,) = open_runs([tmp_path / "run"])
    assert shown.report.items == ()
    assert shown.rows.tables[0].n == 12
    assert any("12 rows are too many" in text for text in shown.report.run.warnings)
