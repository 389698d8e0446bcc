"""The scorer ``classifier``: equal to transformers' own pipeline, one text at a time."""

import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from evalkit import registry
from evalkit.conformance import PLAIN, check_scorer, failures
from evalkit.errors import ConfigError, ModelError
from evalkit.fluency.classifier import Classifier
from evalkit.fluency.token_classifier import TokenClassifier
from evalkit.models.head_reader import HeadReader
from evalkit.records import Batch
from evalkit.stages import Scorer
from tests.tiny_heads import LONG_TEXT, TEXTS, build, tiny_cola, tiny_tagger
from tests.tiny_models import one_thread, quiet_saving

__all__ = ["tiny_cola", "tiny_tagger"]

THREE = ("bad", "so-so", "good")


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Builds a model once and gives its folder."""
    root = tmp_path_factory.mktemp("heads")

    def made(name, labels, **settings) -> Path:
        folder = root / name
        if not folder.is_dir():
            build(folder, labels, **settings)
        return folder

    return made


def measure(scorer, *texts):
    with one_thread():
        return scorer.measure(Batch(texts))


def oracle(folder: Path, text: str, function: str) -> np.ndarray:
    """What transformers' pipeline gives for one text, in the order of the labels."""
    from transformers import pipeline

    with quiet_saving(), one_thread():
        ask = pipeline("text-classification", model=str(folder), device="cpu")
        found = ask(text, top_k=None, function_to_apply=function)
        names = ask.model.config.id2label
    by_name = {one["label"]: one["score"] for one in found}
    return np.array([by_name[names[i]] for i in range(len(names))])


def test_it_keeps_the_contract_of_plug_ins(tiny_cola):
    make = partial(registry.scorer, "classifier", model=str(tiny_cola))
    with one_thread():
        assert not failures(check_scorer(make, texts=PLAIN))


def test_it_is_a_scorer(tiny_cola):
    scorer = registry.scorer("classifier", model=str(tiny_cola))
    assert isinstance(scorer, Scorer)
    names = [field.name for field in scorer.fields]
    assert names == ["classifier", "classifier.logodds", "classifier.accepted"]
    assert all(field.higher_is_better for field in scorer.fields)
    assert (scorer.needs, scorer.languages) == (frozenset(), None)


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        pytest.param("bert", {}, id="bert"),
        pytest.param("roberta", {}, id="roberta"),
        pytest.param("gpt2", {}, id="gpt2-without-padding"),
        pytest.param("gpt2", {"pad_token": "<|endoftext|>"}, id="gpt2-padded"),
        pytest.param("xlnet", {}, id="xlnet-padded-on-the-left"),
    ],
)
def test_softmax_equals_the_pipeline_one_text_at_a_time(models, kind, settings):
    folder = models(f"{kind}-{len(settings)}", THREE, kind=kind, **settings)
    scorer = Classifier(model=str(folder), accept="good", device="cpu")
    found = measure(scorer, *TEXTS)
    expected = np.array([oracle(folder, text, "softmax") for text in TEXTS])
    assert found.valid.all()
    np.testing.assert_allclose(found.statistics[:, 0], expected[:, 2], atol=1e-6)
    odds = np.log(expected[:, 2] / (1 - expected[:, 2]))
    np.testing.assert_allclose(found.statistics[:, 1], odds, atol=1e-4)
    assert found.statistics[:, 2].tolist() == (expected[:, 2] >= 0.5).tolist()
    assert found.statistics[:, 3].tolist() == [1.0] * len(TEXTS)
    assert np.ptp(expected[:, 2]) > 0.05, "the texts must differ, or nothing is shown"


@pytest.mark.parametrize(
    ("kind", "settings", "side"),
    [
        ("bert", {}, "right"),
        ("roberta", {}, "right"),
        ("gpt2", {}, "none"),
        ("gpt2", {"pad_token": "<|endoftext|>"}, "right"),
        ("xlnet", {}, "left"),
    ],
)
def test_padding_goes_where_the_model_does_not_mind_it(models, kind, settings, side):
    folder = models(f"{kind}-{len(settings)}", THREE, kind=kind, **settings)
    with one_thread():
        assert Classifier(model=str(folder), accept="good")._reader._side == side


def test_several_accepted_labels_add_up(models):
    folder = models("bert-0", THREE)
    scorer = Classifier(model=str(folder), accept=["good", 1])
    expected = [oracle(folder, text, "softmax")[[1, 2]].sum() for text in TEXTS]
    np.testing.assert_allclose(measure(scorer, *TEXTS).statistics[:, 0], expected, atol=1e-6)


