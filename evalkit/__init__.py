"""evalkit: fluency of machine-translated text, summaries of it, and how both compare with people.

Importing this package loads nothing heavy; every room is imported where it is used, and so are
``load_run`` and ``Run``::

    run = evalkit.load_run("runs/channel")
    run.to_pandas("items")
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evalkit.notebook import Run, load_run

__version__ = "0.1.0"

__all__ = ["Run", "__version__", "load_run"]


def __getattr__(name: str) -> object:
    """``Run`` and ``load_run``, when they are first asked for."""
    if name in ("Run", "load_run"):
        from evalkit import notebook

        return getattr(notebook, name)
    raise AttributeError(f"module 'evalkit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
