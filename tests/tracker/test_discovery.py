"""A hostile or broken /dev/shm costs a bounded time, leaves gaps, and hides nobody else's counters."""

import os
import resource
import socket
import struct
import sys
from pathlib import Path

import pytest

from mnemo_cli.tracker import MemoryTracker, layout
from mnemo_cli.tracker.adding import folded
from mnemo_cli.tracker.discovery import files_below, files_in, open_shared_memory

NOBODY = 65534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")


@pytest.fixture
def tracker(host):
    with MemoryTracker("app", published=True, shared_memory=host.shared_memory) as made:
        yield made


def found(host):
    """(names of the files, reasons by name) of the whole /dev/shm."""
    gaps = []
    descriptor = os.open(host.shared_memory, os.O_RDONLY)
    try:
        files = files_below(descriptor, "/dev/shm", gaps)
    finally:
        os.close(descriptor)
    assert all(gap.field == "trackers" for gap in gaps)
    return [file.name for file in files], {gap.source.rpartition("/")[2]: gap.reason for gap in gaps}


def make_fifo(path, good):
    os.mkfifo(path)


def make_link(path, good):
    path.symlink_to(good)


def make_folder(path, good):
    path.mkdir()


def make_socket(path, good):
    # Bound by a relative name: the path may be longer than a socket's may be.
    with socket.socket(socket.AF_UNIX) as made:
        descriptor = os.open(path.parent, os.O_RDONLY)
        made.bind(f"/proc/self/fd/{descriptor}/{path.name}")
        os.close(descriptor)


def make_device(path, good):
    try:
        os.mknod(path, 0o600 | 0o020000, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("no device file may be made here")


def make_sparse(path, good):
    path.touch()
    os.truncate(path, 1 << 40)


def make_short(path, good):
    path.write_bytes(good.read_bytes()[:-1])


def make_version_2(path, good):
    content = bytearray(good.read_bytes())
    struct.pack_into("=q", content, 8, 2)
    path.write_bytes(content)


def make_text(path, good):
    path.write_text("hello" * 2000)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (make_fifo, "it is no regular file"),
        (make_link, "it is a link, and is not followed"),
        (make_folder, "it is no regular file"),
        (make_socket, "No such device or address"),
        (make_device, "it is no regular file"),
        (make_short, "it has 8191 bytes"),
        (make_version_2, "it is of version 2; this mnemo reads 1"),
        (make_text, "it has 8193 bytes"),
    ],
)
def test_a_strange_file_leaves_a_gap_and_hides_no_other(host, tracker, make, reason):
    make(host.folder / "0-strange", Path(tracker.path))
    make(host.folder / "zzz", Path(tracker.path))
    names, gaps = found(host)
    assert names == [Path(tracker.path).name]
    assert set(gaps) == {"0-strange", "zzz"}
    assert all(reason in gap for gap in gaps.values())


def test_a_huge_sparse_file_is_not_read_and_looks_like_one_that_is_being_made(host, tracker):
    make_sparse(host.folder / "9", None)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert found(host) == ([Path(tracker.path).name], {})
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


def test_a_file_that_is_being_made_is_no_gap(host, tracker):
    (host.folder / "1-empty").touch()
    (host.folder / "2-zeros").write_bytes(bytes(layout.FILE_BYTES))
    (host.folder / "3-no-magic").write_bytes(bytes(8) + Path(tracker.path).read_bytes()[8:])
    assert found(host) == ([Path(tracker.path).name], {})


@as_root
def test_a_file_of_another_user_is_not_believed(host, tracker):
    strange = host.folder / "5"
    strange.write_bytes(Path(tracker.path).read_bytes())
    os.chown(strange, NOBODY, NOBODY)
    assert found(host) == ([Path(tracker.path).name], {"5": "it belongs to another user than its folder"})


@as_root
def test_a_folder_of_another_user_than_its_name_says_is_not_believed(host, tracker):
    os.chown(host.folder, NOBODY, NOBODY)
    assert found(host) == ([], {host.folder.name: "it does not belong to the user in its name"})


@pytest.mark.parametrize("mode", [0o720, 0o702, 0o777])
def test_a_folder_that_others_can_write_to_is_not_believed(host, tracker, mode):
    host.folder.chmod(mode)
    assert found(host) == ([], {host.folder.name: "others may write into it"})


def test_a_link_or_a_file_in_the_place_of_a_folder_is_not_believed(host, tracker):
    os.rename(host.folder, host.root / "away")
    host.folder.symlink_to(host.root / "away")
    (Path(host.shared_memory) / "mnemosyne-77").touch()
    names, gaps = found(host)
    assert names == []
    assert set(gaps.values()) == {"it is a link or a file, and must be a folder"} and len(gaps) == 2


@pytest.mark.parametrize("name", ["mnemosyne-", "mnemosyne-x", "mnemosyne-1x", "mnemosyne-²", "other", "mnemosyne-1-2"])
def test_other_names_are_not_looked_into(host, tracker, name):
    (Path(host.shared_memory) / name).mkdir()
    (Path(host.shared_memory) / name / "1").write_text("junk")
    assert found(host) == ([Path(tracker.path).name], {})


def test_many_strange_files_leave_few_gaps(host, tracker):
    for number in range(50):
        (host.folder / f"junk{number}").write_text("junk")
    names, gaps = found(host)
    assert names == [Path(tracker.path).name]
    assert len(gaps) == 9 and gaps[host.folder.name] == "42 more there cannot be read"


