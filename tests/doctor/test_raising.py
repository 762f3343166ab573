"""A live raise: done within the hard limit, refused with the true reason above it, never on a stranger's pid."""

import os
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mnemo_cli.doctor import raising
from mnemo_cli.doctor.privilege import lacks_sys_resource
from mnemo_cli.doctor.raising import Request, parse_request, raise_nofile
from mnemo_cli.errors import RepairError, TargetError, UsageError

ROOT = Path("/")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="prlimit is Linux's")
capable = pytest.mark.skipif(
    sys.platform == "linux" and lacks_sys_resource(ROOT) is not None, reason="needs CAP_SYS_RESOURCE"
)
incapable = pytest.mark.skipif(
    sys.platform == "linux" and lacks_sys_resource(ROOT) is None, reason="with CAP_SYS_RESOURCE this is allowed"
)
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")


@pytest.fixture
def sleeper():
    """Starts processes with 64:4096 descriptors."""
    started = []

    def start(**options):
        child = subprocess.Popen(["sleep", "600"], **options)
        started.append(child)
        resource.prlimit(child.pid, resource.RLIMIT_NOFILE, (64, 4096)) if not options else None
        return child

    yield start
    for child in started:
        child.kill()
        child.wait()


def limits_of(pid):
    return resource.prlimit(pid, resource.RLIMIT_NOFILE)


@pytest.mark.parametrize(("text", "request_"), [("5", Request(5)), ("5:6", Request(5, 6)), ("5:5", Request(5, 5))])
def test_a_request_is_read(text, request_):
    assert parse_request(text) == request_


@pytest.mark.parametrize(
    "text",
    ["", "x", "5:", ":5", "6:5", "infinity", "unlimited", "-1", "0", "5:infinity", "1" * 13, "５", "5:6:7", "+5"],
)
def test_what_is_no_request_is_wrong_usage(text):
    with pytest.raises(UsageError):
        parse_request(text)


def test_the_soft_limit_is_raised_to_the_hard_one(sleeper):
    child = sleeper()
    raised = raise_nofile(child.pid, Request(4096), ROOT)
    assert limits_of(child.pid) == (4096, 4096)
    assert (raised.before.soft, raised.after.soft, raised.after.hard) == (64, 4096, 4096)


def test_the_present_hard_limit_may_be_named(sleeper):
    child = sleeper()
    raise_nofile(child.pid, Request(100, 4096), ROOT)
    assert limits_of(child.pid) == (100, 4096)


def test_what_it_has_already_is_no_error(sleeper):
    child = sleeper()
    raise_nofile(child.pid, Request(64), ROOT)
    assert limits_of(child.pid) == (64, 4096)


@pytest.mark.parametrize("request_", [Request(63), Request(64, 4095), Request(10, 5000)])
def test_a_limit_is_never_lowered(sleeper, request_):
    child = sleeper()
    with pytest.raises(UsageError, match="never lowers"):
        raise_nofile(child.pid, request_, ROOT)
    assert limits_of(child.pid) == (64, 4096)


def test_above_the_hard_limit_it_must_be_asked_for(sleeper):
    child = sleeper()
    with pytest.raises(UsageError, match="write --nofile 5000:5000"):
        raise_nofile(child.pid, Request(5000), ROOT)


@incapable
def test_without_the_capability_the_reason_is_the_capability(sleeper):
    child = sleeper()
    with pytest.raises(
        RepairError, match=r"needs CAP_SYS_RESOURCE: this process lacks .*uid 0 is not enough"
    ) as caught:
        raise_nofile(child.pid, Request(64, 5000), ROOT)
    assert caught.value.exit_code == 4 and limits_of(child.pid) == (64, 4096)


@capable
def test_with_the_capability_the_hard_limit_is_raised(sleeper):
    child = sleeper()
    raise_nofile(child.pid, Request(5000, 5001), ROOT)
    assert limits_of(child.pid) == (5000, 5001)


