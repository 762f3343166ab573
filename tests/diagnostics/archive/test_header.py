"""Headers: what we write every tar reads, what a tar writes we read, and anything else is refused in words."""

import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.diagnostics.archive.header import Header, pack_header, parse_header, parse_records

NAMES = st.text("abcXYZ019._-+", min_size=1, max_size=30).filter(lambda name: name.strip(".") == name)


@given(st.lists(NAMES, min_size=1, max_size=6).map("/".join), st.integers(0, 2**33 - 1), st.integers(0, 2**32))
def test_a_header_of_ours_is_read_by_python_and_by_ourselves(path, size_bytes, time_seconds):
    try:
        block = pack_header(path, size_bytes, time_seconds)
    except ValueError:
        assert len(path) > 100
        return
    info = tarfile.TarInfo.frombuf(block, "ascii", "strict")
    assert (info.name, info.size, info.mtime, info.mode, info.isreg()) == (path, size_bytes, time_seconds, 0o600, True)
    assert parse_header(block) == Header(path, size_bytes, "file")


@pytest.mark.parametrize("path", ["a" * 101, "x/" + "b" * 101, "/".join(["c" * 90] * 4)])
def test_a_path_that_does_not_fit_is_refused(path):
    with pytest.raises(ValueError, match="too long"):
        pack_header(path, 0, 0)


def test_a_path_that_is_not_ascii_is_refused():
    with pytest.raises(ValueError):
        pack_header("ä", 0, 0)


@given(st.binary(min_size=512, max_size=512))
def test_any_block_is_a_header_or_an_end_or_a_value_error(block):
    try:
        header = parse_header(block)
    except ValueError:
        return
    assert header is None or header.size_bytes >= 0


@given(st.integers(0, 511), st.integers(0, 255))
def test_a_header_with_one_wrong_byte_is_refused_or_the_same(place, byte):
    block = bytearray(pack_header("a/b", 1234, 5))
    block[place] = byte
    try:
        assert parse_header(bytes(block)) == Header("a/b", 1234, "file")
    except ValueError as refused:
        assert str(refused)


def test_sizes_beyond_eleven_digits_are_read():
    info = tarfile.TarInfo("big")
    info.size = 1 << 40
    assert parse_header(info.tobuf(tarfile.GNU_FORMAT)) == Header("big", 1 << 40, "file")


@given(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1), st.integers(0, 10**18))
def test_pax_records_are_read_as_python_writes_them(path, size_bytes):
    info = tarfile.TarInfo("x")
    info.pax_headers = {"path": path, "size": str(size_bytes), "comment": "a b=c"}
    block = info.create_pax_header(info.get_info(), "utf-8")
    length = tarfile.TarInfo.frombuf(block[:512], "ascii", "strict").size
    assert parse_records(block[512 : 512 + length]) == (path, size_bytes)


@given(st.binary(max_size=200))
def test_any_records_are_read_or_a_value_error(content):
    try:
        path, size_bytes = parse_records(content)
    except ValueError:
        return
    assert (path is None or isinstance(path, str)) and (size_bytes is None or size_bytes >= 0)


def test_an_empty_archive_of_python_ends_at_once():
    target = io.BytesIO()
    tarfile.open(fileobj=target, mode="w").close()
    assert parse_header(target.getvalue()[:512]) is None
