"""The alignment guard over files of any length, a block of segments at a time.

Up to one block the guard sees the files whole. Longer ones are looked at block by block, in
bounded memory; where the guard refuses half of the blocks, the files are refused.
"""

from collections.abc import Iterator, Mapping
from itertools import islice

from evalkit.corpus.parallel import Parallel
from evalkit.corpus.streams import SegmentStream
from evalkit.errors import AlignmentError
from evalkit.guard.alignment import Alignment, check_alignment

__all__ = ["BLOCK", "check_texts"]

BLOCK = 50_000
"""Segments that the guard looks at together."""


def check_texts(parallel: Parallel, *, block: int = BLOCK) -> tuple[str, ...]:
    """What a user must know of how the texts lie beside one another.

    Raises:
        AlignmentError: they do not belong together; says what was found, and where.
    """
    if not parallel.references:
        return ()
    errors: list[str] = []
    warnings: list[str] = []
    n_blocks = n_refused = 0
    for start, found in _blocks(parallel, block):
        place = "" if parallel.n <= block else f"from segment {start + 1} on (counted from there): "
        n_blocks += 1
        n_refused += bool(found.errors)
        errors += [place + said for said in found.errors]
        # Empty lines were counted when the files were lined up.
        warnings += [place + said for said in found.warnings if " are empty (" not in said]
    if 2 * n_refused >= n_blocks:
        raise AlignmentError("; ".join(errors))
    return (*errors, *warnings)


def _blocks(parallel: Parallel, block: int) -> Iterator[tuple[int, Alignment]]:
    systems, references = _texts(parallel.systems), _texts(parallel.references)
    for start in range(0, parallel.n, block):
        yield (
            start,
            check_alignment(
                {name: list(islice(texts, block)) for name, texts in systems.items()},
                {name: list(islice(texts, block)) for name, texts in references.items()},
            ),
        )


def _texts(streams: Mapping[str, SegmentStream]) -> dict[str, Iterator[str]]:
    """The (first) text of every segment, by file."""
    return {
        name: ((entry.texts[0] if entry.texts else "") for entry in stream)
        for name, stream in streams.items()
    }
