"""Needing less: a heap that fits its limit, a tmpfs that is bounded, a leak that is found."""

import re
import shlex
from collections.abc import Iterator

from mnemo_cli.forensics.case import Case, RuntimeName
from mnemo_cli.forensics.explanation import Step
from mnemo_cli.forensics.hit import Hit
from mnemo_cli.forensics.kills import Kill
from mnemo_cli.units import MIB

# What the heap may take of the limit: the rest is for threads, code, buffers and the runtime itself.
_HEAP_SHARE = 0.75
_RUNTIMES: tuple[tuple[RuntimeName, re.Pattern[str]], ...] = (
    ("JVM", re.compile(r"java|jsvc|gradle|C[12] CompilerThre|G1 .*|VM Thread")),
    ("Node", re.compile(r"node|nodejs|npm.*|yarn|MainThread|electron|node-.*")),
    ("Python", re.compile(r"python[0-9.]*|gunicorn.*|uvicorn|celery.*|uwsgi|ipython|jupyter.*")),
)


def runtime_of(name: str | None) -> RuntimeName | None:
    """The runtime that a process's name gives away; most names give away none."""
    return next((runtime for runtime, pattern in _RUNTIMES if name is not None and pattern.fullmatch(name)), None)


def heap_steps(runtime: RuntimeName | None, limit_mib: int | None) -> Iterator[Step]:
    """The runtime's own setting, for the limit that is in force (or suggested)."""
    heap = int(limit_mib * _HEAP_SHARE) if limit_mib is not None else None
    if runtime == "JVM":
        yield Step("Let the heap follow the limit: three quarters, the rest is for threads, code and buffers.",
                   "export JAVA_TOOL_OPTIONS='-XX:MaxRAMPercentage=75 -XX:+ExitOnOutOfMemoryError'")  # fmt: skip
    elif runtime == "Node":
        size = heap if heap is not None else "MIB"
        yield Step("Bound the heap below the limit: then Node collects garbage instead of being killed.",
                   f"export NODE_OPTIONS=--max-old-space-size={size}")  # fmt: skip
    elif runtime == "Go":
        size = heap if heap is not None else "SIZE"
        yield Step("Give the garbage collector a soft limit below the hard one.", f"export GOMEMLIMIT={size}MiB")
    elif runtime == "Python":
        yield Step("Python has no limit of its own: bound the workers, and let each end after some requests "
                   "(gunicorn: --max-requests 1000; Celery: --max-memory-per-child KIB).")  # fmt: skip


def larger_heap_steps(runtime: RuntimeName, hit: Hit | None) -> Iterator[Step]:
    """The runtime's own limit ended it: the heap is to be larger, within the limit around it."""
    limit = hit.limit_bytes if hit is not None else None
    heap = int(limit * _HEAP_SHARE / MIB) if isinstance(limit, int) else None
    if runtime == "JVM":
        size = f"{heap}m" if heap is not None else "SIZE"
        yield Step("Give the heap more, if the limit around it allows.", f"export JAVA_TOOL_OPTIONS=-Xmx{size}")
        yield Step("See what fills it: write the heap down when it happens again.",
                   "export JAVA_TOOL_OPTIONS='-XX:+HeapDumpOnOutOfMemoryError -XX:HeapDumpPath=/tmp'")  # fmt: skip
    elif runtime == "Node":
        size = str(heap) if heap is not None else "MIB"
        yield Step("Give the heap more, if the limit around it allows.",
                   f"export NODE_OPTIONS='--max-old-space-size={size} --heapsnapshot-near-heap-limit=1'")  # fmt: skip
    else:
        yield Step("See which limits the process has.", "mnemo limits show")
        yield Step("Remove the limit of address space for the next start from this shell.", "ulimit -Sv unlimited")


def tmpfs_steps(hit: Hit) -> Iterator[Step]:
    """Files in memory: they stay when their writer is gone, and count against the group that wrote them."""
    limit = hit.limit_bytes if isinstance(hit.limit_bytes, int) else None
    size = f"{max(1, limit // 4 // MIB)}m" if limit is not None else "SIZE"
    yield Step("Most of it is in tmpfs or shared memory: find the files.", "df -h -t tmpfs")
    yield Step("Bound the file system that holds them (here /dev/shm; docker: --shm-size, Kubernetes: "
               "emptyDir.sizeLimit).", f"mount -o remount,size={size} /dev/shm")  # fmt: skip


def growth_steps(case: Case, kill: Kill | None) -> Iterator[Step]:
    """Is it a leak? Only a living process can tell."""
    who = case.who
    alive = who is not None and who.is_alive is True and who.pid is not None
    pid = str(who.pid) if who is not None and alive else "PID"
    when = "Is it a leak? See what grows" if alive else "Is it a leak? See what grows in its next run"
    yield Step(f"{when}.", f"mnemo explain --pid {pid} --growth 60s")
    if kill is not None and kill.limit_cgroup is not None:
        yield Step("Watch the limit from now on.", f"mnemo monitor --cgroup {shlex.quote(kill.limit_cgroup)}")
    elif not case.records:
        name = kill.victim.name if kill is not None else who.name if who is not None else None
        named = f"--name {shlex.quote(f'^{re.escape(name)}$')}" if name else "--host"
        yield Step("Watch it from now on.", f"mnemo monitor {named}")