def test_a_multi_label_head_is_read_by_its_sigmoid(models):
    folder = models("multi", ("fluent", "adequate"), problem_type="multi_label_classification")
    scorer = Classifier(model=str(folder))  # "fluent" says it plainly
    expected = [oracle(folder, text, "sigmoid")[0] for text in TEXTS]
    np.testing.assert_allclose(measure(scorer, *TEXTS).statistics[:, 0], expected, atol=1e-6)
    assert "activation:sigmoid" in scorer.signature()


def test_a_regression_head_is_read_as_the_user_says(models):
    folder = models("regression", ("quality",), problem_type="regression")
    expected = np.array([oracle(folder, text, "none")[0] for text in TEXTS])
    plain = Classifier(model=str(folder), activation="none", bounds=[-10, 10], better="lower")
    found = measure(plain, *TEXTS)
    np.testing.assert_allclose(found.statistics[:, 0], expected, atol=1e-6)
    (field,) = plain.fields
    assert (field.low, field.high, field.higher_is_better) == (-10, 10, False)
    assert (field.unit, plain.columns) == ("-10 to 10", ("value", "texts"))
    assert "|output:quality|activation:none|bounds:-10,10|" in plain.signature()
    np.testing.assert_allclose(
        plain.score(found.statistics.sum(axis=0)), [expected.mean()], atol=1e-6
    )
    chance = Classifier(model=str(folder), activation="sigmoid")
    np.testing.assert_allclose(
        measure(chance, *TEXTS).statistics[:, 0], 1 / (1 + np.exp(-expected)), atol=1e-6
    )


def test_a_value_outside_the_bounds_is_not_scored(models):
    folder = models("regression", ("quality",), problem_type="regression")
    found = measure(Classifier(model=str(folder), activation="none", bounds=[100, 200]), TEXTS[0])
    assert not found.valid.any()
    assert "outside the bounds 100 to 200" in found.reasons[0]


def test_scores_do_not_depend_on_neighbours_order_or_batch_size(tiny_cola):
    scorer = Classifier(model=str(tiny_cola))
    alone = np.concatenate([measure(scorer, text).statistics for text in TEXTS])
    for size in (1, 60, 100_000):
        for texts in (TEXTS, TEXTS[::-1]):
            together = measure(Classifier(model=str(tiny_cola), batch_tokens=size), *texts)
            rows = together.statistics[:: 1 if texts is TEXTS else -1]
            np.testing.assert_allclose(rows, alone, atol=1e-5)


def test_a_text_that_fails_or_a_lack_of_memory_loses_no_neighbour(tiny_cola, monkeypatch):
    import torch

    scorer = Classifier(model=str(tiny_cola))
    whole = measure(scorer, *TEXTS).statistics
    real = HeadReader._logits
    longest = len(scorer._reader.tokenize([TEXTS[4]])[0].ids) + 2

    def scarce(self, rows, side):
        if len(rows) > 2 or any(len(row) == longest for row in rows):
            raise torch.OutOfMemoryError("no room for so many")
        return real(self, rows, side)

    monkeypatch.setattr(HeadReader, "_logits", scarce)
    found = measure(scorer, *TEXTS)
    assert found.valid.tolist() == [True, True, True, True, False, True]
    assert found.reasons[4] == "the model failed: out of memory: no room for so many"
    np.testing.assert_allclose(np.delete(found.statistics, 4, 0), np.delete(whole, 4, 0), atol=1e-5)
    assert not found.statistics[4].any()


def test_a_long_text_in_windows_is_the_weighted_mean_of_its_windows(tiny_cola):
    scorer = Classifier(model=str(tiny_cola), max_tokens=10)
    found = measure(scorer, LONG_TEXT)
    reader = scorer._reader
    (subwords,) = reader.tokenize([LONG_TEXT])
    n = len(subwords.ids)
    assert n > 200
    # Windows of 10 that share 2: each starts 8 on, and half of what is shared belongs to each.
    starts = list(range(0, n - 2, 8))
    ends = [min(start + 10, n) for start in starts]
    cuts = [0, *((end + start) // 2 for end, start in zip(ends, starts[1:], strict=False)), n]
    weights = np.diff(cuts) / n
    with one_thread():
        rows = [subwords.ids[a:b] for a, b in zip(starts, ends, strict=True)]
        logits = np.concatenate([one.logits for one in reader.read_texts(rows, max_tokens=64)])
    odds = logits[:, 1] - logits[:, 0]
    expected = [weights @ (1 / (1 + np.exp(-odds))), weights @ odds]
    np.testing.assert_allclose(found.statistics[0, :2], expected, atol=1e-6)
    assert found.cuts == {}


def test_a_long_text_cut_or_refused_says_so(tiny_cola):
    cut = Classifier(model=str(tiny_cola), long_input="truncate")
    found = measure(cut, TEXTS[0], LONG_TEXT)
    n, limit = len(cut._reader.tokenize([LONG_TEXT])[0].ids), cut._reader.limit
    assert limit == 78
    assert found.cuts == {1: f"did not see the last {n - limit} of {n} sub-words"}
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    with quiet_saving(), one_thread():
        model = AutoModelForSequenceClassification.from_pretrained(tiny_cola)
        given = AutoTokenizer.from_pretrained(tiny_cola)(
            LONG_TEXT, truncation=True, return_tensors="pt"
        )
        expected = model(**given).logits.softmax(-1)[0, 1].item()
    assert found.statistics[1, 0] == pytest.approx(expected, abs=1e-6)
    refused = measure(Classifier(model=str(tiny_cola), long_input="refuse"), TEXTS[0], LONG_TEXT)
    assert refused.valid.tolist() == [True, False]
    assert f"{n} sub-words; {limit} are read at once" in refused.reasons[1]
    assert refused.cuts == {}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty text"),
        (" \n\t", "empty text"),
        ("?! …", "text without words"),
        ("\ud800 word", "not Unicode text"),
    ],
)
def test_what_cannot_be_scored_is_invalid_with_a_reason(tiny_cola, text, reason):
    found = measure(Classifier(model=str(tiny_cola)), TEXTS[0], text)
    assert found.valid.tolist() == [True, False]
    assert reason in found.reasons[1]
    assert not found.statistics[1].any()


