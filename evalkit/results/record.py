"""What every record of a report is: frozen, without unknown keys, documented key by key."""

from pydantic import BaseModel, ConfigDict

__all__ = ["Record"]


class Record(BaseModel):
    """A part of ``report.json``."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
