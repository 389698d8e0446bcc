"""idf, baselines, options, models and files of bertscore: what they do and what is refused."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from evalkit import registry
from evalkit.config.load import load
from evalkit.errors import ConfigError, InputError, ModelError
from evalkit.pipeline.run import Options, evaluate
from evalkit.records import Batch
from evalkit.registry import Code
from evalkit.semantic.baseline import BUNDLED, read_baseline
from evalkit.semantic.bertscore import LAYER, BertScore
from evalkit.semantic.idf import idf_of, read_idf_corpus
from tests.cli.calling import call
from tests.pipeline.harbour import CONFIG, write_harbour
from tests.semantic import tiny_encoders
from tests.tiny_models import LONG_DOCUMENT, SENTENCES, one_thread

TEXTS = (
    "The ferry was late because of the storm.",
    "A storm delayed the ferry.",
    "Nobody in the village had seen the new library before it opened.",
    "",
    "東京タワーへようこそ 🙂",
    LONG_DOCUMENT,
)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("encoders") / "tiny-bert"
    tiny_encoders.build_bert(folder)
    return folder


@pytest.fixture(scope="module")
def bundled() -> BertScore:
    return BertScore()


def rows(scorer: BertScore, batch: Batch) -> np.ndarray:
    with one_thread():
        return scorer.measure(batch).statistics


def pair(hypothesis: str, *references: str) -> Batch:
    return Batch((hypothesis,), (references,))


def test_idf_counts_segments_and_gives_the_unseen_the_most(tmp_path: Path) -> None:
    path = tmp_path / "corpus.txt"
    path.write_text("1 2 2\n1 3\n1\n", encoding="utf-8")
    corpus = read_idf_corpus(path)
    found = idf_of(corpus, lambda texts: [[int(i) for i in text.split()] for text in texts])
    assert found.of([1, 2, 3, 9]) == pytest.approx(np.log([4 / 4, 4 / 2, 4 / 2, 4]))
    other = tmp_path / "other.txt"
    other.write_text("1 2 2\n1 3\n2\n", encoding="utf-8")
    assert read_idf_corpus(other).sha256 != corpus.sha256


def test_idf_moves_the_score_and_shows_in_the_signature(bundled: BertScore, tmp_path: Path) -> None:
    path = tmp_path / "corpus.txt"
    path.write_text("it was late\nthe bus was late\nshe was late\n", encoding="utf-8")
    weighted = BertScore(idf=str(path))
    batch = pair("the ferry was late", "the library was late")
    assert rows(weighted, batch)[0, 2] < rows(bundled, batch)[0, 2]
    assert "|idf:no|" in bundled.signature()
    assert f"|idf:sha256-{read_idf_corpus(path).sha256[:16]}|" in weighted.signature()


def test_words_that_are_all_in_every_segment_leave_nothing_to_weigh(tmp_path: Path) -> None:
    path = tmp_path / "corpus.txt"
    path.write_text("the\nthe\n", encoding="utf-8")
    found = BertScore(idf=str(path)).measure(Batch(("the", "ferry"), (("ferry",), ("ferry",))))
    assert found.valid.tolist() == [False, True]
    assert "weigh 0 by idf" in found.reasons[0]


def test_rescaling_by_the_bundled_baseline(bundled: BertScore) -> None:
    low = read_baseline(BUNDLED, LAYER)
    scorer = BertScore(baseline="bundled")
    batch = pair(TEXTS[0], TEXTS[1])
    raw, scaled = (s.score(s.measure(batch).statistics)[0] for s in (bundled, scorer))
    expected = [
        (raw[i] / 100 - b) / (1 - b) for i, b in enumerate((low.f, low.precision, low.recall))
    ]
    assert scaled / 100 == pytest.approx(expected)
    assert "|baseline:sha256-" in scorer.signature()
    assert scorer.fields[0].low == -np.inf


def test_the_bundled_baseline_has_every_layer() -> None:
    found = [read_baseline(BUNDLED, layer) for layer in range(7)]
    assert all(0 < low.f < 0.9 for low in found)
    with pytest.raises(InputError, match="no row for layer 7; it has 0, 1"):
        read_baseline(BUNDLED, 7)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("LAYER,P,R\n0,1,1\n", "expected LAYER,P,R,F"),
        ("", "expected LAYER,P,R,F"),
        ("LAYER,P,R,F\n0,a,0.1,0.1\n", "not three numbers"),
        ("LAYER,P,R,F\n0,0.1\n", "not three numbers"),
        ("LAYER,P,R,F\n0,1.0,0.1,0.1\n", "a baseline is below 1"),
        ("LAYER,P,R,F\n0,nan,0.1,0.1\n", "a baseline is below 1"),
    ],
)
def test_a_damaged_baseline_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "low.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_baseline(path, 0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"references": "mean"}, "Known: max, each"),
        ({"long_input": "cut"}, "Known: window, refuse"),
        ({"dtype": "int8"}, "Known: float32"),
        ({"batch_tokens": 0}, "at least 1"),
        ({"layer": -1}, "at least 0"),
        ({"layer": "six"}, "must be"),
        ({"revision": "main"}, "without a model"),
        ({"model": "x", "layer": 1, "baseline": "bundled"}, "is the bundled encoder's"),
        ({"model": "x"}, "name the layer of x"),
        ({"idff": "x"}, "Did you mean 'idf'"),
    ],
)
def test_a_wrong_option_is_named(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        registry.scorer("bertscore", **options)


def test_what_is_not_there_is_named(tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="layers 0 to 3"):
        BertScore(model=str(tiny), layer=4).measure(pair("one", "one"))
    with pytest.raises(ModelError, match="no folder"):
        BertScore(model=str(tmp_path / "none"), layer=1).signature()
    with pytest.raises(InputError, match="is not there"):
        BertScore(idf=str(tmp_path / "none.txt")).signature()


def test_a_model_with_code_of_its_own_or_pickled_weights_is_refused(
    tiny: Path, tmp_path: Path
) -> None:
    import json

    folder = Path(shutil.copytree(tiny, tmp_path / "own"))
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "unheard-of", "auto_map": {"AutoModel": "own.Model"}}
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match="code of its own, which runs only with trust_remote_code"):
        BertScore(model=str(folder), layer=1).measure(pair("one", "one"))
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match="pickled"):
        BertScore(model=str(folder), layer=1).signature()


def test_the_signature_names_the_model_and_its_version(tiny: Path) -> None:
    signature = BertScore(model=str(tiny), layer=2, dtype="bfloat16").signature()
    for part in ("model:tiny-bert@sha256-", "layer:2", "dtype:bfloat16", "torch:", "transformers:"):
        assert part in signature


def test_half_precision_is_near(tiny: Path) -> None:
    batch = pair(SENTENCES[0], SENTENCES[9])
    full, half = (
        rows(BertScore(model=str(tiny), layer=2, dtype=dtype), batch)[0, :3]
        for dtype in ("float32", "bfloat16")
    )
    assert full == pytest.approx(half, abs=0.02)
    assert (full != half).any()


def test_auto_is_the_dtype_that_suits_the_device(tiny: Path) -> None:
    auto, full = (BertScore(model=str(tiny), layer=2, dtype=dtype) for dtype in ("auto", "float32"))
    assert auto.signature() == full.signature()  # on the CPU
    batch = pair(SENTENCES[0], SENTENCES[9])
    assert (rows(auto, batch) == rows(full, batch)).all()
    assert rows(BertScore(dtype="auto"), batch)[0, 3] == 1  # the bundled encoder


def test_in_a_config_files_start_in_its_folder(tiny: Path, tmp_path: Path) -> None:
    text = CONFIG.replace(
        "metrics: [rouge1, bleu, faithfulness]",
        "metrics: [bertscore, {name: bertscore, label: own, model: enc, layer: 2, idf: idf.txt}]",
    ).replace("metrics: [ter]", "metrics: [{name: bertscore, baseline: bundled}]")
    config = write_harbour(tmp_path / "in", text)
    shutil.copytree(tiny, config.parent / "enc")
    (config.parent / "idf.txt").write_text("a ferry\na library\n", encoding="utf-8")
    loaded = load(config)
    options = Options(offline=True, code=Code(False, loaded.folder))
    report = evaluate(loaded, tmp_path / "run", options=options).report
    scores = {(s.field, s.system) for table in report.tables for s in table.scores}
    assert {("bertscore", "lead"), ("own.recall", "two")} <= scores
    (post_edit,) = [table for table in report.tables if table.name == "post-edit"]
    assert post_edit.scores[0].value > 80


def test_a_missing_file_is_found_before_anything_is_written(tmp_path: Path) -> None:
    text = CONFIG.replace("[rouge1,", "[{name: bertscore, idf: none.txt},")
    config = write_harbour(tmp_path / "in", text)
    with pytest.raises(InputError, match=r"none\.txt"):
        evaluate(load(config), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, text in {"out": TEXTS[0], "ref": TEXTS[1]}.items():
        (tmp_path / f"{name}.txt").write_text(text + "\n", encoding="utf-8")
    arguments = (
        "score",
        "--hypotheses",
        tmp_path / "out.txt",
        "--references",
        tmp_path / "ref.txt",
    )
    assert call(*arguments, "--metrics", "bertscore", "--format", "json") == 0
    out = capsys.readouterr().out
    assert '"bertscore.recall"' in out
    assert f"nrefs:1|model:all-MiniLM-L6-v2@sha256-53aa51172d142c89|layer:{LAYER}|" in out
