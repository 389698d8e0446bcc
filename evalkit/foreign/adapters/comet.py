#!/usr/bin/env python3
"""COMET and COMET-Kiwi behind evalkit's protocol; runs where unbabel-comet is installed.

Started by its path, by the Python of that environment, with that environment's packages alone::

    /path/to/comet-venv/bin/python comet.py --model MODEL [--gpus 0|1] [--batch-size 16]
        [--references mean|max|none] [--long-input truncate|refuse] [--offline]

Written against unbabel-comet 2.2.7 (Python 3.8 and later). Scores are those of its ``predict``.
COMET cuts what its encoder cannot read and says nothing; here each text is counted in sub-words
first, by COMET's own limits: a text alone is cut to ``max_positions - 2``, and texts that are read
together (Kiwi, UniTE, XCOMET) to ``max_positions`` in all.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import os
import platform
import sys
import warnings
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import fmean
from typing import Any, TextIO

PACKAGES = ("unbabel-comet", "torch", "transformers", "tokenizers")
SEVERITIES = {"minor": "minor", "major": "major", "critical": "major"}
PARTS = {"mt": "hypothesis", "src": "source", "ref": "reference"}


class Comet:
    """A loaded model and how its samples are made and read."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        comet = the_package()
        checkpoint = find_checkpoint(options.model, options.offline, comet.download_model)
        self.model = comet.load_from_checkpoint(str(checkpoint), local_files_only=options.offline)
        self.encoder = self.model.encoder
        segments = self.model.hparams.get("input_segments")
        kind = type(self.model).__name__
        self.together = segments is not None
        """Whether the texts are read as one sequence, or each for itself."""
        if segments is None:
            segments = ["mt", "src"] + ([] if kind == "ReferencelessRegression" else ["ref"])
        self.segments: list[str] = list(segments)
        if options.references == "none" and "ref" in self.segments:
            if not self.together or self.model.requires_references():
                raise SystemExit(f"{kind} cannot do without references")
            self.segments.remove("ref")
        self.word_level = bool(getattr(self.model, "word_level", False))
        self.signature = {
            "model": "sha256-" + hash_of(checkpoint),
            "class": kind,
            "refs": options.references if "ref" in self.segments else "none",
            "long": options.long_input,
            "device": "cuda" if options.gpus else "cpu",
            "python": platform.python_version(),
            **{package: version_of(package) for package in PACKAGES},
        }

    def hello(self) -> dict[str, Any]:
        """What evalkit is told first."""
        needs = {"src": "sources", "ref": "references"}
        return {
            "type": "hello",
            "protocol": 1,
            "name": "comet",
            "fields": [{"unit": "as the model gives it", "higher_is_better": True}],
            "needs": [name for segment, name in needs.items() if segment in self.segments],
            "spans": self.word_level,
            "signature": self.signature,
        }

    def measure(self, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """An answer for each item."""
        answers: dict[int, dict[str, Any]] = {}
        samples: list[dict[str, str]] = []
        owners: list[int] = []
        for item in items:
            answer: dict[str, Any] = {"id": item["id"]}
            answers[item["id"]] = answer
            own = list(self.samples(item))
            if any(0xD800 <= ord(c) < 0xE000 for sample in own for c in "".join(sample.values())):
                answer["reason"] = "a text holds half of a surrogate pair, which is no character"
                continue
            cut = "; ".join(dict.fromkeys(text for each in own for text in self.cuts(each)))
            if cut and self.options.long_input == "refuse":
                answer["reason"] = "too long for the model: " + cut
                continue
            if cut:
                answer["cut"] = cut
            samples += own
            owners += [item["id"]] * len(own)
        if samples:
            self.fill(answers, owners, samples)
        return list(answers.values())

    def samples(self, item: dict[str, Any]) -> Iterator[dict[str, str]]:
        """What COMET reads for an item: once, or once with each of its references."""
        known = {"mt": item["hypothesis"], "src": item.get("source", "")}
        base = {segment: known[segment] for segment in self.segments if segment in known}
        if "ref" not in self.segments:
            yield base
            return
        for reference in item["references"]:
            yield dict(base, ref=reference)

    def fill(
        self, answers: dict[int, dict[str, Any]], owners: list[int], samples: list[dict[str, str]]
    ) -> None:
        """Puts scores, and spans where the model marks them, into the answers."""
        if "src" not in self.segments:
            samples = [dict(sample, src="") for sample in samples]  # predict sorts by it
        found = self.model.predict(
            samples,
            batch_size=self.options.batch_size,
            gpus=self.options.gpus,
            progress_bar=False,
            num_workers=0,
        )
        choose = max if self.options.references == "max" else fmean
        scores: dict[int, list[float]] = {}
        for owner, score in zip(owners, found["scores"]):  # noqa: B905  (Python 3.8)
            scores.setdefault(owner, []).append(float(score))
        for owner, own in scores.items():
            if any(score != score for score in own):
                answers[owner].pop("cut", None)
                answers[owner]["reason"] = "the model gives no number for this text"
            else:
                answers[owner]["scores"] = [choose(own)]
        if self.word_level:
            self.mark(answers, owners, samples, found["metadata"]["error_spans"])

    def mark(
        self,
        answers: dict[int, dict[str, Any]],
        owners: list[int],
        samples: list[dict[str, str]],
        marked: list[list[dict[str, Any]]],
    ) -> None:
        """The error spans of a word-level model, as read with the first reference."""
        for owner, sample, spans in zip(owners, samples, marked):  # noqa: B905  (Python 3.8)
            if "scores" not in answers[owner] or "spans" in answers[owner]:
                continue
            end = len(sample["mt"])
            answers[owner]["spans"] = [
                {
                    "start": min(int(span["start"]), end),
                    "end": min(int(span["end"]), end),
                    "severity": SEVERITIES[span["severity"]],
                    "probability": min(max(float(span["confidence"]), 0.0), 1.0),
                    "message": "critical" if span["severity"] == "critical" else "",
                }
                for span in spans
            ]

    def cuts(self, sample: dict[str, str]) -> Iterator[str]:
        """What of a sample the encoder does not read, in words."""
        kept: dict[str, int] = {}
        alone = self.encoder.max_positions - 2
        for segment in self.segments:
            n = self.n_subwords(sample[segment])
            whole = self.together and self.word_level and segment == "mt"
            kept[segment] = n if whole else min(n, alone - 2)
            if kept[segment] < n:
                yield lost(n - kept[segment], n, PARTS[segment])
        if not self.together:
            return
        pairs = [["mt", segment] for segment in self.segments if segment != "mt"]
        for group in pairs + ([self.segments] if len(pairs) > 1 else []):
            n = sum(kept[segment] for segment in group)
            marks = 2 + self.encoder.size_separator * (len(group) - 1)
            over = n + marks - self.encoder.max_positions - 1
            if over > 0:
                yield lost(over, n, " + ".join(PARTS[segment] for segment in group))

    def n_subwords(self, text: str) -> int:
        """Sub-words of a text, without the marks at its ends."""
        return len(self.encoder.tokenizer(text, add_special_tokens=False)["input_ids"])


def lost(n: int, whole: int, what: str) -> str:
    """The words for a cut."""
    return f"the last {n} of {whole} sub-words of {what} were not read"


def the_package() -> Any:
    """COMET: the package, not this file, which is called comet too."""
    here = Path(__file__).resolve().parent
    sys.path[:] = [place for place in sys.path if Path(place or ".").resolve() != here]
    try:
        import comet
    except ImportError as error:
        raise SystemExit(
            f"COMET cannot be imported by {sys.executable} ({error}). Install it there: "
            'pip install unbabel-comet "setuptools<80"'
        ) from error
    return comet


def find_checkpoint(model: str, offline: bool, download: Callable[..., str]) -> Path:
    """The checkpoint that a path or a hub id names."""
    path = Path(model).expanduser()
    inside = path / "checkpoints" / "model.ckpt"
    if path.is_dir():
        if inside.is_file():
            return inside
        found = sorted(path.rglob("*.ckpt"))
        if len(found) == 1:
            return found[0]
        raise SystemExit(f"{path} holds {len(found)} checkpoints (*.ckpt): name the one to use")
    if path.is_file():
        return path
    if path.is_absolute() or model.startswith(".") or model.count("/") != 1:
        raise SystemExit(f"there is no COMET model {model}: a checkpoint, folder or hub id")
    try:
        return Path(download(model, local_files_only=offline))
    except Exception as error:
        raise SystemExit(
            f"the COMET model {model} cannot be brought here ({type(error).__name__}: {error}). "
            f"Bring it with: hf download {model}"
        ) from error


def hash_of(path: Path) -> str:
    """The first 16 hexadecimal digits of the file's SHA-256."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for piece in iter(lambda: file.read(1 << 20), b""):
            digest.update(piece)
    return digest.hexdigest()[:16]


def version_of(package: str) -> str:
    """The installed version."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def options_of(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="COMET for evalkit.")
    parser.add_argument("--model", required=True)
    parser.add_argument("--gpus", type=int, default=0, choices=(0, 1))
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--references", default="mean", choices=("mean", "max", "none"))
    parser.add_argument("--long-input", default="truncate", choices=("truncate", "refuse"))
    parser.add_argument("--offline", action="store_true")
    return parser.parse_args(arguments)


def serve(options: argparse.Namespace, answers: TextIO) -> None:
    """Answers requests until evalkit says bye, or is gone."""
    made: Comet | None = None
    for line in sys.stdin.buffer:
        request = json.loads(line)
        if request["type"] == "bye":
            return
        try:
            if made is None:
                made = Comet(options)
            if request["type"] == "hello":
                answer = made.hello()
            else:
                items = made.measure(request["items"])
                answer = {"type": "measured", "id": request["id"], "items": items}
        except (Exception, SystemExit) as error:
            plain = isinstance(error, SystemExit)
            said = str(error) if plain else f"{type(error).__name__}: {error}"
            answer = {"type": "error", "message": said}
            if not plain:
                logging.getLogger(__name__).exception("failed")
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def main() -> None:
    """Keeps standard output for answers, and serves."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)  # what COMET and its libraries print goes to standard error
    options = options_of()
    if options.offline:
        os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")
    warnings.filterwarnings("ignore")  # standard error is left to what matters when it fails
    for name in ("pytorch_lightning", "lightning.pytorch", "transformers"):
        logging.getLogger(name).setLevel(logging.ERROR)
    serve(options, answers)


if __name__ == "__main__":
    main()
