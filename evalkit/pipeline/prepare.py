"""A config to everything it names: read, checked and made, before anything is computed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from evalkit import registry
from evalkit.config.load import LoadedConfig
from evalkit.config.models import ScorerEntry, SystemEntry
from evalkit.corpus.documents import CorpusSpec, read
from evalkit.corpus.outputs import read_outputs
from evalkit.corpus.references import References, read_references
from evalkit.errors import ConfigError, LanguageError
from evalkit.foreign.commands import PROGRAMS, listed
from evalkit.pipeline.closing import close_all
from evalkit.pipeline.generate import PlannedSystem
from evalkit.records import Document, Length, Output
from evalkit.registry import Code
from evalkit.stages import Generator, Scorer, SetScorer
from evalkit.text.language import language_name, not_in
from evalkit.text.words import count_words

__all__ = ["Prepared", "check_language", "code_named", "prepare"]

FILE_OPTIONS = {"text_column", "id_column", "source_column"}
PATH_OPTIONS = frozenset(
    {"model", "idf", "baseline", "module", "folder", "unigrams", "rubric", "python"}
)
"""Options that may name a file or folder; such a path starts in the config's folder."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What an evaluation needs, ready to be computed."""

    documents: tuple[Document, ...]
    hashes: Mapping[str, str]
    """SHA-256 of every document and reference text, by name."""
    references: References | None
    fluency: tuple[Scorer, ...]
    systems: tuple[PlannedSystem, ...]
    metrics: tuple[Scorer | SetScorer, ...]
    """Of summaries."""
    post_edit: tuple[Scorer | SetScorer, ...]
    code: tuple[str, ...]
    """Every ``module:attribute`` and command that the config names."""

    def summary(self) -> str:
        """One line for a person."""
        counts = {
            "documents": len(self.documents),
            "fluency scorers": len(self.fluency),
            "summary systems": len(self.systems),
            "summary metrics": len(self.metrics),
        }
        return ", ".join(f"{n} {what}" for what, n in counts.items())

    def close(self) -> None:
        """Ends what the scorers and generators hold open."""
        generators = [system.generator for system in self.systems]
        close_all([*self.fluency, *generators, *self.metrics, *self.post_edit])


def prepare(
    loaded: LoadedConfig, *, code: Code, limit: int | None = None, offline: bool = False
) -> Prepared:
    """Reads the corpus and references and makes every scorer and generator of a config.

    Raises:
        EvalkitError: anything that the config names is absent, wrong or not allowed.
    """
    config = loaded.config
    spec = CorpusSpec(**config.corpus.model_dump())
    corpus = read(spec, root=loaded.folder, offline=offline)
    documents = corpus.documents[:limit]
    references = None
    if config.references is not None:
        references = read_references(config.references, documents, root=loaded.folder)
    given = _Given(loaded, corpus.documents, references, code, offline)
    try:
        prepared = _prepared(documents, corpus.hashes, given)
        _check_languages(prepared)
    except BaseException:
        close_all(given.made)
        raise
    return prepared


def _prepared(
    documents: tuple[Document, ...], hashes: Mapping[str, str], given: "_Given"
) -> Prepared:
    config, references = given.loaded.config, given.references
    summaries, post_edit = config.summaries, config.post_edit
    return Prepared(
        documents=documents,
        hashes=_hashes(hashes, documents, references),
        references=references,
        fluency=_fluency(config.fluency.scorers if config.fluency else (), given),
        systems=_systems(summaries.systems if summaries else (), given),
        metrics=_metrics(summaries.metrics if summaries else (), given),
        post_edit=_metrics(post_edit.metrics if post_edit else (), given),
        code=code_named(given.loaded),
    )


def _check_languages(prepared: Prepared) -> None:
    for scorer in (*prepared.fluency, *prepared.metrics, *prepared.post_edit):
        check_language(prepared.documents, scorer.languages, f"the scorer {scorer.name}")
    for system in prepared.systems:
        if (generator := system.generator) is not None:
            check_language(prepared.documents, generator.languages, f"the system {system.name}")


def _hashes(
    hashes: Mapping[str, str], documents: tuple[Document, ...], references: References | None
) -> dict[str, str]:
    chosen = {document.id: hashes[document.id] for document in documents}
    return chosen if references is None else {**chosen, "references": references.sha256}


def _fluency(entries: tuple[ScorerEntry, ...], given: "_Given") -> tuple[Scorer, ...]:
    made = _metrics(entries, given)
    for scorer in made:
        if not isinstance(scorer, Scorer):
            raise ConfigError(
                f"{scorer.name!r} measures a whole set at once; fluency needs scorers that read "
                "sentence by sentence"
            )
    return tuple(scorer for scorer in made if isinstance(scorer, Scorer))


def _metrics(entries: tuple[ScorerEntry, ...], given: "_Given") -> tuple[Scorer | SetScorer, ...]:
    made = tuple(_metric(entry, given) for entry in entries)
    names = [scorer.name for scorer in made]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f"the scorer {name!r} stands twice; leave one out")
    return made


