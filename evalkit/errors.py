"""Every exception that evalkit raises on purpose.

::

    EvalkitError                the user can mend it; exit code 2, no traceback
    ├── InputError              a document, reference, rating or output file is not as it must be
    │   ├── AlignmentError      hypotheses, references and sources do not belong together
    │   └── LanguageError       the text is not in a language that the model reads
    ├── ConfigError             the config, an option or a command-line value is wrong
    ├── UnknownNameError        no scorer, generator, reader or metric of that name
    ├── PermissionNeededError   foreign code was named without ``--allow-code``
    ├── MissingExtraError       a package is not installed; names the install command
    ├── ForeignError            a program of another environment failed or broke the protocol
    ├── PluginError             code of a plug-in broke
    ├── ModelError              a model cannot be loaded, or is not the one that was promised
    ├── EndpointError           a server refuses every request, or does not answer
    └── StoreError              a run folder is damaged, newer than this evalkit, or in use

Each message says what was found, where, and the remedy. Pure rooms (``metrics``, ``stats``,
``text``) raise ``ValueError`` instead: they never see a file.
"""

import difflib
from collections.abc import Iterable

__all__ = [
    "AlignmentError",
    "ConfigError",
    "EndpointError",
    "EvalkitError",
    "ForeignError",
    "InputError",
    "LanguageError",
    "MissingExtraError",
    "ModelError",
    "PermissionNeededError",
    "PluginError",
    "StoreError",
    "UnknownNameError",
    "missing_extra",
    "nearest",
]


class EvalkitError(Exception):
    """Something the user can mend: the message says what was found, where, and the remedy."""


class InputError(EvalkitError):
    """A file of documents, references or outputs is not as it must be."""


class AlignmentError(InputError):
    """Hypotheses, references, sources or ids do not belong together."""


class LanguageError(InputError):
    """A text is not in a language that the chosen model reads."""


class ConfigError(EvalkitError):
    """A config file, option or command-line value is wrong."""


class UnknownNameError(EvalkitError):
    """A name that no registered scorer, generator or reader has.

    Args:
        kind: what was looked for, for example ``"scorer"``.
        name: the name that was asked for.
        known: every name that would have been found.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        guess = nearest(name, names)
        hint = f" Did you mean {guess!r}?" if guess else ""
        super().__init__(f"no {kind} named {name!r}.{hint} Known: {', '.join(names) or 'none'}.")


class PermissionNeededError(EvalkitError):
    """Foreign code was named without ``--allow-code``."""


class MissingExtraError(EvalkitError):
    """A package that this job needs is not installed.

    Args:
        package: the module that could not be imported.
        extra: the evalkit extra that brings it.
        purpose: what it is needed for, as the end of "… is needed to".
    """

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(
            f"{package} is needed to {purpose} and is not installed. "
            f'Install it with: pip install "evalkit[{extra}]"'
        )


class ForeignError(EvalkitError):
    """A program of another environment failed, stayed silent, or broke the protocol."""


class PluginError(EvalkitError):
    """Code of a plug-in raised what it should have handled."""


class ModelError(EvalkitError):
    """A model cannot be loaded, or is not the one that was promised."""


class EndpointError(EvalkitError):
    """A server refuses every request (its key, model or settings), or does not answer at all."""


class StoreError(EvalkitError):
    """A run folder is damaged, newer than this evalkit, or in use."""


EXTRAS = {
    **dict.fromkeys(("torch", "transformers", "tokenizers", "safetensors"), "models"),
    **dict.fromkeys(("huggingface_hub", "datasets", "evaluate", "lemminflect", "pandas"), "models"),
    **dict.fromkeys(("starlette", "uvicorn"), "view"),
    "httpx2": "endpoint",
    "matplotlib": "figures",
    "onnxruntime": "onnx",
}
"""Packages that the base install doesn't have -> the extra that brings each."""


def missing_extra(error: ModuleNotFoundError) -> MissingExtraError | None:
    """What to say of a package that an extra would have brought; None of any other."""
    package = (error.name or "").partition(".")[0]
    if package not in EXTRAS:
        return None
    return MissingExtraError(package, EXTRAS[package], "do this")


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like ``name``, or None when none is close.

    >>> nearest("rogue1", ["rouge1", "bleu"])
    'rouge1'
    """
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return found[0] if found else None
