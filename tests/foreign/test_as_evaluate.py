"""Scorers as metrics of ``evaluate``: the numbers of ``evalkit score``, alone and combined."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from evalkit.errors import ConfigError, UnknownNameError
from evalkit.foreign import as_evaluate
from evalkit.foreign.evaluate_module import evaluate_module
from tests.cli.calling import call
from tests.foreign.written_modules import TOTAL, evaluate_cache, write

__all__ = ["evaluate_cache"]
pytestmark = pytest.mark.usefixtures("evaluate_cache")

HYPOTHESES = [
    "The ferry is late again.",
    "Nobody waited",
    "Ça va 東京",
    "A storm came in the night",
]
FIRST = ["The ferry was late again.", "No one waited.", "Ça va, 東京!", "In the night a storm came"]
SECOND = ["Again the ferry was late.", "Nobody was waiting.", "Ça va", "A storm came at night"]
BOTH = [list(pair) for pair in zip(FIRST, SECOND, strict=True)]
NAMES = ("rouge1", "rougeL", "rougeLsum", "bleu", "chrf", "chrf++", "ter", "length", "bertscore")


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """What ``evalkit score`` prints for the texts: field -> value and signature."""
    folder = tmp_path_factory.mktemp("texts")
    for name, lines in {"h": HYPOTHESES, "a": FIRST, "b": SECOND}.items():
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = [
        *(sys.executable, "-m", "evalkit", "score", "--format", "json"),
        *("--hypotheses", folder / "h.txt"),
        *("--references", folder / "a.txt", "--references", folder / "b.txt"),
        *("--metrics", ",".join(NAMES)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    (system,) = json.loads(done.stdout)["systems"]
    return {metric["name"]: metric for metric in system["metrics"]}


@pytest.mark.parametrize("name", NAMES)
def test_the_numbers_are_those_of_score(name: str, scored: dict[str, dict[str, object]]) -> None:
    metric = as_evaluate(name)
    found = metric.compute(predictions=HYPOTHESES, references=BOTH) if _paired(name) else (
        metric.compute(predictions=HYPOTHESES)
    )  # fmt: skip
    for field in metric.scorer.fields:
        if name == "length" and field.name != "length":
            continue  # needs nothing, so that evaluate hands it nothing but the predictions
        assert found[field.name] == pytest.approx(scored[field.name]["value"], abs=1e-4, rel=1e-7)
    if _paired(name):
        assert found[f"{name}.signature"] == scored[name]["signature"]
    assert (found[f"{name}.n_scored"], found[f"{name}.n_skipped"]) == (4, 0)


def _paired(name: str) -> bool:
    return name != "length"


def test_combine(scored: dict[str, dict[str, object]]) -> None:
    import evaluate

    combined = evaluate.combine([as_evaluate(name) for name in ("rougeL", "bleu", "ter")])
    found = combined.compute(predictions=HYPOTHESES, references=BOTH)
    for name in ("rougeL", "rougeL.recall", "bleu", "bleu.precision2", "ter"):
        assert found[name] == scored[name]["value"]
    twice = evaluate.combine({"a": as_evaluate("rouge1"), "b": as_evaluate("rouge1", stemmer=True)})
    assert {"a_rouge1", "b_rouge1"} <= set(
        twice.compute(predictions=["boats wait"], references=["boat waits"])
    )


def test_one_reference_each_in_parts_and_one_by_one() -> None:
    whole = as_evaluate("chrf").compute(predictions=HYPOTHESES, references=FIRST)
    metric = as_evaluate("chrf")
    metric.add_batch(predictions=HYPOTHESES[:3], references=FIRST[:3])
    metric.add(prediction=HYPOTHESES[3], reference=FIRST[3])
    assert metric.compute() == whole
    assert metric.compute(predictions=HYPOTHESES, references=[[text] for text in FIRST]) == whole


def test_any_number_of_references_each() -> None:
    found = as_evaluate("rouge1").compute(
        predictions=["a b", "c", "d"], references=[["a", "a b"], ["c"], []], segments=True
    )
    assert found["rouge1"] == 100
    assert (found["rouge1.n_scored"], found["rouge1.n_skipped"]) == (2, 1)
    assert found["rouge1.signature"].startswith("nrefs:var|")
    assert found["rouge1.segments"][:2] == [100, 100]
    assert found["rouge1.segments"][2] != found["rouge1.segments"][2]


def test_sentence_scores_are_the_metric_s_own() -> None:
    found = as_evaluate("bleu").compute(
        predictions=["the cat"], references=["the cat sat"], segments=True
    )
    assert found["bleu"] == 0
    assert found["bleu.segments"] == pytest.approx([60.653], abs=1e-3)


def test_sources_and_language() -> None:
    metric = as_evaluate("faithfulness")
    found = metric.compute(
        predictions=["Ines Duarte sold 3 boats."], sources=["Ines Duarte sold 4 boats."]
    )
    assert found["faithfulness.names"] == 100
    assert found["faithfulness.numbers"] == 0
    assert (
        metric.compute(
            predictions=["Ines Duarte sold 3 boats."],
            sources=["Ines Duarte sold 4 boats."],
            language="en",
        )
        == found
    )


def test_a_metric_of_the_whole_set(tmp_path: Path) -> None:
    metric = as_evaluate(evaluate_module(module=str(write(tmp_path, "total", TOTAL))))
    with pytest.raises(ValueError, match="no score by segment"):
        metric.compute(predictions=["a b"], references=["a b"], segments=True)


def test_wrong_input_is_an_error() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'rouge1'"):
        as_evaluate("rogue1")
    with pytest.raises(ConfigError, match="no option named 'stem'"):
        as_evaluate("rouge1", stem=True)
    with pytest.raises(ValueError, match="Mismatch in the number"):
        as_evaluate("rouge1").compute(predictions=["a", "b"], references=["a"])
    with pytest.raises(ValueError, match="a list of texts is due"):
        as_evaluate("rouge1").compute(predictions=["a"], references=[3])


def test_importing_the_room_loads_no_evaluate() -> None:
    check = (
        "import evalkit.foreign, sys; print('evaluate' in sys.modules, 'datasets' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_without_permission_or_option_the_command_line_says_so(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("a\n")
    path = str(tmp_path / "a.txt")
    arguments = ("score", "--hypotheses", path, "--references", path, "--metrics", "evaluate")
    assert call(*arguments) == 2
    assert "--allow-code" in capsys.readouterr().err
