"""A package called comet, as far as the adapter knows it: its sub-words are words."""

from pathlib import Path

__all__ = ["write_comet", "write_model"]

PACKAGE = """
import json, sys
from pathlib import Path

print("comet is being imported")  # as COMET's libraries do, on standard output

class Tokenizer:
    def __call__(self, text, add_special_tokens=True):
        ids = list(range(len(text.split())))
        return {"input_ids": [0, *ids, 2] if add_special_tokens else ids}

class Encoder:
    tokenizer, max_positions, size_separator = Tokenizer(), 12, 2

class Model:
    def __init__(self, hparams):
        self.hparams = hparams
        self.encoder = Encoder()
        self.word_level = hparams.get("word_level", False)

    def eval(self):
        return self

    def requires_references(self):
        return self.hparams.get("input_segments", ["mt", "ref"]) == ["mt", "ref"]

    def predict(self, samples, batch_size, gpus, progress_bar, num_workers):
        print("Predicting", len(samples))
        assert not progress_bar and not gpus
        [len(sample["src"]) for sample in samples]
        scores = [self.one(sample) for sample in samples]
        spans = [[{"text": "", "confidence": 0.75, "severity": "critical", "start": 0,
                   "end": len(sample["mt"]) + 1}] for sample in samples]
        return {"scores": scores, "metadata": {"error_spans": spans}}

    def one(self, sample):
        if "fails" in sample["mt"]:
            raise RuntimeError("CUDA out of memory")
        if "nan" in sample["mt"]:
            return float("nan")
        shared = set(sample["mt"].split()) & set(sample.get("ref", sample["src"]).split())
        return len(shared) / 4 + len(sample["src"].split()) * 10

class RegressionMetric(Model): pass
class ReferencelessRegression(Model): pass
class UnifiedMetric(Model): pass
class XCOMETMetric(Model): pass

def load_from_checkpoint(path, local_files_only):
    hparams = json.loads(Path(path).read_text())
    return globals()[hparams["class"]](hparams)

def download_model(model, local_files_only):
    if local_files_only:
        raise KeyError(f"Model {model} not supported by COMET.")
    return str(Path(__file__).parent / "brought.ckpt")
"""


def write_comet(folder: Path) -> str:
    """Writes the package; returns what to put into an environment to have it imported."""
    home = folder / "packages" / "comet"
    home.mkdir(parents=True, exist_ok=True)
    (home / "__init__.py").write_text(PACKAGE, encoding="utf-8")
    (home / "brought.ckpt").write_text('{"class": "ReferencelessRegression"}', encoding="utf-8")
    return f"PYTHONPATH={home.parent}"


def write_model(folder: Path, hparams: str) -> Path:
    """Writes a model's folder, with its checkpoint where COMET has it."""
    (folder / "checkpoints").mkdir(parents=True)
    (folder / "checkpoints" / "model.ckpt").write_text(hparams, encoding="utf-8")
    return folder
