"""Output that is kept within a cap."""

import os

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from mnemo_cli.orchestrate.engines.local.keeper.output import Output

LIMIT = 64 * 1024
LINE = b"%07d\n"


def written(path, pieces, limit_bytes=LIMIT):
    output = Output(str(path), limit_bytes)
    at = 0
    for count in pieces:
        os.write(output.descriptor, b"".join(LINE % number for number in range(at, at + count)))
        at += count
        output.trim()
    output.close()
    return path.read_bytes(), b"".join(LINE % number for number in range(at))


def test_what_is_within_the_cap_is_left_alone(tmp_path):
    kept, all_of_it = written(tmp_path / "out", [1000] * 8)
    assert kept == all_of_it


@pytest.mark.parametrize("has_holes", [True, False])
def test_past_the_cap_head_and_tail_are_kept_and_the_rest_is_counted(tmp_path, monkeypatch, has_holes):
    if not has_holes:
        monkeypatch.setattr("mnemo_cli.orchestrate.engines.local.keeper.output._punch", lambda *_: False)
    kept, all_of_it = written(tmp_path / "out", [5000] * 30 + [500])
    head, _, rest = kept.partition(b"\n[mnemo left out ")
    count, _, tail = rest.partition(b" bytes here]\n")
    assert len(head) >= LIMIT // 4 and all_of_it.startswith(head) and all_of_it.endswith(tail)
    assert len(head) + int(count) + len(tail) == len(all_of_it)
    assert len(tail) >= LIMIT // 2 or not has_holes
    assert len(kept) < LIMIT + 8192


def test_what_stood_in_the_file_before_stays(tmp_path):
    (tmp_path / "out").write_bytes(b"before\n" * 20_000)
    kept, _ = written(tmp_path / "out", [5000] * 30)
    assert kept.startswith(b"before\n" * 20_000) and len(kept) < 7 * 20_000 + LIMIT + 8192


def test_without_a_cap_nothing_is_left_out(tmp_path):
    kept, all_of_it = written(tmp_path / "out", [5000] * 30, limit_bytes=None)
    assert kept == all_of_it


@settings(max_examples=50)
@given(st.lists(st.integers(0, 20_000), max_size=12))
def test_whatever_the_pieces_the_file_stays_small_and_its_ends_are_true(tmp_path_factory, pieces):
    kept, all_of_it = written(tmp_path_factory.mktemp("output") / "out", pieces)
    head, mark, rest = kept.partition(b"\n[mnemo left out ")
    assert all_of_it.startswith(head)
    if mark:
        assert all_of_it.endswith(rest.partition(b" bytes here]\n")[2])
    else:
        assert kept == all_of_it
    assert len(kept) < LIMIT + 8192
