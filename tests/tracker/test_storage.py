"""Where the counters lie: a file that others may not touch, or private memory with the reason."""

import errno
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mnemo_cli.tracker import MemoryTracker, layout
from mnemo_cli.tracker.folder import open_folder
from mnemo_cli.tracker.owner import Owner
from mnemo_cli.tracker.reading import header_of
from mnemo_cli.tracker.storage import shared

NOBODY = 65534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")


def published(host, name="app"):
    return MemoryTracker(name, published=True, shared_memory=host.shared_memory)


def assert_counts_privately(tracker, reason):
    """It works on, nobody sees it, and it says why."""
    with tracker:
        tracker.record_allocation(5)
        assert tracker.snapshot().used_bytes == 5
        assert tracker.path is None
        assert reason in tracker.gap


def test_the_folder_is_0700_and_the_file_0600_and_8192_bytes(host):
    old_mask = os.umask(0)
    try:
        with published(host) as tracker:
            folder, file = os.stat(host.folder), os.stat(tracker.path)
    finally:
        os.umask(old_mask)
    assert (stat.S_IMODE(folder.st_mode), folder.st_uid) == (0o700, os.geteuid())
    assert (stat.S_IMODE(file.st_mode), file.st_uid, file.st_size) == (0o600, os.geteuid(), layout.FILE_BYTES)
    assert file.st_blocks * 512 >= layout.FILE_BYTES, "reserved, and not a hole"
    assert tracker.gap is None


def test_the_header_says_whose_file_it_is(host):
    before = time.time_ns()
    with published(host, "Füllstand") as tracker:
        header = header_of(Path(tracker.path).read_bytes())
    own = Owner()
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip().replace("-", "")
    assert (header.pid, header.started, header.name, header.state) == (
        os.getpid(),
        own.started,
        "Füllstand",
        layout.IN_USE,
    )
    assert header.boot_id.hex() == boot
    assert header.namespace == os.stat("/proc/self/ns/pid").st_ino
    assert before <= header.made_nanoseconds <= time.time_ns()
    assert (header.folded_count, header.folded_last) == (0, (0, 0, 0))


def test_what_is_recorded_is_in_the_file_at_once(host):
    with published(host) as tracker, open(tracker.path, "rb") as file:
        for size_bytes in range(1, 50):
            tracker.record_allocation(size_bytes)
            assert int.from_bytes(os.pread(file.fileno(), 8, layout.ALLOCATIONS_AT * 8), sys.byteorder) == size_bytes


def test_a_closed_tracker_says_so_in_its_file(host):
    with published(host) as tracker:
        path = Path(tracker.path)
    assert header_of(path.read_bytes()).state == layout.CLOSED


def test_one_process_has_several_trackers_up_to_64(host):
    trackers = [published(host, "twin") for _ in range(64)]
    for number, tracker in enumerate(trackers):
        tracker.record_allocation(number)
    assert len({tracker.path for tracker in trackers}) == 64
    assert [tracker.snapshot().used_bytes for tracker in trackers] == list(range(64))
    assert_counts_privately(published(host, "twin"), "64 trackers")
    for tracker in trackers:
        tracker.close()


def test_a_tracker_that_is_not_published_touches_no_file(host):
    with MemoryTracker("app", shared_memory=host.shared_memory) as tracker:
        tracker.record_allocation(5)
    assert (tracker.path, tracker.gap, os.listdir(host.shared_memory)) == (None, "it is not published", [])


def test_a_link_in_the_place_of_the_folder_is_not_followed(host, tmp_path):
    for target in (tmp_path, host.root / "elsewhere"):
        target.mkdir(exist_ok=True, mode=0o700)
        host.folder.symlink_to(target)
        assert_counts_privately(published(host), str(host.folder))
        assert os.listdir(target) == []
        host.folder.unlink()


def test_a_file_in_the_place_of_the_folder_is_left_alone(host):
    host.folder.write_text("mine")
    assert_counts_privately(published(host), "Not a directory")
    assert host.folder.read_text() == "mine"


