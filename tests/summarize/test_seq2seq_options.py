import shutil
from pathlib import Path

import pytest

from evalkit.errors import ConfigError, ModelError
from evalkit.summarize.seq2seq import Seq2Seq
from tests.summarize.tiny_summaries import batch, generate, on_one_thread, texts_of
from tests.tiny_models import DOCUMENTS, tiny_bart, tiny_t5

__all__ = ["on_one_thread", "tiny_bart", "tiny_t5"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"long_input": "windows"}, "Did you mean 'window'"),
        ({"merge": "agin"}, "Did you mean 'again'"),
        ({"limits": "token"}, "expected words, model"),
        ({"dtype": "float64"}, "expected float32, bfloat16, float16"),
        ({"batch_tokens": 0}, "whole number from 1"),
        ({"max_source_tokens": "many"}, "whole number from 1"),
        ({"seed": True}, "whole number from 0"),
        ({"generation": ["num_beams"]}, "settings by name"),
        ({"generation": {"num_beam": 4}}, "Did you mean 'num_beams'"),
        ({"generation": {"num_beams": "4"}}, "num_beams is '4', expected a whole number"),
        ({"generation": {"num_beams": 0}}, "1 or more"),
        ({"generation": {"do_sample": 1}}, "true or false"),
        ({"generation": {"top_p": "high"}}, "expected a number"),
        ({"generation": {"early_stopping": "soon"}}, "true, false or never"),
        ({"generation": {"suppress_tokens": 3}}, "a list of token ids"),
        ({"generation": {"max_length": 9, "max_new_tokens": 9}}, "not both"),
        ({"generation": {"custom_generate": "someone/code"}}, "no setting 'custom_generate'"),
    ],
)
def test_wrong_options_are_refused_before_anything_loads(options, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Seq2Seq(model="nowhere/at-all", **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"generation": {"temperature": 0.5}}, "no effect without do_sample"),
        ({"generation": {"length_penalty": 2.0}}, "no effect without num_beams"),
        ({"generation": {"max_new_tokens": 96}}, "the model has 95"),
        ({"max_source_tokens": 97}, "the model has 96 positions"),
        ({"max_source_tokens": 2}, "nothing is left for the text"),
        ({"device": "abacus"}, "no device 'abacus'"),
    ],
)
def test_options_that_do_not_fit_the_model_are_refused(tiny_bart, options, message) -> None:
    model = Seq2Seq(model=str(tiny_bart), **{"device": "cpu"} | options)
    with pytest.raises(ConfigError, match=message):
        model.generate(batch(DOCUMENTS[:1]))


def test_prefix_is_the_models_own_unless_given(tiny_t5: Path) -> None:
    own = generate(tiny_t5)

    assert generate(tiny_t5, prefix="summarize: ") == own
    assert texts_of(generate(tiny_t5, prefix="")) != texts_of(own)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_runs(tiny_t5: Path, dtype: str) -> None:
    model = Seq2Seq(model=str(tiny_t5), dtype=dtype, device="cpu")

    assert len(texts_of(model.generate(batch(DOCUMENTS[:2])))) == 2
    assert f"dtype:{dtype}" in model.signature()


# --- identity and life


def test_signature_tells_everything_that_decides(tiny_bart: Path, tiny_t5: Path) -> None:
    def signed(folder: Path = tiny_bart, **options) -> str:
        return Seq2Seq(model=str(folder), **{"device": "cpu"} | options).signature()

    plain = signed()
    changed = [
        signed(tiny_t5),
        signed(generation={"num_beams": 2}),
        signed(limits="model"),
        signed(prefix="a|b: "),
        signed(long_input="truncate"),
        signed(merge="join"),
        signed(max_source_tokens=50),
        signed(seed=1),
        signed(dtype="bfloat16"),
        signed(batch_tokens=99),
    ]
    assert len({plain, *changed}) == 11
    assert all(text.count("|") == plain.count("|") and "\n" not in text for text in changed)
    for name in ("transformers", "torch", "tokenizers", "sentencex", "model:tiny-bart@sha256-"):
        assert name in plain
    assert str(tiny_bart.parent) not in plain, "the place on this machine says nothing"


def test_signature_follows_the_files_not_their_place(tiny_bart: Path, tmp_path: Path) -> None:
    def signed(folder: Path) -> str:
        return Seq2Seq(model=str(folder), device="cpu").signature()

    copy = shutil.copytree(tiny_bart, tmp_path / "a" / "tiny-bart")
    assert signed(copy) == signed(tiny_bart)
    (copy / "trainer_state.json").write_text("{}")
    assert signed(copy) == signed(tiny_bart), "a log of the training is not read"
    (copy / "generation_config.json").write_text('{"num_beams": 2}')
    assert signed(copy) != signed(tiny_bart)


def test_signature_loads_no_weights(tiny_bart: Path) -> None:
    model = Seq2Seq(model=str(tiny_bart), device="cpu")
    model.signature()

    assert model._loaded is None


def test_the_model_is_loaded_once_and_freed(tiny_bart: Path) -> None:
    model = Seq2Seq(model=str(tiny_bart), device="cpu")
    first = model.generate(batch(DOCUMENTS))
    loaded = model._loaded
    model.generate(batch(DOCUMENTS))
    assert model._loaded is loaded

    model.close()
    model.close()
    assert model._loaded is None
    assert not hasattr(loaded, "_model")
    assert model.generate(batch(DOCUMENTS)) == first


def test_a_tokenizer_of_another_model_is_refused(tiny_bart, tiny_t5, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_t5, tmp_path / "mixed")
    shutil.copy(tiny_bart / "tokenizer.json", folder)

    with pytest.raises(ModelError, match="the tokenizer isn't this model's"):
        generate(folder)
