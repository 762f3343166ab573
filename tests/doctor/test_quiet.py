"""The audit only looks: it writes nothing, opens no socket and starts no process."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import mnemo_cli

PROJECT = Path(mnemo_cli.__file__).parents[1]
# An audit hook cannot be taken off again: it runs in a program of its own.
PROGRAM = """
import datetime, json, os, sys
from mnemo_cli.doctor.audit import audit, audit_all
from mnemo_cli.doctor.checks import CHECKS
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.headroom import headrooms
from mnemo_cli.doctor.subjects import everybody
from mnemo_cli.doctor.surroundings import Surroundings

seen, writes = [], []
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

def hook(event, arguments):
    seen.append(event)
    if event == "open" and (arguments[2] or 0) & WRITING:
        writes.append(["open", str(arguments[0])])
    if event.startswith(("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.kill",
                         "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "os.chown", "os.link",
                         "os.symlink", "os.truncate", "os.utime", "os.putenv", "resource.setrlimit",
                         "resource.prlimit", "shutil.", "ctypes.")):
        writes.append([event, str(arguments)])

today = datetime.date(2026, 11, 22)
sys.addaudithook(hook)
machine = Surroundings()
with Evidence(machine) as evidence:
    own = audit(evidence, CHECKS, today=today)
    headrooms(evidence)
machine = Surroundings()
processes = (Evidence(machine, found.pid, found=found) for found in everybody(machine))
several = list(audit_all(Evidence(machine, None), processes, CHECKS, today=today))
if len(sys.argv) > 1:
    open(sys.argv[1], "w").close()
told = {"writes": writes, "opens": seen.count("open"), "audits": len(several), "findings": len(own.findings)}
print(json.dumps(told))
"""


def watched(*argv: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *argv], capture_output=True, text=True, timeout=120, cwd=PROJECT
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_audit_writes_nothing_opens_no_socket_and_starts_no_process():
    told = watched()
    assert told["writes"] == []
    assert told["opens"] > 100 and told["audits"] > 1 and told["findings"] > 50


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_watcher_would_see_a_write(tmp_path):
    assert watched(str(tmp_path / "written"))["writes"] == [["open", str(tmp_path / "written")]]
