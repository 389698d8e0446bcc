"""The main job: seconds and peak memory of ``evalkit run``, of the same run again, and of --help.

    python benchmarks/main_job.py [--config configs/channel.yaml]

The second run must give the first one's report, from the kept parts. Prints one line per command.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from evalkit.store.folder import read_report


def timed(*command: str) -> tuple[float, float]:
    """Wall seconds, and the peak memory in MB of any child so far."""
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    seconds = time.perf_counter() - begin
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    """Runs and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", default="configs/channel.yaml")
    config = parser.parse_args().config
    evalkit = [sys.executable, "-m", "evalkit"]
    helps = sorted(timed(*evalkit, "--help")[0] for _ in range(5))
    print(f"evalkit --help: {helps[2]:.2f} s (median of 5)")
    with tempfile.TemporaryDirectory() as folder:
        run = [*evalkit, "run", config, "--output", f"{folder}/run"]
        seconds, memory = timed(*run)
        print(f"evalkit run {config}: {seconds:.1f} s, {memory:.0f} MB at its peak")
        first = read_report(Path(folder) / "run")
        seconds, _ = timed(*run)
        again = read_report(Path(folder) / "run")
        same = (first.tables, first.documents, first.items) == (
            again.tables,
            again.documents,
            again.items,
        )
        print(f"the same again, from its parts: {seconds:.1f} s; same answer: {same}")
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
