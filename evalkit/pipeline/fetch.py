"""Brings everything that a config needs onto this machine, so that it runs offline afterwards.

Each scorer and generator is made twice: offline, to see what was here, and with the network. What
a signature needs is thereby brought (evalkit's own find their files for it); what a plug-in
downloads later than that is not. Leaves out models behind an endpoint, and what commands bring.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from evalkit.config.load import LoadedConfig
from evalkit.config.models import CorpusSection
from evalkit.corpus.documents import CorpusSpec, read
from evalkit.errors import EvalkitError
from evalkit.models.ledger import Used
from evalkit.offline import offline_only
from evalkit.pipeline.code import entries
from evalkit.pipeline.prepare import find_models
from evalkit.registry import Code

__all__ = ["Fetched", "fetch"]

Found = tuple[Used, ...]


class Look(Protocol):
    """Makes what a config names, and says which files it found."""

    def __call__(self, *, offline: bool) -> Found:
        """Raises EvalkitError where something is missing."""
        ...


@dataclass(frozen=True, slots=True)
class Fetched:
    """What became of one thing that a config needs."""

    name: str
    """Hub id, folder, or the scorer or system that could not be made."""
    version: str = ""
    """Commit, or ``sha256-`` and a hash of local files."""
    brought: bool = False
    """False where it was here already."""
    error: str = ""
    """Why it is not here; "" where it is."""
    used_by: str = ""
    """``scorer bertscore``, ``generator seq2seq``, ``corpus``."""


def fetch(loaded: LoadedConfig, *, code: Code) -> tuple[Fetched, ...]:
    """Brings what is missing; each model, module and dataset once, in the config's order.

    Args:
        loaded: the config.
        code: permission, without which entries that run code of others are not made.
    """
    found: dict[tuple[str, str], Fetched] = {}
    for each in (*_corpus(loaded), *_models(loaded, code)):
        known = found.get((each.name, each.version))
        if known is None:
            found[each.name, each.version] = each
    return tuple(found.values())


def _corpus(loaded: LoadedConfig) -> Iterator[Fetched]:
    section: CorpusSection = loaded.config.corpus
    if section.dataset is None or (loaded.folder / section.dataset).is_dir():
        return
    spec = CorpusSpec(**section.model_dump())

    def look(*, offline: bool) -> Found:
        commit = read(spec, root=loaded.folder, offline=offline).commit
        return (Used(f"dataset {section.dataset}", commit),)

    yield from _twice("corpus", look)


def _models(loaded: LoadedConfig, code: Code) -> Iterator[Fetched]:
    seen: list[object] = []
    for kind, name, options in entries(loaded.config):
        if (kind, name, options) in seen:
            continue
        seen.append((kind, name, options))

        look = partial(find_models, kind, name, options, loaded, code=code)
        yield from _twice(f"{kind} {name}", look)


def _twice(used_by: str, look: Look) -> Iterator[Fetched]:
    """What ``look`` finds without a network, then with one."""
    try:
        with offline_only():
            before: Found = look(offline=True)
    except EvalkitError:
        before = ()
    try:
        found = look(offline=False)
    except EvalkitError as error:
        yield Fetched(used_by, error=str(error), used_by=used_by)
        return
    for each in found:
        yield Fetched(each.name, each.version, brought=each not in before, used_by=used_by)
