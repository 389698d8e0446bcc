"""The order in which scorers measure systems, and when each frees its model."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from evalkit.config.load import load
from evalkit.fluency.causal_lm import CausalLm
from evalkit.fluency.masked_lm import MaskedLm
from evalkit.pipeline.generate import PlannedSystem
from evalkit.pipeline.job import Job
from evalkit.pipeline.likelihood_notes import likelihood_notes
from evalkit.pipeline.measure import Hypotheses, measure_each
from evalkit.pipeline.run import Options, evaluate
from evalkit.pipeline.summaries import write_summaries
from evalkit.records import Document, Field, Length, Measured, Output
from tests.cli.calling import call, lines, printed
from tests.tiny_language_models import tiny_bert, tiny_gpt2, tiny_llama
from tests.tiny_models import SENTENCES

__all__ = ["tiny_bert", "tiny_gpt2", "tiny_llama"]


class Noting:
    """A scorer, or generator, that notes what it is asked to do."""

    needs = frozenset()
    languages = None
    columns = ("n",)

    def __init__(self, name: str, log: list) -> None:
        self.name = name
        self.log = log
        self.fields = (Field(name, "n", None),)

    def measure(self, batch):
        self.log.append((self.name, batch.hypotheses[0]))
        return Measured(np.ones((len(batch), 1)), np.ones(len(batch), bool))

    def score(self, totals):
        return totals

    def generate(self, batch):
        self.log.append((self.name, batch.length.words))
        return tuple(Output(text, "end") for text in batch.texts)

    def signature(self):
        return self.name

    def close(self):
        self.log.append((self.name, "closed"))


def test_a_scorer_measures_every_system_and_is_freed_before_the_next() -> None:
    log: list = []
    one, other = Noting("one", log), Noting("other", log)
    x, y = (Hypotheses(text, ("d",), (0,), (text,), ("en",)) for text in "xy")

    found = measure_each(Job(), [(x, [one, other]), (y, [other, one])], stage="any")

    assert log == [
        ("one", "x"), ("one", "y"), ("one", "closed"),
        ("other", "x"), ("other", "y"), ("other", "closed"),
    ]  # fmt: skip
    assert [[s.name for s, _ in each.rows] for each in found] == [
        ["one", "other"],
        ["other", "one"],
    ]


def test_a_generator_is_freed_after_the_last_of_its_lengths() -> None:
    log: list = []
    one, other = Noting("one", log), Noting("other", log)
    systems = [
        PlannedSystem("one", "", Length(5), generator=one),
        PlannedSystem("one", "", Length(9), generator=one),
        PlannedSystem("there", "", Length(9), outputs=(Output("x", "end"),)),
        PlannedSystem("other", "", Length(9), generator=other),
    ]
    write_summaries(Job(), systems, [Document("d", "text")])

    assert log == [("one", 5), ("one", 9), ("one", "closed"), ("other", 9), ("other", "closed")]


def test_models_with_other_sub_words_are_noted(
    tiny_gpt2: Path, tiny_llama: Path, tiny_bert: Path, tmp_path: Path
) -> None:
    shutil.copytree(tiny_gpt2, tmp_path / "same")
    counts = lines(tmp_path / "counts.txt", *SENTENCES[:3])
    gpt2 = CausalLm(model=str(tiny_gpt2), unigrams=str(counts))
    same = CausalLm(model=str(tmp_path / "same"), name="same", unigrams=str(counts))
    llama = CausalLm(model=str(tiny_llama), name="llama")

    assert likelihood_notes([gpt2, same, Noting("n", [])]) == ()
    slor, note = likelihood_notes([gpt2, llama])
    assert slor.startswith("llama: no SLOR")
    assert note.startswith("causal_lm and llama cut texts into different sub-words")
    assert "bits per byte only" in note
    (kinds,) = likelihood_notes([gpt2, MaskedLm(model=str(tiny_bert))])
    assert "their numbers can't be compared" in kinds


CONFIG = """
name: likelihoods
corpus: {path: texts}
fluency:
  scorers:
    - mechanics
    - {name: causal_lm, model: gpt2, unigrams: counts.txt, headline: slor, device: cpu}
    - {name: masked_lm, label: bert, model: bert, context: document, device: cpu,
       long_input: truncate}
  of: [documents]
