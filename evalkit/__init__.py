"""evalkit: fluency of machine-translated text, summaries of it, and how both compare with people.

Importing this package loads nothing heavy; every room is imported where it is used.
"""

__version__ = "0.1.0"

__all__ = ["__version__"]
