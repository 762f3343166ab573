"""Processes for the tests of the table: by hand, and whole crowds of hypothesis's making."""

from hypothesis import strategies as st

from mnemo_cli.model import Process
from mnemo_cli.units import MIB

# No machine has an account of this number.
NOBODYS_UID = 4_000_001


def process(pid: int, **fields: object) -> Process:
    """One of 10 MiB, as a worker of pid 1, unless said otherwise."""
    usual = {
        "ppid": 1, "started": pid * 100, "name": "python", "uid": 0, "rss_bytes": 10 * MIB, "pss_bytes": 8 * MIB,
        "uss_bytes": 6 * MIB, "swap_bytes": 0, "command": "python w.py", "threads": 2, "fds": 8,
        "fd_soft_limit": 1024, "oom_score_adj": 0, "cgroup": "/app",
    }  # fmt: skip
    return Process(pid=pid, **{**usual, **fields})  # type: ignore[arg-type]


_amounts = st.none() | st.integers(0, 2**40)
_names = st.sampled_from(["python", "Sshd", "kworker/0:1", "ng inx", "größe", "a:b"])


@st.composite
def _process(draw: st.DrawFn, pid: int, most: int) -> Process:
    return Process(
        pid=pid,
        ppid=draw(st.integers(0, most)),
        started=draw(st.integers(0, 5)),
        name=draw(_names),
        uid=draw(st.none() | st.sampled_from([0, NOBODYS_UID])),
        rss_bytes=draw(_amounts),
        pss_bytes=draw(_amounts),
        uss_bytes=draw(_amounts),
        swap_bytes=draw(_amounts),
        command=draw(st.none() | st.sampled_from(["python -m app", "/usr/sbin/sshd -D", "x" * 50])),
        threads=draw(st.none() | st.integers(0, 70_000)),
        fds=draw(st.none() | st.integers(0, 70_000)),
        oom_score_adj=draw(st.none() | st.integers(-1000, 1000)),
        cgroup=draw(st.none() | st.sampled_from(["/", "/app", "/app/JOB.service"])),
    )


@st.composite
def crowds(draw: st.DrawFn) -> tuple[Process, ...]:
    """Any number of processes; parents may be gone, younger than their children, or their own children's children."""
    pids = draw(st.lists(st.integers(1, 40), unique=True, max_size=25))
    return tuple(draw(_process(pid, 41)) for pid in pids)
