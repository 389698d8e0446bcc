"""Modules of ``evaluate`` on the command line: by segment, of the whole set, refused."""

from pathlib import Path

import pytest

from tests.cli.calling import call, lines, printed
from tests.foreign.written_modules import SHARED, TOTAL, evaluate_cache, write

__all__ = ["evaluate_cache"]
pytestmark = pytest.mark.usefixtures("evaluate_cache")

ROWS = [f"the ferry number {i} was late" for i in range(20)]


@pytest.fixture
def files(tmp_path: Path) -> list[object]:
    """Arguments for two systems and a reference."""
    good = lines(tmp_path / "good.txt", *ROWS)
    bad = lines(tmp_path / "bad.txt", *(row.replace("ferry", "boat") for row in ROWS))
    reference = lines(tmp_path / "ref.txt", *ROWS)
    return ["--hypotheses", good, "--hypotheses", bad, "--references", reference]


def evaluated(home: Path, **options: str) -> str:
    more = "".join(f",{name}={value}" for name, value in options.items())
    return f"evaluate(module={home}{more})"


def test_a_module_beside_metrics_of_our_own(
    tmp_path: Path, files: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    shared = evaluated(write(tmp_path, "shared", SHARED))
    total = evaluated(write(tmp_path, "total", TOTAL))
    metrics = ("--metrics", f"rouge1,{shared},{total}")
    found = printed(capsys, "score", *files, *metrics, "--allow-code", "--confidence")
    systems = {s["name"]: {m["name"]: m for m in s["metrics"]} for s in found["systems"]}
    assert [systems[name]["shared"]["value"] for name in ("good", "bad")] == [6, 5]
    assert systems["bad"]["shared"]["low"] == systems["bad"]["shared"]["high"] == 5
    whole = systems["good"]["total"]
    assert whole["value"] == (6 * 20) ** 2
    assert (whole["low"], whole["high"], whole["n_scored"]) == (None, None, 20)
    assert whole["note"].startswith("no interval: the module gives no numbers by segment")
    assert whole["signature"].startswith("nrefs:1|evaluate:total|version:sha256-")


@pytest.mark.parametrize("shape", ["text", "csv", "latex"])
def test_a_measure_of_the_whole_set_alone_in_every_format(
    tmp_path: Path, files: list[object], capsys: pytest.CaptureFixture[str], shape: str
) -> None:
    metrics = ("--metrics", evaluated(write(tmp_path, "total", TOTAL)))
    assert call("score", *files, *metrics, "--allow-code", "--format", shape) == 0
    assert "14400" in capsys.readouterr().out.replace(",", "").replace("{}", "")


def test_what_it_needs_and_may_not(
    tmp_path: Path, files: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    total = ("--metrics", evaluated(write(tmp_path, "total", TOTAL)))
    assert call("score", *files, *total) == 2
    assert "--allow-code" in capsys.readouterr().err
    assert call("score", *files[:2], *total, "--allow-code") == 2
    assert "total needs --references FILE" in capsys.readouterr().err
    assert call("compare", *files, *total, "--allow-code") == 2
    assert "can be scored, not compared" in capsys.readouterr().err
    assert call("score", *files, "--metrics", "evaluate", "--allow-code") == 2
    assert "module" in capsys.readouterr().err


def test_a_module_by_segment_can_be_compared(
    tmp_path: Path, files: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    metrics = ("--metrics", evaluated(write(tmp_path, "shared", SHARED)))
    assert call("compare", *files, *metrics, "--allow-code", "--format", "json") == 0
    assert '"shared"' in capsys.readouterr().out
