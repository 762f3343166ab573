"""Compressed streams, told apart by content, in pieces of bounded size whatever they hold."""

import bz2
import gzip
import io
import lzma
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.diagnostics.archive.reader import OURS
from mnemo_cli.diagnostics.archive.unpacked import Bounds, pieces_of, unpacked
from mnemo_cli.errors import BundleError, SourceError
from tests.diagnostics.archive.tars import PACKERS

TEXT = b"a line of a log\n" * 20_000


def read(raw, bounds=OURS, piece_bytes=1000):
    pieces = (raw[start : start + piece_bytes] for start in range(0, len(raw), piece_bytes))
    return b"".join(unpacked(pieces, "it", bounds))


@pytest.mark.parametrize("form", PACKERS)
@pytest.mark.parametrize("piece_bytes", [1, 7, 100_000])
def test_every_form_is_read_in_pieces_of_any_size(form, piece_bytes):
    assert read(PACKERS[form](TEXT[:3000]), piece_bytes=piece_bytes) == TEXT[:3000]


@pytest.mark.parametrize("form", ["gzip", "bzip2", "xz"])
def test_streams_that_follow_each_other_are_one(form):
    assert read(PACKERS[form](TEXT) + PACKERS[form](b"more")) == TEXT + b"more"


@pytest.mark.parametrize("form", ["gzip", "bzip2", "xz"])
def test_zeros_may_follow_and_nothing_else(form):
    assert read(PACKERS[form](TEXT) + bytes(5000)) == TEXT
    with pytest.raises(BundleError, match=f"something that is no {form} follows"):
        read(PACKERS[form](TEXT) + b"something")


@pytest.mark.parametrize("form", ["gzip", "bzip2", "xz"])
def test_a_stream_that_was_cut_is_refused(form):
    raw = PACKERS[form](TEXT)
    for length in (7, len(raw) // 2, len(raw) - 1):
        with pytest.raises(BundleError, match="ends in the middle"):
            read(raw[:length])


@pytest.mark.parametrize("form", ["gzip", "bzip2", "xz"])
def test_a_damaged_stream_is_refused(form):
    raw = bytearray(PACKERS[form](TEXT))
    raw[len(raw) // 2] ^= 0xFF
    with pytest.raises(BundleError, match=f"its {form} data (is damaged|ends in the middle)"):
        read(bytes(raw))


@pytest.mark.parametrize(
    ("start", "name"), [(b"\x28\xb5\x2f\xfd" + bytes(50), "zstd"), (b"PK\x03\x04" + bytes(50), "zip")]
)
def test_a_form_that_is_not_read_is_named(start, name):
    with pytest.raises(BundleError, match=f"{name} is not read; unpack it first"):
        read(start)


@pytest.mark.parametrize("form", ["gzip", "bzip2", "xz"])
def test_a_bomb_is_refused_by_its_ratio(form):
    bomb = PACKERS[form](bytes(64 << 20))
    with pytest.raises(BundleError, match="unpacks to more than 500 times its size; not read on"):
        for _ in unpacked(iter([bomb]), "it", Bounds()):
            pass


def test_a_bomb_in_small_pieces_takes_no_memory():
    bomb = gzip.compress(bytes(64 << 20))
    largest = max(len(piece) for piece in unpacked(iter([bomb]), "it", Bounds(ratio=5000)))
    assert largest <= 64 * 1024


def test_too_much_is_refused_by_its_size():
    with pytest.raises(BundleError, match="it holds more than 100000 bytes"):
        read(gzip.compress(TEXT), Bounds(total_bytes=100_000))


def test_an_xz_that_wants_much_memory_is_refused():
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 20}]
    packer = lzma.LZMACompressor(format=lzma.FORMAT_XZ, filters=filters)
    raw = bytearray(packer.compress(b"abc") + packer.flush())
    # The block header: its length, flags, the filter's id and the length of its properties, the dictionary's
    # size (37 is 768 MiB), padding, and a sum. https://tukaani.org/xz/xz-file-format.txt
    assert (raw[12], raw[14:16]) == (2, b"\x21\x01")
    raw[16] = 37
    raw[20:24] = zlib.crc32(bytes(raw[12:20])).to_bytes(4, "little")
    with pytest.raises(BundleError, match="its xz data is damaged: Memory usage limit exceeded"):
        read(bytes(raw))


@given(st.sampled_from([b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b""]), st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(magic, rest):
    try:
        read(magic + rest, piece_bytes=50)
    except BundleError as error:
        assert str(error).startswith("it: ")


def test_a_stream_that_fails_is_said():
    class Broken(io.RawIOBase):
        def read(self, size=-1):
            raise OSError(5, "Input/output error")

    with pytest.raises(SourceError, match="cannot read it: Input/output error"):
        list(pieces_of(Broken(), "it"))


def test_bzip2_of_several_parts_like_pbzip2_makes():
    assert read(b"".join(bz2.compress(TEXT[start : start + 5000]) for start in range(0, len(TEXT), 5000))) == TEXT
