"""Descriptors by what they lead to, and the files of tmpfs that are kept open."""

import os
import socket
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.sampling.descriptors import kind_of, parse_shared_folders, read_descriptors, shown_goal

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
ROOT = Path("/")


def link_all(root, goals):
    folder = root / "proc/7/fd"
    folder.mkdir(parents=True)
    for number, goal in enumerate(goals):
        (folder / str(number)).symlink_to(goal)
    return root


@pytest.mark.parametrize(
    ("goal", "kind"),
    [
        ("socket:[4711]", "socket"),
        ("pipe:[4711]", "pipe"),
        ("anon_inode:inotify", "inotify"),
        ("anon_inode:[eventfd]", "eventfd"),
        ("anon_inode:[eventpoll]", "epoll"),
        ("anon_inode:[timerfd]", "timerfd"),
        ("anon_inode:bpf-map", "other"),
        ("/memfd:x (deleted)", "memfd"),
        ("/dev/null", "device"),
        ("/dev/shm/x", "file"),
        ("/var/log/a", "file"),
        ("", "other"),
    ],
)
def test_each_goal_has_a_kind(goal, kind):
    assert kind_of(goal) == kind


def test_descriptors_are_counted_by_kind_and_by_goal(tmp_path):
    goals = ["/dev/null", "/dev/null", "/var/log/a\nb", "socket:[5]", "socket:[6]", "pipe:[1]"]
    found = read_descriptors(7, link_all(tmp_path, goals), ("/dev/shm/",))
    assert found.kinds == {"device": 2, "file": 1, "socket": 2, "pipe": 1}
    assert found.goals == {"/dev/null": 2, "/var/log/a\\x0ab": 1, "socket": 2, "pipe": 1}
    assert found.sockets == {5, 6} and found.files == ()


def test_one_that_is_no_link_is_left_out(tmp_path):
    root = link_all(tmp_path, ["/dev/null"])
    (root / "proc/7/fd/9").write_text("")
    assert read_descriptors(7, root, ()).kinds == {"device": 1}


def test_no_such_process_raises(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_descriptors(7, tmp_path, ())


def test_a_file_of_tmpfs_is_counted_once_with_its_blocks(tmp_path):
    file = tmp_path / "shm/a"
    file.parent.mkdir()
    file.write_bytes(b"x" * 100_000)
    (found,) = read_descriptors(7, link_all(tmp_path, [file, file]), (f"{tmp_path}/shm/",)).files
    assert (found.shown, found.inode) == (str(file), file.stat().st_ino)
    # st_blocks counts in 512 bytes whatever the file system's own blocks are; a folder on another one may compress.
    assert found.used_bytes == file.stat().st_blocks * 512
    assert found.room_bytes is None or found.room_bytes >= 0


def test_a_file_that_is_gone_takes_nothing(tmp_path):
    assert read_descriptors(7, link_all(tmp_path, ["/dev/shm/mnemo-test-gone"]), ("/dev/shm/",)).files == ()


@linux
def test_our_own_deleted_file_in_tmpfs_is_still_seen():
    folders = parse_shared_folders(Path("/proc/self/mountinfo").read_bytes())
    if "/dev/shm/" not in folders:
        pytest.skip("/dev/shm is no tmpfs here")
    memfd = os.memfd_create("mnemo-test")
    with tempfile.TemporaryFile(dir="/dev/shm") as file, socket.socket() as opened:
        file.write(b"x" * 65536)
        file.flush()
        os.write(memfd, b"x" * 8192)
        found = read_descriptors(os.getpid(), ROOT, folders)
        inode = os.fstat(opened.fileno()).st_ino
        numbers = {os.fstat(file.fileno()).st_ino: 65536, os.fstat(memfd).st_ino: 8192}
    os.close(memfd)
    used = {one.inode: one.used_bytes for one in found.files}
    assert {number: used[number] for number in numbers} == numbers
    assert inode in found.sockets
    assert next(one for one in found.files if one.shown.startswith("/memfd:mnemo-test")).room_bytes is None


def test_mounts_of_tmpfs_are_found_and_the_root_is_none():
    text = (
        b"1 0 0:20 / / rw - tmpfs tmpfs rw\n2 1 0:5 / /dev rw - devtmpfs none rw\n"
        b"3 2 0:21 / /dev/shm rw shared:4 - tmpfs shm rw\n4 1 8:1 / /var rw - ext4 /dev/sda1 rw\n"
        b"5 1 0:22 / /run/a\\040b rw - tmpfs tmpfs rw\nnonsense\n"
    )
    assert parse_shared_folders(text) == ("/dev/shm/", "/run/a b/")


@given(st.binary(max_size=200), st.text(max_size=40))
def test_any_text_is_answered(text, goal):
    parse_shared_folders(text + b"\n5 1 0:22 / /\\400x rw - tmpfs tmpfs rw")
    assert kind_of(goal) and shown_goal(f"/{goal}").isprintable()
