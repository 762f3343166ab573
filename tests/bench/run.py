"""Measures mnemo beside its peers: one bench prints its table, several or `all` one more of all figures.

python tests/bench/run.py NAME…                    those benches
python tests/bench/run.py all                      every bench, then one table of every figure
python tests/bench/run.py all --markdown FILE      and that table as Markdown; - is stdout
python tests/bench/run.py all --readme             and into README.md
"""

import argparse
import importlib
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

PROJECT = Path(__file__).parents[2]
sys.path.insert(0, str(PROJECT))

import pytest  # noqa: E402

from mnemo_cli.errors import MnemoError  # noqa: E402
from tests.bench import measure  # noqa: E402
from tests.bench.figures import LEFT_OUT, Gathered, failures, markdown_table, put_into, text_table  # noqa: E402

BENCHES = (
    "startup",
    "completion",
    "sample",
    "monitor",
    "detect",
    "tracker",
    "bounded",
    "doctor",
    "doctor_command",
    "explain",
    "deaths",
    "collect",
    "orchestrate",
    "orchestrate_memory",
    "peaks",
    "dask_jobs",
    "dask_scale",
    "rules",
    "export",
    "record",
    "replay",
)
# Of the machine, of what is not installed on it, and of what did not come.
FAILURES = (OSError, ImportError, AssertionError, StopIteration, subprocess.SubprocessError, MnemoError)


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python tests/bench/run.py", allow_abbrev=False)
    parser.add_argument(
        "names", nargs="+", choices=(*BENCHES, "all"), metavar="NAME", help=f"{', '.join(BENCHES)}, all"
    )
    parser.add_argument("--markdown", metavar="FILE", help="write the table of all figures as Markdown")
    parser.add_argument("--readme", action="store_true", help="write it into README.md; with all only")
    parser.add_argument(
        "--without", action="append", default=[], choices=BENCHES, metavar="NAME", help="leave this one out"
    )
    chosen = parser.parse_args(words)
    if chosen.readme and "all" not in chosen.names:
        parser.error("--readme needs all: it replaces every figure")
    names = BENCHES if "all" in chosen.names else chosen.names
    gathered = {name: LEFT_OUT if name in chosen.without else gather(name) for name in names}
    if len(gathered) > 1:
        print(f"\n{text_table(gathered)}", end="")
    publish(gathered, markdown=chosen.markdown, readme=chosen.readme)
    return 1 if failures(gathered.values()) else 0


def gather(name: str) -> Gathered:
    """Run one bench; what keeps it from its end is said, and the others are measured all the same."""
    first, began = len(measure.FIGURES), time.monotonic()
    failure = None
    try:
        importlib.import_module(f"tests.bench.{name}").run()
    except (*FAILURES, pytest.skip.Exception) as err:
        failure = f"{type(err).__name__}: {str(err)[:120] or 'no reason was told'}"
        print(f"{name} went no further: {failure}", file=sys.stderr)
    return Gathered(measure.FIGURES[first:], time.monotonic() - began, failure)


def publish(gathered: Mapping[str, Gathered], *, markdown: str | None, readme: bool) -> None:
    table = markdown_table(gathered)
    if markdown == "-":
        print(f"\n{table}", end="")
    elif markdown is not None:
        Path(markdown).write_text(table)
    if readme:
        put_into(PROJECT / "README.md", table)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
