"""How fast ``evalkit view`` answers a sorted, filtered page of a million segments, and its memory.

    python benchmarks/view.py [--segments 1000000] [--pages 300]

Makes up a run (texts of about 20 words, a reference each, five numbers), starts the real command
in a process of its own, and asks it over HTTP for pages drawn at random: by any number, either
way, with bounds, a document or a word to search for. Every tenth answer is held against a plain
sort of the same numbers. Prints median, 95th percentile and the slowest, and the server's peak
memory. Exit code 1 where the 95th percentile is 300 ms or more, memory 1 GB or more, or an answer
is wrong.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from evalkit.pipeline.versions import about_now
from evalkit.results import Report
from evalkit.store.folder import open_for_writing
from evalkit.store.items import ITEMS, Row, write_items

FIELDS = ("bleu", "chrf", "ter", "rouge1", "rougeL")
LIMIT_MS, LIMIT_MB = 300, 1024
SIZE = 50


def words(rng: np.random.Generator) -> np.ndarray:
    """30,000 invented words."""
    syllables = np.array([a + b for a in "bdfgklmnprstvz" for b in "aeiou"])
    return np.array(["".join(rng.choice(syllables, size=k)) for k in rng.integers(1, 5, 30_000)])


def rows(n: int, scores: np.ndarray, rng: np.random.Generator) -> Iterator[Row]:
    """The made-up segments; the first 17 of a hundred lack their TER."""
    vocabulary = words(rng)
    weights = 1 / np.arange(10, 10 + len(vocabulary))
    cumulated = np.cumsum(weights) / weights.sum()
    for number in range(n):
        chosen = vocabulary[np.searchsorted(cumulated, rng.random(int(rng.integers(10, 31))))]
        text = " ".join(chosen)
        yield Row(
            table="scores",
            system="ours",
            document=f"doc{number // 25}",
            index=number % 25,
            id=f"s{number}",
            hypothesis=text,
            references=(text[::-1],),
            scores={
                field: None if np.isnan(value) else float(value)
                for field, value in zip(FIELDS, scores[number], strict=True)
            },
        )


def make_run(folder: Path, n: int) -> np.ndarray:
    """Writes the run; returns its numbers (n, 5)."""
    rng = np.random.default_rng(1)
    scores = np.round(rng.beta(2, 2, (n, len(FIELDS))) * 100, 2)  # ties, as real scores have
    scores[np.arange(n) % 100 < 17, 2] = np.nan
    with open_for_writing(folder) as run:
        run.write_manifest("running", {})
        write_items(folder / ITEMS, rows(n, scores, rng), FIELDS)
        run.write_report(Report(run=about_now("score"), tables=(), documents=(), items=()))
    return scores


def questions(n: int, count: int, rng: np.random.Generator) -> Iterator[dict[str, str]]:
    """Pages that somebody might ask for."""
    some = words(np.random.default_rng(1))
    for at in range(count):
        asked = {"table": "scores", "field": str(rng.choice(FIELDS)), "sort": "score"}
        asked["descending"] = str(int(rng.integers(0, 2)))
        asked["page"] = str(int(rng.integers(0, 200)) if at % 2 else 0)
        low = float(rng.uniform(0, 60))
        asked["low"], asked["high"] = f"{low:.1f}", f"{low + rng.uniform(10, 60):.1f}"
        if at % 10 == 3:
            asked["document"] = f"doc{int(rng.integers(0, max(1, n // 25)))}"
        if at % 10 == 7:
            asked["search"] = str(rng.choice(some[2000:]))
        yield asked


def expected(asked: dict[str, str], scores: np.ndarray) -> list[int]:
    """The rows of a page by a plain sort."""
    values = scores[:, FIELDS.index(asked["field"])]
    fits = np.flatnonzero((values >= float(asked["low"])) & (values <= float(asked["high"])))
    sign = -1 if asked["descending"] == "1" else 1
    ordered = fits[np.lexsort((fits, sign * values[fits]))]
    start = int(asked["page"]) * SIZE
    return ordered[start : start + SIZE].tolist()


def ask(address: str, asked: dict[str, str]) -> tuple[float, dict[str, list[dict[str, int]]]]:
    """Milliseconds and the answer."""
    url = f"{address}api/rows?{urllib.parse.urlencode(asked)}"
    begin = time.perf_counter()
    with urllib.request.urlopen(url) as answer:
        body = answer.read()
    return 1000 * (time.perf_counter() - begin), json.loads(body)


def peak_mb(pid: int) -> float:
    """The most memory that the process held, its mapped files among it."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def main() -> int:
    """Builds the run, asks, prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--segments", type=int, default=1_000_000)
    parser.add_argument("--pages", type=int, default=300)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "run"
        begin = time.perf_counter()
        scores = make_run(folder, options.segments)
        size = (folder / ITEMS).stat().st_size / 2**20
        print(
            f"{options.segments:,} segments written in {time.perf_counter() - begin:.0f} s, "
            f"{size:.0f} MB"
        )
        server = subprocess.Popen(
            [sys.executable, "-m", "evalkit", "view", str(folder)],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            begin = time.perf_counter()
            address = server.stdout.readline().split()[1]
            print(f"ready after {time.perf_counter() - begin:.1f} s")
            times: dict[str, list[float]] = {"sorted, filtered": [], "with search": []}
            good = True
            rng = np.random.default_rng(2)
            for at, asked in enumerate(questions(options.segments, options.pages, rng)):
                taken, found = ask(address, asked)
                kind = "with search" if "search" in asked else "sorted, filtered"
                times[kind].append(taken)
                if at % 10 == 0:
                    good &= [r["row"] for r in found["rows"]] == expected(asked, scores)
            memory = peak_mb(server.pid)
        finally:
            server.terminate()
            server.wait()
    whole = np.array([taken for kind in times.values() for taken in kind])
    for kind, taken in (*times.items(), ("all", whole.tolist())):
        middle, high = np.percentile(taken, [50, 95])
        print(
            f"{kind:<17} {len(taken):>4} pages: median {middle:.0f} ms, 95 % {high:.0f} ms, "
            f"slowest {max(taken):.0f} ms"
        )
    print(f"peak memory {memory:.0f} MB; answers equal to a plain sort: {good}")
    return 0 if good and np.percentile(whole, 95) < LIMIT_MS and memory < LIMIT_MB else 1


if __name__ == "__main__":
    sys.exit(main())
