"""Whose fault it is when a plug-in breaks: its name, the error and the line, not a traceback.

evalkit's own scorers and generators are left alone: an error of theirs is a fault of evalkit's, and
its traceback belongs into a report of it.
"""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evalkit.errors import EvalkitError, PluginError
from evalkit.stages import Generator, Scorer, SetScorer

__all__ = ["blamed"]


@contextmanager
def blamed(plugin: Scorer | SetScorer | Generator) -> Iterator[None]:
    """Runs code of a plug-in; what it lets escape becomes an error that names it.

    Raises:
        PluginError: code that isn't evalkit's own raised what is no ``EvalkitError``.
    """
    try:
        yield
    except EvalkitError:
        raise
    except Exception as error:
        kind = type(plugin)
        if kind.__module__.partition(".")[0] == "evalkit":
            raise
        last = traceback.extract_tb(error.__traceback__)[-1]
        raise PluginError(
            f"{plugin.name} ({kind.__module__}:{kind.__qualname__}) broke: "
            f"{type(error).__name__}: {error} ({Path(last.filename).name}, line {last.lineno}). "
            f"Its author can find it with: evalkit check-plugin {plugin.name}"
        ) from error
