"""argv to exit code: the only room that prints, the only one that exits.

Exit codes: 0 done; 1 finished, with items that failed, or with ``diff --exit-code`` runs that
differ; 2 bad input, nothing half-written; 3 finished, but a requirement is not met; 130
interrupted (what was computed is kept).
"""

from evalkit.cli.app import main

__all__ = ["main"]
