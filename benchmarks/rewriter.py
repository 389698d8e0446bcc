"""The rewriter's bar: ROUGE on CNN/DailyMail's validation part against ``lead`` of equal length.

    python benchmarks/rewriter.py [--data ../shared/data] [--half b] [--documents 500] [--words 60]

Documents are drawn with a fixed seed from one half of ``summaries/cnn_dailymail.val`` (by the
parity of the first byte of the SHA-256 of the id: a even, b odd). The set is lower-cased and in
Penn tokens; for the summariser it is joined and its capitals are restored with counts from
``english/digitalgov``, ``masc``, ``speeches`` and ``fluency/mlqe_pe.train``. For ROUGE the set
stays as it is, and each summary is lower-cased and its contractions are parted as the set has them
(``can't`` -> ``ca n't``); other marks do not count in ROUGE's tokens. ``lead`` is cut, document by
document, to exactly as many words as the rewriter wrote. Bar: ROUGE-1, -2 and -L F1 at most one
point below ``lead``. Exit code 1 when it is missed, 2 when the data are absent.
"""

import argparse
import gzip
import hashlib
import json
import re
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from evalkit.metrics.extractiveness import Extractiveness
from evalkit.metrics.faithfulness import Faithfulness
from evalkit.metrics.rouge import rouge1, rouge2, rouge_l
from evalkit.records import Batch, GenerationBatch, Length, Output
from evalkit.stages import Generator, Scorer
from evalkit.summarize.lead import Lead
from evalkit.summarize.rewriter import Rewriter
from evalkit.text.sentences import split
from evalkit.text.words import count_words
from evalkit.training.casing import Casing, detokenise, learn_casing, split_tokenised

SEED = 20_261
TEXTS = {
    "english/digitalgov": "text",
    "english/masc": "text",
    "english/speeches": "text",
    "fluency/mlqe_pe.train": "post_edit",
}
BAR = 1.0
CONTRACTION = re.compile(r"(?<=\w)(n['’]t|['’](?:s|re|ve|ll|d|m))\b")


@dataclass(frozen=True, slots=True)
class Item:
    """A document of the set."""

    id: str
    text: str
    tokens: str
    reference: str


def rows(path: Path) -> Iterator[dict[str, object]]:
    """The rows of a file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def learned_casing(data: Path) -> Casing:
    """Which words the cased sets write with capitals."""
    return learn_casing(
        str(row[field]) for name, field in TEXTS.items() for row in rows(data / f"{name}.jsonl.gz")
    )


def items(data: Path, casing: Casing, *, half: str, n: int, seed: int) -> list[Item]:
    """Documents of a half, drawn with the seed, in the set's order."""
    kept = [
        row
        for row in rows(data / "summaries/cnn_dailymail.val.jsonl.gz")
        if hashlib.sha256(str(row["id"]).encode()).digest()[0] % 2 == (half == "b")
    ]
    chosen = np.random.default_rng(seed).permutation(len(kept))[:n]
    return [item(kept[i], casing) for i in sorted(chosen.tolist())]


def item(row: dict[str, object], casing: Casing) -> Item:
    """A row as the summariser and as ROUGE see it."""
    article = str(row["article"])
    sentences = [casing.truecase(detokenise(tokens)) for tokens in split_tokenised(article)]
    highlights = row["highlights"]
    lines = highlights if isinstance(highlights, list) else [highlights]
    return Item(str(row["id"]), " ".join(sentences), article, "\n".join(map(str, lines)))


def as_the_set(text: str) -> str:
    """Lower-cased, contractions parted."""
    return CONTRACTION.sub(r" \1", text.lower()).replace("’", "'")


def generated(system: Generator, found: Sequence[Item], lengths: Sequence[int]) -> list[Output]:
    """The outputs of a system, a document at a time."""
    return [
        system.generate(GenerationBatch((one.id,), (one.text,), Length(n)))[0]
        for one, n in zip(found, lengths, strict=True)
    ]


def scored(scorer: Scorer, batch: Batch) -> dict[str, float]:
    """The fields of a scorer over a batch."""
    measured = scorer.measure(batch)
    values = scorer.score(measured.statistics.sum(axis=0))
    return {field.name: float(value) for field, value in zip(scorer.fields, values, strict=True)}


