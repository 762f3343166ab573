"""inotify use per user, from descriptors that we may look into; the others are said to be hidden."""

import os
import sys
from pathlib import Path

import pytest

from mnemo_cli.sampling.inotify import count_inotify

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs inotify")


def test_instances_and_watches_are_counted_for_the_owner(tmp_path):
    folder = tmp_path / "proc/7"
    (folder / "fd").mkdir(parents=True)
    (folder / "fdinfo").mkdir()
    (folder / "fd/3").symlink_to("anon_inode:inotify")
    (folder / "fd/4").symlink_to("/dev/null")
    (folder / "fd/5").write_text("no link")
    (folder / "fdinfo/3").write_text("pos:\t0\nflags:\t00\ninotify wd:1 ino:5\ninotify wd:2 ino:6\n")
    found = count_inotify(tmp_path)
    assert (found.instances, found.watches, found.hidden) == ({os.getuid(): 1}, {os.getuid(): 2}, {})


def test_a_process_that_cannot_be_looked_into_is_hidden(tmp_path):
    folder = tmp_path / "proc/7"
    folder.mkdir(parents=True)
    (folder / "fd").write_text("a file where a folder should be")
    assert count_inotify(tmp_path).hidden == {os.getuid(): 1}


def test_watches_that_cannot_be_read_are_hidden(tmp_path):
    folder = tmp_path / "proc/7"
    (folder / "fd").mkdir(parents=True)
    (folder / "fdinfo/3").mkdir(parents=True)
    (folder / "fd/3").symlink_to("anon_inode:inotify")
    found = count_inotify(tmp_path)
    assert (found.instances, found.hidden) == ({os.getuid(): 1}, {os.getuid(): 1})


def test_without_proc_there_is_nothing(tmp_path):
    found = count_inotify(tmp_path)
    assert not found.instances and not found.hidden


@linux
def test_a_real_instance_of_ours_is_counted(tmp_path):
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.inotify_init1(os.O_CLOEXEC)
    if descriptor < 0:
        pytest.skip("the kernel gives no inotify instance")
    try:
        before = count_inotify(Path("/"))
        assert libc.inotify_add_watch(descriptor, os.fsencode(tmp_path), 0x100) > 0
        after = count_inotify(Path("/"))
    finally:
        os.close(descriptor)
    assert before.instances[os.getuid()] >= 1
    assert after.watches[os.getuid()] >= 1


@linux
@pytest.mark.skipif(os.getuid() != 0, reason="becoming another user needs root")
def test_tasks_of_the_kernel_have_no_descriptors_and_hide_none():
    child = os.fork()
    if child == 0:
        try:
            os.setuid(65534)
            sizes = [path.stat().st_size for path in Path("/proc").glob("[0-9]*/fd")]
            # Processes come and go in between, those of the kernel stay.
            hidden = sum(count_inotify(Path("/")).hidden.values())
            os._exit(0 if hidden <= len(sizes) - sizes.count(0) // 2 else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
