"""A file that appears when it is whole, is for its owner alone, and takes nobody's place."""

import errno
import os
import stat

import pytest

from mnemo_cli.diagnostics.archive.sink import PartFile, Stream
from mnemo_cli.errors import OutputError, UsageError


def test_the_file_has_its_name_only_when_it_is_whole(tmp_path):
    sink = PartFile(tmp_path / "a.tar.gz")
    sink.write(b"abc")
    sink.sync()
    assert os.listdir(tmp_path) == ["a.tar.gz.part"]
    sink.publish()
    sink.discard()
    assert os.listdir(tmp_path) == ["a.tar.gz"]
    assert (tmp_path / "a.tar.gz").read_bytes() == b"abc"


def test_nobody_but_the_owner_may_read_it(tmp_path):
    old = os.umask(0)
    try:
        sink = PartFile(tmp_path / "a")
        part_mode = stat.S_IMODE((tmp_path / "a.part").stat().st_mode)
        sink.publish()
    finally:
        os.umask(old)
    assert part_mode == stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600


def test_what_is_taken_back_is_gone(tmp_path):
    sink = PartFile(tmp_path / "a")
    sink.write(b"abc")
    sink.write(b"defgh")
    sink.rewind(4)
    sink.write(b"XY")
    assert sink.position == 6
    sink.publish()
    assert (tmp_path / "a").read_bytes() == b"abcdXY"


def test_a_bundle_that_failed_leaves_nothing(tmp_path):
    sink = PartFile(tmp_path / "a")
    sink.write(b"abc")
    sink.discard()
    sink.discard()
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", ["a", "a.part"])
def test_a_file_that_is_there_is_not_overwritten(tmp_path, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(UsageError, match=f"{name} is there"):
        PartFile(tmp_path / "a")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {name: "mine"}


@pytest.mark.parametrize("name", ["a", "a.part"])
def test_a_link_is_not_followed(tmp_path, name):
    (tmp_path / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError):
        PartFile(tmp_path / "a")
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_that_appears_meanwhile_stays_and_so_does_the_bundle(tmp_path):
    sink = PartFile(tmp_path / "a")
    sink.write(b"bundle")
    (tmp_path / "a").write_text("mine")
    with pytest.raises(OutputError, match=r"appeared meanwhile; the bundle is whole in .*a\.part"):
        sink.publish()
    sink.discard()
    assert ((tmp_path / "a").read_text(), (tmp_path / "a.part").read_bytes()) == ("mine", b"bundle")


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(OutputError, match="No such file or directory; name another place with -o"):
        PartFile(tmp_path / "none" / "a")


def test_the_room_of_the_disk_is_told(tmp_path):
    sink = PartFile(tmp_path / "a")
    assert sink.free_bytes() > 0
    sink.discard()


def test_a_stream_that_nobody_reads_is_an_end_in_words():
    reader, writer = os.pipe()
    os.close(reader)
    try:
        with pytest.raises(OutputError, match=f"no bundle could be made: stdout: {os.strerror(errno.EPIPE)}"):
            Stream(writer).write(b"abc")
    finally:
        os.close(writer)


def test_a_stream_counts_and_takes_nothing_back():
    reader, writer = os.pipe()
    try:
        sink = Stream(writer)
        sink.write(b"abc")
        assert (sink.position, os.read(reader, 10)) == (3, b"abc")
        with pytest.raises(OutputError):
            sink.rewind(0)
    finally:
        os.close(reader)
        os.close(writer)
