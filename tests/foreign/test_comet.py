"""The COMET adapter, against a package of that name; ``benchmarks/comet.py`` has the real one."""

import itertools
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evalkit.errors import ConfigError, ForeignError
from evalkit.foreign.comet import comet
from evalkit.foreign.process import ProcessScorer
from evalkit.records import Batch
from tests.foreign.fake_comet import write_comet, write_model

REGRESSION = '{"class": "RegressionMetric"}'
KIWI = '{"class": "UnifiedMetric", "input_segments": ["mt", "src"]}'
UNITE = '{"class": "UnifiedMetric", "input_segments": ["mt", "src", "ref"]}'
XCOMET = '{"class": "XCOMETMetric", "input_segments": ["mt", "src", "ref"], "word_level": true}'
NO_SOURCE = '{"class": "UnifiedMetric", "input_segments": ["mt", "ref"]}'
BATCH = Batch(
    ("a b", "c", "", "nan"),
    references=(("a b", "a"), ("x",), ("x",), ("x",)),
    sources=("s", "s s", "", "s"),
)
Make = Callable[..., ProcessScorer]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[ProcessScorer] = []
    numbers = itertools.count()

    def of(hparams: str | None, model: object = None, **options: object) -> ProcessScorer:
        if hparams is not None:
            model = write_model(tmp_path / f"model-{next(numbers)}", hparams)
        environment = [write_comet(tmp_path)]
        scorer = comet(python=sys.executable, model=str(model), environment=environment, **options)
        made.append(scorer)
        return scorer

    yield of
    for scorer in made:
        scorer.close()


def headline(scorer: ProcessScorer, batch: Batch = BATCH) -> list[float]:
    return scorer.measure(batch).statistics[:, 0].tolist()


def test_a_model_that_reads_references(make: Make) -> None:
    scorer = make(REGRESSION)
    assert scorer.needs == {"sources", "references"}
    assert (scorer.name, scorer.fields[0].name) == ("comet", "comet")
    measured = scorer.measure(BATCH)
    assert measured.statistics.tolist() == [[10.375, 1], [20, 1], [0, 1], [0, 0]]
    assert measured.reasons == {3: "the model gives no number for this text"}
    assert headline(make(REGRESSION, references="max", name="best"))[:2] == [10.5, 20]


def test_a_model_without_references(make: Make) -> None:
    scorer = make(KIWI, name="kiwi")
    assert scorer.needs == {"sources"}
    batch = Batch(BATCH.hypotheses, sources=BATCH.sources)
    assert headline(scorer, batch)[:3] == [10, 20, 0]


def test_references_can_be_left_to_one_side_where_the_model_allows_it(make: Make) -> None:
    assert make(UNITE).needs == {"sources", "references"}
    assert make(UNITE, references="none").needs == {"sources"}
    for hparams in (REGRESSION, NO_SOURCE):
        with pytest.raises(ForeignError, match="cannot do without references"):
            make(hparams, references="none")


def test_a_model_that_reads_no_source(make: Make) -> None:
    scorer = make(NO_SOURCE)
    assert scorer.needs == {"references"}
    assert headline(scorer, Batch(("a b",), (("a",),))) == [0.25]


def test_error_spans(make: Make) -> None:
    measured = make(XCOMET).measure(BATCH)
    assert measured.spans is not None
    (span,) = measured.spans[0]
    assert (span.start, span.end, span.severity, span.probability) == (0, 3, "major", 0.75)
    assert (span.message, span.finder) == ("critical", "comet")
    assert [len(spans) for spans in measured.spans] == [1, 1, 1, 0]


LONG = Batch(
    ("m " * 9, "m", "m " * 4, "m " * 4),
    references=(("r",), ("r " * 9, "r"), ("r " * 4,), ("r " * 3,)),
    sources=("s", "s " * 10, "s " * 4, "s " * 3),
)