def _metric(entry: ScorerEntry, given: "_Given") -> Scorer | SetScorer:
    options = _options("scorer", entry.name, entry.options, given)
    made = registry.metric(entry.name, code=given.code, **options)
    given.made.append(made)
    if PATH_OPTIONS & set(options):
        made.signature()  # raises here, before anything is written, where a file isn't there
    return made


def _options(
    kind: registry.Kind, name: str, options: Mapping[str, object], given: "_Given"
) -> dict[str, object]:
    """The options with paths from the config's folder, and offline where that is asked for."""
    made = dict(options)
    for option in PATH_OPTIONS & set(made):
        value = made[option]
        if isinstance(value, str) and (given.loaded.folder / value).exists():
            made[option] = str(given.loaded.folder / value)  # a hub id names no folder here
    if name in PROGRAMS:
        made.setdefault("folder", str(given.loaded.folder))  # where a program runs
    if given.offline and registry.takes(kind, name, "offline", code=given.code):
        made["offline"] = True
    return made


@dataclass(frozen=True, slots=True)
class _Given:
    """What the scorers and systems are made from."""

    loaded: LoadedConfig
    documents: tuple[Document, ...]
    references: References | None
    code: Code
    offline: bool
    made: list[object] = field(default_factory=list)
    """Every scorer and generator so far."""


def _systems(entries: tuple[SystemEntry, ...], given: _Given) -> tuple[PlannedSystem, ...]:
    planned: list[PlannedSystem] = []
    for entry in entries:
        made = None if entry.kind == "file" else _generator(entry, given)
        for length in _lengths(entry, given.references):
            if made is None:
                planned.append(_existing(entry, length, given))
            else:
                signature = made.signature()
                planned.append(
                    PlannedSystem(
                        entry.title, length.kind, length, generator=made, signature=signature
                    )
                )
    seen: set[tuple[str, str]] = set()
    for system in planned:
        if (system.table, system.name) in seen:
            raise ConfigError(
                f"two systems of {system.table} are called {system.name!r}: give each a 'name'"
            )
        seen.add((system.table, system.name))
    return tuple(planned)


def _generator(entry: SystemEntry, given: _Given) -> Generator:
    options = _options("generator", entry.kind, entry.options, given)
    made = registry.generator(entry.kind, code=given.code, **options)
    given.made.append(made)
    return made


def _lengths(entry: SystemEntry, references: References | None) -> tuple[Length, ...]:
    if not entry.kinds:
        return (Length(entry.words or 0),)
    known = references.kinds if references is not None else ()
    lengths = []
    for kind in entry.kinds:
        if kind not in known or references is None:
            raise ConfigError(
                f"system {entry.title!r}: length {kind!r} is no kind of reference; there are: "
                f"{', '.join(known) or 'none'}. Or give 'words: N'."
            )
        lengths.append(Length(entry.words or references.kind_words(kind), kind))
    return tuple(lengths)


def _existing(entry: SystemEntry, length: Length, given: _Given) -> PlannedSystem:
    options = entry.options
    path = options.pop("path", None)
    if not isinstance(path, str):
        raise ConfigError(f"system {entry.title!r} of kind file needs 'path: FILE'")
    if unknown := set(options) - FILE_OPTIONS:
        raise ConfigError(
            f"system {entry.title!r} of kind file has no option {min(unknown)!r}; "
            f"known: path, {', '.join(sorted(FILE_OPTIONS))}"
        )
    ids = tuple(document.id for document in given.documents)
    columns = {name: str(value) for name, value in options.items()}
    read = read_outputs(path, ids, root=given.loaded.folder, **columns)
    outputs = tuple(Output(text, "end", {"words": count_words(text)}) for text in read.texts)
    return PlannedSystem(
        entry.title,
        length.kind,
        length,
        outputs=outputs,
        sources=read.sources,
        signature=f"kind:file|sha256:{read.sha256[:16]}",
    )


def code_named(loaded: LoadedConfig) -> tuple[str, ...]:
    """Every ``module:attribute``, module of evaluate and command that a config names, sorted."""
    config = loaded.config
    entries = [*(config.fluency.scorers if config.fluency else ())]
    entries += config.summaries.metrics if config.summaries else ()
    entries += config.post_edit.metrics if config.post_edit else ()
    named = [(entry.name, entry.options) for entry in entries]
    systems = config.summaries.systems if config.summaries else ()
    named += [(entry.kind, entry.options) for entry in systems]
    found = {name for name, _ in named if ":" in name}
    found |= {said for name, options in named if (said := listed(name, options))}
    return tuple(sorted(found))


def check_language(
    documents: tuple[Document, ...], languages: frozenset[str] | None, reader: str
) -> None:
    """Refuses documents that ``reader`` cannot read.

    Raises:
        LanguageError: names the document, the language it seems to be, and the remedy.
    """
    if languages is None:
        return
    wanted = ", ".join(language_name(code) for code in sorted(languages))
    for document in documents:
        seen = not_in(document.text, languages)
        if seen is None and document.language in languages:
            continue
        found = f"seems to be {seen.name}" if seen else f"is marked {document.language!r}"
        raise LanguageError(
            f"document {document.id!r} {found}; {reader} reads only {wanted}. "
            f"Leave the document out, or choose another model for it."
        )
