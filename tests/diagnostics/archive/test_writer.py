"""An archive that every tar reads, and that is whole wherever the disk ends."""

import hashlib
import os
import subprocess
import tarfile

import pytest

from mnemo_cli.diagnostics.archive.sink import PartFile
from mnemo_cli.diagnostics.archive.spool import packed
from mnemo_cli.diagnostics.archive.writer import END, SUMS
from mnemo_cli.errors import OutputError
from tests.diagnostics.archive.tars import SmallDisk, archive_of, fill

FILES = {"kernel/kernel.log": b"line\n" * 5000, "empty": b"", "noise": os.urandom(20_000), "one/block": b"x" * 512}
FAULT_POINTS = 100


def closing(entries):
    manifest = "\n".join(entry.path for entry in entries)
    return (("manifest.json", manifest.encode()), ("SUMMARY.md", os.urandom(700)))


@pytest.fixture
def bundle(tmp_path):
    sink = PartFile(tmp_path / "bundle.tar.gz")
    archive = archive_of(sink)
    fill(archive, FILES)
    archive.close(closing)
    sink.publish()
    return tmp_path / "bundle.tar.gz"


def read(path):
    """All files by their path below the top folder, read by Python."""
    with tarfile.open(path, "r:gz") as tar:
        return {info.name.removeprefix("bundle/"): tar.extractfile(info).read() for info in tar.getmembers()}


def test_python_reads_it(bundle):
    found = read(bundle)
    assert {path: found[path] for path in FILES} == FILES
    assert set(found) - set(FILES) == {"manifest.json", "SUMMARY.md", SUMS}


def test_tar_unpacks_it_and_sha256sum_agrees(bundle, tmp_path):
    subprocess.run(["tar", "xzf", bundle], check=True, cwd=tmp_path)
    done = subprocess.run(["sha256sum", "-c", SUMS], cwd=tmp_path / "bundle", capture_output=True, text=True)
    assert (done.returncode, done.stdout.count(": OK")) == (0, len(FILES) + 2)


def test_zcat_reads_it_to_its_end(bundle):
    done = subprocess.run(["zcat", bundle], capture_output=True, check=True)
    assert done.stdout.endswith(END) and len(done.stdout) % 512 == 0
    assert subprocess.run(["tar", "t"], input=done.stdout, capture_output=True).stdout.count(b"\n") == len(FILES) + 3


def test_every_file_is_for_its_owner_and_below_one_folder(bundle):
    with tarfile.open(bundle) as tar:
        assert {(info.name.split("/")[0], info.mode, info.uid, info.uname, info.isreg()) for info in tar} == {
            ("bundle", 0o600, 0, "", True)
        }


def test_the_sums_are_those_of_the_files(bundle):
    found = read(bundle)
    listed = dict(line.split("  ")[::-1] for line in found[SUMS].decode().splitlines())
    assert listed == {path: hashlib.sha256(content).hexdigest() for path, content in found.items() if path != SUMS}


def test_a_file_takes_at_most_half_of_what_is_left(tmp_path):
    archive = archive_of(PartFile(tmp_path / "a"), most_bytes=1_000_000)
    first = archive.room_bytes()
    archive.add("a", packed(os.urandom(400_000)))
    assert 480_000 < first < 500_000
    assert archive.room_bytes() < 300_000


def test_no_room_is_none_and_not_a_little(tmp_path):
    assert archive_of(PartFile(tmp_path / "a"), most_bytes=9000).room_bytes() == 0


def test_the_room_is_that_of_the_disk_where_it_is_smaller(tmp_path):
    archive = archive_of(SmallDisk(tmp_path / "a", 100_000, tells=True))
    assert 40_000 < archive.room_bytes() < 50_000


def test_a_file_that_does_not_fit_is_taken_back(tmp_path):
    sink = SmallDisk(tmp_path / "a", 30_000)
    archive = archive_of(sink)
    archive.add("small", packed(os.urandom(1000)))
    before = archive.size_bytes
    with pytest.raises(OSError):
        archive.add("large", packed(os.urandom(50_000)))
    assert archive.size_bytes == before == (tmp_path / "a.part").stat().st_size
    archive.close(closing)
    sink.publish()
    assert read(tmp_path / "a")["manifest.json"] == b"small"


def whole_size(tmp_path):
    sink = PartFile(tmp_path / "whole")
    archive = archive_of(sink)
    fill(archive, FILES)
    archive.close(closing)
    size = sink.position
    sink.discard()
    return size


@pytest.mark.parametrize("point", range(FAULT_POINTS))
def test_wherever_the_disk_ends_the_archive_is_whole_or_there_is_none(tmp_path, point):
    sink = SmallDisk(tmp_path / "a", point * whole_size(tmp_path) // FAULT_POINTS)
    archive = archive_of(sink)
    fill(archive, FILES)
    try:
        archive.close(closing)
    except OutputError as error:
        assert "no bundle could be made: No space left on device" in str(error)
        assert point < 5
        sink.discard()
        assert os.listdir(tmp_path) == []
        return
    sink.publish()
    found = read(tmp_path / "a")
    assert sink.refusals
    assert set(found["manifest.json"].decode().split()) == set(found) - {"manifest.json", "SUMMARY.md", SUMS}
    assert all(found[path] == content for path, content in FILES.items() if path in found)
    assert subprocess.run(["gzip", "-t", tmp_path / "a"]).returncode == 0


def test_the_last_files_give_way_to_the_end(tmp_path):
    files = {f"file-{number}": os.urandom(3000) for number in range(20)}
    sink = SmallDisk(tmp_path / "a", 20 * 3200)
    archive = archive_of(sink)
    fill(archive, files)
    kept = archive.close(closing)
    names = [entry.path for entry in kept if entry.path in files]
    assert names == list(files)[: len(names)] and 15 <= len(names) < 20


def test_where_nothing_else_has_room_the_manifest_stands_alone(tmp_path):
    sink = SmallDisk(tmp_path / "a", 900)
    archive = archive_of(sink)
    fill(archive, FILES)
    archive.close(lambda entries: (("manifest.json", b"{}"), ("SUMMARY.md", os.urandom(5000))))
    sink.publish()
    assert set(read(tmp_path / "a")) == {"manifest.json", SUMS}


def test_a_disk_that_fails_when_all_is_written_costs_the_last_files(tmp_path):
    class Late(PartFile):
        failures = 1

        def sync(self):
            if self.failures:
                self.failures -= 1
                raise OSError(5, "Input/output error")
            super().sync()

    sink = Late(tmp_path / "a")
    archive = archive_of(sink)
    fill(archive, FILES)
    archive.close(closing)
    sink.publish()
    assert "manifest.json" in read(tmp_path / "a") and "one/block" not in read(tmp_path / "a")
