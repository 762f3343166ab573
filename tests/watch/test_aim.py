"""A signal reaches the process that was seen, and no other."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mnemo_cli.errors import TargetError, UsageError
from mnemo_cli.sampling.index import parse_stat
from mnemo_cli.watch.aim import SIGNALS, Aim

pytestmark = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="this system has no pidfds")
_ROOT = Path("/")


@pytest.fixture
def sleeper() -> "Iterator[subprocess.Popen[bytes]]":
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"]) as child:
        yield child
        child.kill()


def _started(pid: int) -> int:
    return parse_stat(Path(f"/proc/{pid}/stat").read_bytes())[2]


def _open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_the_process_that_was_seen_gets_the_signal(sleeper: "subprocess.Popen[bytes]") -> None:
    aim = Aim(sleeper.pid, _started(sleeper.pid), _ROOT)

    assert not aim.is_gone
    assert aim.send("TERM") == f"SIGTERM was sent to process {sleeper.pid}"
    assert sleeper.wait(20) == -signal.SIGTERM
    aim.close()


def test_a_process_of_that_number_that_began_at_another_time_gets_nothing(sleeper: "subprocess.Popen[bytes]") -> None:
    before = _open_descriptors()

    with pytest.raises(TargetError, match="its number is another process's"):
        Aim(sleeper.pid, _started(sleeper.pid) - 1, _ROOT)

    assert sleeper.poll() is None
    assert _open_descriptors() == before


def test_a_process_that_ended_meanwhile_is_gone_before_and_after_it_is_reaped(
    sleeper: "subprocess.Popen[bytes]",
) -> None:
    aim = Aim(sleeper.pid, _started(sleeper.pid), _ROOT)
    sleeper.kill()
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)

    for _ in ("a zombie", "reaped"):
        assert aim.is_gone
        with pytest.raises(TargetError, match="has ended; nothing was sent"):
            aim.send("TERM")
        sleeper.wait()
    aim.close()


def test_a_process_that_is_not_there_cannot_be_aimed_at(sleeper: "subprocess.Popen[bytes]") -> None:
    started = _started(sleeper.pid)
    sleeper.kill()
    sleeper.wait()

    with pytest.raises(TargetError, match="has ended"):
        Aim(sleeper.pid, started, _ROOT)


@pytest.mark.parametrize("pid", [0, -1, 2**40])
def test_a_number_that_is_no_process_is_told_in_words(pid: int) -> None:
    with pytest.raises((TargetError, UsageError), match=str(pid)):
        Aim(pid, 1, _ROOT)


def test_a_stat_that_cannot_be_understood_gets_nothing(sleeper: "subprocess.Popen[bytes]", tmp_path: Path) -> None:
    (tmp_path / f"proc/{sleeper.pid}").mkdir(parents=True)
    (tmp_path / f"proc/{sleeper.pid}/stat").write_bytes(b"nonsense")

    with pytest.raises(UsageError, match="nothing was sent"):
        Aim(sleeper.pid, 1, tmp_path)


def _seen_through(root: Path, pid: int, fdinfo: str | None) -> None:
    """A /proc that shows the process as it is, and of every descriptor of ours this fdinfo; None where it is closed."""
    (root / f"proc/{pid}").mkdir(parents=True)
    (root / f"proc/{pid}/stat").write_bytes(Path(f"/proc/{pid}/stat").read_bytes())
    (root / "proc/self/fdinfo").mkdir(parents=True)
    # A pidfd takes the lowest number that is free, and the workers of a test run hold hundreds.
    highest = max(int(number) for number in os.listdir("/proc/self/fd"))
    for number in range(highest + 2):
        if fdinfo is None:
            (root / f"proc/self/fdinfo/{number}").mkdir()
        else:
            (root / f"proc/self/fdinfo/{number}").write_text(f"pos:\t0\nflags:\t02000002\n{fdinfo}")


@pytest.mark.parametrize("fdinfo", ["Pid:\t{other}\nNSpid:\t{other}\t{pid}\n", "Pid:\t0\n", "Pid:\tx\n", "", None])
def test_where_proc_does_not_say_that_it_is_the_process_that_is_held_nothing_is_sent(
    sleeper: "subprocess.Popen[bytes]", tmp_path: Path, fdinfo: str | None
) -> None:
    pid, before = sleeper.pid, _open_descriptors()
    _seen_through(tmp_path, pid, None if fdinfo is None else fdinfo.format(pid=pid, other=pid + 1))

    with pytest.raises(UsageError, match="nothing was sent"):
        Aim(pid, _started(pid), tmp_path)
    assert _open_descriptors() == before


def test_proc_may_say_that_the_process_that_is_held_has_ended(
    sleeper: "subprocess.Popen[bytes]", tmp_path: Path
) -> None:
    _seen_through(tmp_path, sleeper.pid, "Pid:\t-1\n")

    with pytest.raises(TargetError, match="has ended; nothing was sent"):
        Aim(sleeper.pid, _started(sleeper.pid), tmp_path)


def test_a_proc_of_another_pid_namespace_aims_at_nobody() -> None:
    """In a namespace of its own with our /proc, number 1 is the child itself, and what /proc/1 shows is init."""
    if shutil.which("unshare") is None:
        pytest.skip("there is no unshare(1) here")
    alone = ["unshare", "--pid", "--fork"] + ([] if os.getuid() == 0 else ["--user", "--map-root-user"])
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("pid namespaces cannot be made here")
    code = (
        "from pathlib import Path\nfrom mnemo_cli.watch.aim import Aim\nfrom mnemo_cli.errors import UsageError\n"
        f"try:\n    Aim(1, {_started(1)}, Path('/'))\nexcept UsageError as err:\n    print(err)\n"
    )
    done = subprocess.run([*alone, sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "/proc shows another pid namespace" in done.stdout


def test_another_users_process_is_refused_in_words(sleeper: "subprocess.Popen[bytes]") -> None:
    """In a child that gives its privileges away: root may signal everybody."""
    if os.getuid() != 0:
        pytest.skip("only root can become somebody else")
    code = (
        "import os, sys\nfrom pathlib import Path\nfrom mnemo_cli.watch.aim import Aim\n"
        "from mnemo_cli.errors import UsageError\nos.setgid(65534), os.setuid(65534)\n"
        f"aim = Aim({sleeper.pid}, {_started(sleeper.pid)}, Path('/'))\n"
        "try:\n    aim.send('TERM')\nexcept UsageError as err:\n    print(err)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "Operation not permitted" in done.stdout
    assert sleeper.poll() is None


def test_every_signal_that_is_offered_exists() -> None:
    assert all(f"SIG{name}" in signal.Signals.__members__ for name in SIGNALS)
    assert SIGNALS[0] == "TERM"
