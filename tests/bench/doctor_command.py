"""CPU of `mnemo doctor` and `mnemo limits check` from start to end, against a bare interpreter."""

import compileall
from pathlib import Path

from tests.bench.measure import Table, child_cpu_seconds, milliseconds, paired
from tests.bench.startup import BARE, mnemo_script

COMMANDS = (
    (["limits", "check", "--format", "json"], 11.0),
    (["doctor", "--format", "json"], 11.0),
    (["limits", "render", "--for", "docker"], 9.0),
    (["explain", "EMFILE"], 9.0),
)


def run() -> None:
    compileall.compile_dir(str(Path(__file__).parents[2] / "mnemo_cli"), quiet=1)
    table = Table("doctor_command: CPU, × `python -I -c pass`")
    for words, wanted in COMMANDS:
        command = [mnemo_script(), *words]
        mnemo, bare, ratio = paired(lambda c=command: child_cpu_seconds(c), lambda: child_cpu_seconds(BARE), runs=21)  # type: ignore[misc]
        table.add(f"mnemo {' '.join(words)}", milliseconds(mnemo), milliseconds(bare), ratio, wanted)
