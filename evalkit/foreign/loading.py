"""An ``evaluate`` module by name: found, pinned, hashed, loaded. Written against evaluate 0.4.6.

A folder ``NAME/NAME.py`` (or the script itself), or a hub id at a commit. ``evaluate.load`` of a
hub id takes, when the hub fails, whatever version was cached last; so the files are fetched here,
at the commit, and loaded as a folder. Loading runs the author's Python: callers ask for permission
first. A script that imports further code from a URL is refused, because nothing pins that.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from evalkit.errors import ConfigError, MissingExtraError, nearest
from evalkit.models.ledger import Used, note
from evalkit.offline import asked_by_environment, offline_only

if TYPE_CHECKING:
    from evaluate import EvaluationModule

__all__ = ["LoadedModule", "load_module", "one_line"]

COMMIT = re.compile(r"[0-9a-f]{40}")
OWNER = "evaluate-metric"
"""Who owns the modules that are named without an owner (``rouge``)."""


@dataclass(frozen=True, slots=True)
class LoadedModule:
    """A module, ready to compute."""

    module: "EvaluationModule"
    name: str
    """The script's name."""
    version: str
    """The commit, or ``sha256-`` and a hash over the script and the files beside it that it
    imports."""


def load_module(
    module: str, *, revision: str | None, config_name: str | None, offline: bool
) -> LoadedModule:
    """The module that ``module`` names. Runs its code.

    Args:
        module: a folder, a script, or a hub id (``owner/name``, or ``name`` of evaluate's own).
        revision: the commit, 40 hexadecimal digits; for a hub id and only for one.
        config_name: the module's configuration.
        offline: never touch the network, as far as evaluate and the hub's client go.

    Raises:
        ConfigError: it is not there, not pinned, or cannot be loaded.
        MissingExtraError: evaluate is not installed.
    """
    try:
        import evaluate
        from datasets import DownloadConfig
    except ImportError as error:
        raise MissingExtraError(error.name or "evaluate", "models", "run its modules") from error
    offline = offline or asked_by_environment()
    script, version = _script(module, revision, offline=offline)
    files = _files(script)
    try:
        with offline_only(offline):
            loaded = evaluate.load(
                str(script),
                config_name=config_name,
                keep_in_memory=True,
                download_config=DownloadConfig(local_files_only=offline),
            )
    except Exception as error:  # the author's own code among others
        raise ConfigError(
            f"the evaluate module {module} cannot be loaded: {type(error).__name__}: "
            f"{one_line(error)}"
        ) from error
    return LoadedModule(loaded, script.stem, version or _hash(files))


def one_line(error: Exception) -> str:
    """An author's message without its line breaks, up to 400 characters."""
    return " ".join(str(error).split())[:400]


def _script(module: str, revision: str | None, *, offline: bool) -> tuple[Path, str]:
    """The script, and the commit that it is of; "" for a local one."""
    local = Path(module).expanduser()
    if local.exists():
        if revision is not None:
            raise ConfigError(f"revision {revision!r} is for the hub, but {module} is here")
        return _local(local), ""
    if module.startswith((".", "/", "~")) or module.endswith(".py") or module.count("/") > 1:
        raise ConfigError(f"no evaluate module {module}.{_hint(local)}")
    if revision is None or not COMMIT.fullmatch(revision):
        found = "none is given" if revision is None else f"{revision!r} is given"
        raise ConfigError(
            f"the evaluate module {module} of the hub needs a pinned revision, a commit of 40 "
            f"hexadecimal digits ({found}): its code may change otherwise. Or name a folder."
        )
    script = _fetched(module, revision, offline=offline)
    note(Used(f"evaluate module {module}", revision, remote_code=True))
    return script, revision


def _local(path: Path) -> Path:
    script = path if path.is_file() else path / f"{path.resolve().name}.py"
    if script.suffix == ".py" and script.is_file():
        return script
    if path.is_file():
        raise ConfigError(f"{path} is no evaluate module: a Python file is needed")
    others = ", ".join(sorted(p.name for p in path.glob("*.py"))) or "no Python file"
    raise ConfigError(
        f"{path} is no evaluate module: its script must be {script.name}, as the folder is called; "
        f"it holds {others}"
    )


def _hint(path: Path) -> str:
    parent = path.parent
    guess = nearest(path.name, [p.name for p in parent.iterdir()]) if parent.is_dir() else None
    return f" Did you mean {parent / guess}?" if guess else ""


def _fetched(module: str, revision: str, *, offline: bool) -> Path:
    from huggingface_hub import errors, snapshot_download

    transport = cast(type[Exception], errors.HfHubHTTPError.__bases__[0])
    name = module if "/" in module else f"{OWNER}/{module}"
    try:
        folder = snapshot_download(
            name,
            repo_type="space",
            revision=revision,
            local_files_only=offline,
            allow_patterns=["*.py", "*.txt", "*.json"],
            ignore_patterns=["*/*"],
        )
    except (OSError, ValueError, transport) as error:
        why = "this run is offline" if offline else f"the hub cannot be read ({one_line(error)})"
        raise ConfigError(
            f"the evaluate module {name} at {revision} is not on this machine, and {why}. Bring it "
            f"with: hf download {name} --repo-type space --revision {revision}"
        ) from error
    script = Path(folder) / f"{name.split('/')[1]}.py"
    if not script.is_file():
        raise ConfigError(f"{name} at {revision} has no {script.name}: it is no evaluate module")
    return script


def _files(script: Path) -> list[Path]:
    """The script and the files beside it that it imports."""
    from evaluate.loading import get_imports

    try:
        imports = get_imports(str(script))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{script} cannot be read as Python: {error}") from error
    beside = []
    for kind, name, origin, _ in imports:
        if kind == "external":
            raise ConfigError(
                f"{script.name} imports {name} from {origin}, code that no revision pins: put the "
                "file beside the script and import it from there"
            )
        if kind == "internal":
            beside.append(script.with_name(f"{name}.py"))
    return [script, *sorted(beside)]


def _hash(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.name}\n".encode())
        digest.update(path.read_bytes() if path.is_file() else b"")
    return f"sha256-{digest.hexdigest()[:16]}"
