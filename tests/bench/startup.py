"""CPU of a command from its start to its end, against a bare interpreter."""

import compileall
import shutil
import sys
import sysconfig
from pathlib import Path

from tests.bench.measure import Table, child_cpu_seconds, milliseconds, paired

BARE = [sys.executable, "-I", "-c", "pass"]


def mnemo_script() -> str:
    """The installed command of this environment."""
    return shutil.which("mnemo", path=str(Path(sysconfig.get_path("scripts")))) or "mnemo"


def run() -> None:
    # As an installer leaves it, whatever PYTHONDONTWRITEBYTECODE says here.
    compileall.compile_dir(str(Path(__file__).parents[2] / "mnemo_cli"), quiet=1)
    table = Table("startup: CPU, × `python -I -c pass`")
    for words, wanted in ((["--version"], 2.0), (["--help"], 8.0), (["snapshot", "--format", "json"], 9.0)):
        command = [mnemo_script(), *words]
        mnemo, bare, ratio = paired(lambda c=command: child_cpu_seconds(c), lambda: child_cpu_seconds(BARE), runs=21)  # type: ignore[misc]
        table.add(f"mnemo {' '.join(words)}", milliseconds(mnemo), milliseconds(bare), ratio, wanted)
    typer = [sys.executable, "-I", "-c", "import typer"]
    cost, bare, ratio = paired(lambda: child_cpu_seconds(typer), lambda: child_cpu_seconds(BARE), runs=11)
    table.add("(import typer alone)", milliseconds(cost), milliseconds(bare), ratio, None)
