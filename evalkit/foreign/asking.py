"""Texts to an ``evaluate`` module's inputs, and its answer back to numbers."""

import contextlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evalkit.errors import ConfigError
from evalkit.foreign.loading import LoadedModule, one_line
from evalkit.foreign.results import Answer, Shape, answer_of, shape_of
from evalkit.offline import offline_only
from evalkit.records import Batch

if TYPE_CHECKING:
    from datasets import Features

__all__ = ["Asker", "Inputs", "inputs_of", "measurable", "part_of", "probe"]

ROLES = {"predictions": "hypotheses", "data": "hypotheses"} | {
    name: name for name in ("references", "sources")
}
"""A module's input -> the part of a batch that goes there."""
PROBE = Batch(
    hypotheses=(
        "The ferry was late again.",
        "A storm came in the night.",
        "Nobody waited.",
        "The old bridge is closed until May.",
        "Two boats were lost",
        "We saw the lights of the harbour.",
        "It opens on Monday, at nine.",
    ),
    references=(
        ("The ferry was late once more.",),
        ("In the night a storm came.",),
        ("No one waited.",),
        ("The old bridge is closed until May.",),
        ("Two boats went down.",),
        ("We could see the lights of the harbour.",),
        ("It opens at nine on Monday.",),
    ),
    sources=(
        "Die Fähre kam wieder zu spät.",
        "In der Nacht kam ein Sturm.",
        "Niemand wartete.",
        "Die alte Brücke ist bis Mai gesperrt.",
        "Zwei Boote gingen verloren.",
        "Wir sahen die Lichter des Hafens.",
        "Montag um neun wird geöffnet.",
    ),
)
"""What a module is asked first, to see what its answers hold."""
N_PART = 3


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a module wants to be given."""

    names: tuple[str, ...]
    """Of ROLES."""
    several_references: bool
    """Whether it takes any number of references per segment, as a list; else exactly one."""

    @property
    def needs(self) -> frozenset[str]:
        """Parts of a batch beside the hypotheses."""
        return frozenset(self.names) & {"references", "sources"}


@dataclass(frozen=True, slots=True)
class Asker:
    """A module and how to ask it."""

    loaded: LoadedModule
    inputs: Inputs
    settings: Mapping[str, object]
    """Passed to its ``compute``."""
    offline: bool

    def ask(self, batch: Batch) -> Answer:
        """Its numbers for a batch that has all that it needs.

        What the module prints goes to standard error.

        Raises:
            ConfigError: it fails, or its answer is not of the agreed kind; says why.
        """
        given = {name: self._column(name, batch) for name in self.inputs.names}
        try:
            with contextlib.redirect_stdout(sys.stderr), offline_only(self.offline):
                found = self.loaded.module.compute(**given, **self.settings)
            return answer_of(found, len(batch))
        except Exception as error:  # the author's own code
            raise ConfigError(
                f"the evaluate module {self.loaded.name} failed on {len(batch)} segments: "
                f"{type(error).__name__}: {one_line(error)}"
            ) from error

    def _column(self, name: str, batch: Batch) -> list[str] | list[list[str]]:
        values = getattr(batch, ROLES[name])
        if name != "references":
            return list(values)
        if self.inputs.several_references:
            return [list(texts) for texts in values]
        return [
            self._only(hypothesis, texts)
            for hypothesis, texts in zip(batch.hypotheses, values, strict=True)
        ]

    def _only(self, hypothesis: str, texts: Sequence[str]) -> str:
        if len(texts) != 1:
            raise ConfigError(
                f"the evaluate module {self.loaded.name} takes one reference per segment, and "
                f"{hypothesis!r:.60} has {len(texts)}: name one file of references"
            )
        return texts[0]


def inputs_of(loaded: LoadedModule) -> Inputs:
    """What the module's declared features want.

    Raises:
        ConfigError: it wants something else than texts: labels, numbers, tokens.
    """
    declared = loaded.module.features
    options = declared if isinstance(declared, list) else [declared]
    usable = [features for features in options if _is_text(features)]
    if not usable:
        raise ConfigError(
            f"the evaluate module {loaded.name} wants {_shown(options[0])}; evalkit has texts: "
            f"{', '.join(ROLES)}"
        )
    several = [f for f in usable if "references" in f and _depth(f["references"]) == 1]
    chosen = (several or usable)[0]
    return Inputs(tuple(chosen), several_references=bool(several))


def probe(asker: Asker) -> Shape:
    """What the module's answers hold, found out on a few made-up segments.

    Raises:
        ConfigError: it fails on them, or its answer holds no number.
    """
    part = part_of(PROBE, range(N_PART))
    shape = shape_of(asker.ask(PROBE), asker.ask(part), N_PART)
    if not shape.keys:
        raise ConfigError(
            f"the evaluate module {asker.loaded.name} gives no number, neither for the whole set "
            "nor for each segment"
        )
    return shape


def measurable(batch: Batch, needs: frozenset[str]) -> tuple[list[int], dict[int, str]]:
    """Places of the items that have what is needed, and why the others are left out.

    Raises:
        ValueError: the batch has no references (no sources) at all.
    """
    for need in sorted(needs):
        if getattr(batch, need) is None:
            raise ValueError(f"the module needs {need} and the batch has none")
    reasons: dict[int, str] = {}
    if "references" in needs and batch.references is not None:
        reasons = {i: "no reference" for i, found in enumerate(batch.references) if not found}
    return [i for i in range(len(batch)) if i not in reasons], reasons


def part_of(batch: Batch, chosen: Sequence[int]) -> Batch:
    """The chosen items as a batch."""
    references, sources = batch.references, batch.sources
    return Batch(
        tuple(batch.hypotheses[i] for i in chosen),
        None if references is None else tuple(references[i] for i in chosen),
        None if sources is None else tuple(sources[i] for i in chosen),
        language=batch.language,
    )


def _is_text(features: "Features") -> bool:
    return all(
        name in ROLES and _depth(feature) in ((0, 1) if name == "references" else (0,))
        for name, feature in features.items()
    )


def _depth(feature: object) -> int | None:
    """0 for a text, 1 for a list of texts; None for anything else."""
    inner = feature[0] if isinstance(feature, list) else getattr(feature, "feature", None)
    if inner is not None:
        return 1 if _depth(inner) == 0 else None
    return 0 if getattr(feature, "dtype", None) in ("string", "large_string") else None


def _shown(features: "Features") -> str:
    return ", ".join(f"{name} ({feature})" for name, feature in features.items())
