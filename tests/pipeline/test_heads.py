"""An evaluation whose fluency comes from models with heads: config to report and terminal."""

import shutil
from pathlib import Path

import pytest

from evalkit.config.load import load
from evalkit.errors import ConfigError
from evalkit.pipeline.run import evaluate
from tests.cli.calling import call
from tests.pipeline.harbour import CONFIG, write_harbour
from tests.tiny_heads import build, tiny_cola, tiny_tagger

__all__ = ["tiny_cola", "tiny_tagger"]

SCORERS = """scorers:
    - mechanics
    - {name: classifier, label: cola, model: cola}
    - {name: token_classifier, model: tagger, max_tokens: 12, long_input: truncate}"""


def written(folder: Path, scorers: str, *models: Path) -> Path:
    text = CONFIG.replace("fluency: {scorers: [mechanics]}", f"fluency:\n  {scorers}")
    config = write_harbour(folder, text)
    for model in models:
        shutil.copytree(model, folder / model.name.removeprefix("tiny-"))
    return config


def test_from_config_to_report(tiny_cola, tiny_tagger, tmp_path, capsys):
    config = written(tmp_path / "in", SCORERS, tiny_cola, tiny_tagger)
    report = evaluate(load(config), tmp_path / "run").report
    (table,) = [one for one in report.tables if one.name == "fluency"]
    fields = list(dict.fromkeys(score.field for score in table.scores))
    assert fields == [
        *("mechanics", "mechanics.errors", "cola", "cola.logodds", "cola.accepted"),
        *("token_classifier", "token_classifier.errors"),
    ]
    assert table.notes[0].startswith("Fluency of mechanics, token_classifier is the chance")
    (score,) = [s for s in table.scores if (s.field, s.system) == ("cola", "documents")]
    sentences = [d.sentences for d in report.documents if d.system == "documents"]
    each = [sentence.scores["cola"] for own in sentences for sentence in own]
    assert score.value == pytest.approx(sum(each) / len(each))
    assert any("token_classifier did not see all of" in line for line in report.run.warnings)
    documents = [d for d in report.documents if d.system == "documents"]
    assert all("token_classifier" in document.tokens for document in documents)
    assert {mark.scorer for d in documents for mark in d.spans} >= {"token_classifier"}
    assert call("show", tmp_path / "run", "--document", "ferry") == 0
    out = capsys.readouterr().out
    assert "cola ↑" in out
    assert "did not see the last" in out


def test_labels_that_say_nothing_are_asked_for_before_anything_is_written(tmp_path, capsys):
    build(tmp_path / "plain", ("LABEL_0", "LABEL_1"))
    config = written(tmp_path / "in", "scorers: [{name: classifier, model: ../plain}]")
    with pytest.raises(ConfigError, match="0: LABEL_0, 1: LABEL_1"):
        evaluate(load(config), tmp_path / "run")
    assert call("run", config, "--output", tmp_path / "run") == 2
    assert "Say it with accept: NAME" in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "run").exists()
