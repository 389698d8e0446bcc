"""The report's page: how long it takes to build and to open, and how large it is.

Two runs: the two articles of ``configs/channel.yaml`` (a finished run folder, given by ``--run``),
and a made-up run of 20,000 segments with four metrics, TER edits, buckets, marks, and a fluency
part with the scores of every token. Opening needs chromium and playwright; without them that part
is left out, and said.

    python benchmarks/report.py --run runs/channel
"""

import argparse
import random
import shutil
import tempfile
from pathlib import Path
from time import perf_counter

from evalkit.pipeline.beside import pairings
from evalkit.report import render
from evalkit.results import (
    Bucket,
    BucketTable,
    Item,
    Mark,
    MarkedDocument,
    ReferenceText,
    Report,
    RunInfo,
    Score,
    SentenceScores,
    Table,
    Token,
)
from evalkit.store.folder import read_report

N = 20_000
FIELDS = ("bleu", "chrf", "chrf++", "ter")
SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "ar", "en", "is")]


def vocabulary(rng: random.Random) -> list[str]:
    return ["".join(rng.choices(SYLLABLES, k=rng.randint(1, 4))) for _ in range(20_000)]


def sentence(rng: random.Random, words: list[str]) -> list[str]:
    # Word frequencies fall off as in a language (Zipf), so that the page compresses as one would.
    return [words[int(20_000 ** rng.random()) - 1] for _ in range(rng.randint(8, 36))]


def changed(rng: random.Random, tokens: list[str], words: list[str]) -> list[str]:
    return [rng.choice(words) if rng.random() < 0.12 else token for token in tokens]


def large(n: int = N) -> Report:
    rng = random.Random(3)
    words = vocabulary(rng)
    items, documents = [], []
    for start in range(0, n, 40):
        lines = []
        for at in range(start, min(n, start + 40)):
            reference = sentence(rng, words)
            hypothesis = " ".join(changed(rng, reference, words)) + "."
            lines.append(hypothesis)
            text = " ".join(reference) + "."
            items.append(
                Item(
                    table="segments",
                    system="engine",
                    document=f"document-{start // 40:04}",
                    index=at % 40,
                    hypothesis=hypothesis,
                    references=(ReferenceText(name="post-edit", text=text),),
                    scores={field: rng.uniform(0, 100) for field in FIELDS},
                    pairings=pairings(hypothesis, [text], ["post-edit"], edits=True),
                )
            )
        documents.append(document(rng, f"document-{start // 40:04}", lines))
    tables = (
        table("segments", "segment", n, FIELDS),
        table("fluency", "sentence", n, ("detector",)),
    )
    return Report(
        run=info(),
        tables=tables,
        documents=tuple(documents),
        items=tuple(items),
        buckets=(bucket(n),),
    )


def document(rng: random.Random, id_: str, lines: list[str]) -> MarkedDocument:
    sentences, tokens, marks, at = [], [], [], 0
    for line in lines:
        scores: dict[str, float | None] = {"detector": rng.uniform(0, 100)}
        sentences.append(
            SentenceScores(start=at, end=at + len(line), paragraph=len(sentences), scores=scores)
        )
        place = at
        for word in line.split(" "):
            tokens.append(Token(start=place, end=place + len(word), value=rng.random() ** 6))
            if tokens[-1].value > 0.8:
                marks.append(
                    Mark(
                        start=place, end=place + len(word), scorer="detector", category="grammar",
                        probability=tokens[-1].value, message="A word seems to be missing here.",
                    )
                )  # fmt: skip
            place += len(word) + 1
        at += len(line) + 1
    return MarkedDocument(
        system="documents", table="fluency", id=id_, text="\n".join(lines),
        sentences=tuple(sentences), spans=tuple(marks), tokens={"detector": tuple(tokens)},
        scores={"detector": rng.uniform(0, 100)},
    )  # fmt: skip


def table(name: str, unit: str, n: int, fields: tuple[str, ...]) -> Table:
    system = "documents" if name == "fluency" else "engine"
    return Table(
        name=name, title=name.capitalize(), unit=unit, cluster=unit, n_items=n, n_clusters=n,
        systems=(system,),
        scores=tuple(
            Score(
                system=system, scorer=field, field=field, unit="0-100", value=50.0, low=49.0,
                high=51.0, higher_is_better=field != "ter", n_scored=n, n_skipped=0, signature="",
            )
            for field in fields
        ),
    )  # fmt: skip


def bucket(n: int) -> BucketTable:
    return BucketTable(
        table="segments",
        by="room",
        title="room",
        buckets=tuple(Bucket(name=name, sizes={"engine": n // 2}) for name in ("hall", "attic")),
        scores=(),
        members={"engine": tuple(at % 2 for at in range(n))},
    )


def info() -> RunInfo:
    return RunInfo(
        name="large", created="2031-01-01T00:00:00Z", finished="2031-01-01T00:00:00Z", seconds=1.0,
        config={}, versions={}, inputs={}, generators={},
    )  # fmt: skip


def built(name: str, report: Report, folder: Path) -> Path:
    start = perf_counter()
    html = render(report, "html")
    seconds = perf_counter() - start
    path = folder / f"{name}.html"
    path.write_text(html, encoding="utf-8")
    left_out = html.count("Not in this page, for its size")
    print(
        f"{name}: built in {seconds:.2f} s, {path.stat().st_size / 1e6:.2f} MB"
        f"{f', {left_out} notes of what is left out' if left_out else ', nothing left out'}"
    )
    return path


def opened(path: Path, sections: tuple[str, ...]) -> None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        print("not opened: playwright is not installed")
        return
    chromium = shutil.which("chromium")
    if chromium is None:
        print("not opened: chromium is not installed")
        return
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        for section in sections:
            found = []
            for _ in range(5):
                page = browser.new_context(offline=True).new_page()
                start = perf_counter()
                page.goto(f"{path.as_uri()}#{section}")
                page.wait_for_selector("html[data-ready=true]", state="attached")
                found.append(perf_counter() - start)
                page.context.close()
            print(f"{path.stem}#{section}: ready in {sorted(found)[2]:.2f} s (median of 5)")
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, help="finished run of configs/channel.yaml")
    run = parser.parse_args().run
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if run is None:
            print("the two articles are left out: give their finished run by --run")
        else:
            path = built("articles", read_report(run), folder)
            opened(path, ("overview", "fluency", "summaries", "translations", "systems"))
        start = perf_counter()
        report = large()
        print(f"({N} segments made up in {perf_counter() - start:.0f} s)")
        path = built("large", report, folder)
        sections = ("overview", "fluency", "translations?sort=v0", "systems?table=segments")
        opened(path, sections)


if __name__ == "__main__":
    main()
