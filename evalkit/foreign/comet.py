"""``comet``: COMET and COMET-Kiwi (Rei et al. 2020, 2022), each in an environment of its own.

unbabel-comet pins numpy and transformers below what evalkit needs, so it is never imported here:
``{name: comet, python: /path/to/comet-venv/bin/python, model: /path/or/id}`` starts the adapter
``evalkit/foreign/adapters/comet.py`` with that Python. Written against unbabel-comet 2.2.7.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evalkit.foreign.commands import ADAPTERS, comet_command, identity
from evalkit.foreign.process import ProcessScorer, Settings, spec_of
from evalkit.foreign.session import open_session
from evalkit.metrics.options import check_at_least, check_choice, check_types
from evalkit.models.ledger import Used, note

__all__ = ["comet"]

AT_ONCE = 256
"""Texts in a request: each starts COMET's own prediction loop, which is worth more than a few."""


def comet(  # noqa: PLR0913  (a scorer's options)
    *,
    python: str,
    model: str,
    name: str = "comet",
    gpus: int = 0,
    references: str = "mean",
    long_input: str = "truncate",
    batch_size: int = 16,
    environment: Sequence[str] = (),
    folder: str = ".",
    offline: bool = False,
    start_timeout: float = 600.0,
    timeout: float = 1800.0,
) -> ProcessScorer:
    """The scorer of a COMET model, whose adapter is started here.

    The model decides what it needs (sources; references unless it is a Kiwi), and the scale of its
    scores. Those of several texts are averaged. A checkpoint is a pickle, which runs what it holds
    when COMET loads it: load what you trust.

    Args:
        python: of an environment in which unbabel-comet is installed.
        model: a checkpoint (``…/checkpoints/model.ckpt``), its folder, or a hub id.
        name: the name in tables and records.
        gpus: 0 or 1.
        references: of several: ``mean`` of the scores with each, or ``max``; ``none`` has a model
            that can do without them (UniTE, XCOMET) do so.
        long_input: a text that the model reads only in part is scored by what it reads, and what
            it did not read stands beside its score (``truncate``, as COMET does without a word);
            or is not scored, with the reason (``refuse``).
        batch_size: texts that COMET runs together.
        environment: variables to pass on (``HF_TOKEN``) or to set (``NAME=value``).
        folder: where it runs; in a config, the config's own folder.
        offline: only what is on this machine.
        start_timeout: seconds until the model is loaded.
        timeout: seconds for 256 texts.

    Raises:
        ConfigError: there is no such Python, or an option is wrong.
        ForeignError: unbabel-comet or the model isn't there, or it fails.
    """
    settings = Settings(
        name=name,
        folder=folder,
        offline=offline,
        start_timeout=start_timeout,
        timeout=timeout,
        batch_size=AT_ONCE,
    )
    told = _Told(
        python=python,
        model=model,
        gpus=gpus,
        references=references,
        long_input=long_input,
        batch_size=batch_size,
    )
    spec = spec_of(told.command(offline=offline), environment, settings)
    session = open_session(spec, "scorer", settings.start_timeout)
    here = (spec.folder / model).exists()
    version = str(session.said.signature["model"])
    note(Used(f"COMET model {Path(model).name if here else model}", version, pickled=True))
    adapter = identity((str(ADAPTERS / "comet.py"),), Path())
    return ProcessScorer(session, settings, {"adapter": adapter})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What the adapter is told on its command line."""

    python: str
    model: str
    gpus: int
    references: str
    long_input: str
    batch_size: int

    def __post_init__(self) -> None:
        check_types(self)
        check_choice("references", self.references, ("mean", "max", "none"))
        check_choice("long_input", self.long_input, ("truncate", "refuse"))
        check_choice("gpus", str(self.gpus), ("0", "1"))
        check_at_least("batch_size", self.batch_size, 1)

    def command(self, *, offline: bool) -> tuple[str, ...]:
        settings: dict[str, str | int] = {
            "gpus": self.gpus,
            "batch-size": self.batch_size,
            "references": self.references,
            "long-input": self.long_input,
        }
        return comet_command(self.python, self.model, settings, offline=offline)
