"""Summaries as a set, in a run."""

from pathlib import Path

import pytest

from evalkit.config.load import load
from evalkit.errors import ConfigError
from evalkit.metrics.sets import set_score
from evalkit.pipeline.run import Options, evaluate
from evalkit.pipeline.sets import checked
from evalkit.registry import Code
from evalkit.results import Report
from tests.pipeline.harbour import CONFIG, write_harbour


def run(folder: Path, text: str = CONFIG, *settings: str) -> Report:
    loaded = load(write_harbour(folder / "in", text), settings=settings)
    code = Code(allowed=True, folder=loaded.folder)
    return evaluate(loaded, folder / "run", options=Options(code=code)).report


def test_a_run_measures_every_systems_summaries_together(tmp_path: Path) -> None:
    report = run(tmp_path)
    table = next(table for table in report.tables if table.name == "summaries.short")
    found = [(score.system, score.name) for score in table.sets]
    names = ("distinct1", "distinct2", "self-bleu")
    assert found == [(system, name) for system in table.systems for name in names]
    for score in table.sets:
        texts = [item.hypothesis for item in report.items if item.system == score.system
                 and item.table == table.name]  # fmt: skip
        expected = set_score(score.name, texts)
        assert (score.value, score.n_texts) == (expected.value, 2)
        assert score.signature == expected.signature
    assert not any(table.sets for table in report.tables if table.name != "summaries.short")


def test_a_config_may_name_others_or_none(tmp_path: Path) -> None:
    report = run(tmp_path / "one", CONFIG, "summaries.sets=[distinct4, distinct4]")
    table = next(table for table in report.tables if table.name == "summaries.short")
    assert [score.name for score in table.sets] == ["distinct4"] * 2
    report = run(tmp_path / "none", CONFIG, "summaries.sets=[]")
    assert not any(table.sets for table in report.tables)


def test_a_wrong_name_is_an_error_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Did you mean 'distinct2'"):
        run(tmp_path, CONFIG, "summaries.sets=[distint2]")
    assert not (tmp_path / "run").exists()


def test_failed_summaries_are_not_in_the_set(tmp_path: Path) -> None:
    text = CONFIG.replace("kind: lead", "kind: 'half_failing:Fails'")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "half_failing.py").write_text(
        "from evalkit.records import Output\n"
        "class Fails:\n"
        "    name, languages = 'fails', None\n"
        "    def generate(self, batch):\n"
        "        return tuple(Output('', 'error', error='out of luck') if i == 'ferry' else "
        "Output('One summary.', 'end') for i in batch.ids)\n"
        "    def signature(self):\n"
        "        return 'fails'\n"
    )
    report = run(tmp_path, text)
    table = next(table for table in report.tables if table.name == "summaries.short")
    (found,) = [s for s in table.sets if s.name == "self-bleu" and "fail" in s.system]
    assert (found.value, found.n_texts) == (None, 1)
    assert found.note == "a set of two texts or more is needed"


def test_names_are_checked_and_kept_once() -> None:
    assert checked(["self-bleu", "distinct3", "self-bleu"]) == ("self-bleu", "distinct3")
