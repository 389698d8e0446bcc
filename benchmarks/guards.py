"""The alignment guard and the sanity gate over real outputs: false alarms, misses, speed.

    python benchmarks/guards.py --data FILE [FILE ...] [--tries 20] [--language en]

A FILE is JSON Lines (.gz or not) of rows with ``source``, ``systems`` and ``references`` by name.
For each system: what the gate finds beside the first reference; whether the guard finds a shift
where there is none; and of shifts planted at random places (one to three lines, either way), by
the length of the shifted stretch, how many are found with the right offset. Then the references
themselves are looked at as outputs, without a reference: all that is found there is a false alarm,
or a liberty that a translator took. Lastly the time for a segment. Nothing is asserted but that
files in line are not called shifted: exit code 1 if one is.
"""

import argparse
import gzip
import json
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from evalkit.guard.gate import Outputs, examine
from evalkit.guard.shift import fit

LENGTHS = (4, 6, 8, 12, 20)


def rows(path: Path) -> list[dict[str, dict[str, str]]]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def planted(texts: Sequence[str], length: int, rng: random.Random) -> tuple[list[str], range, int]:
    """The texts with a stretch that stands some lines too early or too late."""
    by = rng.choice((-3, -2, -1, 1, 2, 3))
    at = rng.randrange(3, len(texts) - length - 3)
    moved = list(texts)
    moved[at : at + length] = texts[at + by : at + by + length]
    return moved, range(at, at + length), by


def recall(texts: Sequence[str], references: Sequence[str], tries: int) -> dict[int, float]:
    rng = random.Random(1)
    found = dict.fromkeys(LENGTHS, 0)
    for length in LENGTHS:
        for _ in range(tries):
            moved, place, by = planted(texts, length, rng)
            found[length] += any(
                shift.by == by and shift.start < place.stop and place.start < shift.end
                for shift in fit(moved, references).shifts
            )
    return {length: n / tries for length, n in found.items()}


def counted(outputs: Outputs) -> str:
    clock = time.process_time()
    found = examine(outputs)
    each = 1e6 * (time.process_time() - clock) / max(1, len(outputs.texts))
    counts = {kind: n for kind, n in found.n_items.items() if n}
    return f"{counts or 'nothing'} ({each:.0f} µs a segment)"


def main() -> int:
    parser = argparse.ArgumentParser(description="Guards over real outputs.")
    parser.add_argument("--data", type=Path, nargs="+", required=True)
    parser.add_argument("--tries", type=int, default=20)
    parser.add_argument("--language", default="en")
    asked = parser.parse_args()
    false = 0
    for path in asked.data:
        if not path.exists():
            print(f"{path} is not here: nothing was measured on it")
            continue
        data = rows(path)
        sources = [str(row["source"]) for row in data]
        references = [next(iter(row["references"].values())) for row in data]
        beside = [(text,) for text in references]
        for name in data[0]["systems"]:
            texts = [row["systems"][name] for row in data]
            lies = fit(texts, references)
            false += bool(lies.shifts)
            gate = counted(
                Outputs(texts=texts, sources=sources, references=beside, language=asked.language)
            )
            print(f"{path.name} {name}: {gate}")
            print(f"    shifts {len(lies.shifts)}, no better than chance: {lies.is_chance}")
            if asked.tries and not lies.is_chance:
                print(
                    f"    planted shifts found, by lines: {recall(texts, references, asked.tries)}"
                )
        alone = Outputs(texts=references, sources=sources, language=asked.language)
        print(f"{path.name} references as outputs ({len(references)}): {counted(alone)}")
    return 1 if false else 0


if __name__ == "__main__":
    sys.exit(main())
