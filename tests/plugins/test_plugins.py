"""Packages of third parties, installed and found by entry point, and the one evalkit writes."""

import json
from pathlib import Path

import pytest

from evalkit.cli.authoring import write_plugin
from evalkit.errors import ConfigError
from tests.cli.calling import call, lines, printed
from tests.pipeline.harbour import CONFIG, write_harbour
from tests.plugins.installing import command, installed, plugins_here, written

__all__ = ["installed", "plugins_here", "written"]


@pytest.mark.parametrize(
    "name",
    ["example-doubled", "example-vocabulary", "example-longest", "my-metric", "my-metric-opening"],
)
@pytest.mark.usefixtures("plugins_here")
def test_a_plugin_passes_every_check(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("check-plugin", name) == 0, capsys.readouterr().out
    out = capsys.readouterr().out
    assert out.startswith(
        f"{'generator' if 'ing' in name or 'longest' in name else 'scorer'} {name}"
    )
    assert "FAILED" not in out


def test_a_fresh_process_finds_them_and_names_the_one_that_is_broken(
    installed: Path, tmp_path: Path
) -> None:
    done = command(installed, "-m", "evalkit", "list", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["example-doubled", "evalkit-example", "evalkit_example.doubled:Doubled"] in rows
    assert ["example-longest", "evalkit-example", "evalkit_example.longest:longest"] in rows
    assert ["my-metric", "my-metric", "my_metric.metric:MyMetric"] in rows
    assert ["bleu", "evalkit", "evalkit.metrics.bleu:Bleu"] in rows
    (problem,) = [line for line in done.stdout.splitlines() if "cannot be used" in line]
    assert "ModuleNotFoundError: No module named 'a_package_that_nobody_has'" in problem


@pytest.mark.usefixtures("plugins_here")
def test_the_broken_one_is_an_error_only_where_it_is_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = lines(tmp_path / "out.txt", "the the ferry", "nobody waited")
    scored = ("score", "--hypotheses", out, "--references", out, "--metrics")
    (system,) = printed(capsys, *scored, "bleu,example-doubled(case=yes)")["systems"]
    values = {metric["name"]: metric["value"] for metric in system["metrics"]}
    assert values["example-doubled"] == pytest.approx(20.0)
    assert call(*scored, "bleu,example-broken") == 2
    assert "a_package_that_nobody_has" in capsys.readouterr().err
    assert call("check-plugin", "example-broken") == 2
    assert "a_package_that_nobody_has" in capsys.readouterr().err


@pytest.mark.usefixtures("plugins_here")
def test_a_config_names_them_freely(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = CONFIG.replace("[mechanics]", "[mechanics, example-doubled]")
    text = text.replace("{kind: lead,", "{kind: example-longest,").replace(
        "metrics: [rouge1,", "metrics: [{name: my-metric, lowercase: false}, example-vocabulary,"
    )
    assert call("run", write_harbour(tmp_path, text), "--output", tmp_path / "run") == 0
    capsys.readouterr()
    report = json.loads((tmp_path / "run" / "report.json").read_text())
    assert report["run"]["code"] == []
    scores = {(s["scorer"], s["system"]): s for table in report["tables"] for s in table["scores"]}
    assert scores["my-metric", "two"]["signature"] == ("nrefs:2|case:mixed|version:my-metric-0.1.0")
    assert scores["my-metric", "two"]["low"] is None  # two documents are too few
    assert scores["example-vocabulary", "example-longest"]["value"] > 5
    spans = [s for d in report["documents"] for s in d["spans"] if s["scorer"] == "example-doubled"]
    assert [(span["message"], span["correction"]) for span in spans] == [
        ("the word stands twice", "")
    ]


def test_two_packages_of_one_name_clash_where_it_is_used(
    plugins_here: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    other = tmp_path / "other-1.0.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")
    (other / "entry_points.txt").write_text("[evalkit.scorers]\nmy-metric = theirs:Metric\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert call("check-plugin", "my-metric") == 2
    error = capsys.readouterr().err
    assert "two plug-ins call a scorer 'my-metric'" in error
    assert "my-metric (my_metric.metric:MyMetric)" in error
    assert "other (theirs:Metric)" in error
    assert call("list") == 0
    assert capsys.readouterr().out.count("cannot be used: two plug-ins call a scorer") == 2
    assert call("check-plugin", "my-metric-opening") == 0


def test_what_evalkit_writes_passes_its_own_tests(installed: Path, written: Path) -> None:
    done = command(
        installed, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", folder=written
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 passed" in done.stdout


def test_init_writes_a_plugin_and_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("init", "--plugin", "word-share") == 0
    assert "pip install -e word-share && evalkit check-plugin word-share" in capsys.readouterr().out
    assert "class WordShare:" in (tmp_path / "word-share" / "word_share" / "metric.py").read_text()
    text = (tmp_path / "word-share" / "pyproject.toml").read_text()
    assert 'word-share = "word_share.metric:WordShare"' in text
    assert call("init", "--plugin", "word-share") == 2
    assert "exists already" in capsys.readouterr().err
    assert call("init", "--plugin", "word-share", "elsewhere") == 0
    assert (tmp_path / "elsewhere" / "tests" / "test_contract.py").is_file()


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("My Metric", "can be no plug-in's name"),
        ("../up", "can be no plug-in's name"),
        ("a_b", "can be no plug-in's name"),
        ("", "can be no plug-in's name"),
        ("bleu", "there is a 'bleu' already"),
    ],
)
def test_names_that_are_refused(tmp_path: Path, name: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        write_plugin(name, tmp_path / "x")
    assert list(tmp_path.iterdir()) == []
