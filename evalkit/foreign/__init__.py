"""Metrics across the border to ``evaluate``: its modules as scorers here, ours as its metrics.

``evaluate`` itself is imported when one is made, never before.
"""

from evalkit.foreign.as_evaluate import as_evaluate

__all__ = ["as_evaluate"]