def figures(found: Sequence[Item], texts: Sequence[str]) -> dict[str, float]:
    """All figures of a system's texts."""
    references = tuple((one.reference,) for one in found)
    batch = Batch(tuple(map(as_the_set, texts)), references)
    sources = Batch(tuple(texts), sources=tuple(one.text for one in found))
    answer: dict[str, float] = {}
    for scorer in (rouge1(), rouge2(), rouge_l()):
        answer[scorer.name] = scored(scorer, batch)[scorer.name]
    answer["novel bigrams %"] = scored(Extractiveness(), sources)["extractiveness.novel_bigrams"]
    answer["names and numbers from the source %"] = scored(Faithfulness(), sources)["faithfulness"]
    whole, run = kept(found, texts)
    answer["sentences that are whole in the source %"] = 100 * whole
    answer["sentences that are a run of the source %"] = 100 * run
    answer["words"] = float(np.mean([count_words(text) for text in texts]))
    return answer


def kept(found: Sequence[Item], texts: Sequence[str]) -> tuple[float, float]:
    """Shares of sentences that are a whole sentence of the document, and that stand in it as one
    run of words; case and the marks at the end aside.
    """
    whole = run = total = 0
    for one, text in zip(found, texts, strict=True):
        source = " ".join(one.text.lower().split())
        sentences = {bare(source[start:end]) for start, end in split(source)}
        for start, end in split(text):
            sentence = bare(text[start:end].lower())
            total += 1
            whole += sentence in sentences
            run += sentence in source
    return whole / max(1, total), run / max(1, total)


def bare(sentence: str) -> str:
    """A sentence without the marks at its ends."""
    return sentence.strip(" .,”“\"'")


def main() -> int:
    """Reads the arguments and the data."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--half", choices=("a", "b"), default="b")
    parser.add_argument("--documents", type=int, default=500)
    parser.add_argument("--words", type=int, default=60)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--options", type=json.loads, default={}, help="of the rewriter, as JSON")
    parser.add_argument("--outputs", type=Path, help="write the summaries here, as JSON Lines")
    arguments = parser.parse_args()
    if not (arguments.data / "summaries/cnn_dailymail.val.jsonl.gz").is_file():
        print(f"no data in {arguments.data}: name their folder with --data", file=sys.stderr)
        return 2
    casing = learned_casing(arguments.data)
    found = items(
        arguments.data, casing, half=arguments.half, n=arguments.documents, seed=arguments.seed
    )
    return compared(found, arguments)


def rewritten(
    found: Sequence[Item], n_words: int, options: dict[str, object]
) -> tuple[list[Output], float]:
    """The rewriter's outputs, and the seconds of processor time that they took."""
    import torch

    torch.set_num_threads(1)
    system = Rewriter(**options)
    generated(system, found[:1], [n_words])  # loads the model
    used = time.process_time()
    outputs = generated(system, found, [n_words] * len(found))
    return outputs, time.process_time() - used


def compared(found: list[Item], arguments: argparse.Namespace) -> int:
    """Prints the table; 0 where the bar is held, else 1."""
    parts = [found[i :: arguments.processes] for i in range(arguments.processes)]
    rest = ([arguments.words] * len(parts), [arguments.options] * len(parts))
    began = time.perf_counter()
    with ProcessPoolExecutor(len(parts), mp_context=get_context("spawn")) as pool:
        done = list(pool.map(rewritten, parts, *rest))
    wall = (time.perf_counter() - began) / len(found)
    processor = sum(used for _, used in done) / len(found)
    outputs = [done[i % len(parts)][0][i // len(parts)] for i in range(len(found))]
    good = [i for i, output in enumerate(outputs) if not output.error]
    found, texts = [found[i] for i in good], [outputs[i].text for i in good]
    cut = generated(Lead(cut="word"), found, [count_words(text) for text in texts])
    mine, lead = figures(found, texts), figures(found, [output.text for output in cut])
    print(f"{len(found)} documents of half {arguments.half}, {len(outputs) - len(good)} failed")
    print(f"{'':42}{'rewriter':>10}{'lead':>10}{'difference':>12}")
    for name, value in mine.items():
        print(f"{name:42}{value:10.2f}{lead[name]:10.2f}{value - lead[name]:+12.2f}")
    lengths = [count_words(text) for text in texts]
    near = np.mean([abs(n - arguments.words) <= 0.15 * arguments.words for n in lengths])
    print(f"words: {min(lengths)}-{max(lengths)}, within 15 % of {arguments.words}: {near:.1%}")
    print(f"seconds per document: {processor:.2f} of processor time, {wall:.2f} on the clock")
    print(Rewriter(**arguments.options).signature())
    if arguments.outputs is not None:
        lines = [
            json.dumps({"id": one.id, "summary": text, "reference": one.reference})
            for one, text in zip(found, texts, strict=True)
        ]
        arguments.outputs.write_text("\n".join(lines) + "\n", encoding="utf-8")
    missed = [name for name in ("rouge1", "rouge2", "rougeL") if mine[name] < lead[name] - BAR]
    print(f"bar missed: {', '.join(missed)}" if missed else "bar held")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
