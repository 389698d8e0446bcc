"""Runs over sixteen documents, enough for tests: what two versions of a system wrote."""

import json
import random
from collections.abc import Mapping
from pathlib import Path

from evalkit.config.load import load
from evalkit.pipeline.run import evaluate
from evalkit.results import Report

__all__ = ["NAMES", "REFERENCES", "report_of", "worse"]

NAMES = tuple(f"boat-{n:02}" for n in range(16))
REFERENCES = {
    name: f"The boat {name} left port {n % 5} at noon with {n} crates of fish for the market."
    for n, name in enumerate(NAMES)
}
CONFIG = """
name: fleet
corpus: {path: texts}
references: refs
fluency: {scorers: [mechanics], of: [documents, summaries]}
summaries:
  systems: [{name: ours, kind: file, path: ours.jsonl, length: short}]
  metrics: [rouge1, bleu, chrf, faithfulness, distinct2]
statistics: {draws: 200, seed: 3}
"""


def worse(share: float, seed: int) -> dict[str, str]:
    """Summaries in which that share of words is another word."""
    rng = random.Random(seed)
    return {
        name: " ".join(w if rng.random() > share else "oops" for w in text.split())
        for name, text in REFERENCES.items()
    }


def report_of(
    folder: Path,
    outputs: Mapping[str, str],
    *,
    config: str = CONFIG,
    references: Mapping[str, str] | None = None,
    texts: Mapping[str, str] | None = None,
) -> Report:
    """Runs the config over these outputs into ``folder/run``."""
    for name, reference in (references or REFERENCES).items():
        own = folder / "refs" / name
        own.mkdir(parents=True)
        (own / "summary.short.a.txt").write_text(reference + "\n")
    (folder / "texts").mkdir()
    for name in NAMES:
        text = (texts or {}).get(name, f"{REFERENCES[name]} Nobody saw it come back.")
        (folder / "texts" / f"{name}.txt").write_text(text)
    rows = [json.dumps({"id": name, "text": text}) for name, text in outputs.items()]
    (folder / "ours.jsonl").write_text("\n".join(rows) + "\n")
    (folder / "fleet.yaml").write_text(config)
    return evaluate(load(folder / "fleet.yaml"), folder / "run").report
