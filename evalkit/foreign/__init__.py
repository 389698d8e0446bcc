"""Metrics across a border: to ``evaluate`` (its modules as scorers here, ours as its metrics), and
to programs of other environments (``process``, ``comet``).

``evaluate`` itself is imported when one is made, never before.
"""

from evalkit.foreign.as_evaluate import as_evaluate

__all__ = ["as_evaluate"]
