"""Content compressed while it is made: nothing is lost, and no more is taken than there is room for."""

import gzip
import hashlib
import os

from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.diagnostics.archive.spool import Spool, packed


@given(st.lists(st.binary(max_size=3000)))
def test_what_was_added_comes_out_padded_to_whole_blocks(chunks):
    spool = Spool(1 << 20)
    assert all(spool.add(chunk) for chunk in chunks)
    content, found = b"".join(chunks), spool.packed()
    assert gzip.decompress(b"".join(found.pieces)) == content + bytes(-len(content) % 512)
    assert (found.size_bytes, found.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_a_full_spool_says_so_and_stays_near_its_size():
    for most_packed_bytes in (512, 10_000, 100_000, 1_000_000):
        spool = Spool(most_packed_bytes)
        assert not all(spool.add(os.urandom(50_000)) for _ in range(100))
        assert most_packed_bytes <= packed_bytes(spool) <= 1.25 * most_packed_bytes + 6000


def test_a_last_word_is_taken_even_when_it_is_full():
    spool = Spool(512)
    spool.add(os.urandom(100_000))
    before = spool.size_bytes
    spool.finish_with(b"no more\n")
    assert gzip.decompress(b"".join(spool.packed().pieces))[before : before + 8] == b"no more\n"


def test_a_short_text_at_once_is_never_cut():
    content = os.urandom(3_000_000)
    assert packed(content).size_bytes == len(content)


def packed_bytes(spool):
    return spool.packed().packed_bytes
