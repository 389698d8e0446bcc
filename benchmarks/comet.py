"""COMET in an environment of its own, through evalkit and without it: the same numbers.

Builds a small checkpoint of each of COMET's kinds as COMET saves them (``hparams.yaml``,
``checkpoints/model.ckpt``; an XLM-R-shaped encoder with random weights, a tokeniser made here):
RegressionMetric, ReferencelessRegression, UnifiedMetric without references (as Kiwi) and with
them (UniTE), XCOMETMetric. Scores the same texts with each by COMET's
own ``predict`` and by ``evalkit score``, and prints versions, times and the largest difference.

    python benchmarks/comet.py --python /path/to/comet-venv/bin/python

The environment: ``python3.11 -m venv comet-venv``, then in it
``pip install "unbabel-comet==2.2.7" "setuptools<80"``.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BOUND = 1e-5

BUILD = r"""
import json, sys
from pathlib import Path
import pytorch_lightning, torch, yaml
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import XLMRobertaConfig, XLMRobertaModel, XLMRobertaTokenizerFast
from comet.models import ReferencelessRegression, RegressionMetric, UnifiedMetric, XCOMETMetric

torch.manual_seed(1)
home, words = Path(sys.argv[1]), json.loads(sys.argv[2])
vocabulary = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", -9.0)]
letters = sorted({letter for word in words for letter in word})
vocabulary += [("\u2581", -6.0)] + [(letter, -7.0) for letter in letters]
vocabulary += [("\u2581" + word, -3.0) for word in words] + [("<mask>", 0.0)]
inner = Tokenizer(models.Unigram(vocabulary, unk_id=3))
inner.pre_tokenizer = pre_tokenizers.Metaspace()
inner.decoder = decoders.Metaspace()
inner.post_processor = processors.TemplateProcessing(
    single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>",
    special_tokens=[("<s>", 0), ("</s>", 2)],
)
encoder = home / "encoder"
tokenizer = XLMRobertaTokenizerFast(tokenizer_object=inner)
tokenizer.save_pretrained(encoder)
config = XLMRobertaConfig(
    vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=3, num_attention_heads=4,
    intermediate_size=64, max_position_embeddings=66, type_vocab_size=1, initializer_range=0.5,
    pad_token_id=1, bos_token_id=0, eos_token_id=2,
)
XLMRobertaModel(config, add_pooling_layer=False).save_pretrained(encoder)
common = dict(encoder_model="XLM-RoBERTa", pretrained_model=str(encoder), hidden_sizes=[32, 16],
              layer_transformation="softmax", train_data=[], validation_data=[])
made = {
    "regression": (RegressionMetric, dict(common)),
    "referenceless": (ReferencelessRegression, dict(common)),
    "kiwi": (UnifiedMetric, dict(common, input_segments=["mt", "src"], word_layer=3)),
    "unite": (UnifiedMetric, dict(common, input_segments=["mt", "src", "ref"], word_layer=3)),
    "xcomet": (XCOMETMetric, dict(common, word_layer=3, word_level_training=True,
                                  error_labels=["minor", "major", "critical"])),
}
for name, (kind, options) in made.items():
    model = kind(**options)
    model.eval()
    folder = home / name
    (folder / "checkpoints").mkdir(parents=True)
    trainer = pytorch_lightning.Trainer(accelerator="cpu", logger=False, enable_checkpointing=False,
                                        enable_progress_bar=False)
    trainer.strategy.connect(model)
    trainer.save_checkpoint(folder / "checkpoints" / "model.ckpt", weights_only=True)
    (folder / "hparams.yaml").write_text(yaml.safe_dump(dict(model.hparams)))
"""
"""Makes the checkpoints: a folder, and the words that the tokeniser shall know as JSON."""

PREDICT = r'''
import json, sys, time
import numpy, pytorch_lightning, torch, transformers
from importlib.metadata import version
from comet import load_from_checkpoint

model = load_from_checkpoint(sys.argv[1] + "/checkpoints/model.ckpt", local_files_only=True)
samples = json.load(open(sys.argv[2]))
started = time.perf_counter()
found = model.predict(samples, batch_size=16, gpus=0, progress_bar=False)
seconds = time.perf_counter() - started

def length(text):
    return len(model.encoder.tokenizer(text)["input_ids"])

def is_cut(sample):
    """Whether the encoder gets less than all sub-words, by COMET's own preparation."""
    made = model.prepare_sample([sample], stage="predict")
    if isinstance(made, dict):
        masks = {part: made.get(part + "_attention_mask") for part in ("mt", "src", "ref")}
        return any(mask.sum() < length(sample[p]) for p, mask in masks.items() if mask is not None)
    known = [part for part in ("mt", "src", "ref") if part in model.hparams.input_segments]
    groups = [known] if len(known) < 3 else [["mt", "src"], ["mt", "ref"], known]
    for group, read in zip(groups, made):
        marks = 2 + model.encoder.size_separator * (len(group) - 1)
        whole = sum(length(sample[part]) - 2 for part in group) + marks
        if whole - read["attention_mask"].sum() > 1:  # 1: the end mark alone
            return True
    return False

