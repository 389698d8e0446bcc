"""The shape of an evaluation config; ``evalkit schema config`` prints it as JSON Schema."""

from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from evalkit.config.requirement import parse

__all__ = [
    "CorpusSection",
    "EvaluationConfig",
    "FluencySection",
    "PostEditSection",
    "ScorerEntry",
    "StatisticsSection",
    "SummariesSection",
    "SystemEntry",
]


SUMMARY_METRICS = (
    "rouge1",
    "rouge2",
    "rougeL",
    "rougeLsum",
    "bleu",
    "chrf",
    "chrf++",
    "ter",
    "faithfulness",
)
"""What summaries are compared by when the config doesn't say."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class ScorerEntry(_Section):
    """A scorer by name, with its options: ``bleu`` or ``{name: bleu, tokenize: intl}``."""

    model_config = ConfigDict(frozen=True, extra="allow", use_attribute_docstrings=True)

    name: str
    """A name from ``evalkit list``, or ``module:attribute`` with ``--allow-code``."""
    label: str | None = None
    """Name in tables, where one metric stands twice with different options."""

    @property
    def options(self) -> dict[str, object]:
        """What the scorer itself takes; a label goes to it as its name."""
        options = dict(self.model_extra or {})
        return options if self.label is None else {**options, "name": self.label}


def _named(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _readable(value: str) -> str:
    parse(value)
    return value


Requirements = Annotated[
    tuple[Annotated[str, AfterValidator(_readable)], ...], BeforeValidator(_listed)
]
Scorers = tuple[Annotated[ScorerEntry, BeforeValidator(_named)], ...]


class CorpusSection(_Section):
    """Where the documents are. Paths are relative to the config's folder."""

    path: str | None = None
    """A folder of .txt files, or a .txt, .jsonl, .csv, .tsv or .parquet file."""
    dataset: str | None = None
    """A ``datasets`` id on the hub, instead of a path."""
    split: str | None = None
    """The dataset's split."""
    name: str | None = None
    """The dataset's configuration name."""
    revision: str | None = None
    """The dataset's commit or tag."""
    id_column: str = "id"
    """Column with the document's id."""
    text_column: str = "text"
    """Column with the document's text."""
    language: str = "en"
    """ISO 639-1 code of documents that don't say theirs."""

    @model_validator(mode="after")
    def _one_place(self) -> "CorpusSection":
        if (self.path is None) == (self.dataset is None):
            raise ValueError("give either path or dataset")
        return self


class FluencySection(_Section):
    """Reference-free scores of the documents, their post-edits and the summaries."""

    scorers: Scorers = (ScorerEntry(name="mechanics"), ScorerEntry(name="detector"))
    """Which scorers."""
    of: tuple[Literal["documents", "post-edit", "summaries"], ...] = (
        "documents",
        "post-edit",
        "summaries",
    )
    """Which texts."""


class SystemEntry(_Section):
    """A summariser: a generator with its options, or outputs that exist (``kind: file``)."""

    model_config = ConfigDict(frozen=True, extra="allow", use_attribute_docstrings=True)

    name: str | None = None
    """Name in tables; the kind where it is left out."""
    kind: str
    """``file``, a generator's name from ``evalkit list``, or ``module:attribute``."""
    length: str | tuple[str, ...] | None = None
    """Kind of reference to match in length and to be compared with; a list makes one system
    per kind."""
    words: int | None = Field(default=None, ge=1)
    """Length in words, instead of the mean length of the references."""

    @property
    def title(self) -> str:
        """The system's name in tables."""
        return self.name or self.kind

    @property
    def kinds(self) -> tuple[str, ...]:
        """The reference kinds that it writes for; empty where only ``words`` is given."""
        if self.length is None:
            return ()
        return (self.length,) if isinstance(self.length, str) else self.length

    @property
    def options(self) -> dict[str, object]:
        """Every key that the generator itself takes."""
        return dict(self.model_extra or {})

    @model_validator(mode="after")
    def _has_length(self) -> "SystemEntry":
        if not self.kinds and self.words is None:
            raise ValueError(
                "a length is needed: 'length: short' (a reference kind) or 'words: 60'"
            )
        return self


