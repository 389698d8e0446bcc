"""A small run of two systems, with ties, gaps and hostile texts, for the viewer's tests."""

from pathlib import Path

from evalkit.pipeline.versions import about_now
from evalkit.results import Report
from evalkit.store.folder import open_for_writing
from evalkit.store.items import ITEMS, Row, write_items

FIELDS = ("bleu", "ter")
HOSTILE = "<script>alert(1)</script> \u202e \x00 <unk> &amp; Straße"
N = 40


def rows() -> list[Row]:
    """Two systems on the same items but for one that only each has; numbers with ties and gaps."""
    made = [
        Row(
            table="scores",
            system=system,
            document=f"doc{number // 10}",
            index=number % 10,
            id=f"{system}-only" if number == N - 1 else f"s{number}",
            hypothesis=HOSTILE if number == 7 else f"The ferry left quay {number}.",
            references=("A ferry departed.", f"Quay {number} lost its FERRY."),
            scores={
                "bleu": None if number % 9 == 4 else float(number * turn % 10),
                "ter": 1.5 * number,
            },
            more={"notes": ["bleu: nothing to compare"]} if number % 9 == 4 else None,
        )
        for system, turn in (("ours", 3), ("theirs", 5))
        for number in range(N)
    ]
    made.append(Row("fluency", "ours", "doc0", 0, "doc0#1", "A ferry.", {"mechanics": 99.0}))
    return made


def make_run(folder: Path) -> Path:
    """The run, written as evalkit writes one."""
    with open_for_writing(folder) as run:
        write_items(folder / ITEMS, rows(), (*FIELDS, "mechanics"))
        run.write_report(Report(run=about_now("score"), tables=(), documents=(), items=()))
        run.write_manifest("finished", {})
    return folder
