"""The import graph of the rooms, the light start, and who may touch a heavy package: pinned."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import evalkit

ROOT = Path(evalkit.__file__).parent
ROOMS = (
    "errors",
    "offline",
    "redaction",
    "records",
    "sanity",
    "results",
    "stages",
    "plugins",
    "conformance",
    "nesting",
    "registry",
    "config",
    "text",
    "corpus",
    "metrics",
    "stats",
    "models",
    "endpoint",
    "execute",
    "store",
    "fluency",
    "guard",
    "summarize",
    "semantic",
    "judging",
    "foreign",
    "training",
    "agreement",
    "pipeline",
    "report",
    "view",
    "notebook",
    "cli",
)
"""Lowest first: a room imports from itself and from rooms before it."""
NEVER = {"report": {"pipeline", "models"}, "agreement": {"models", "fluency", "summarize"}}
"""Rooms that a room may not import although they stand below it."""
HEAVY = {"torch", "transformers", "datasets", "evaluate", "pandas", "ray", "pyarrow", "sacrebleu"}
HEAVY |= {"onnxruntime"}


def modules() -> list[Path]:
    return sorted(path for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py")


def room_of(path: Path) -> str:
    name = path.relative_to(ROOT).parts[0].removesuffix(".py")
    return "cli" if name == "__main__" else name


def output_of(command: str) -> str:
    """The last line that a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-c", command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


def imports(path: Path) -> Iterator[str]:
    """Every module that is imported anywhere in the file, but for type checking alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    checking = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        if id(node) not in checking:
            yield from names


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_run_one_way(path: Path) -> None:
    room = room_of(path)
    assert room in ROOMS, f"{room} is a new room: give it a place in ROOMS"
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "evalkit" or len(parts) == 1:
            continue
        assert ROOMS.index(parts[1]) <= ROOMS.index(room), f"{room} imports {name}"
        assert parts[1] not in NEVER.get(room, ()), f"{room} may not import {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_torch_is_touched_by_the_room_models_alone(path: Path) -> None:
    if room_of(path) != "models":
        packages = {name.split(".")[0] for name in imports(path)}
        assert not packages & {"torch", "transformers"}


def test_every_room_but_models_is_imported_without_a_heavy_package() -> None:
    names = [
        ".".join(("evalkit", *path.relative_to(ROOT).with_suffix("").parts))
        for path in modules()
        if room_of(path) != "models" and path.name != "__main__.py"
    ]
    lines = [*(f"import {name.removesuffix('.__init__')}" for name in names), "import sys"]
    lines.append(f"print('loaded:', [name for name in {sorted(HEAVY)} if name in sys.modules])")
    assert output_of("\n".join(lines)) == "loaded: []"


@pytest.mark.parametrize(
    "command",
    [
        "import evalkit",
        "import sys; sys.argv = ['evalkit', '--help']\n"
        "from evalkit.cli import main\n"
        "try: main()\nexcept SystemExit: pass",
    ],
    ids=["import evalkit", "evalkit --help"],
)
def test_the_start_is_light(command: str) -> None:
    heavy = sorted(HEAVY | {"numpy", "pydantic", "rich", "jinja2", "yaml"})
    check = f"\nimport sys\nprint('loaded:', [name for name in {heavy} if name in sys.modules])"
    assert output_of(command + check) == "loaded: []"


def test_public_names() -> None:
    assert evalkit.__all__ == ["Run", "__version__", "load_run"]
    assert set(evalkit.__all__) <= set(dir(evalkit))


def test_a_public_name_is_loaded_when_it_is_asked_for() -> None:
    check = "import evalkit, sys; before = 'evalkit.notebook' in sys.modules; evalkit.load_run\n"
    check += f"heavy = [name for name in {sorted(HEAVY)} if name in sys.modules]\n"
    assert output_of(check + "print(before, 'evalkit.notebook' in sys.modules, heavy)") == (
        "False True []"
    )
    with pytest.raises(AttributeError, match="no attribute 'run'"):
        evalkit.run  # noqa: B018
