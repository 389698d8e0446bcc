"""Files named on the command line: ``path``, ``name=path`` or ``-`` for standard input."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evalkit.corpus.entries import Role
from evalkit.corpus.parallel import Parallel, line_up
from evalkit.corpus.streams import SegmentStream, open_stream
from evalkit.errors import AlignmentError, ConfigError
from evalkit.pipeline.guarding import check_texts

__all__ = ["Files", "read_files"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """What ``--hypotheses``, ``--references`` and ``--sources`` name."""

    hypotheses: Sequence[str]
    references: Sequence[str] = ()
    sources: str | None = None
    stdin_kind: str | None = None
    """Kind of the file that is ``-``; None: plain lines."""
    language: str | None = None
    """Of the hypotheses: the target in a TMX of several languages."""


def read_files(files: Files) -> Parallel:
    """The files side by side, once it is known that they belong together.

    Raises:
        ConfigError: no hypotheses, standard input twice, or a name without a path.
        AlignmentError: a file or a system's name twice, or files that do not fit.
        InputError: a file is missing, empty or damaged.
    """
    if not files.hypotheses:
        raise ConfigError("no hypotheses: name a file with --hypotheses FILE")
    named = [*files.hypotheses, *files.references, *([files.sources] if files.sources else [])]
    if sum(_split(spec)[1] == "-" for spec in named) > 1:
        raise ConfigError("standard input ('-') can be named only once")
    systems = _systems(files.hypotheses)
    references = _references(files.references)
    parallel = line_up(
        {name: _open(path, "hypotheses", files) for name, path in systems.items()},
        {name: _open(path, "references", files) for name, path in references.items()},
        None if files.sources is None else _open(_split(files.sources)[1], "sources", files),
    )
    return replace(parallel, warnings=(*parallel.warnings, *check_texts(parallel)))


def _open(path: str, role: Role, files: Files) -> SegmentStream:
    kind = files.stdin_kind if path == "-" else None
    return open_stream(
        path, role, root=Path(), kind=kind, stdin=sys.stdin.buffer, language=files.language
    )


def _split(spec: str) -> tuple[str, str]:
    """Name and path of ``name=path``; a file that has an = in its name is a file."""
    name, equals, path = spec.partition("=")
    if not equals or Path(spec).exists() or "/" in name:
        return "", spec
    if not name or not path:
        raise ConfigError(f"{spec!r} is no file and no name=path; write for example ours=out.txt")
    return name, path


def _systems(specs: Sequence[str]) -> Mapping[str, str]:
    """Name -> path; a system without a name has its file's stem, or its path where stems collide.

    Raises:
        AlignmentError: one file, or one name, twice.
    """
    split = [_split(spec) for spec in specs]
    paths = [path for _, path in split]
    _refuse_twice("--hypotheses", paths)
    stems = [_stem(path) for path in paths]
    names = [
        name or (path if stems.count(stem) > 1 else stem)
        for (name, path), stem in zip(split, stems, strict=True)
    ]
    for name in names:
        if names.count(name) > 1:
            raise AlignmentError(
                f"two systems are called {name!r}; give each a name of its own: "
                "--hypotheses name=path"
            )
    return dict(zip(names, paths, strict=True))


def _references(specs: Sequence[str]) -> Mapping[str, str]:
    """Name -> path; the name is the path where none is given."""
    split = [_split(spec) for spec in specs]
    _refuse_twice("--references", [path for _, path in split])
    found = {name or path: path for name, path in split}
    if len(found) < len(split):
        raise AlignmentError("two files of references have one name; give each its own")
    return found


def _refuse_twice(option: str, paths: Sequence[str]) -> None:
    known: dict[Path, str] = {}
    for path in paths:
        place = Path(path) if path == "-" else Path(path).resolve()
        if place in known:
            raise AlignmentError(f"{option} {path} is given twice; name each file once")
        known[place] = path


def _stem(path: str) -> str:
    """The file's name without its suffix and a ``.gz`` behind it."""
    return Path(Path(path).name.removesuffix(".gz")).stem
