import json
from pathlib import Path

import numpy as np
import pytest

from evalkit.cli.app import main
from evalkit.errors import ConfigError, EvalkitError, PermissionNeededError
from evalkit.records import Batch, GenerationBatch, Length, Output
from evalkit.registry import Code, generator, scorer
from evalkit.stages import Sampler
from evalkit.summarize.causal import Causal
from evalkit.summarize.mbr import Mbr, expected_utilities
from evalkit.summarize.seq2seq import Seq2Seq
from tests.summarize.tiny_summaries import batch, on_one_thread
from tests.tiny_models import DOCUMENTS, tiny_bart, tiny_chat

__all__ = ["on_one_thread", "tiny_bart", "tiny_chat"]

SAMPLED = {"do_sample": True, "top_k": 20, "temperature": 1.5, "max_new_tokens": 20}


def of(folder: Path, kind: str = "seq2seq", **options) -> dict[str, object]:
    return {"kind": kind, "model": str(folder), "device": "cpu", "generation": SAMPLED} | options


def brute_force(texts: list[str], source: str, utility: str) -> tuple[int, float]:
    """The first of the best, over all pairs as they were drawn, one call a pair."""
    made = scorer(utility)
    sign = 1 if made.fields[0].higher_is_better else -1
    best = (0, -np.inf)
    for index, one in enumerate(texts):
        scores = []
        for other in texts:
            measured = made.measure(Batch((one,), ((other,),), sources=(source,)))
            score = getattr(made, "score_segments", made.score)
            scores.append(float(score(measured.statistics)[0, 0]))
        if sign * np.mean(scores) > best[1] + 1e-9:
            best = (index, sign * float(np.mean(scores)))
    return best[0], sign * best[1]


@pytest.mark.parametrize("utility", ["chrf", "rougeL", "bleu", "ter"])
def test_the_choice_is_that_of_brute_force(tiny_bart: Path, utility: str) -> None:
    outputs = Mbr(of=of(tiny_bart), n=8, utility=utility).generate(batch(DOCUMENTS))
    drawn = Seq2Seq(model=str(tiny_bart), device="cpu", generation=SAMPLED).sample(
        batch(DOCUMENTS), 8
    )

    for text, output, own in zip(DOCUMENTS, outputs, drawn, strict=True):
        texts = [each.text for each in own]
        index, expected = brute_force(texts, text, utility)
        assert output.text == texts[index]
        assert output.details["mbr_index"] == index
        assert output.details["mbr_utility"] == pytest.approx(expected)
        assert output.details["mbr_distinct"] == len(set(texts))
    assert any(output.details["mbr_index"] for output in outputs), "always the first: no choice"


@pytest.mark.parametrize("kind", ["seq2seq", "causal"])
def test_the_kth_text_is_what_seed_plus_k_writes(kind: str, tiny_bart, tiny_chat) -> None:
    folder, made = (tiny_bart, Seq2Seq) if kind == "seq2seq" else (tiny_chat, Causal)
    options = {"model": str(folder), "device": "cpu", "generation": SAMPLED}

    drawn = made(**options, seed=5).sample(batch(DOCUMENTS[:3]), 3)

    assert isinstance(made(**options), Sampler)
    for k in range(3):
        alone = made(**options, seed=5 + k).generate(batch(DOCUMENTS[:3]))
        assert tuple(own[k] for own in drawn) == alone


def test_the_same_seed_makes_the_same_choice(tiny_chat: Path) -> None:
    first = Mbr(of=of(tiny_chat, "causal"), n=4).generate(batch(DOCUMENTS[:4]))

    assert Mbr(of=of(tiny_chat, "causal"), n=4).generate(batch(DOCUMENTS[:4])) == first
    alone = Mbr(of=of(tiny_chat, "causal"), n=4).generate(batch(DOCUMENTS[2:3], ids=["document-2"]))
    assert alone == first[2:3]
    assert Mbr(of=of(tiny_chat, "causal", seed=9), n=4).generate(batch(DOCUMENTS[:4])) != first


def test_a_neural_utility_with_options(tiny_bart: Path) -> None:
    made = Mbr(of=of(tiny_bart), n=3, utility={"name": "bertscore", "layer": 2})
    (output,) = made.generate(batch(DOCUMENTS[:1]))

    assert 0 < output.details["mbr_utility"] <= 100.0001
    assert "layer:2" in made.signature()


