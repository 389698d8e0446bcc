"""Error spans: how far annotators agree, and what mechanics and detector find of what they mark.

    python benchmarks/spans.py [--data ../shared/data] [--sentences 50] [--seed 50]

Three tables, aggregate figures only:

(a) the two annotations of each article in ``references/``, by character;
(b) recall on the major errors that both annotations mark, and false alarms per 60 words, for
    mechanics, detector and both together, sentence by sentence with the article as context;
(c) the same on raw MT, ``fluency/mlqe_pe.dev.jsonl.gz`` under ``--data``: sentences drawn by a
    fixed seed, each alone. Gold are its runs of BAD tokens; a BAD gap makes the token after it BAD
    (the last gap the last token). Every run is wanted, whatever it is: half of them are errors of
    meaning or choices of the post-editor, so recall is low for anything that sees only English.

"Both together" takes mechanics' spans and those of detector's that touch none of them. A table
whose data or model is absent says so.
"""

import argparse
import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

import numpy as np

from evalkit.agreement.characters import agree
from evalkit.agreement.spans import MAX_LENGTH, WORDS_PER_ALARM, Detection, detect, marked_by_both
from evalkit.corpus.documents import CorpusSpec, read
from evalkit.corpus.references import References, read_references
from evalkit.errors import EvalkitError
from evalkit.fluency.detector import Detector
from evalkit.fluency.mechanics import Mechanics
from evalkit.records import Batch, Context, Document, Span
from evalkit.stages import Scorer
from evalkit.text.sentences import sentences
from evalkit.text.words import count_words

ROOT = Path(__file__).resolve().parent.parent
HEADER = (
    f"{'':24}{'wanted':>8}{'hits':>6}{'recall':>8}{'found':>7}{'false':>7}{'/60 w':>7}{'strict':>8}"
)

Finder = Callable[[Batch], list[list[Span]]]


def marks(scorer: Scorer) -> Finder:
    """A finder of a scorer's spans, for each hypothesis of a batch."""
    return lambda batch: [list(spans) for spans in scorer.measure(batch).spans or ()]


def together(first: Finder, second: Finder) -> Finder:
    """A finder of the first's spans, and those of the second's that touch none of them."""

    def find(batch: Batch) -> list[list[Span]]:
        return [
            [*ours, *(s for s in theirs if all(s.end <= o.start or o.end <= s.start for o in ours))]
            for ours, theirs in zip(first(batch), second(batch), strict=True)
        ]

    return find


def finders() -> dict[str, Finder]:
    """The finders to compare; without the detector, and a line about it, where it cannot load."""
    mechanics, detector = marks(Mechanics()), marks(Detector())
    try:
        detector(Batch(hypotheses=("They is here.",)))
    except EvalkitError as error:
        print(f"detector is left out: {error}\n")
        return {"mechanics": mechanics}
    both = together(mechanics, detector)
    return {"mechanics": mechanics, "detector": detector, "both together": both}


def article_spans(find: Finder, document: Document) -> list[Span]:
    """A finder's spans of a document, read by sentences, as offsets into the document."""
    parts = sentences(document)
    batch = Batch(
        hypotheses=tuple(part.text for part in parts),
        documents=tuple(document.id for _ in parts),
        contexts=tuple(Context(document.text, part.start) for part in parts),
    )
    found = zip(parts, find(batch), strict=True)
    return [span.moved(part.start) for part, spans in found for span in spans]


def show(name: str, counts: Iterable[Detection]) -> None:
    """One row of the detection table."""
    total = reduce(add, counts)
    print(
        f"{name:24}{total.n_wanted:8}{total.n_hits:6}{total.recall:8.3f}{total.n_found:7}"
        f"{total.n_false:7}{total.false_alarms:7.2f}{total.unmatched:8.2f}"
    )