def test_no_hypotheses_and_sums(tiny_cola):
    scorer = Classifier(model=str(tiny_cola))
    found = measure(scorer)
    assert found.statistics.shape == (0, 4)
    assert np.isnan(scorer.score(found.statistics.sum(axis=0))).all()
    totals = np.array([[[3.0, 2.0, 1.0, 4.0], [0.0, 0.0, 0.0, 0.0]]])
    scores = scorer.score(totals)
    assert scores.shape == (1, 2, 3)
    assert scores[0, 0].tolist() == [75.0, 0.5, 25.0]
    assert np.isnan(scores[0, 1]).all()


def test_the_threshold_decides_what_is_accepted(tiny_cola):
    low = measure(Classifier(model=str(tiny_cola)), *TEXTS).statistics
    edge = float(np.sort(low[:, 0])[2])
    found = measure(Classifier(model=str(tiny_cola), threshold=edge), *TEXTS).statistics
    assert found[:, 2].sum() == 4
    np.testing.assert_array_equal(found[:, :2], low[:, :2])


def test_half_precision_is_near_and_signed(tiny_cola):
    full, half = (
        Classifier(model=str(tiny_cola), dtype=dtype, device="cpu")
        for dtype in ("float32", "bfloat16")
    )
    a, b = (measure(scorer, *TEXTS).statistics[:, 0] for scorer in (full, half))
    np.testing.assert_allclose(a, b, atol=0.03)
    assert (a != b).any()
    assert "dtype:bfloat16" in half.signature()
    auto = Classifier(model=str(tiny_cola), dtype="auto", device="cpu")
    assert auto.signature() == full.signature()


def test_close_frees_the_model_and_measuring_loads_it_again(tiny_cola):
    scorer = Classifier(model=str(tiny_cola))
    before = measure(scorer, *TEXTS).statistics
    scorer.close()
    assert "_reader" not in vars(scorer)
    scorer.close()
    np.testing.assert_array_equal(measure(scorer, *TEXTS).statistics, before)


def test_the_signature_names_what_decides_the_numbers(tiny_cola):
    signature = Classifier(model=str(tiny_cola)).signature()
    keys = [part.split(":")[0] for part in signature.split("|")]
    assert keys == [
        *("model", "accept", "activation", "threshold", "long", "max_tokens", "dtype", "backend"),
        *("torch", "transformers", "tokenizers", "version"),
    ]
    assert "model:tiny-cola@sha256-" in signature
    assert "|accept:acceptable|activation:softmax|" in signature


@pytest.mark.parametrize(
    ("labels", "options", "message"),
    [
        pytest.param(
            ("LABEL_0", "LABEL_1"), {},
            r"which label of \S+ stands for a good text\? It has 0: LABEL_0, 1: LABEL_1\. "
            "Say it with accept", id="unnamed",
        ),
        pytest.param(THREE, {"accept": "god"}, "no label .* Did you mean 'good'", id="misspelt"),
        pytest.param(THREE, {"accept": 3}, "accept is 3, which is no label", id="beyond"),
        pytest.param(THREE, {"accept": -1}, "accept is -1, which is no label", id="negative"),
        pytest.param(THREE, {"accept": []}, "names no label", id="none"),
        pytest.param(THREE, {"accept": [0, 1, 2]}, "every text would score", id="all"),
        pytest.param(
            THREE, {"accept": [0, 1], "activation": "sigmoid"}, "don't add up", id="sum-of-sigmoids"
        ),
        pytest.param(("quality",), {}, "regression head with 1 output", id="regression"),
        pytest.param(
            ("quality",), {"activation": "softmax"}, "every text would score", id="softmax-of-one"
        ),
    ],
)  # fmt: skip
def test_what_the_model_does_not_say_is_asked_not_guessed(models, labels, options, message):
    folder = models("-".join(labels), labels)
    scorer = Classifier(model=str(folder), **options)
    for ask in (scorer.signature, lambda: measure(scorer, TEXTS[0])):
        with pytest.raises(ConfigError, match=message):
            ask()


