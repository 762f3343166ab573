"""Who owns a counters file: a process, named for good by its pid, start time and boot."""

import os
import sys

PROC = "/proc"


class Owner:
    """This process, as a counters file names it. Raises OSError or ValueError where /proc does not tell."""

    __slots__ = ("boot_id", "namespace", "pid", "started")

    def __init__(self, proc: str = PROC) -> None:
        self.pid = os.getpid()
        self.started = start_ticks(read_file(f"{proc}/self/stat"))
        self.boot_id = own_boot_id(proc)
        self.namespace = namespace_of("self", proc)


def own_boot_id(proc: str = PROC) -> bytes:
    """16 bytes that are new with each boot; OSError or ValueError where the kernel does not tell."""
    return bytes.fromhex(read_file(f"{proc}/sys/kernel/random/boot_id").decode("ascii").replace("-", ""))


def start_ticks(stat: bytes) -> int:
    """Field 22 of /proc/PID/stat, in clock ticks since boot; ValueError when it is not there."""
    # The name, field 2, may hold blanks and brackets: what follows the last bracket is regular.
    fields = stat.rpartition(b")")[2].split()
    if len(fields) < 20:
        raise ValueError("the kernel gave an incomplete /proc/PID/stat")
    return int(fields[19])


def ended(stat: bytes) -> bool:
    """Whether a process is over and only waits to be reaped; other threads may outlive the first one."""
    fields = stat.rpartition(b")")[2].split()
    return len(fields) > 17 and fields[0] in (b"Z", b"X") and int(fields[17]) <= 1


def namespace_of(pid: "int | str", proc: str = PROC) -> int:
    """The inode of the pid namespace of a process; OSError when it may not be read."""
    return int(os.readlink(f"{proc}/{pid}/ns/pid").strip("pid:[]"))  # noqa: PTH115 (pathlib costs more than all of this room)


def mount_namespace(pid: "int | str", proc: str = PROC) -> "str | None":
    """Which mounts a process sees; None where we may not know. Most see the same: they share one text."""
    try:
        return sys.intern(os.readlink(f"{proc}/{pid}/ns/mnt"))  # noqa: PTH115 (read for every process in scope)
    except OSError:
        return None


def program_name() -> str:
    """What this program is called: its script, the package after -m, or "python"; at most 64 bytes."""
    parts = (sys.argv[0] if sys.argv else "").rstrip("/").rsplit("/", 2)
    name = parts[-2] if parts[-1] == "__main__.py" and len(parts) > 1 else parts[-1]
    name = "python" if name in ("", "-c", "-m") else name.removesuffix(".py")
    return name.encode("utf-8", "replace")[:64].decode("utf-8", "ignore")


def read_file(path: str) -> bytes:
    """The first 4 KiB of a file; OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, 4096)
    finally:
        os.close(descriptor)
