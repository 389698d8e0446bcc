"""What a finished run says: the documented, versioned shape of ``report.json``.

Part of the room ``records``: frozen pydantic models, so that ``evalkit schema report`` prints
their JSON Schema. The pipeline fills them, the store writes and reads them, the report formats
them. Offsets are code points, end exclusive, into the text of the same record. A number that is
undefined is null and comes with a note that says why.
"""

from evalkit.results.beside import Edit, Origin, Pairing
from evalkit.results.buckets import Bucket, BucketScore, BucketTable
from evalkit.results.difference import (
    Change,
    Difference,
    ItemChange,
    OutputChange,
    RunName,
    ScoreChange,
)
from evalkit.results.report import ModelInfo, Report, RunInfo, Spent
from evalkit.results.requirements import Requirement
from evalkit.results.sanity import SanityFinding, SanityKind, SanityRow, SanityTable
from evalkit.results.tables import Comparison, Rank, Score, Table
from evalkit.results.texts import (
    Item,
    Mark,
    MarkedDocument,
    OutputInfo,
    ReferenceText,
    SentenceScores,
    SourceText,
    Token,
)

__all__ = [
    "Bucket",
    "BucketScore",
    "BucketTable",
    "Change",
    "Comparison",
    "Difference",
    "Edit",
    "Item",
    "ItemChange",
    "Mark",
    "MarkedDocument",
    "ModelInfo",
    "Origin",
    "OutputChange",
    "OutputInfo",
    "Pairing",
    "Rank",
    "ReferenceText",
    "Report",
    "Requirement",
    "RunInfo",
    "RunName",
    "SanityFinding",
    "SanityKind",
    "SanityRow",
    "SanityTable",
    "Score",
    "ScoreChange",
    "SentenceScores",
    "SourceText",
    "Spent",
    "Table",
    "Token",
]
