import json
import os
import shutil
from pathlib import Path

import pytest

from evalkit.errors import ConfigError, MissingExtraError, ModelError
from evalkit.models.checkpoint import find_checkpoint, versions
from evalkit.models.seq2seq import load_seq2seq
from tests.tiny_models import one_thread, tiny_bart

__all__ = ["tiny_bart"]

COMMIT = "0123456789abcdef0123456789abcdef01234567"
WEIGHTS = "model.safetensors"


@pytest.fixture
def folder(tiny_bart: Path, tmp_path: Path) -> Path:
    """A copy of the tiny model that a test may break."""
    return Path(shutil.copytree(tiny_bart, tmp_path / "summariser"))


@pytest.fixture
def cache(tmp_path: Path, monkeypatch) -> Path:
    """An empty hub cache, and a hub that nobody can reach."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    return tmp_path / "hub"


def load(folder: Path, **options):
    with one_thread():
        return load_seq2seq(find_checkpoint(str(folder), **options), settings={})


def edit(folder: Path, name: str, **changes) -> None:
    path = folder / name
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def remove(*names: str):
    def breaking(folder: Path) -> None:
        for name in names:
            (folder / name).unlink()

    return breaking


def pickled(folder: Path) -> None:
    import torch
    from safetensors.torch import load_file

    torch.save(load_file(folder / WEIGHTS), folder / "pytorch_model.bin")
    (folder / WEIGHTS).unlink()


def without_a_matrix(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / WEIGHTS)
    del weights["model.decoder.layers.0.fc1.weight"]
    save_file(weights, folder / WEIGHTS, metadata={"format": "pt"})


def halved(folder: Path) -> None:
    os.truncate(folder / WEIGHTS, (folder / WEIGHTS).stat().st_size // 2)


def a_decoder_only(folder: Path) -> None:
    (folder / "config.json").write_text('{"model_type": "gpt2"}')


def with_code(folder: Path) -> None:
    names = {"AutoConfig": "own.Config", "AutoModelForSeq2SeqLM": "own.Model"}
    edit(folder, "config.json", model_type="own", auto_map=names)
    (folder / "own.py").write_text("raise SystemExit('this code was run')")


def in_parts(folder: Path) -> None:
    (folder / WEIGHTS).rename(folder / "model-00001-of-00002.safetensors")
    index = {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}  # fmt: skip # noqa: E501
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


def an_adapter(folder: Path) -> None:
    (folder / "adapter_config.json").write_text("{}")


@pytest.mark.parametrize(
    ("breaking", "message"),
    [
        (remove("config.json"), "has no config.json"),
        (remove("tokenizer.json"), "has no tokenizer"),
        (remove("tokenizer.json", "tokenizer_config.json"), "has no tokenizer"),
        (remove(WEIGHTS), r"has no weights \(model.safetensors\); it holds config.json"),
        (pickled, "set allow_pickle: true; better, save the model again as safetensors"),
        (in_parts, "lacks model-00002-of-00002.safetensors"),
        (an_adapter, "an adapter, .* merge it into its base"),
        (without_a_matrix, r"lacks 1 of the model's weights \(model.decoder.layers.0.fc1.weight"),
        (halved, "cannot be loaded: SafetensorError"),
        (a_decoder_only, "'gpt2'. cannot be loaded: it is no encoder-decoder model"),
        (with_code, "it brings code of its own, which runs only with trust_remote_code"),
        (lambda folder: (folder / "config.json").write_text("{"), "cannot be read as JSON"),
        (lambda folder: (folder / "config.json").write_text("[]"), "holds list, not an object"),
    ],
)
def test_a_broken_folder_is_refused(folder: Path, breaking, message: str) -> None:
    breaking(folder)

    with pytest.raises(ModelError, match=message):
        load(folder)


def test_pickled_weights_where_the_user_says_so(folder: Path, tiny_bart: Path) -> None:
    expected = load(tiny_bart)
    pickled(folder)

    checkpoint = find_checkpoint(str(folder), allow_pickle=True)
    model = load(folder, allow_pickle=True)

    assert checkpoint.pickled
    assert all(
        (mine == theirs).all()
        for mine, theirs in zip(
            model._model.parameters(), expected._model.parameters(), strict=True
        )
    )


def test_safe_weights_go_before_pickled_ones(folder: Path) -> None:
    (folder / "pytorch_model.bin").write_bytes(b"not weights at all")

    assert not find_checkpoint(str(folder), allow_pickle=True).pickled


def test_a_folder_that_is_not_there_names_the_nearest(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"no folder .*/sumariser\. Did you mean .*/summariser\?"):
        find_checkpoint(str(folder.with_name("sumariser")))
    with pytest.raises(ModelError, match="is no folder either"):
        find_checkpoint("./nowhere/at/all")


def test_a_revision_of_a_folder_makes_no_sense(folder: Path) -> None:
    with pytest.raises(ConfigError, match="revision 'main' is for the hub"):
        find_checkpoint(str(folder), revision="main")


@pytest.mark.parametrize(
    ("model", "options", "message", "reason"),
    [
        ("an-owner/a-model", {"offline": True}, "offline.* hf download an-owner/a-model$", "why"),
        (
            "an-owner/a-model",
            {"offline": True, "revision": "v2"},
            "hf download an-owner/a-model --revision v2$",
            "the command brings that revision",
        ),
        (
            "an-owner/a-model",
            {},
            "the hub cannot be read .*refused.* hf download",
            "nobody answers",
        ),
        ("an owner!", {"offline": True}, "neither a folder nor an id on the hub", "no id"),
    ],
)
def test_a_hub_model_that_is_not_here(cache, model, options, message, reason) -> None:
    with pytest.raises(ModelError, match=message):
        find_checkpoint(model, **options)


def snapshot(cache: Path, source: Path, *names: str) -> None:
    """The tiny model, or some of its files, as a download leaves them in the hub's cache."""
    place = cache / "models--an-owner--a-model"
    (place / "refs").mkdir(parents=True)
    (place / "refs" / "main").write_text(COMMIT)
    target = place / "snapshots" / COMMIT
    target.mkdir(parents=True)
    for path in source.iterdir():
        if not names or path.name in names:
            shutil.copy(path, target)


def test_a_hub_model_from_the_cache_is_known_by_its_commit(cache: Path, tiny_bart: Path) -> None:
    snapshot(cache, tiny_bart)

    checkpoint = find_checkpoint("an-owner/a-model", offline=True)

    assert checkpoint.identity == f"an-owner/a-model@{COMMIT}"
    assert checkpoint.config["model_type"] == "bart"
    assert find_checkpoint("an-owner/a-model", revision=COMMIT, offline=True) == checkpoint


def test_a_half_brought_hub_model_names_the_command(cache: Path, tiny_bart: Path) -> None:
    snapshot(cache, tiny_bart, "config.json", "tokenizer.json")

    with pytest.raises(ModelError, match=r"has no weights.* Bring it with: hf download an-owner/a"):
        find_checkpoint("an-owner/a-model", offline=True)


def test_versions_of_what_is_installed() -> None:
    assert versions("numpy", "torch").startswith("numpy:2")
    with pytest.raises(MissingExtraError, match=r"evalkit\[models\]"):
        versions("no-such-package-anywhere")