@as_root
def test_the_folder_of_somebody_else_is_refused(host):
    host.folder.mkdir(mode=0o700)
    os.chown(host.folder, NOBODY, NOBODY)
    assert_counts_privately(published(host), f"{host.folder}: it belongs to another user")
    assert os.listdir(host.folder) == []


@pytest.mark.parametrize("mode", [0o755, 0o711, 0o770, 0o701, 0o702, 0o1777])
def test_a_folder_that_others_may_enter_is_refused(host, mode):
    host.folder.mkdir()
    host.folder.chmod(mode)
    assert_counts_privately(published(host), "others may enter it; its mode must be 0700")
    assert os.listdir(host.folder) == []


def test_a_folder_that_is_not_on_tmpfs_is_refused(tmp_path):
    status = os.stat(tmp_path)
    device = f"{os.major(status.st_dev)}:{os.minor(status.st_dev)}"
    mounts = [line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    kinds = [fields[fields.index("-") + 1] for fields in mounts if fields[2] == device]
    if "tmpfs" in kinds:
        pytest.skip("temporary files are on tmpfs here")
    assert_counts_privately(MemoryTracker("app", published=True, shared_memory=str(tmp_path)), "it is not on tmpfs")


def test_without_a_shared_memory_the_counters_are_private(tmp_path):
    gone = str(tmp_path / "no/shm")
    assert_counts_privately(MemoryTracker("app", published=True, shared_memory=gone), f"{gone}/mnemosyne-")


def test_open_folder_makes_nothing_unless_asked(host):
    with pytest.raises(FileNotFoundError):
        open_folder(str(host.folder))
    assert not host.folder.exists()


def test_no_descriptor_is_left_open_whatever_happens(host):
    def descriptors():
        return len(os.listdir("/proc/self/fd"))

    before = descriptors()
    with published(host):
        pass
    host.folder.chmod(0o755)
    shared("app", host.shared_memory)
    assert descriptors() == before


FULL = """
import ctypes, os, subprocess, sys
libc = ctypes.CDLL(None, use_errno=True)
if libc.unshare(0x00020000) or subprocess.run(["mount", "--make-rprivate", "/"]).returncode:
    raise SystemExit(77)
if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k,nr_inodes=64", "none", sys.argv[1]]).returncode:
    raise SystemExit(77)
from mnemo_cli.tracker import MemoryTracker
fill = os.open(sys.argv[1] + "/fill", os.O_RDWR | os.O_CREAT)
try:
    while True:
        os.write(fill, bytes(4096))
except OSError as err:
    print(err.errno)
tracker = MemoryTracker("app", published=True, shared_memory=sys.argv[1])
for _ in range(1000):
    tracker.record_allocation(1)
tracker.gauge("g", unit="s").set(1)
print(tracker.snapshot().used_bytes, tracker.path, tracker.gap)
folder = sys.argv[1] + "/mnemosyne-%d" % os.geteuid()
print(os.listdir(folder) if os.path.exists(folder) else [])
"""


def test_a_full_shared_memory_refuses_at_once_and_kills_nobody(host):
    """In a mount namespace of its own: ENOSPC when the tracker is made, and no SIGBUS afterwards."""
    done = subprocess.run([sys.executable, "-c", FULL, host.shared_memory], capture_output=True, text=True, timeout=60)
    if done.returncode == 77:
        pytest.skip(f"no mount namespace with a tmpfs may be made here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    full, counted, left = done.stdout.splitlines()
    assert int(full) == errno.ENOSPC
    assert counted == f"1000 None {host.folder}: No space left on device"
    assert left == "[]"


LIGHT = "import sys; import {modules}; print(*sorted(sys.modules))"


def test_importing_the_tracker_costs_os_mmap_struct_and_threading():
    def loaded(modules):
        argv = [sys.executable, "-I", "-c", LIGHT.format(modules=modules)]
        return set(subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True).stdout.split())

    more = loaded("mnemo_cli.tracker.memory") - loaded("os, mmap, struct, threading")
    assert {name for name in more if not name.startswith("mnemo_cli.tracker")} <= {"mnemo_cli", "errno"}
    assert "mnemo_cli.tracker.memory" in more
    assert not {"mnemo_cli.tracker.reading", "mnemo_cli.tracker.folding"} & more
