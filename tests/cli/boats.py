"""Two systems of different quality beside their references, in files of lines."""

from pathlib import Path

from tests.cli.calling import lines, worsened

__all__ = ["TEXTS", "TWO", "metrics_of", "write_boats"]

TEXTS = [
    f"the {n} boats of port {n % 7} left at noon with {n % 3} crates of fish" for n in range(40)
]
TWO = ("--hypotheses", "good.txt", "--hypotheses", "second=poor.txt", "--references", "ref.txt")


def write_boats(folder: Path) -> Path:
    """Writes the references and both systems; returns the folder."""
    lines(folder / "ref.txt", *TEXTS)
    lines(folder / "good.txt", *worsened(TEXTS, 0.1, 1))
    lines(folder / "poor.txt", *worsened(TEXTS, 0.5, 2))
    return folder


def metrics_of(whole: dict, system: int = 0) -> dict[str, dict]:
    """A system's metrics by name."""
    return {metric["name"]: metric for metric in whole["systems"][system]["metrics"]}
