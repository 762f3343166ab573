"""Why real jobs died, as `mnemo orchestrate` tells it: the kernel at a job's limit, a kill from outside, a fault."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mnemo_cli.orchestrate.engines.local.place import find_place
from mnemo_cli.sampling.kernel_log import KernelLogTail

pytestmark = [
    pytest.mark.memory_group,
    pytest.mark.skipif(sys.platform != "linux", reason="runs jobs with Linux's means"),
]
PATIENCE_SECONDS = 60.0
MNEMO = (sys.executable, "-m", "mnemo_cli", "orchestrate")
GROWS = 'held = b"x" * (300 << 20)'

Report = Callable[..., dict[str, dict[str, Any]]]


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Report:
    """Runs jobs to their end and gives what `report` and the document tell of each; `meanwhile` is called before."""
    for name, percent in (("MODERATE", "97"), ("HIGH", "98"), ("CRITICAL", "99")):
        monkeypatch.setenv(f"MNEMOSYNE_MEMORY_{name}_PCT", percent)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)

    def run(*jobs: dict[str, object], meanwhile: Callable[[], None] = lambda: None) -> dict[str, dict[str, Any]]:
        (tmp_path / "plan").write_text("".join(json.dumps(job) + "\n" for job in jobs))
        words = [*MNEMO, "plan", "--journal", "j", "--format", "json"]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
            meanwhile()
            out, said = program.communicate(timeout=PATIENCE_SECONDS)
        assert program.returncode == 1, said
        told = subprocess.run([*MNEMO, "report", "j"], capture_output=True, text=True, timeout=PATIENCE_SECONDS)
        found = {job["id"]: job for job in json.loads(out)["jobs"]}
        for job in found.values():
            assert job["headline"] is None or f"{job['id']}: {job['headline']}" in told.stdout
        return found

    return run


def needs_groups_and_the_log() -> None:
    place, why = find_place(Path("/"))
    if place is None:
        pytest.skip(f"no memory group can be made for a job: {why}")
    tail = KernelLogTail(Path("/"))
    is_open = tail.is_open
    tail.close()
    if not is_open:
        pytest.skip("the kernel log is not ours to read")


def test_the_kernels_kill_at_a_jobs_limit_is_proven_with_its_victim(report: Report) -> None:
    needs_groups_and_the_log()
    limited = {"mem": "40Mi", "mem_limit": "64Mi", "oom_retries": 0}
    python = (sys.executable, "-I", "-S", "-c", GROWS)
    shell = f"{sys.executable} -I -S -c '{GROWS}'; exit 7"
    jobs = report({"id": "grows", "cmd": python, **limited}, {"id": "child", "cmd": shell, **limited})
    for name, told in (("grows", "M: proven"), ("child", ", started by it; the job ended with code 7: proven")):
        headline = jobs[name]["headline"]
        assert headline is not None, jobs[name]
        if headline.endswith(": likely"):  # the kernel prints ten reports in five seconds, and others die here, too
            assert headline.startswith("killed by the kernel at its limit of 64M (peak 64M)"), headline
        else:
            assert headline.startswith("killed by the kernel at its limit of 64M; the victim was python"), headline
            assert headline.endswith(told), headline


def test_a_kill_from_outside_is_not_called_memory(report: Report, tmp_path: Path) -> None:
    def kill() -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text().endswith("\n"):
            assert time.monotonic() < deadline, "the job never began"
            time.sleep(0.01)
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)

    jobs = report({"id": "a", "cmd": "echo $$ > pid; exec sleep 600"}, meanwhile=kill)
    headline = jobs["a"]["headline"]
    assert jobs["a"]["reason"] in ("signal", "oom-host-suspected")
    assert headline.startswith("ended by SIGKILL, ") and "killed by the kernel" not in headline, headline


def test_a_fault_is_told_by_its_name(report: Report) -> None:
    jobs = report({"id": "a", "cmd": "kill -SEGV $$"}, {"id": "wrong", "cmd": "exit 3"}, {"id": "well", "cmd": "true"})
    assert jobs["a"]["headline"].startswith("ended by SIGSEGV")
    assert (jobs["wrong"]["headline"], jobs["well"]["headline"]) == (None, None)