def annotators(documents: Sequence[Document], references: References) -> None:
    """Table (a)."""
    print("(a) agreement of the two annotations, by character")
    print(
        f"{'':24}{'first':>7}{'second':>8}{'P':>7}{'R':>7}{'F1':>7}{'kappa':>7}{'both major':>12}"
    )
    total = None
    for document in documents:
        first, second = references.of(document.id).errors.values()
        counts = agree(first, second, length=len(document.text))
        total = counts if total is None else total + counts
        print(
            f"{document.id:24}{len(first):7}{len(second):8}{counts.precision:7.3f}"
            f"{counts.recall:7.3f}{counts.f1:7.3f}{counts.kappa:7.3f}"
            f"{len(marked_by_both(first, second)):12}"
        )
    if total is not None:
        print(f"{'together':24}{'':15}{total.precision:7.3f}{total.recall:7.3f}{total.f1:7.3f}"
              f"{total.kappa:7.3f}\n")  # fmt: skip


def articles(find: dict[str, Finder], documents: Sequence[Document], marked: References) -> None:
    """Table (b)."""
    print(f"(b) articles: major errors that both annotations mark; false alarms per "
          f"{WORDS_PER_ALARM} words")  # fmt: skip
    print(HEADER)
    for name, finder in find.items():
        counts = []
        for document in documents:
            first, second = marked.of(document.id).errors.values()
            found = article_spans(finder, document)
            counts.append(detect(found, first, second, n_words=count_words(document.text)))
        for document, count in zip(documents, counts, strict=True):
            show(f"  {document.id}", [count])
        show(name, counts)
    print()


def bad_runs(row: dict[str, Any]) -> list[Span] | None:
    """The runs of BAD tokens as spans of ``mt``; None where the tokens are not found in it."""
    bad = [tag == "BAD" for tag in row["word_tags"]]
    for gap, tag in enumerate(row["gap_tags"]):
        if tag == "BAD":
            bad[min(gap, len(bad) - 1)] = True
    places, position = [], 0
    for token in row["mt_tokens"]:
        start = row["mt"].find(token, position)
        if start < 0 or row["mt"][position:start].strip():
            return None
        position = start + len(token)
        places.append((start, position))
    return list(_runs(places, bad))


def _runs(places: Sequence[tuple[int, int]], bad: Sequence[bool]) -> Iterator[Span]:
    start = None
    for i, (place, wrong) in enumerate(zip(places, bad, strict=True)):
        if wrong and start is None:
            start = place[0]
        if start is not None and wrong and (i + 1 == len(bad) or not bad[i + 1]):
            yield Span(start, place[1], "grammar")
            start = None


def raw_mt(find: dict[str, Finder], data: Path, *, n_sentences: int, seed: int) -> None:
    """Table (c)."""
    file = data / "fluency" / "mlqe_pe.dev.jsonl.gz"
    print(f"(c) raw MT: {n_sentences} sentences of mlqe_pe.dev, seed {seed}, runs of BAD tokens")
    if not file.is_file():
        print(f"left out: {file} is absent")
        return
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    order = np.random.default_rng(seed).permutation(len(rows))
    read_rows = ((rows[i]["mt"], bad_runs(rows[i])) for i in order)
    chosen = [(text, gold) for text, gold in read_rows if gold is not None][:n_sentences]
    batch = Batch(hypotheses=tuple(text for text, _ in chosen))
    print(HEADER)
    for name, finder in find.items():
        found = zip(chosen, finder(batch), strict=True)
        show(name, [detect(s, gold, n_words=count_words(text)) for (text, gold), s in found])


def main() -> None:
    """Prints the three tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--sentences", type=int, default=50)
    parser.add_argument("--seed", type=int, default=50)
    chosen = parser.parse_args()
    documents = read(CorpusSpec(path="corpus"), root=ROOT).documents
    references = read_references("references", documents, root=ROOT)
    ready = all(len(references.of(document.id).errors) == 2 for document in documents)
    print(f"a hit: one to one, a code point in common, the found span at most {MAX_LENGTH} long; "
          "strict: found spans without a partner of their own, per 60 words\n")  # fmt: skip
    find = finders()
    if ready:
        annotators(documents, references)
        articles(find, documents, references)
    else:
        print("(a) and (b) are left out: an article lacks one of its two annotations\n")
    raw_mt(find, chosen.data, n_sentences=chosen.sentences, seed=chosen.seed)


if __name__ == "__main__":
    main()
