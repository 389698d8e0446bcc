import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from evalkit.errors import ConfigError
from evalkit.report import FORMATS, render, write_all
from evalkit.report.long_form import COLUMNS
from evalkit.results import Report
from tests.report import sample


def test_json_is_the_report_and_loads_again() -> None:
    report = sample.report()
    text = render(report, "json")
    assert json.loads(text) == report.model_dump(mode="json", by_alias=True)
    assert Report.model_validate_json(text) == report


def test_csv_holds_every_score_in_full() -> None:
    report = sample.report()
    rows = list(csv.DictReader(io.StringIO(render(report, "csv"), newline="")))
    scores = [(table.name, score) for table in report.tables for score in table.scores]
    assert len(rows) == len(scores)
    for row, (table, score) in zip(rows, scores, strict=True):
        assert tuple(row) == COLUMNS
        assert row["table"] == table
        assert row["field"].removeprefix("'") == score.field
        assert (float(row["value"]) if row["value"] else None) == score.value
        assert (float(row["low"]) if row["low"] else None) == score.low
        assert int(row["n_skipped"]) == score.n_skipped
        assert row["note"] == score.note


@pytest.mark.parametrize("system", ["=1+1", "+x", "-x", "@x", "'=1", "\tx", "\r=x"])
def test_csv_text_cannot_be_a_formula_and_comes_back(system: str) -> None:
    table = sample.summary_table().model_copy(
        update={"scores": (sample.score(system, "bleu", -1.5),)}
    )
    report = sample.empty().model_copy(update={"tables": (table,)})
    (row,) = csv.DictReader(io.StringIO(render(report, "csv"), newline=""))
    assert row["system"] == f"'{system}"
    assert row["value"] == "-1.5"


@pytest.mark.parametrize("format_", sorted(FORMATS))
def test_an_empty_run_in_every_format(format_: str) -> None:
    assert render(sample.empty(), format_)


def test_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"'htm'.*Did you mean 'html'.*html, md, json, csv"):
        render(sample.empty(), "htm")


def test_write_all(tmp_path: Path) -> None:
    report = sample.report()
    written = write_all(report, tmp_path / "run")
    assert [path.name for path in written] == ["report.json", "report.md", "report.html"]
    assert sorted(p.name for p in (tmp_path / "run").iterdir()) == sorted(p.name for p in written)
    for path in written:
        assert path.read_bytes().decode() == render(report, path.suffix[1:])


def test_formatting_loads_no_model_and_no_metric() -> None:
    code = (
        "import sys, evalkit.report, evalkit.report.html, evalkit.report.markdown, "
        "evalkit.report.terminal\n"
        "heavy = {'torch', 'transformers', 'datasets', 'evaluate', 'pandas', 'pyarrow', "
        "'sacrebleu', 'evalkit.pipeline', 'evalkit.metrics', 'evalkit.models'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
