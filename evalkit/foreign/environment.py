"""The environment of a foreign program: what it needs to run, and no secret that nobody named.

Passed on: where things are (``PATH``, ``HOME``, temporary folders, caches, libraries), language
and time zone, devices and threads. Left out: everything else, so a token of another tool and this
interpreter's own ``PYTHONPATH``; and whatever bears the name of a secret. A config passes more by
name (``HF_TOKEN``), or sets it (``CUDA_VISIBLE_DEVICES=0``).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evalkit.errors import ConfigError, nearest

__all__ = ["Environment", "environment"]

_NAMES = frozenset(
    {
        "HOME", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "LOGNAME", "PATH", "SSL_CERT_DIR",
        "SSL_CERT_FILE", "TEMP", "TMP", "TMPDIR", "TZ", "USER",
    }
)  # fmt: skip
_PREFIXES = (
    "CUDA_", "HF_", "HIP_", "HUGGINGFACE_", "LC_", "MKL_", "NCCL_", "NVIDIA_", "OMP_", "OPENBLAS_",
    "PYTORCH_", "ROCR_", "TOKENIZERS_", "TORCH_", "TRANSFORMERS_", "XDG_",
)  # fmt: skip
_SECRET = re.compile(
    r"(?:^|_)(?:.*KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|AUTH|COOKIE)S?(?:_|$)",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ALWAYS = {"PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"}
"""So that a Python program's lines come as UTF-8, and come when they are written."""
_OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
_SHORTEST = 6
"""Characters of a secret from which on it is blanked out; a shorter one would blank out words."""


@dataclass(frozen=True, slots=True)
class Environment:
    """The variables of a foreign program."""

    variables: Mapping[str, str]
    secrets: tuple[str, ...]
    """Values of those that bear the name of a secret, never to be shown."""


def environment(
    own: Mapping[str, str], named: Sequence[str] = (), *, offline: bool = False
) -> Environment:
    """The variables of a program.

    Args:
        own: this process's.
        named: ``NAME`` passes one on, ``NAME=value`` sets one.
        offline: tells the hub's libraries to stay off the network.

    Raises:
        ConfigError: a named one isn't set, is no name, or gives the value of a secret.

    >>> found = environment({"PATH": "/bin", "API_KEY": "x", "EDITOR": "vi"}, ["EDITOR"])
    >>> sorted(name for name in found.variables if "PYTHON" not in name)
    ['EDITOR', 'PATH']
    """
    made = {
        name: value
        for name, value in own.items()
        if (name in _NAMES or name.startswith(_PREFIXES)) and not _SECRET.search(name)
    }
    made |= _ALWAYS
    if isinstance(named, str):
        raise ConfigError(f"environment is {named!r:.60}; a list of NAME or NAME=value is needed")
    for entry in named:
        name, value = _named(entry, own)
        made[name] = value
    if offline:
        made |= _OFFLINE
    secrets = {v for name, v in made.items() if _SECRET.search(name) and len(v) >= _SHORTEST}
    return Environment(made, tuple(sorted(secrets, key=len, reverse=True)))


def _named(entry: object, own: Mapping[str, str]) -> tuple[str, str]:
    if not isinstance(entry, str) or not _NAME.fullmatch(entry.partition("=")[0]):
        raise ConfigError(f"environment holds {entry!r:.60}; NAME or NAME=value is needed")
    name, equals, value = entry.partition("=")
    if equals:
        if _SECRET.search(name):
            raise ConfigError(
                f"environment gives the value of {name}, a secret, which a config must not hold: "
                f"set it in your shell and write its name alone, {name}"
            )
        return name, value
    if name not in own:
        guess = nearest(name, own)
        hint = f" Did you mean {guess!r}?" if guess else ""
        raise ConfigError(f"environment names {name}, which is not set here.{hint}")
    return name, own[name]
