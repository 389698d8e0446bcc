"""Where a module of `evaluate` may be, what is refused, and modules in a config."""

from pathlib import Path

import pytest

from evalkit import registry
from evalkit.config.load import load
from evalkit.errors import ConfigError, PermissionNeededError
from evalkit.foreign.evaluate_module import evaluate_module
from evalkit.pipeline.run import Options, evaluate
from evalkit.records import Batch
from evalkit.registry import Code
from tests.foreign.written_modules import (
    SEVERAL,
    SHARED,
    TOTAL,
    evaluate_cache,
    write,
)
from tests.pipeline.harbour import CONFIG, write_harbour

__all__ = ["evaluate_cache"]
pytestmark = pytest.mark.usefixtures("evaluate_cache")

BATCH = Batch(
    ("the ferry is late", "nobody waited", "a bridge, Ça va 東京", ""),
    (("the ferry was late",), ("no one waited",), ("a bridge Ça va",), ("the ferry",)),
)
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def test_a_module_of_labels_is_refused(tmp_path: Path) -> None:
    features = '{"predictions": datasets.Value("int32"), "references": datasets.Value("int32")}'
    home = write(tmp_path, "labels", 'return {"labels": 1.0}', features=features)
    with pytest.raises(ConfigError, match="evalkit has texts: predictions"):
        evaluate_module(module=str(home))


def test_where_a_module_may_be(tmp_path: Path) -> None:
    home = write(tmp_path, "shared", SHARED)
    with pytest.raises(ConfigError, match=r"Did you mean .*shared"):
        evaluate_module(module=str(tmp_path / "sharde"))
    with pytest.raises(ConfigError, match="is for the hub"):
        evaluate_module(module=str(home), revision=COMMIT)
    (home / "shared.py").rename(home / "other.py")
    with pytest.raises(ConfigError, match=r"must be shared\.py, .* it holds other\.py"):
        evaluate_module(module=str(home))
    (tmp_path / "a.txt").write_text("a")
    with pytest.raises(ConfigError, match="a Python file is needed"):
        evaluate_module(module=str(tmp_path / "a.txt"))
    missing = write(tmp_path, "needy", "return {}", imports="import no_such_package")
    with pytest.raises(ConfigError, match="no_such_package"):
        evaluate_module(module=str(missing))


def test_code_from_a_url_is_refused_before_it_is_run(tmp_path: Path) -> None:
    home = write(
        tmp_path, "remote", "return {}", imports="import .far  # From: http://127.0.0.1:9/far.py"
    )
    with pytest.raises(ConfigError, match="code that no revision pins"):
        evaluate_module(module=str(home))


@pytest.mark.parametrize("revision", [None, "main", "v0.4.0"])
def test_a_hub_module_must_be_pinned(revision: str | None) -> None:
    with pytest.raises(ConfigError, match="a commit of 40"):
        evaluate_module(module="rouge", revision=revision)


def test_offline_says_how_to_bring_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    message = f"this run is offline. Bring it with: hf download evaluate-metric/rouge .*{COMMIT}"
    with pytest.raises(ConfigError, match=message):
        evaluate_module(module="rouge", revision=COMMIT, offline=True)


def test_a_cached_hub_module_is_loaded_at_its_commit(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from huggingface_hub import constants

    cache = tmp_path / "hub"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(cache))
    snapshot = cache / "spaces--somebody--shared" / "snapshots" / COMMIT
    snapshot.parent.mkdir(parents=True)
    write(tmp_path, "shared", SHARED).rename(snapshot)
    made = evaluate_module(module="somebody/shared", revision=COMMIT, offline=True)
    assert f"evaluate:shared|version:{COMMIT}|" in made.signature()
    assert made.measure(BATCH).statistics[0].tolist() == [3, 1]


def test_it_needs_permission(tmp_path: Path) -> None:
    home = write(tmp_path, "shared", "raise SystemExit")
    with pytest.raises(PermissionNeededError, match="--allow-code"):
        registry.metric("evaluate", module=str(home))
    total = write(tmp_path, "total", TOTAL)
    with pytest.raises(ConfigError, match="measures a whole set"):
        registry.scorer("evaluate", code=Code(True), module=str(total))


def test_what_a_module_prints_stays_out_of_the_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluate_module(module=str(write(tmp_path, "loud", 'print("hello")\nreturn {"loud": 1.0}')))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "hello" in captured.err


METRICS = "{name: evaluate, module: shared, label: common}, {name: evaluate, module: total}"


def test_in_a_config(tmp_path: Path) -> None:
    text = CONFIG.replace("[rouge1, bleu, faithfulness]", f"[rouge1, {METRICS}]")
    text = text.replace("metrics: [ter]", "metrics: [{name: evaluate, module: total}]")
    config = write_harbour(tmp_path / "in", text)
    write(config.parent, "total", TOTAL.replace("(r.split())", "(r[0].split())"), features=SEVERAL)
    write(
        config.parent, "shared", SHARED.replace("(r.split())", "(r[0].split())"), features=SEVERAL
    )
    loaded = load(config)
    with pytest.raises(PermissionNeededError):
        evaluate(loaded, tmp_path / "run")
    assert not (tmp_path / "run").exists()
    options = Options(offline=True, code=Code(True, loaded.folder))
    report = evaluate(loaded, tmp_path / "run", options=options).report
    again = evaluate(loaded, tmp_path / "run", options=options).report
    assert report.run.code == ("evaluate:shared", "evaluate:total")
    (table,) = [table for table in report.tables if table.name == "summaries.short"]
    by_field = {score.field: score for score in table.scores if score.system == "two"}
    assert by_field["common"].n_scored == 2
    total = by_field["total"]
    assert total.value == round(total.value) > 0
    assert (total.low, total.high) == (None, None)
    assert "no interval: the module gives no numbers by segment" in total.note
    assert [t.scores for t in again.tables] == [t.scores for t in report.tables]
    assert {c.field for c in table.comparisons} == {"rouge1", "common"}
    (post_edit,) = [table for table in report.tables if table.name == "post-edit"]
    assert [score.field for score in post_edit.scores] == ["total"]


def test_no_set_measure_among_fluency_scorers(tmp_path: Path) -> None:
    text = CONFIG.replace("[mechanics]", "[{name: evaluate, module: total}]")
    config = write_harbour(tmp_path / "in", text)
    write(config.parent, "total", TOTAL)
    loaded = load(config)
    with pytest.raises(ConfigError, match="fluency needs scorers that read"):
        evaluate(loaded, tmp_path / "run", options=Options(code=Code(True, loaded.folder)))