class SummariesSection(_Section):
    """Summaries, by systems, against what people wrote."""

    systems: tuple[SystemEntry, ...] = Field(min_length=1)
    """The systems, in the order of the tables."""
    metrics: Scorers = tuple(ScorerEntry(name=name) for name in SUMMARY_METRICS)
    """Which metrics."""


class PostEditSection(_Section):
    """The documents against their post-edits, paragraph by paragraph."""

    metrics: Scorers = tuple(ScorerEntry(name=name) for name in ("ter", "bleu", "chrf"))
    """Which metrics; TER against a post-edit is HTER."""


class StatisticsSection(_Section):
    """Intervals and tests."""

    draws: int = Field(default=2000, ge=100, le=1_000_000)
    """Bootstrap and permutation draws."""
    seed: int = Field(default=1, ge=0)
    """Seed of every draw."""
    confidence: float = Field(default=95.0, gt=50.0, lt=100.0)
    """Confidence of the intervals, in percent."""
    cluster: Literal["auto", "document", "segment"] = "auto"
    """What is resampled. ``auto``: documents where there are ten or more, else segments (with a
    note), so that an interval over two documents' sentences says what it describes."""
    method: Literal["auto", "multinomial", "poisson"] = "auto"
    """How the bootstrap weighs what it resamples: as many as there are, with replacement
    (``multinomial``), or each on its own (``poisson``). ``auto``: Poisson from 100,000 on."""
    interval: Literal["percentile", "bca"] = "percentile"
    """``bca`` corrects for bias and skewness (Efron 1987)."""
    test: Literal["permutation", "bootstrap"] = "permutation"
    """Where p-values come from: paired permutation (Riezler & Maxwell 2005), or paired bootstrap
    (Koehn 2004)."""
    correction: Literal["holm", "bh", "none"] = "holm"
    """Of the p-values of one field: Holm's, or that of Benjamini and Hochberg (``bh``)."""
    baseline: str | None = None
    """Name of a system of summaries. A table that has it compares every other system with it
    alone; else all pairs are compared."""


class EvaluationConfig(_Section):
    """A whole evaluation."""

    name: str = Field(default="evaluation", pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    """Name of the run; also of its folder, ``runs/<name>``, unless ``output`` says otherwise."""
    corpus: CorpusSection
    references: str | None = None
    """Folder of hand-written references: ``<id>/summary.<kind>.<version>.txt``,
    ``<id>/post-edit.txt``, ``<id>/errors.jsonl``."""
    fluency: FluencySection | None = None
    summaries: SummariesSection | None = None
    post_edit: PostEditSection | None = None
    statistics: StatisticsSection = StatisticsSection()
    require: Requirements = ()
    """What the scores must reach, for example ``summaries.short/lead/rougeL@low >= 28``; a run
    that falls short ends with exit code 3."""
    output: str | None = None
    """The run folder, relative to where evalkit is called; ``--output`` goes before it."""

    @model_validator(mode="after")
    def _something_to_do(self) -> "EvaluationConfig":
        if self.fluency is None and self.summaries is None and self.post_edit is None:
            raise ValueError("nothing to do: give at least one of fluency, summaries, post_edit")
        if self.post_edit is not None and self.references is None:
            raise ValueError("post_edit needs references (a folder with <id>/post-edit.txt)")
        return self

    @model_validator(mode="after")
    def _baseline_exists(self) -> "EvaluationConfig":
        baseline = self.statistics.baseline
        known = [system.title for system in (self.summaries.systems if self.summaries else ())]
        if baseline is not None and baseline not in known:
            raise ValueError(
                f"statistics.baseline is {baseline!r}, which is no system of summaries; there are: "
                + (", ".join(dict.fromkeys(known)) or "none")
            )
        return self
