"""What files of an attempt are called, whatever its id is."""

import os

import hypothesis.strategies as st
from hypothesis import given

from mnemo_cli.orchestrate.job import Key
from mnemo_cli.orchestrate.naming import file_stem

# Long ones that differ at their end, among others.
IDS = st.text(st.characters(exclude_categories=()), min_size=1) | st.text("aé%~-/.", min_size=190, max_size=400)


@given(IDS, st.integers(1, 10**6))
def test_a_name_stays_in_its_folder_and_is_not_too_long(job, number):
    name = file_stem(Key(job, number))
    assert name not in ("", ".", "..") and "/" not in name and name.isascii() and name.isprintable()
    assert len(os.fsencode(f"{name}.out")) <= 255


@given(IDS, IDS, st.integers(1, 3), st.integers(1, 3))
def test_no_two_attempts_share_a_name(one, other, number, other_number):
    assert (file_stem(Key(one, number)) == file_stem(Key(other, other_number))) == (
        (one, number) == (other, other_number)
    )


def test_a_long_id_is_told_apart_by_more_than_its_beginning():
    assert file_stem(Key("x" * 300, 1)) != file_stem(Key("x" * 301, 1))
    assert file_stem(Key("a/b", 2)) == "a%2Fb.2"
