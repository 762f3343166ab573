"""Looking for many literals at once finds what looking for each of them does."""

from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.forensics.log.finding import fastest_find, find
from mnemo_cli.forensics.log.hits import Hits, groups_of

WORDS = st.sampled_from([b"memory", b"Memory", b"out of memory", b"OOM", b"oom-kill", b"Stop", b"x", b" ", b"Killed"])
LITERAL = st.lists(WORDS, min_size=1, max_size=4).map(b"".join)
TEXT = st.lists(st.one_of(WORDS, st.just(b"\n")), max_size=60).map(lambda words: b"".join(words) + b"\n")


def lines_found(hits, block):
    hits.begin(block)
    found, at = [], 0
    while at < len(block) and (start := hits.line_after(at)) is not None:
        at = block.index(b"\n", start) + 1
        found.append(block[start:at])
    return found


@given(st.lists(LITERAL, max_size=8), TEXT)
def test_every_line_with_a_literal_is_found_once_and_no_other(literals, text):
    wanted = [line for line in text.splitlines(keepends=True) if any(literal in line for literal in literals)]
    assert lines_found(Hits(literals), text) == wanted


@given(st.lists(LITERAL, max_size=8))
def test_every_literal_has_a_piece_that_stands_for_it(literals):
    groups = groups_of(tuple(literals))
    assert {literal for members in groups.values() for literal in members} == set(literals)
    assert all(piece in literal for piece, members in groups.items() for literal in members)


def test_literals_with_a_rare_piece_in_common_are_looked_for_together():
    assert len(groups_of((b"out of memory", b"memory budget", b"MemoryError", b"OutOfMemoryError"))) == 1
    assert len(groups_of((b"abc", b"abd"))) == 2


def test_a_piece_that_is_not_rare_in_a_log_is_given_up():
    hits = Hits([b"out of memory", b"memory budget"])
    block = b"memory is fine\n" * 1000 + b"out of memory\n"
    for _ in range(5):
        assert lines_found(hits, block) == [b"out of memory\n"]
    assert set(hits._groups) == {b"out of memory", b"memory budget"}


@given(st.binary(max_size=60), st.binary(min_size=1, max_size=3), st.integers(0, 70))
def test_the_c_library_finds_what_python_finds(block, literal, start):
    assert fastest_find()(block, literal, start) == find(block, literal, start) == block.find(literal, start)
