"""Systems by scores: the tables of ``report.json``."""

from evalkit.results.record import Record

__all__ = ["Comparison", "Rank", "Score", "Table"]


class Score(Record):
    """One number of one system in one table."""

    system: str
    """The system's name."""
    scorer: str
    """The scorer's name, for example ``rouge1``."""
    field: str
    """The field's name, for example ``rouge1.recall``; the headline field is the scorer's name."""
    unit: str
    """For example ``0-100``."""
    higher_is_better: bool | None
    """None where neither direction is better."""
    value: float | None
    """The score of all items together; null where undefined, with the reason in ``note``."""
    low: float | None = None
    """Lower end of the interval; null where there is none."""
    high: float | None = None
    """Upper end of the interval."""
    note: str = ""
    """Why there is no value or no interval, or what to mind about it."""
    n_scored: int
    """Items behind the value."""
    n_skipped: int
    """Items that could not be scored."""
    signature: str
    """Everything that decides the number."""
    interval_signature: str = ""
    """Everything that decides the interval: kind, weights, draws, seed, unit, confidence."""


class Comparison(Record):
    """A paired test of two systems on the items that both have."""

    field: str
    """The field that was compared."""
    system_a: str
    """The first system."""
    system_b: str
    """The second system; a positive delta means that the first has the larger number."""
    delta: float | None
    """Score of a minus score of b on the common items."""
    p: float | None
    """Two-sided p-value; null where there are too few clusters."""
    p_adjusted: float | None = None
    """After the table's correction over the comparisons of this field."""
    low: float | None = None
    """Lower end of the interval of delta; null where there is none."""
    high: float | None = None
    """Upper end of the interval of delta."""
    effect: float | None = None
    """Delta in standard errors."""
    smallest_difference: float | None = None
    """The smallest true difference that these items would show in 80 of 100 such test sets at
    p < 0.05: (z.975 + z.80) standard errors; null where the standard error is 0 or unknown."""
    wins: int = 0
    """Items on which a is better."""
    losses: int = 0
    """Items on which b is better."""
    ties: int = 0
    """Items on which they are equal."""
    n_items: int = 0
    """Items valid for both."""
    note: str = ""
    """Why there is no p-value, or what to mind."""
    signature: str = ""
    """Everything that decides the p-value: kind of test, weights, draws, seed, unit."""


class Rank(Record):
    """A system's place in one field, in significance clusters as WMT's findings draw them."""

    field: str
    """The field that systems are ordered by."""
    system: str
    cluster: int
    """From 1, the best: every system of a cluster is significantly better than every system of
    the clusters after it."""
    best_rank: int
    """1 and the number of systems that are significantly better."""
    worst_rank: int
    """The number of systems less those that are significantly worse."""


class Table(Record):
    """Systems by scores: one question, answered."""

    name: str
    """Unique in the run: ``fluency``, ``summaries.short``, ``post-edit``."""
    title: str
    """For a person."""
    unit: str
    """What an item is: ``sentence``, ``paragraph``, ``document`` or ``segment``."""
    cluster: str
    """What was resampled: the unit, or ``document``."""
    n_items: int
    """Items in the table."""
    n_clusters: int
    """Clusters that were resampled."""
    confidence: float = 95.0
    """Of the intervals, in percent."""
    draws: int = 0
    """Resamples behind each interval and each p-value; 0 where nothing was resampled."""
    seed: int = 0
    """Seed of every draw."""
    systems: tuple[str, ...]
    """In the order of the config."""
    scores: tuple[Score, ...]
    """Every system's numbers, by system, then scorer, then field."""
    comparisons: tuple[Comparison, ...] = ()
    """All pairs, or all with the baseline, for each headline field."""
    correction: str = "holm"
    """Of the p-values of one field: ``holm``, ``bh`` (Benjamini and Hochberg) or ``none``."""
    ranks: tuple[Rank, ...] = ()
    """For each headline field with a direction, the systems best first; none where not all pairs
    were compared, or none could be tested."""
    notes: tuple[str, ...] = ()
    """What a reader must know before they trust the table."""