class Fixed:
    """Draws what it was given."""

    name = "fixed"
    languages = None

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts

    def sampling(self) -> bool:
        return True

    def sample(self, some: GenerationBatch, n: int):
        outputs = [
            Output("", "error", error=text) if text.startswith("!") else Output(text, "end")
            for text in self.texts
        ]
        return tuple(tuple(outputs) for _ in some.texts)

    def generate(self, some):
        raise NotImplementedError

    def signature(self) -> str:
        return "fixed"


def choose(texts: list[str], tmp_path: Path, monkeypatch) -> Output:
    made = Mbr(of={"kind": "seq2seq", "model": "nowhere/at-all"}, n=len(texts))
    monkeypatch.setattr(made, "_of", Fixed(texts))
    return made.generate(GenerationBatch(("a",), ("A text.",), Length(5)))[0]


@pytest.mark.parametrize(
    ("texts", "taken", "reason"),
    [
        (["a cat", "a dog", "a dog"], 1, "what was drawn twice weighs twice"),
        (["xyz", "qrs"], 0, "a tie goes to the first"),
        (["same", "same"], 0, "nothing to choose"),
        (["!broken", "a cat", "a cat"], 1, "what failed is left out"),
        (["", "", "a cat sat"], 2, "an empty text agrees with nothing"),
    ],
)
def test_small_choices(texts, taken: int, reason: str, tmp_path, monkeypatch) -> None:
    output = choose(texts, tmp_path, monkeypatch)

    assert output.text == texts[taken], reason
    assert output.details["mbr_index"] == taken, reason


def test_a_document_fails_where_all_its_texts_do(tmp_path, monkeypatch) -> None:
    assert choose(["!out of memory", "!other"], tmp_path, monkeypatch).error == "!out of memory"


def test_expected_utility_leaves_out_what_is_undefined() -> None:
    scores = np.array([[1.0, np.nan], [0.5, 1.0]])

    assert expected_utilities(scores, np.array([1.0, 3.0])) == pytest.approx([1.0, 0.875])
    nothing = expected_utilities(np.array([[np.nan]]), np.array([1.0]))
    assert np.isnan(nothing).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n": 1}, "of one text there is no choice"),
        ({"n": True}, "expected 2 or more"),
        ({"of": "seq2seq"}, "mbr needs of"),
        ({"of": {"kind": "lead"}}, "'lead' draws no samples"),
        ({"of": {"kind": "seq2seq", "modle": "x"}}, "Did you mean 'model'"),
        ({"utility": "repetition"}, "compares with no reference"),
        ({"utility": "crf"}, "Did you mean 'chrf'"),
        ({"utility": {"nam": "chrf"}}, "name and options"),
        ({"code": True}, "no option 'code'"),
    ],
)
def test_wrong_options_are_refused(options, message: str) -> None:
    whole = {"of": {"kind": "seq2seq", "model": "nowhere/at-all"}, "n": 4} | options
    with pytest.raises(EvalkitError, match=message):
        generator("mbr", **whole)


def test_settings_that_do_not_sample_are_refused(tiny_bart: Path) -> None:
    made = Mbr(of=of(tiny_bart, generation={}), n=4)

    with pytest.raises(ConfigError, match="don't sample"):
        made.signature()
    with pytest.raises(ConfigError, match="nothing varies"):
        made.generate(batch(DOCUMENTS[:1]))


@pytest.mark.parametrize(
    "options",
    [
        {"of": {"kind": "mine:Model"}},
        {"of": {"kind": "seq2seq", "model": "x", "trust_remote_code": True}},
        {"utility": "mine:Metric"},
    ],
)
def test_code_of_others_within_needs_permission(options) -> None:
    whole = {"of": {"kind": "seq2seq", "model": "x"}, "n": 4} | options
    with pytest.raises(PermissionNeededError, match="allow-code"):
        generator("mbr", **whole)
    if "utility" not in options and options["of"]["kind"] == "seq2seq":
        assert generator("mbr", code=Code(allowed=True), **whole).name == "mbr"


def test_from_the_command_line(tiny_bart: Path, tmp_path: Path, capsys) -> None:
    (tmp_path / "a.txt").write_text(DOCUMENTS[0])
    settings = ["kind=seq2seq", f"model={tiny_bart}", "generation.do_sample=true"]
    arguments = [part for each in settings for part in ("--set", f"of.{each}")]
    with pytest.raises(SystemExit) as stopped:
        main(["summarize", str(tmp_path / "a.txt"), "--kind", "mbr", "--set", "n=3",
              *arguments, "--words", "9", "--format", "json"])  # fmt: skip

    assert stopped.value.code == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["signature"].startswith("mbr|n:3|")
    assert shown["summaries"][0]["details"]["mbr_drawn"] == 3
