"""Bundles where memory is nearly gone: a group with room for little more than a bare program."""

import os
import subprocess
import sys

import pytest

from tests.diagnostics.crews import Bundle

pytestmark = pytest.mark.memory_group
MIB = 1 << 20
RUNS = 20 if os.environ.get("MNEMO_FULL_COUNTS") else 4
RUN = "import os, sys; os.execv(sys.executable, [sys.executable, '-m', 'mnemo_cli', 'collect', '-o', {path!r}])"


def kills(group):
    name = "memory.oom_control" if group.mount.version == 1 else "memory.events"
    lines = dict(line.split() for line in (group.directory / name).read_text().splitlines())
    return int(lines["oom_kill"])


def test_in_a_group_of_32_mib_every_bundle_is_whole_and_nobody_is_killed(memory_group, tmp_path):
    memory_group.limit(32 * MIB)
    for number in range(RUNS):
        path = tmp_path / f"{number}.tar.gz"
        program = memory_group.run(RUN.format(path=str(path)))
        out, _ = program.communicate(timeout=120)
        assert (program.returncode in (0, 3), out) == (True, f"{path}\n"), program.returncode
        bundle = Bundle(path)
        assert bundle.states()["host-memory"] == "ok" and bundle.files["processes/processes.jsonl"]
    assert kills(memory_group) == 0
    done = subprocess.run([sys.executable, "-m", "mnemo_cli", "collect", "--verify", path], capture_output=True)
    assert done.returncode == 0, done.stdout


def test_a_long_log_does_not_fill_a_small_group(memory_group, tmp_path):
    """The caps follow what the group has left: the longest member and all its neighbours stay below it."""
    memory_group.limit(32 * MIB)
    log = tmp_path / "data/mnemosyne/logs/memory.log"
    log.parent.mkdir(parents=True)
    line = '{"schema":"mnemo.log/1","time":"2026-11-22T14:02:31.004Z","event":"level","text":"a line of %d"}\n'
    with log.open("w") as stream:
        stream.writelines(line % number for number in range(400_000))
    path = tmp_path / "b.tar.gz"
    environment = f"import os; os.environ['MNEMOSYNE_MEMORY_LOG_FILE'] = {str(log)!r}\n"
    program = memory_group.run(environment + RUN.format(path=str(path)))
    out, _ = program.communicate(timeout=120)
    assert (program.returncode in (0, 3), out) == (True, f"{path}\n"), program.returncode
    bundle = Bundle(path)
    assert kills(memory_group) == 0 and "memory-log/memory.log" in bundle.files