def test_what_is_cut_is_said(make: Make) -> None:
    """12 positions: 8 words of a text alone; 9 of two texts together, 7 of three (all marks but
    the last count)."""
    assert make(REGRESSION).measure(LONG).cuts == {
        0: "the last 1 of 9 sub-words of hypothesis were not read",
        1: "the last 2 of 10 sub-words of source were not read; "
        "the last 1 of 9 sub-words of reference were not read",
    }
    cuts = make(KIWI).measure(LONG).cuts
    assert cuts == {
        0: "the last 1 of 9 sub-words of hypothesis were not read",
        1: "the last 2 of 10 sub-words of source were not read",
    }
    cuts = make(UNITE).measure(LONG).cuts
    assert cuts[2] == "the last 5 of 12 sub-words of hypothesis + source + reference were not read"
    assert cuts[3] == "the last 3 of 10 sub-words of hypothesis + source + reference were not read"
    assert make(UNITE).measure(Batch(("m m",), (("r r",),), ("s s s",))).cuts == {}


def test_too_long_can_be_refused(make: Make) -> None:
    measured = make(REGRESSION, long_input="refuse").measure(LONG)
    assert measured.valid.tolist() == [False, False, True, True]
    assert measured.reasons[0] == (
        "too long for the model: the last 1 of 9 sub-words of hypothesis were not read"
    )
    assert not measured.cuts


def test_the_signature_names_model_package_and_adapter(make: Make) -> None:
    scorer = make(REGRESSION)
    assert re.fullmatch(
        r"process:comet\|protocol:1\|model:sha256-[0-9a-f]{16}\|class:RegressionMetric\|refs:mean"
        r"\|long:truncate\|device:cpu\|python:3[.0-9]+\|unbabel-comet:unknown\|torch:.*"
        r"\|adapter:sha256-[0-9a-f]{16}",
        scorer.signature(),
    )
    assert make(REGRESSION).signature() == scorer.signature()  # wherever the model lies
    assert make(KIWI).signature() != scorer.signature()
    assert make(REGRESSION, long_input="refuse").signature() != scorer.signature()


def test_a_model_is_found_by_folder_file_or_id(make: Make, tmp_path: Path) -> None:
    folder = write_model(tmp_path / "m", REGRESSION)
    first = make(None, folder).signature()
    assert make(None, folder / "checkpoints" / "model.ckpt").signature() == first
    assert make(None, folder / "checkpoints").signature() == first
    assert make(None, "Unbabel/wmt22-cometkiwi-da").needs == {"sources"}
    (tmp_path / "two").mkdir()
    for name in ("a", "b"):
        (tmp_path / "two" / f"{name}.ckpt").write_text("{}")
    for model, expected in {
        tmp_path / "two": "holds 2 checkpoints",
        tmp_path / "absent": "there is no COMET model ",
        "./absent": "there is no COMET model ./absent",
        "wmt22": "there is no COMET model wmt22: a checkpoint, folder or hub id",
    }.items():
        with pytest.raises(ForeignError, match=re.escape(expected)):
            make(None, model)
    with pytest.raises(ForeignError, match="Bring it with: hf download Unbabel/x"):
        make(None, "Unbabel/x", offline=True)


def test_half_a_surrogate_pair_spoils_its_own_text_alone(make: Make) -> None:
    measured = make(REGRESSION).measure(Batch(("a\ud800", "a"), (("a",), ("a",)), ("s", "s")))
    assert measured.valid.tolist() == [False, True]
    assert "half of a surrogate pair" in measured.reasons[0]


def test_failures_of_comet_are_told(make: Make, tmp_path: Path) -> None:
    scorer = make(REGRESSION)
    with pytest.raises(ForeignError, match="cannot go on: RuntimeError: CUDA out of memory") as e:
        scorer.measure(Batch(("fails",), (("x",),), ("s",)))
    assert "Traceback" in str(e.value)  # of the program's own standard error
    with pytest.raises(ForeignError, match=r"COMET cannot be imported .*No module named 'comet'"):
        comet(python=sys.executable, model=str(tmp_path))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"references": "first"}, "'references' is 'first'"),
        ({"long_input": "window"}, "'long_input' is 'window'"),
        ({"gpus": 2}, "'gpus' is '2'"),
        ({"batch_size": 0}, "'batch_size' is 0"),
        ({"batch_size": "many"}, "'batch_size' is 'many'"),
        ({"name": 3}, "'name' is 3"),
    ],
)
def test_options_that_are_refused(make: Make, options: dict, expected: str) -> None:
    with pytest.raises(ValueError, match=re.escape(expected)):
        make(REGRESSION, **options)


def test_no_such_python(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no program /absent/bin/python"):
        comet(python="/absent/bin/python", model=str(tmp_path))
