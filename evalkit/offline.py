"""No network, for real: ``--offline``, and the variables by which the hub's libraries are told so.

Inside ``offline_only`` the hub's client, ``datasets``, ``transformers`` and ``evaluate`` are told
to stay off the network, subprocesses inherit that, and whatever tries nevertheless (a plug-in, a
module's own code) gets a ConnectionError from Python's audit hook before a packet leaves. This
machine itself (127.0.0.0/8, ::1, Unix sockets) is no network. Left out: native code that makes
sockets without Python, and other processes; these see the variables alone.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address

__all__ = ["VARIABLES", "asked_by_environment", "offline_only"]

VARIABLES = ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE")
"""Variables of the hub's libraries; any of them that is on makes all of evalkit offline."""
SET = (*VARIABLES, "HF_EVALUATE_OFFLINE")
ON = frozenset({"1", "ON", "YES", "TRUE"})
FLAGS = (
    ("huggingface_hub.constants", "HF_HUB_OFFLINE"),
    ("datasets.config", "HF_HUB_OFFLINE"),
    ("datasets.config", "HF_DATASETS_OFFLINE"),
    ("evaluate.config", "HF_EVALUATE_OFFLINE"),
)
"""Where the libraries keep what they read from the environment when they were imported."""
PLACES = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1}
"""Audit event -> the argument that holds the address."""
NAMES = {"socket.getaddrinfo": 0, "socket.gethostbyname": 0}
"""Audit event -> the argument that holds a name to be looked up."""


def asked_by_environment() -> bool:
    """Whether one of ``VARIABLES`` is on, as the hub's client reads them."""
    return any(os.environ.get(name, "").upper() in ON for name in VARIABLES)


@contextmanager
def offline_only(wanted: bool = True) -> Iterator[None]:
    """Nothing in this process reaches a network while this is open; without ``wanted`` nothing
    is changed.
    """
    if not wanted:
        yield
        return
    variables = {name: os.environ.get(name) for name in SET}
    flags = {(module, name): _flag(module, name) for module, name in FLAGS}
    os.environ.update(dict.fromkeys(SET, "1"))
    for module, name in FLAGS:
        _set_flag(module, name, value=True)
    _GUARD.close()
    try:
        yield
    finally:
        _GUARD.open()
        for name, text in variables.items():
            os.environ.pop(name) if text is None else os.environ.update({name: text})
        online = not asked_by_environment()
        for (module, name), value in flags.items():
            # a library that was imported meanwhile has read the variables of this block
            _set_flag(module, name, value=not online if value is None else value)


def _flag(module: str, name: str) -> bool | None:
    """What a library believes; None where it isn't imported yet."""
    found = sys.modules.get(module)
    return None if found is None else bool(getattr(found, name, False))


def _set_flag(module: str, name: str, *, value: bool) -> None:
    found = sys.modules.get(module)
    if found is not None:
        setattr(found, name, value)


class _Guard:
    """Refuses what leaves this machine, while it is closed; may be closed several times over."""

    def __init__(self) -> None:
        self._n_closed = 0
        self._is_hooked = False

    def close(self) -> None:
        if not self._is_hooked:
            sys.addaudithook(self._look)  # cannot be taken away again, so it looks at a count
            self._is_hooked = True
        self._n_closed += 1

    def open(self) -> None:
        self._n_closed -= 1

    def _look(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self._n_closed or not event.startswith("socket."):
            return
        if event in PLACES:
            address = arguments[PLACES[event]]
            host = address[0] if isinstance(address, tuple) and address else None
        elif event in NAMES:
            host = arguments[NAMES[event]]
        else:
            return
        if not _is_here(host):
            raise ConnectionError(f"{host!r} is on a network, and this run is offline")


def _is_here(host: object) -> bool:
    """Whether it names this machine; what is no host at all (a Unix socket) does."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if not isinstance(host, str) or host in ("", "localhost"):
        return True
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


_GUARD = _Guard()
