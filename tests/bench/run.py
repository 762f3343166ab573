"""`python tests/bench/run.py NAME`: one bench, or `all`; each prints a table with the peer of the same run."""

import importlib
import sys
from pathlib import Path

BENCHES = (
    "startup",
    "sample",
    "monitor",
    "detect",
    "tracker",
    "bounded",
    "doctor",
    "doctor_command",
    "explain",
    "collect",
    "orchestrate",
    "orchestrate_memory",
    "dask_jobs",
    "dask_scale",
    "rules",
    "export",
    "record",
    "replay",
)


def main(names: list[str]) -> int:
    if not names or any(name not in (*BENCHES, "all") for name in names):
        print(f"usage: python tests/bench/run.py {'|'.join(BENCHES)}|all", file=sys.stderr)
        return 2
    sys.path.insert(0, str(Path(__file__).parents[2]))
    for name in BENCHES if "all" in names else names:
        importlib.import_module(f"tests.bench.{name}").run()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
