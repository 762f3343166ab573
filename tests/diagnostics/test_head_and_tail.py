"""The cap of a member: what fits is untouched, of the rest both ends stay, and the text says how much is missing."""

import itertools
import re

from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.diagnostics.head_and_tail import LEFT_OUT, HeadAndTail, no_more

CHUNKS = st.lists(st.binary(max_size=40) | st.lists(st.sampled_from([b"a\n", b"bb\n", b"cccc\n"])).map(b"".join))
MARK = re.compile(rb"--- mnemo left out (\d+) bytes here ---\n")


@given(CHUNKS, st.integers(0, 300))
def test_nothing_is_lost_that_fits_and_what_is_missing_is_counted(chunks, most_bytes):
    whole = b"".join(chunks)
    capped = HeadAndTail(chunks, most_bytes)
    found = b"".join(capped)
    if len(whole) <= most_bytes:
        assert (found, capped.is_cut) == (whole, False)
        return
    (mark,) = MARK.finditer(found)
    head, tail = found[: mark.start()], found[mark.end() :]
    assert whole.startswith(head) and whole.endswith(tail) and capped.is_cut
    assert int(mark[1]) == len(whole) - len(head) - len(tail) and len(head) + len(tail) <= most_bytes


@given(st.lists(st.integers(1, 400), min_size=1), st.integers(200, 2000), st.integers(1, 100))
def test_lines_are_kept_whole(lengths, most_bytes, chunk_bytes):
    lines = [b"%05d%s\n" % (number, b"x" * length) for number, length in enumerate(lengths)]
    whole = b"".join(lines)
    chunks = [whole[start : start + chunk_bytes] for start in range(0, len(whole), chunk_bytes)]
    found = b"".join(HeadAndTail(chunks, max(most_bytes, 2 * max(map(len, lines)))))
    assert all(line in lines or line.startswith(LEFT_OUT) for line in found.splitlines(keepends=True))


def test_the_last_lines_of_a_log_without_end_stay():
    lines = (b"line %d\n" % number for number in range(1_000_000))
    found = b"".join(HeadAndTail(lines, 1000)).splitlines()
    assert (found[0], found[-1]) == (b"line 0", b"line 999999")
    assert len(found) < 120


def test_little_is_held_of_a_long_source():
    taken = []

    def source():
        for number in range(10_000):
            taken.append(number)
            yield b"x" * 1000

    capped = iter(HeadAndTail(source(), 100_000))
    head = b"".join(itertools.islice(capped, 9))
    assert len(head) >= 9 * 4096 and len(taken) <= 50
    assert len(head) + sum(map(len, capped)) < 101_000


def test_a_cut_that_the_collector_made_counts():
    capped = HeadAndTail([b"a\n", LEFT_OUT + b"5 bytes here ---\n", b"b\n"], 1000)
    assert b"".join(capped).count(b"\n") == 3 and capped.is_cut


def test_the_last_word_stands_on_a_line_of_its_own():
    assert no_more("gone", after=b"half a li") == b"\n--- mnemo left out the rest: gone ---\n"
    assert no_more("gone", after=b"line\n") == no_more("gone", after=b"") == b"--- mnemo left out the rest: gone ---\n"
