"""What every stage is handed: where its rows are kept, how to resample, and whom to tell."""

from dataclasses import dataclass, field

from evalkit.config.models import StatisticsSection
from evalkit.execute import Progress, silent
from evalkit.store.parts import Parts

__all__ = ["Job"]


@dataclass(frozen=True, slots=True)
class Job:
    """The surroundings of a stage."""

    parts: Parts = field(default_factory=lambda: Parts(None))
    """Rows that are kept, or none."""
    statistics: StatisticsSection = field(default_factory=StatisticsSection)
    """Draws, seed, confidence, and what is resampled."""
    progress: Progress = silent
    retry_failed: bool = False
    """Whether items that failed in an earlier run are tried again, instead of shown as failed."""
