"""A config to everything it names: read, checked and made, before anything is computed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from evalkit import registry
from evalkit.config.load import LoadedConfig
from evalkit.config.models import CorpusSection, ScorerEntry, SystemEntry
from evalkit.corpus.documents import Corpus, CorpusSpec, read
from evalkit.corpus.outputs import read_outputs
from evalkit.corpus.references import References, read_references
from evalkit.errors import ConfigError
from evalkit.foreign.commands import PROGRAMS
from evalkit.models.ledger import Used, noting
from evalkit.nesting import NESTS, nested
from evalkit.pipeline.closing import close_all, closing
from evalkit.pipeline.code import code_of
from evalkit.pipeline.generate import PlannedSystem
from evalkit.pipeline.languages import check_language
from evalkit.pipeline.models_used import models_of
from evalkit.records import Document, Length, Output
from evalkit.registry import Code
from evalkit.results import ModelInfo
from evalkit.stages import Generator, Scorer, SetScorer
from evalkit.text.words import count_words

__all__ = ["Prepared", "check_language", "find_models", "prepare"]

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
    """SHA-256 of every document and reference text, and a dataset's commit, by name."""
    references: References | None
    fluency: tuple[Scorer, ...]
    systems: tuple[PlannedSystem, ...]
    metrics: tuple[Scorer | SetScorer, ...]
    """Of summaries."""
    post_edit: tuple[Scorer | SetScorer, ...]
    code: tuple[str, ...]
    """The code of others that the config lets run."""
    models: Mapping[str, ModelInfo]
    """The models that were found, by scorer or system."""

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
        prepared = _prepared(documents, corpus, given)
        _check_languages(prepared)
    except BaseException:
        close_all(given.made)
        raise
    return prepared


def _prepared(documents: tuple[Document, ...], corpus: Corpus, given: "_Given") -> Prepared:
    config, references = given.loaded.config, given.references
    summaries, post_edit = config.summaries, config.post_edit
    return Prepared(
        documents=documents,
        hashes=_hashes(corpus.hashes, documents, references) | _dataset(config.corpus, corpus),
        references=references,
        fluency=_fluency(config.fluency.scorers if config.fluency else (), given),
        systems=_systems(summaries.systems if summaries else (), given),
        metrics=_metrics(summaries.metrics if summaries else (), given),
        post_edit=_metrics(post_edit.metrics if post_edit else (), given),
        code=code_of(config),
        models=given.models,
    )


def _check_languages(prepared: Prepared) -> None:
    for scorer in (*prepared.fluency, *prepared.metrics, *prepared.post_edit):
        check_language(prepared.documents, scorer.languages, f"the scorer {scorer.name}")
    for system in prepared.systems:
        if (generator := system.generator) is not None:
            check_language(prepared.documents, generator.languages, f"the system {system.name}")


def _dataset(section: CorpusSection, corpus: Corpus) -> dict[str, str]:
    return {f"dataset {section.dataset}": f"commit {corpus.commit}"} if corpus.commit else {}


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
    with noting() as used:
        made = registry.metric(entry.name, code=given.code, **options)
        given.made.append(made)
        made.signature()  # raises here, before anything is written, where a file isn't there
    given.models.update(models_of(made.name, made, used))
    return made


def _options(
    kind: registry.Kind, name: str, options: Mapping[str, object], given: "_Given"
) -> dict[str, object]:
    """The options with paths from the config's folder, and offline where that is asked for."""
    made = dict(options)
    remote = {"model"} if "base_url" in made else set()  # the name of a server's model is no path
    for option in PATH_OPTIONS & set(made) - remote:
        value = made[option]
        if isinstance(value, str) and (given.loaded.folder / value).exists():
            made[option] = str(given.loaded.folder / value)  # a hub id names no folder here
    if name in PROGRAMS:
        made.setdefault("folder", str(given.loaded.folder))  # where a program runs
    if given.offline and registry.takes(kind, name, "offline", code=given.code):
        made["offline"] = True
    for option, inner_kind, key in NESTS.get(name, ()):
        for _, inner, rest in nested(name, {option: made.get(option)}):
            made[option] = {key: inner, **_options(inner_kind, inner, rest, given)}
    return made


def find_models(
    kind: registry.Kind,
    name: str,
    options: Mapping[str, object],
    loaded: LoadedConfig,
    *,
    code: Code,
    offline: bool,
) -> tuple[Used, ...]:
    """Makes a scorer or generator of a config and looks for all its files; what was found.

    Raises:
        EvalkitError: something that it needs is not here, and cannot be brought.
    """
    given = _Given(loaded, (), None, code, offline)
    make = registry.metric if kind == "scorer" else registry.generator
    with noting() as used:
        made = make(name, code=code, **_options(kind, name, options, given))
        with closing([made]):
            made.signature()
    return tuple(used)


@dataclass(frozen=True, slots=True)
class _Given:
    """What the scorers and systems are made from."""

    loaded: LoadedConfig
    documents: tuple[Document, ...]
    references: References | None
    code: Code
    offline: bool
    models: dict[str, ModelInfo] = field(default_factory=dict)
    """Filled while they are made."""
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
    with noting() as used:
        made = registry.generator(entry.kind, code=given.code, **options)
        given.made.append(made)
        made.signature()
    given.models.update(models_of(entry.title, made, used))
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
