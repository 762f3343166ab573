"""Promised and reserved memory of /proc/meminfo."""

from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.sampling.commitment import Commitment, parse_commitment
from tests.doctor.stock import meminfo


def test_a_good_meminfo_is_read():
    found = parse_commitment(meminfo(committed_kib=100, huge=3).encode())
    assert found == Commitment(100 * 1024, 10000000 * 1024, 3, 3, 2048 * 1024)


def test_missing_lines_are_unknown():
    assert parse_commitment(b"MemTotal: 1 kB\n") == Commitment(None, None, None, None, None)


@given(st.data())
def test_a_text_cut_anywhere_gives_right_numbers_or_none(data):
    whole = meminfo().encode()
    cut = parse_commitment(whole[: data.draw(st.integers(0, len(whole)))])
    assert all(ours in (None, full) for ours, full in zip(cut, parse_commitment(whole), strict=True))