def test_above_nr_open_the_reason_is_nr_open(sleeper):
    child = sleeper()
    nr_open = int(Path("/proc/sys/fs/nr_open").read_text())
    with pytest.raises(RepairError, match=rf"{nr_open + 1} is above fs.nr_open \({nr_open}\)"):
        raise_nofile(child.pid, Request(64, nr_open + 1), ROOT)


@as_root
@incapable
def test_another_users_process_is_said_to_be_one(sleeper):
    child = sleeper(user=65534)
    soft, hard = limits_from_proc(child.pid)
    with pytest.raises(RepairError, match="it belongs to uid 65534, and this process lacks CAP_SYS_RESOURCE"):
        raise_nofile(child.pid, Request(soft, hard), ROOT)


def limits_from_proc(pid):
    line = next(line for line in Path(f"/proc/{pid}/limits").read_text().splitlines() if "open files" in line)
    return int(line.split()[3]), int(line.split()[4])


def test_a_process_that_has_ended_is_told(sleeper):
    child = sleeper()
    child.kill()
    child.wait()
    with pytest.raises(TargetError, match=f"no process {child.pid}"):
        raise_nofile(child.pid, Request(100), ROOT)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_process_that_ends_at_the_call_is_told(sleeper, monkeypatch, when):
    child = sleeper()
    real = resource.prlimit

    def prlimit(*words):
        if when == "after":
            real(*words)
        child.kill()
        child.wait()
        if when == "before":
            real(*words)

    monkeypatch.setattr(raising.resource, "prlimit", prlimit)
    with pytest.raises(TargetError):
        raise_nofile(child.pid, Request(100), ROOT)


def test_root_of_a_user_namespace_is_told_that_its_capability_does_not_count():
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-Ur", "true"], check=False).returncode:
        pytest.skip("user namespaces are not allowed here")
    script = (
        "import pathlib, resource, mnemo_cli.doctor.raising as r\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (64, 4096))\n"
        "import os\n"
        "r.raise_nofile(os.getpid(), r.Request(64, 5000), pathlib.Path('/'))\n"
    )
    done = subprocess.run(
        ["unshare", "-Ur", sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert "RepairError" in done.stderr and "user namespace, and only that of the first one counts" in done.stderr


@pytest.mark.parametrize("text", ["", "Name:\tx\nCapEff:\tzz\n", "Name:\tx\nCapEff:\n"])
def test_capabilities_that_cannot_be_read_are_none(tmp_path, text):
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/status").write_text(text)
    assert "cannot be read" in (lacks_sys_resource(tmp_path) or "")


def test_the_bit_of_the_capability_is_the_24th(tmp_path):
    (tmp_path / "proc/self/ns").mkdir(parents=True)
    (tmp_path / "proc/self/ns/user").symlink_to("user:[4026531837]")
    for mask, lacks in ((1 << 24, False), (0x1FF_FEFF_FFFF, True)):
        (tmp_path / "proc/self/status").write_text(f"Name:\tx\nCapEff:\t{mask:016x}\n")
        assert (lacks_sys_resource(tmp_path) is not None) == lacks


def test_a_stopped_process_can_be_raised_too(sleeper):
    child = sleeper()
    child.send_signal(signal.SIGSTOP)
    raise_nofile(child.pid, Request(100), ROOT)
    assert limits_of(child.pid)[0] == 100


def test_the_pid_of_a_process_that_ended_may_be_a_strangers_by_now(sleeper, tmp_path, monkeypatch):
    child = sleeper()
    (tmp_path / f"proc/{child.pid}").mkdir(parents=True)
    for name in ("stat", "limits"):  # what the stranger would show, if it had begun in the same tick
        (tmp_path / f"proc/{child.pid}" / name).write_bytes(Path(f"/proc/{child.pid}/{name}").read_bytes())

    def prlimit(*words):
        child.kill()
        child.wait()

    monkeypatch.setattr(raising.resource, "prlimit", prlimit)
    with pytest.raises(TargetError, match="ended while its limit was raised"):
        raise_nofile(child.pid, Request(64), tmp_path)