statistics: {draws: 100}
"""


@pytest.fixture
def harbour(tmp_path: Path, tiny_gpt2: Path, tiny_bert: Path) -> Path:
    shutil.copytree(tiny_gpt2, tmp_path / "gpt2")
    shutil.copytree(tiny_bert, tmp_path / "bert")
    (tmp_path / "texts").mkdir()
    lines(tmp_path / "texts" / "a.txt", " ".join(SENTENCES[:3]), "A " + "very " * 40 + "long one.")
    lines(tmp_path / "counts.txt", *SENTENCES[5:12])
    path = tmp_path / "evalkit.yaml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


def test_a_run_carries_numbers_tokens_units_and_cuts(harbour: Path) -> None:
    out = harbour.parent / "run"
    options = Options(offline=True)
    report = evaluate(load(harbour), out, options=options).report
    (document,) = report.documents

    assert document.token_units == {"causal_lm": "bits", "bert": "bits"}
    assert set(document.tokens) == {"causal_lm", "bert"}
    fields = {score.field: score for score in report.tables[0].scores}
    assert fields["causal_lm"].unit == "nats per sub-word over unigrams"
    assert fields["causal_lm.perplexity"].value > 1
    assert fields["bert"].unit == "pseudo-perplexity per sub-word"
    assert "|unigrams:sha256-" in fields["causal_lm"].signature
    assert any("did not read the last" in note for note in document.sentences[-1].notes)
    assert any("bert did not see all of 1 of 4 texts" in line for line in report.run.warnings)
    again = evaluate(load(harbour), out, options=options).report
    assert again.tables == report.tables
    assert json.loads((out / "report.json").read_text())["documents"][0]["token_units"]


def test_show_marks_no_surprisal_as_an_error(harbour: Path, capsys) -> None:
    out = harbour.parent / "run"
    assert call("run", harbour, "--output", out) == 0
    capsys.readouterr()
    assert call("show", out, "--document", "a") == 0
    shown = capsys.readouterr().out
    assert "causal_lm" in shown
    assert "unnamed" not in shown


def test_fluency_takes_options_of_scorers(tiny_gpt2: Path, tmp_path: Path, capsys) -> None:
    draft = lines(tmp_path / "draft.txt", SENTENCES[0], SENTENCES[1])
    scorers = f"mechanics,causal_lm(model={tiny_gpt2},start=none,device=cpu)"
    found = printed(capsys, "fluency", draft, "--scorers", scorers, "--offline")

    (document,) = found["documents"]
    assert "|start:none|" in found["signatures"]["causal_lm"]
    assert document["token_units"] == {"causal_lm": "bits"}
    assert document["tokens"]["causal_lm"][0]["start"] > 0
    assert call("fluency", draft, "--scorers", f"causal_lm(model={tiny_gpt2}") == 2
    assert "--scorers" in capsys.readouterr().err
    twice = f"{scorers},causal_lm(model={tiny_gpt2})"
    assert call("fluency", draft, "--scorers", twice) == 2
    assert "tell them apart" in capsys.readouterr().err
    assert call("fluency", draft, "--scorers", "causal_lm(model=o/n)", "--offline") == 2
    assert "hf download o/n" in capsys.readouterr().err


def test_score_says_what_may_be_compared(
    tiny_gpt2: Path, tiny_llama: Path, tmp_path, capsys
) -> None:
    draft = lines(tmp_path / "draft.txt", *SENTENCES[:12])
    metrics = f"causal_lm(model={tiny_gpt2}),causal_lm(model={tiny_llama},name=llama)"
    assert call("score", "--hypotheses", draft, "--metrics", metrics) == 0
    assert "bits per byte only" in " ".join(capsys.readouterr().out.split())