def test_unnamed_labels_are_taken_by_number(models):
    folder = models("LABEL_0-LABEL_1", ("LABEL_0", "LABEL_1"))
    found = measure(Classifier(model=str(folder), accept=0), TEXTS[0]).statistics[0, 0]
    assert found == pytest.approx(oracle(folder, TEXTS[0], "softmax")[0], abs=1e-6)
    named = Classifier(model=str(folder), accept="LABEL_0").signature()
    assert named == Classifier(model=str(folder), accept=0).signature()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"threshold": 0.0}, "more than 0"),
        ({"threshold": 1.5}, "up to 1"),
        ({"long_input": "windows"}, "Did you mean 'window'"),
        ({"dtype": "float64"}, "Known: float32"),
        ({"activation": "softmx"}, "Did you mean 'softmax'"),
        ({"bounds": [0, 1]}, "say activation: none"),
        ({"better": "lower"}, "say activation: none"),
        ({"activation": "none", "bounds": [1, 0]}, "smallest and the largest"),
        ({"activation": "none", "bounds": [0, 1, 2]}, "smallest and the largest"),
        ({"max_tokens": 0}, "at least 1"),
        ({"batch_tokens": 0}, "at least 1"),
        ({"accept": True}, "'accept' is True"),
        ({"backend": "onnx"}, "Known: torch, onnxruntime"),
        ({"backend": "onnxruntime", "dtype": "bfloat16"}, "leave dtype and device out"),
        ({"backend": "onnxruntime", "device": "cuda"}, "leave dtype and device out"),
        ({"modle": "x"}, "Did you mean 'model'"),
    ],
)
def test_a_wrong_option_is_named(tiny_cola, options, message):
    with pytest.raises(ConfigError, match=message):
        registry.scorer("classifier", **{"model": str(tiny_cola), **options})


def test_more_tokens_than_the_model_reads_are_refused(tiny_cola):
    with pytest.raises(ConfigError, match="max_tokens is 500, but tiny-cola reads 78"):
        measure(Classifier(model=str(tiny_cola), max_tokens=500), TEXTS[0])


def test_a_model_without_such_a_head_is_refused(tiny_cola, tmp_path):
    from tests.semantic.tiny_encoders import build_bert

    build_bert(tmp_path / "bert")
    with pytest.raises(ModelError, match=r"lacks \d+ of the model's weights"):
        measure(Classifier(model=str(tmp_path / "bert"), accept=0), TEXTS[0])
    other = tmp_path / "other"
    shutil.copytree(tiny_cola, other)
    (other / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="has no weights"):
        Classifier(model=str(other)).signature()


def test_a_head_of_the_other_kind_is_named(tiny_cola, tiny_tagger):
    with pytest.raises(ModelError, match="tiny-tagger is a BertForTokenClassification; texts need"):
        Classifier(model=str(tiny_tagger), accept="O").signature()
    with pytest.raises(ModelError, match="tiny-cola is a BertForSequenceClassification; tokens"):
        TokenClassifier(model=str(tiny_cola)).signature()


def test_labels_that_are_not_numbered_from_0_are_refused(tiny_cola, tmp_path):
    folder = tmp_path / "odd"
    shutil.copytree(tiny_cola, folder)
    path = folder / "config.json"
    path.write_text(path.read_text().replace('"0": "unacceptable"', '"5": "unacceptable"'))
    with pytest.raises(ConfigError, match="numbers its labels"):
        Classifier(model=str(folder)).signature()


def test_a_tokenizer_of_another_model_is_refused(tiny_cola, tmp_path):
    folder = tmp_path / "mixed"
    build(folder, ("bad", "good"), kind="roberta")  # more sub-words than the BERT has vectors for
    for name in ("model.safetensors", "config.json"):
        shutil.copy(tiny_cola / name, folder)
    with pytest.raises(ModelError, match="isn't this model's"):
        measure(Classifier(model=str(folder)), *TEXTS)


def test_a_text_cannot_put_a_control_token_into_the_model(tiny_cola):
    reader = Classifier(model=str(tiny_cola))._reader
    (subwords,) = reader.tokenize(["The ferry [SEP] waited [PAD]."])
    assert not set(subwords.ids) & {0, 2, 3}
