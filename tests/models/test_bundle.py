"""Bundles: what was saved comes back, and what does not belong together is refused."""

import json

import numpy as np
import pytest
import torch

from evalkit.errors import ModelError
from evalkit.models.bundle import (
    bundle_settings,
    bundle_sha256,
    load_bundle,
    save_bundle,
    update_settings,
)


@pytest.fixture
def folder(tmp_path):
    tensors = {"head.weight": torch.tensor([[0.5, -1.25]]), "head.bias": torch.tensor([2.0])}
    save_bundle(
        tmp_path, kind="detector", tensors=tensors, settings={"n": 2}, recipe={"seed": 0},
        encoder="abc",
    )  # fmt: skip
    return tmp_path


def test_round_trip(folder):
    bundle = load_bundle(folder, kind="detector", encoder="abc")
    np.testing.assert_array_equal(bundle.tensors["head.weight"].numpy(), [[0.5, -1.25]])
    assert bundle.tensors["head.bias"].dtype == torch.float32
    assert (bundle.settings, bundle.recipe) == ({"n": 2}, {"seed": 0})
    assert bundle.sha256 == bundle_sha256(folder)


def test_weights_are_kept_in_half_precision(folder):
    text = (folder / "model.safetensors").read_bytes()
    assert text.count(b'"F16"') == 2


def test_settings_change_without_the_weights(folder):
    before = bundle_sha256(folder)
    update_settings(folder, {"threshold": 0.25})
    assert bundle_settings(folder) == {"threshold": 0.25}
    assert load_bundle(folder, kind="detector", encoder="abc").sha256 == before


@pytest.mark.parametrize(
    ("kind", "encoder", "said"),
    [
        pytest.param("rewriter", "abc", "kind is 'detector'", id="another-kind"),
        pytest.param("detector", "other", "encoder is 'abc'", id="another-encoder"),
    ],
)
def test_a_bundle_for_something_else_is_refused(folder, kind, encoder, said):
    with pytest.raises(ModelError, match=said):
        load_bundle(folder, kind=kind, encoder=encoder)


def test_damaged_weights_are_refused(folder):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    with pytest.raises(ModelError, match=r"model.safetensors has SHA-256 .*Reinstall"):
        load_bundle(folder, kind="detector", encoder="abc")


@pytest.mark.parametrize("name", ["model.safetensors", "model.json"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(ModelError, match=f"{name} is missing"):
        load_bundle(folder, kind="detector", encoder="abc")


def test_a_newer_format_is_refused(folder):
    path = folder / "model.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 99}))
    with pytest.raises(ModelError, match="format is 99"):
        load_bundle(folder, kind="detector", encoder="abc")


@pytest.mark.parametrize("text", ["{", "[1]"])
def test_a_card_that_is_no_json_object_is_refused(folder, text):
    (folder / "model.json").write_text(text)
    with pytest.raises(ModelError, match=r"model.json"):
        load_bundle(folder, kind="detector", encoder="abc")
