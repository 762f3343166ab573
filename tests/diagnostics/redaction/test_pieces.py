"""Chunks of any size become pieces of whole lines, and nothing that hides a secret is cut in two."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.diagnostics.redaction.pieces import LONGEST_LINE_BYTES, PIECE_BYTES, whole_lines
from tests.examples import few_examples


@given(st.lists(st.binary(max_size=50), max_size=20))
def test_short_texts_come_whole(chunks):
    assert b"".join(piece for piece in whole_lines(chunks) if isinstance(piece, bytes)) == b"".join(chunks)


@few_examples
@given(st.integers(1, 3 * PIECE_BYTES), st.integers(1, 3000))
def test_long_texts_come_in_whole_lines(chunk_bytes, line_bytes):
    text = (b"x" * (line_bytes - 1) + b"\n") * (3 * PIECE_BYTES // line_bytes)
    pieces = list(whole_lines(text[start : start + chunk_bytes] for start in range(0, len(text), chunk_bytes)))
    assert b"".join(pieces) == text
    assert all(piece.endswith(b"\n") and len(piece) <= 2 * PIECE_BYTES for piece in pieces)


def test_a_key_block_is_never_cut():
    key = b"-----BEGIN RSA PRIVATE KEY-----\n" + b"MIIEabcdefghij\n" * 50 + b"-----END RSA PRIVATE KEY-----\n"
    for shift in range(0, len(key), 31):
        filling = b"y" * 63 + b"\n"
        text = filling * ((PIECE_BYTES - len(key) + shift) // 64) + key + filling * 3000
        pieces = list(whole_lines([text]))
        assert sum(key in piece for piece in pieces) == 1 and b"".join(pieces) == text


@pytest.mark.parametrize("name", [b'"--password",\n', b"  - name: DB_PASSWORD\n", b"x api_key\n"])
def test_a_name_and_the_line_with_its_secret_stay_together(name):
    for lines in range(2040, 2060):
        text = b"z" * 63 + b"\n"
        text = text * lines + name + b'   "value"\n' + text * 3000
        pieces = list(whole_lines([text]))
        assert any(name + b'   "value"\n' in piece for piece in pieces)


def test_a_line_that_is_too_long_comes_as_its_length():
    long = b"x" * (LONGEST_LINE_BYTES + 5 * PIECE_BYTES)
    pieces = list(whole_lines(itertools.chain([b"a\n", long[:100], long[100:], b"tail\n", b"b\n"])))
    assert sum(piece for piece in pieces if isinstance(piece, int)) >= len(long)
    assert b"".join(piece for piece in pieces if isinstance(piece, bytes)) == b"a\nb\n" or pieces[-1] == b"b\n"


def test_a_long_line_without_an_end_is_left_out_too():
    pieces = list(whole_lines([b"x" * (LONGEST_LINE_BYTES + 2 * PIECE_BYTES)]))
    assert pieces == [LONGEST_LINE_BYTES + 2 * PIECE_BYTES]


def test_what_came_before_an_error_is_kept():
    def chunks():
        yield b"one\ntw"
        raise OSError(5, "Input/output error")

    pieces = whole_lines(chunks())
    assert next(pieces) == b"one\ntw"
    with pytest.raises(OSError, match="Input"):
        next(pieces)
