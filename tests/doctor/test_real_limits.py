"""Children that really have the limits: each is found, with the right layer and number."""

import contextlib
import datetime
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import mnemo_cli
from mnemo_cli.doctor.audit import audit
from mnemo_cli.doctor.checks import CHECKS
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.result import Audit, Finding, Severity
from mnemo_cli.doctor.surroundings import Surroundings

TODAY = datetime.date(2026, 11, 22)
PROJECT = Path(mnemo_cli.__file__).parents[1]
MIB = 1 << 20
DEADLINE_SECONDS = 20.0
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
root_only = pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root may become another user")
WAIT = "\nimport sys; print('ready', flush=True); sys.stdin.read()"


@contextlib.contextmanager
def child(code: str = "", *, before: Callable[[], None] | None = None) -> Iterator[int]:
    """A Python program that has run `code` and then waits; `before` runs in it before its exec."""
    argv = [sys.executable, "-I", "-S", "-c", code + WAIT]
    program = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=before)
    try:
        assert program.stdout is not None
        if program.stdout.readline() != "ready\n":
            pytest.skip("the kernel refuses such a child here")
        yield program.pid
    finally:
        program.kill()
        with program:
            pass


def examined(pid: int) -> dict[str, Finding]:
    with Evidence(Surroundings(), pid) as evidence:
        return by_slug(audit(evidence, CHECKS, today=TODAY))


def by_slug(result: Audit) -> dict[str, Finding]:
    return {finding.slug: finding for finding in result.findings}


def limited(name: str, soft: int, hard: int | None = None) -> Callable[[], None]:
    return lambda: resource.setrlimit(getattr(resource, name), (soft, soft if hard is None else hard))


@linux
def test_a_child_with_64_descriptors_is_an_error():
    with child(before=limited("RLIMIT_NOFILE", 64)) as pid:
        finding = examined(pid)["fd-soft-low"]
    assert (finding.severity, finding.limit, finding.layer) == (Severity.ERROR, 64, "soft")


@linux
def test_a_child_that_uses_95_percent_of_its_descriptors_is_an_error():
    code = "import os\nkept = [os.open('/dev/null', 0) for _ in range(192)]"
    with child(code, before=limited("RLIMIT_NOFILE", 205)) as pid:
        used = len(os.listdir(f"/proc/{pid}/fd"))
        finding = examined(pid)["fd-usage"]
    assert used == 195
    assert (finding.severity, finding.used, finding.limit, finding.layer) == (Severity.ERROR, 195, 205, "soft")


@linux
def test_a_child_whose_limit_was_lowered_below_its_use_is_told_so():
    code = (
        "import os, resource\nkept = [os.open('/dev/null', 0) for _ in range(60)]\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (20, 64))"
    )
    with child(code) as pid:
        finding = examined(pid)["fd-usage"]
    assert finding.severity is Severity.ERROR
    assert finding.used == 63 and finding.limit == 20 and finding.headroom == -43


@linux
def test_a_limited_address_space_is_a_warning_whatever_its_use():
    with child(before=limited("RLIMIT_AS", 600 * MIB)) as pid:
        finding = examined(pid)["address-space-limited"]
    assert (finding.state, finding.limit, finding.layer) == ("finding", 600 * MIB, "soft")
    assert finding.severity is Severity.WARNING
    assert finding.used is not None and MIB < finding.used < 300 * MIB


@linux
def test_a_resident_limit_is_told_to_do_nothing():
    with child("kept = bytearray(40 << 20)", before=limited("RLIMIT_RSS", 10 * MIB)) as pid:
        finding = examined(pid)["rss-limited"]
    assert (finding.severity, finding.limit) == (Severity.WARNING, 10 * MIB)


def become(uid: int, tasks: int) -> str:
    """Another user with a limit of tasks. What the program needs is imported first: that user may not read it."""
    return (
        "import ctypes, os, resource, threading\n"
        f"resource.setrlimit(resource.RLIMIT_NPROC, ({tasks}, {tasks}))\n"
        f"os.setgroups([]); os.setgid({uid}); os.setuid({uid})\n"
    )


# CLONE_NEWUSER, and PR_SET_DUMPABLE before it: else uid_map would be root's. "root" is the user itself.
ENTER_USER_NAMESPACE = (
    "libc = ctypes.CDLL(None, use_errno=True)\nuid = os.getuid()\nlibc.prctl(4, 1, 0, 0, 0)\n"
    "if libc.unshare(0x10000000): raise SystemExit('no user namespaces here')\n"
    "open('/proc/self/uid_map', 'w').write(f'0 {uid} 1')\n"
)


def threads(count: int) -> str:
    """Starts so many sleeping threads with small stacks."""
    return (
        "import threading\nthreading.stack_size(65536 * 4)\nstop = threading.Event()\n"
        f"for _ in range({count}): threading.Thread(target=stop.wait, daemon=True).start()"
    )


@root_only
def test_another_user_near_the_limit_of_20_tasks_is_an_error():
    with child(become(54321, 20) + threads(17)) as pid:
        found = examined(pid)
    assert (found["task-usage"].severity, found["task-usage"].used, found["task-usage"].limit) == (
        Severity.ERROR,
        18,
        20,
    )
    assert found["task-usage"].layer == "user"
    assert (found["task-limit-low"].state, found["task-limit-low"].limit) == ("finding", 20)
    assert found["task-limit-not-enforced"].state == "pass"