packages = ("unbabel-comet", "torch", "transformers", "numpy", "pytorch-lightning")
print("ANSWER", json.dumps({
    "scores": found["scores"], "seconds": seconds, "cut": [is_cut(sample) for sample in samples],
    "versions": {package: version(package) for package in packages},
}))
'''
"""COMET itself: a model's folder, and a file of samples."""

MODELS = ("regression", "referenceless", "kiwi", "unite", "xcomet")
WORDS = ["the", "ferry", "was", "late", "a", "library", "lends", "tools", "nobody", "waited"]


def main() -> None:
    """Builds, scores both ways, and compares."""
    options = _options()
    if not Path(options.python).is_file():
        print(
            f"left out: there is no {options.python}. Make it with: python3.11 -m venv comet-venv; "
            'comet-venv/bin/pip install "unbabel-comet==2.2.7" "setuptools<80"'
        )
        return
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _run([options.python, "-c", BUILD, str(home), json.dumps(WORDS)])
        samples = _samples(options.items)
        _write(home, samples)
        worst = max(_model(options.python, home, name) for name in MODELS)
        _mixed(options.python, home)
    print(f"largest difference of all: {worst:.2e} (bound {BOUND:g})")
    if worst > BOUND:
        raise SystemExit(1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--python", default="comet-venv/bin/python", help="Where COMET is.")
    parser.add_argument("--items", type=int, default=300, help="Segments.")
    return parser.parse_args()


def _samples(n: int) -> list[dict[str, str]]:
    """Texts of 0 to 50 known and unknown words, so that some are longer than the encoder reads."""
    rng = random.Random(7)

    def text(shortest: int, longest: int) -> str:
        words = rng.choices([*WORDS, "naïve", "日本"], k=rng.randint(shortest, longest))
        return " ".join(words)

    longest = [50 if i % 5 == 0 else 15 for i in range(n)]
    return [{"mt": text(0, k), "src": text(0, k), "ref": text(1, k)} for k in longest]


def _write(home: Path, samples: list[dict[str, str]]) -> None:
    (home / "samples.json").write_text(json.dumps(samples), encoding="utf-8")
    rows = [
        {"id": str(i), "hypothesis": s["mt"], "source": s["src"], "references": [s["ref"]]}
        for i, s in enumerate(samples)
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    (home / "rows.jsonl").write_text(lines, encoding="utf-8")


def _model(python: str, home: Path, name: str) -> float:
    """The largest difference between the two ways, for one model."""
    said = _run([python, "-c", PREDICT, str(home / name), str(home / "samples.json")])
    own = json.loads(said.split("ANSWER ", 1)[1])
    started = time.perf_counter()
    whole = json.loads(_evalkit(home, f"comet(python={python},model={home / name})"))
    seconds = time.perf_counter() - started
    rows = whole["segments"]
    differences = [
        abs(row["scores"]["comet"] - score) for row, score in zip(rows, own["scores"], strict=True)
    ]
    (metric,) = whole["systems"][0]["metrics"]
    mean = sum(own["scores"]) / len(own["scores"])
    cut = ["notes" in row for row in rows]
    print(
        f"{name}: {len(rows)} segments, scores {min(own['scores']):.4f} to "
        f"{max(own['scores']):.4f}; largest difference {max(differences):.2e}, of the mean "
        f"{abs(metric['value'] - mean):.2e}"
    )
    print(
        f"  longer than the encoder reads: {sum(cut)} are said to be, "
        f"{sum(own['cut'])} are; the same ones: {'yes' if cut == own['cut'] else 'NO'}"
    )
    print(
        f"  evalkit, start and all: {seconds:.1f} s; COMET's predict alone: {own['seconds']:.1f} s"
    )
    print("  " + ", ".join(f"{package} {v}" for package, v in own["versions"].items()))
    print("  " + metric["signature"])
    if cut != own["cut"]:
        raise SystemExit("what is said to be cut is not what COMET cuts")
    return max(*differences, abs(metric["value"] - mean))


def _mixed(python: str, home: Path) -> None:
    """Both models beside BLEU, with intervals and a test of two systems."""
    metrics = ",".join(
        f"comet(python={python},model={home / name},name={name})" for name in ("regression", "kiwi")
    )
    rows = home / "rows.jsonl"
    other = home / "other.jsonl"
    changed = [json.loads(line) for line in rows.read_text(encoding="utf-8").splitlines()]
    for row in changed:
        row["hypothesis"] = row["hypothesis"].replace("library", "shop")
    other.write_text("".join(json.dumps(row) + "\n" for row in changed), encoding="utf-8")
    print(_run([
        sys.executable, "-m", "evalkit", "compare", "--hypotheses", str(rows),
        "--hypotheses", str(other), "--metrics", f"{metrics},bleu", "--allow-code", "--no-sanity",
    ]))  # fmt: skip


def _evalkit(home: Path, metric: str) -> str:
    return _run([
        sys.executable, "-m", "evalkit", "score", "--hypotheses", str(home / "rows.jsonl"),
        "--metrics", metric, "--allow-code", "--segments", "--format", "json", "--no-sanity",
    ])  # fmt: skip


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command[:3]} failed:\n{done.stderr[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    main()
