"""A plug-in that breaks in the middle: named with its error and line; exit code 2, no traceback."""

import textwrap
from pathlib import Path

import pytest

from evalkit.errors import ConfigError, PluginError
from evalkit.metrics.length import Length
from evalkit.pipeline.blame import blamed
from tests.cli.calling import call, lines

BROKEN = """
import numpy as np
from evalkit.records import Field, Measured, Output, SetScore

class Scorer:
    name = "mine"
    needs = frozenset()
    languages = None
    columns = ("x",)
    fields = (Field("mine", "0-100", higher_is_better=True),)

    def measure(self, batch):
        return 1 / 0  # here

    def score(self, totals):
        return totals

    def signature(self):
        return "mine:1"

class SetOne:
    name = "mine"
    needs = frozenset()
    languages = None
    fields = Scorer.fields
    whole = "of the set"

    def measure_set(self, batch):
        raise KeyError("lost")

    def signature(self):
        return "mine:1"

class Generator:
    name = "mine"
    languages = None

    def generate(self, batch):
        return [].pop()

    def signature(self):
        return "mine:1"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "breaking_plugin.py").write_text(BROKEN)
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_text("A ferry left the harbour.\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "error"),
    [("Scorer", "ZeroDivisionError: division by zero"), ("SetOne", "KeyError: 'lost'")],
)
def test_score_names_it(folder: Path, capsys: pytest.CaptureFixture[str], name, error) -> None:
    texts = lines(folder / "a.txt", "A ferry.", "A quay.")
    metric = f"breaking_plugin:{name}"
    assert call("score", "--hypotheses", texts, "--metrics", metric, "--allow-code") == 2
    said = capsys.readouterr().err
    assert f"mine (breaking_plugin:{name}) broke: {error} (breaking_plugin.py, line " in said
    assert "evalkit check-plugin mine" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("section", "error"),
    [
        ("fluency: {scorers: ['breaking_plugin:Scorer'], of: [documents]}", "ZeroDivisionError"),
        (
            "summaries: {systems: [{kind: 'breaking_plugin:Generator', words: 5}], "
            "metrics: [repetition]}",
            "IndexError: pop from empty list",
        ),
        (
            "summaries: {systems: [{kind: lead, words: 5}], metrics: ['breaking_plugin:SetOne']}",
            "KeyError: 'lost'",
        ),
    ],
)
def test_a_run_names_it(folder: Path, capsys: pytest.CaptureFixture[str], section, error) -> None:
    config = folder / "c.yaml"
    config.write_text(textwrap.dedent(f"corpus: {{path: texts}}\n{section}\n"))
    assert call("run", config, "--allow-code", "--output", folder / "run") == 2
    said = capsys.readouterr().err
    assert error in said
    assert "(breaking_plugin.py, line " in said
    assert "Traceback" not in said
    assert not (folder / "run" / "report.json").exists()


def test_our_own_faults_and_clear_errors_are_left_alone() -> None:
    with pytest.raises(ZeroDivisionError), blamed(Length()):
        raise ZeroDivisionError

    class Mine(Length):
        """Somebody else's."""

    with pytest.raises(ConfigError, match="clear already"), blamed(Mine()):
        raise ConfigError("clear already")
    with pytest.raises(PluginError, match=r"length \(.*Mine\) broke: OSError"), blamed(Mine()):
        raise OSError("disk")
