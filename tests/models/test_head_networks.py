"""ONNX Runtime beside torch: the same numbers, signed, and clear errors for what doesn't fit."""

import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

from evalkit.errors import MissingExtraError, ModelError
from evalkit.fluency.classifier import Classifier
from evalkit.fluency.token_classifier import TokenClassifier
from evalkit.records import Batch
from tests.tiny_heads import ACCEPTABILITY, LONG_TEXT, TEXTS, build, convert, tiny_cola, tiny_tagger
from tests.tiny_models import one_thread

__all__ = ["tiny_cola", "tiny_tagger"]


@pytest.fixture(scope="module")
def cola(tiny_cola, tmp_path_factory):
    """The classifier with a converted model beside it."""
    folder = tmp_path_factory.mktemp("onnx") / "tiny-cola"
    shutil.copytree(tiny_cola, folder)
    convert(folder)
    return folder


def measure(scorer, *texts):
    with one_thread():
        return scorer.measure(Batch(texts))


def test_a_converted_classifier_gives_what_torch_gives(cola):
    torch, onnx = (
        Classifier(model=str(cola), backend=backend) for backend in ("torch", "onnxruntime")
    )
    a, b = (measure(scorer, *TEXTS, LONG_TEXT, "").statistics for scorer in (torch, onnx))
    np.testing.assert_allclose(a, b, atol=1e-4)
    assert np.ptp(a[:-1, 0]) > 0.05
    assert torch.signature() != onnx.signature()
    assert "|dtype:as-converted|backend:onnxruntime@sha256-" in onnx.signature()
    assert "|onnxruntime:1." in onnx.signature()
    onnx.close()
    np.testing.assert_array_equal(measure(onnx, *TEXTS).statistics, b[: len(TEXTS)])


def test_a_converted_tagger_gives_what_torch_gives(tiny_tagger, tmp_path):
    folder = tmp_path / "tagger"
    shutil.copytree(tiny_tagger, folder)
    convert(folder, head="tokens", target="onnx/model.onnx")  # where the hub's exporter puts it
    found = [
        measure(TokenClassifier(model=str(folder), backend=backend), *TEXTS, LONG_TEXT)
        for backend in ("torch", "onnxruntime")
    ]
    np.testing.assert_allclose(*(one.statistics for one in found), atol=1e-4)
    for row in range(len(TEXTS)):
        np.testing.assert_allclose(
            *([token.value for token in one.tokens[row]] for one in found), atol=1e-4
        )


def test_scores_do_not_depend_on_neighbours(cola):
    scorer = Classifier(model=str(cola), backend="onnxruntime")
    together = measure(scorer, *TEXTS).statistics
    for row, text in enumerate(TEXTS):
        np.testing.assert_allclose(measure(scorer, text).statistics[0], together[row], atol=1e-5)


def test_another_file_makes_another_signature(cola, tmp_path):
    folder = tmp_path / "tiny-cola"
    shutil.copytree(cola, folder)
    before = Classifier(model=str(folder), backend="onnxruntime").signature()
    assert before == Classifier(model=str(cola), backend="onnxruntime").signature()
    with (folder / "model.onnx").open("ab") as file:
        file.write(b"\n")
    assert Classifier(model=str(folder), backend="onnxruntime").signature() != before
    with (folder / "model.onnx").open("r+b") as file:
        file.truncate(1000)
    with pytest.raises(ModelError, match=r"model\.onnx cannot be loaded by ONNX Runtime"):
        measure(Classifier(model=str(folder), backend="onnxruntime"), TEXTS[0])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        pytest.param({"names": ("ids", "mask")}, "has the inputs ids, mask", id="input-names"),
        pytest.param({"fixed": True}, r"shape \[2, 5\], expected .* any number", id="fixed-size"),
    ],
)
def test_a_conversion_that_cannot_be_used_is_refused(tiny_cola, tmp_path, settings, message):
    shutil.copytree(tiny_cola, tmp_path / "model")
    convert(tmp_path / "model", **settings)
    with pytest.raises(ModelError, match=message):
        measure(Classifier(model=str(tmp_path / "model"), backend="onnxruntime"), TEXTS[0])


def test_a_conversion_of_another_model_is_refused(tiny_cola, tiny_tagger, tmp_path):
    for name, labels in (("three", ("bad", "so-so", "good")), ("two", ACCEPTABILITY)):
        build(tmp_path / name, labels)
    convert(tmp_path / "three").rename(tmp_path / "two" / "model.onnx")
    with pytest.raises(ModelError, match=r"of 2 labels: it was converted from another"):
        measure(Classifier(model=str(tmp_path / "two"), backend="onnxruntime"), TEXTS[0])
    shutil.copytree(tiny_tagger, tmp_path / "tagger")
    shutil.copy(tmp_path / "two" / "model.onnx", tmp_path / "tagger")
    with pytest.raises(ModelError, match="expected logits of 3 axes"):
        measure(TokenClassifier(model=str(tmp_path / "tagger"), backend="onnxruntime"), TEXTS[0])


def test_without_a_converted_model_or_the_package_it_says_so(tiny_cola, cola, monkeypatch):
    with pytest.raises(ModelError, match="holds no converted model"):
        Classifier(model=str(tiny_cola), backend="onnxruntime").signature()
    scorer = Classifier(model=str(cola), backend="onnxruntime")
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingExtraError, match=r"evalkit\[onnx\]"):
        measure(scorer, TEXTS[0])


def test_the_librarys_telemetry_is_off_before_it_starts(cola, tmp_path):
    """Builds from 1.32 on report by default, and keep an identifier in the home folder."""
    code = (
        "import os, sys; from evalkit.models.head_networks import open_onnx; from pathlib import "
        "Path; assert 'onnxruntime' not in sys.modules; "
        f"open_onnx(Path({str(cola / 'model.onnx')!r}), rank=2, n_labels=2); "
        "print(os.environ['ORT_DISABLE_TELEMETRY'])"
    )
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ORT_", "XDG_"))}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**kept, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "1"
    assert list(tmp_path.iterdir()) == []
