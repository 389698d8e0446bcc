"""The alignment guard: whether systems, references and sources belong together.

**Errors**, because no number over such files means anything: other numbers of segments; an id
twice (``corpus.parallel`` says which); a file without a single word; and a shift that covers at
least half of the lines, which no ordinary output comes near.

**Loud warnings**, because the user may know better: a shift of fewer lines (a single passage may be
translated out of order, and the rest is scored rightly); empty lines (an empty output is a result,
and is scored as one; an empty reference is none); an output that looks no more like its own
references than like its neighbours' (shuffled, shifted far, another language, or hopeless).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evalkit.guard.shift import FURTHEST, Fit, Shift, fit

__all__ = ["Alignment", "check_alignment"]

_MAJORITY = 0.5
_LISTED = 5


@dataclass(frozen=True, slots=True)
class Alignment:
    """What the guard has to say."""

    errors: tuple[str, ...]
    """Why nothing may be scored; empty where something may."""
    warnings: tuple[str, ...]
    """What a reader must not miss."""


def check_alignment(
    systems: Mapping[str, Sequence[str]],
    references: Mapping[str, Sequence[str]],
    sources: Sequence[str] | None = None,
) -> Alignment:
    """Looks at every system beside every reference.

    Args:
        systems: system -> its n hypotheses.
        references: name -> n texts, "" for a segment without one; may be empty.
        sources: n sources, if there are any.
    """
    named = {f"the hypotheses of {name!r}": texts for name, texts in systems.items()}
    named |= {f"the references {name!r}": texts for name, texts in references.items()}
    if sources is not None:
        named["the sources"] = sources
    if errors := _miscounted(named):
        return Alignment(errors, ())
    errors = tuple(
        f"{name} hold no text at all: every line is empty. Check the file."
        for name, texts in named.items()
        if texts and not any(text.strip() for text in texts)
    )
    warnings = [
        *(_empty(f"hypotheses of {name!r}", texts, _OUTPUT) for name, texts in systems.items()),
        *(
            _empty(f"lines of the references {name!r}", texts, _REFERENCE)
            for name, texts in references.items()
        ),
        _empty("sources", sources or (), ""),
    ]
    for system, texts in systems.items():
        for reference, others in references.items():
            found = fit(texts, others)
            said, is_error = _said(f"the hypotheses of {system!r}", f"{reference!r}", found)
            if is_error:
                errors += (said,)
            else:
                warnings.append(said)
    return Alignment(errors, tuple(filter(None, warnings)))


_OUTPUT = "; they are scored as empty outputs"
_REFERENCE = "; those segments have no reference there"


def _miscounted(named: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    counts = {name: len(texts) for name, texts in named.items()}
    if len(set(counts.values())) < 2:
        return ()
    listed = "; ".join(f"{name}: {n} segments" for name, n in counts.items())
    return (
        f"the files do not belong together: {listed}. Each must have one segment per line, in the "
        "same order.",
    )


def _empty(name: str, texts: Sequence[str], consequence: str) -> str:
    found = [at for at, text in enumerate(texts) if not text.strip()]
    if not found or len(found) == len(texts):
        return ""
    return f"{len(found)} of {len(texts)} {name} are empty ({_lines(found)}){consequence}"


def _lines(found: Sequence[int]) -> str:
    shown = ", ".join(str(at + 1) for at in found[:_LISTED])
    more = ", …" if len(found) > _LISTED else ""
    return f"line {shown}" if len(found) == 1 else f"lines {shown}{more}"


def _said(name: str, reference: str, found: Fit) -> tuple[str, bool]:
    """What to say of one system beside one reference, and whether it is an error."""
    if found.is_chance:
        return (
            f"{name} look no more like their own lines of {reference} than like other lines "
            f"(resemblance {found.own:.2f} and {found.other:.2f}): the files may be sorted "
            f"differently, shifted by more than {FURTHEST} lines, in another language, or the "
            "output is hopeless",
            False,
        )
    if not found.shifts:
        return "", False
    where = "; ".join(_stretch(shift, found.n) for shift in found.shifts[:_LISTED])
    more = len(found.shifts) - _LISTED
    where += f"; and {more} more such stretches" if more > 0 else ""
    is_error = found.n_shifted >= _MAJORITY * found.n
    then = (
        "Nothing was scored: align the files, and score again."
        if is_error
        else f"{found.n_shifted} of {found.n} lines are scored against the wrong reference if so."
    )
    return f"{name} do not lie beside {reference}: {where}. {then}", is_error


def _stretch(shift: Shift, n: int) -> str:
    distance = "1 line" if abs(shift.by) == 1 else f"{abs(shift.by)} lines"
    where = "later" if shift.by > 0 else "earlier"
    # The sum cannot climb over the last lines, whose partners lie beyond the end.
    reaches_end = shift.end + max(shift.by, 0) >= n - 1
    lines = f"from line {shift.start + 1} on" if reaches_end else (
        f"from line {shift.start + 1} to {shift.end}"
    )  # fmt: skip
    return f"hypotheses {lines} seem to belong to the references {distance} {where}"