def test_a_hundred_thousand_entries_are_not_all_read(host, tracker):
    """Links of one file, so that making them is quick; at most 4,096 are looked at."""
    descriptor = os.open(host.folder, os.O_RDONLY)
    try:
        first = None
        for number in range(100_000):
            # A file has at most 65,000 links on some systems.
            if number % 30_000 == 0:
                first = f"x{number}"
                (host.folder / first).write_text("junk")
            else:
                os.link(first, f"x{number}", src_dir_fd=descriptor, dst_dir_fd=descriptor)
        reads = 0
        real = os.pread

        def counted(*arguments):
            nonlocal reads
            reads += 1
            return real(*arguments)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "pread", counted)
            gaps = []
            files_in(descriptor, str(host.folder), gaps)
    finally:
        os.close(descriptor)
    assert 0 < reads <= 4096
    assert len(gaps) <= 9


def test_a_thousand_folders_of_a_container_share_one_bound(host):
    """There the names of the users are not ours: one hostile container must not cost us more than one folder."""
    for uid in range(5):
        folder = Path(host.shared_memory) / f"mnemosyne-{uid}"
        folder.mkdir(mode=0o700)
        first = folder / "first"
        first.write_text("junk")
        for number in range(1500):
            os.link(first, folder / f"{number}")
    opened = []
    real = os.open

    def counted(path, *arguments, **options):
        opened.append(path)
        return real(path, *arguments, **options)

    descriptor = os.open(host.shared_memory, os.O_RDONLY)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "open", counted)
            gaps = []
            files_below(descriptor, "/proc/1/root/dev/shm", gaps, ours=False)
    finally:
        os.close(descriptor)
    assert len(opened) <= 4096 + 5
    assert len(gaps) <= 9


def test_there_need_be_no_shared_memory(tmp_path):
    assert open_shared_memory(str(tmp_path)) is None
    (tmp_path / "dev").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "dev/shm").symlink_to(tmp_path / "elsewhere")
    assert open_shared_memory(str(tmp_path)) is None


def test_no_descriptor_is_left_open(host, tracker):
    for number, make in enumerate((make_fifo, make_link, make_folder, make_short, make_text)):
        make(host.folder / f"{number}", Path(tracker.path))
    before = len(os.listdir("/proc/self/fd"))
    found(host)
    assert len(os.listdir("/proc/self/fd")) == before


WHILE_FOLDING = """
import os, sys
from mnemo_cli.tracker.discovery import files_in
from mnemo_cli.tracker.adding import folded
folder = os.open(sys.argv[1], os.O_RDONLY)
totals = set()
print("ready", flush=True)
while not os.path.exists(sys.argv[1] + "/.stop"):
    files = files_in(folder, sys.argv[1], [])
    totals.add(folded(files).allocated_bytes_total)
print(*sorted(totals))
"""


def test_a_reader_counts_nobody_twice_and_loses_nobody_while_files_are_folded(host):
    nursery = host.start("nursery.py")
    for size_bytes in range(1, 41):
        nursery.ask("app", 10**size_bytes if size_bytes < 10 else size_bytes)
    expected = sum(10**n if n < 10 else n for n in range(1, 41))
    reader = host.run([sys.executable, "-c", WHILE_FOLDING, str(host.folder)])
    assert reader.line() == "ready"
    for keep in range(40, -1, -1):
        nursery.ask("tidy", keep)
    (host.folder / ".stop").touch()
    assert reader.line() == str(expected)


AS_NOBODY = """
import os, sys
from mnemo_cli.tracker.discovery import files_below
os.setgroups([]), os.setgid(65534), os.setuid(65534)
gaps = []
files = files_below(os.open(sys.argv[1], os.O_RDONLY), "/dev/shm", gaps)
print(len(files), *gaps[0])
"""


@as_root
@pytest.mark.parametrize("folded_before", [False, True])
@pytest.mark.parametrize("at", range(4))
def test_files_that_are_folded_in_the_middle_of_a_reading_count_once(host, monkeypatch, at, folded_before):
    """Before the opening of any file, all that is left is folded."""
    nursery = host.start("nursery.py")
    nursery.ask("app", 1000)
    nursery.ask("tidy", 0 if folded_before else 9)
    for size_bytes in (1, 20, 300):
        nursery.ask("app", size_bytes)
    real, opened = os.open, 0

    def folding_meanwhile(*arguments, **options):
        nonlocal opened
        opened += 1
        if opened == at + 1:
            assert int(nursery.ask("tidy", 0)) > 0
        return real(*arguments, **options)

    with host.open_folder() as (descriptor, path), monkeypatch.context() as patch:
        patch.setattr(os, "open", folding_meanwhile)
        gaps = []
        files = files_in(descriptor, path, gaps)
    total = folded(files)
    assert (total.processes, total.allocated_bytes_total, gaps) == (4, 1321, [])
    assert opened > at


def test_somebody_elses_folder_cannot_be_entered_and_is_one_gap(host, tracker):
    for directory in (host.root, host.root / "dev", host.root / "dev/shm"):
        directory.chmod(0o755)
    assert host.run([sys.executable, "-c", AS_NOBODY, host.shared_memory]).line() == (
        "0 trackers /dev/shm/mnemosyne-0 Permission denied"
    )