@root_only
def test_root_is_told_not_to_be_held_to_its_limit_of_tasks():
    with child(threads(25), before=limited("RLIMIT_NPROC", 20)) as pid:
        found = examined(pid)
    assert (found["task-limit-not-enforced"].state, found["task-limit-not-enforced"].limit) == ("finding", 20)
    assert found["task-usage"].state == found["task-limit-low"].state == "pass"


@root_only
def test_root_of_a_user_namespace_is_held_to_its_limit_of_tasks():
    code = become(54322, 20) + ENTER_USER_NAMESPACE + threads(17) + "\nassert os.getuid() == 0"
    with child(code) as pid:
        status = Path(f"/proc/{pid}/status").read_text()
        found = examined(pid)
    assert "CapEff:\t000001ff" in status, "it has every capability inside its namespace"
    assert (found["task-usage"].severity, found["task-usage"].used, found["task-usage"].limit) == (
        Severity.ERROR,
        18,
        20,
    )
    assert found["task-limit-not-enforced"].state == "pass"


@pytest.fixture
def pids_group() -> Iterator[Path]:
    """A v1 group of the pids controller, removed at the end."""
    top = Path("/sys/fs/cgroup/pids")
    folder = top / f"mnemo-test-{os.getpid()}"
    try:
        folder.mkdir()
    except OSError as err:
        pytest.skip(f"no pids group can be made: {err}")
    try:
        yield folder
    finally:
        deadline = time.monotonic() + DEADLINE_SECONDS
        for group in (folder / "inner", folder):
            while group.exists():
                try:
                    group.rmdir()
                except OSError:
                    # The kernel lets go of an ended process a moment after it was waited for.
                    if time.monotonic() > deadline:
                        raise


@root_only
def test_a_pids_group_at_its_limit_is_an_error_with_its_hits(pids_group):
    inner = pids_group / "inner"
    inner.mkdir()
    (pids_group / "pids.max").write_text("6\n")
    code = (
        f"open({str(inner / 'cgroup.procs')!r}, 'w').write('0')\n{threads(5)}\nimport os\n"
        "try:\n    os.fork()\nexcept BlockingIOError: pass"
    )
    with child(code) as pid:
        found = examined(pid)
    usage, hits = found["pids-group-usage"], found["pids-group-hits"]
    path = f"/{pids_group.name}"
    assert (usage.severity, usage.used, usage.limit, usage.layer) == (Severity.ERROR, 6, 6, f"cgroup {path}")
    # On v1 the refusal is counted in the group of the task that forked.
    assert (hits.state, hits.hits, hits.layer) == ("finding", 1, f"cgroup {path}/inner")
    assert found["pids-group-low"].limit == 6


@root_only
def test_an_unprivileged_user_examines_a_root_process():
    """Limits, descriptors and threads are told; nothing that cannot be read counts as a pass."""
    program = (
        "import os, sys, json, datetime\n"
        "from mnemo_cli.doctor.audit import audit\nfrom mnemo_cli.doctor.checks import CHECKS\n"
        "from mnemo_cli.doctor.evidence import Evidence\nfrom mnemo_cli.doctor.surroundings import Surroundings\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "with Evidence(Surroundings(), int(sys.argv[1])) as evidence:\n"
        "    result = audit(evidence, CHECKS, today=datetime.date(2026, 11, 22))\n"
        "    told = {f.slug: [f.state, f.used, f.limit if isinstance(f.limit, int) else None, f.message]"
        " for f in result.findings}\n"
        "    print(json.dumps(told | {'threads': evidence.status.threads, 'maps': evidence.mapping_count}))\n"
    )
    code = threads(3) + "\nimport os\nkept = [os.open('/dev/null', 0) for _ in range(50)]"
    with child(code, before=limited("RLIMIT_NOFILE", 64, 128)) as pid:
        argv = [sys.executable, "-c", program, str(pid)]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60, cwd=PROJECT)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["fd-usage"][:3] == ["finding", 53, 64]
    assert found["fd-soft-low"][2] == 64
    assert found["threads"] == 4 and found["maps"] is None
    assert found["inotify-watches"][0] == found["inotify-instances"][0] == "unknown"
    assert "what would help" in found["inotify-watches"][3]


@linux
def test_a_process_that_has_ended_passes_nothing():
    with child() as pid:
        evidence = Evidence(Surroundings(), pid)
    result = audit(evidence, CHECKS, today=TODAY)
    own = [f for f, check in zip(result.findings, CHECKS, strict=True) if check.about in ("use", "limit", "group")]
    assert {finding.state for finding in own} <= {"unknown", "skipped"}
    evidence.close()


@linux
def test_a_process_that_ends_in_the_middle_passes_nothing_that_was_read_before():
    with child() as pid:
        evidence = Evidence(Surroundings(), pid)
        assert evidence.rlimit("RLIMIT_NOFILE") is not None and evidence.fd_count == 3
    finding = by_slug(audit(evidence, CHECKS, today=TODAY))["fd-usage"]
    assert (finding.state, finding.message) == ("unknown", "the process ended while it was looked at")
    evidence.close()
