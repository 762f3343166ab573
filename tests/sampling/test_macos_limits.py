"""The limits of macOS, from texts as its tools print them."""

import resource
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.errors import SourceError
from mnemo_cli.model import UNLIMITED
from mnemo_cli.sampling.macos_limits import (
    KNOBS,
    own_rlimits,
    parse_knobs,
    parse_launchctl,
    read_knobs,
    read_launchd_limits,
)
from mnemo_cli.sampling.rlimits import Rlimit

SYSCTL = (
    "kern.maxfiles: 122880\nkern.maxfilesperproc: 61440\nkern.num_files: 5231\nkern.maxproc: 4000\n"
    "kern.maxprocperuid: 2666\nkern.num_tasks: 612\n"
)
LAUNCHCTL = (
    "\tcpu         unlimited      unlimited      \n\tfilesize    unlimited      unlimited      \n"
    "\tdata        unlimited      unlimited      \n\tstack       8372224        67092480       \n"
    "\tcore        0              unlimited      \n\trss         unlimited      unlimited      \n"
    "\tmemlock     unlimited      unlimited      \n\tmaxproc     2666           4000           \n"
    "\tmaxfiles    256            unlimited      \n"
)


def test_knobs_are_read_by_name():
    gaps = []
    assert read_knobs(lambda argv: SYSCTL, gaps)["kern.maxfilesperproc"] == 61440 and not gaps


def test_a_knob_that_is_not_told_leaves_a_gap():
    gaps = []
    assert read_knobs(lambda argv: "kern.maxfiles: 122880\n", gaps) == {"kern.maxfiles": 122880}
    assert {gap.field for gap in gaps} == set(KNOBS) - {"kern.maxfiles"}


def refuse(argv: Sequence[str]) -> str:
    raise SourceError(f"cannot run {argv[0]}: No such file or directory")


def test_without_the_tools_everything_is_a_gap():
    gaps = []
    assert read_knobs(refuse, gaps) == {} and read_launchd_limits(refuse, gaps) == {}
    assert {gap.field for gap in gaps} == {*KNOBS, "launchctl"}


def test_launchds_limits_are_read():
    limits = parse_launchctl(LAUNCHCTL)
    assert limits["RLIMIT_NOFILE"] == Rlimit(256, UNLIMITED)
    assert limits["RLIMIT_NPROC"] == Rlimit(2666, 4000)
    assert len(limits) == 9


@pytest.mark.parametrize("text", ["", "\tmaxfiles 256", "\tmaxfiles many unlimited\n", "maxbeer 1 2\n"])
def test_other_lines_are_left_out(text):
    assert parse_launchctl(text) == {}


def test_infinity_as_a_number_is_unlimited():
    assert parse_launchctl("maxfiles 256 9223372036854775807\n") == {"RLIMIT_NOFILE": Rlimit(256, UNLIMITED)}


@given(st.text(max_size=100))
def test_any_text_is_answered(text):
    parse_knobs(text)
    parse_launchctl(text)


def test_our_own_limits_are_getrlimits():
    pair = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert own_rlimits()["RLIMIT_NOFILE"] == Rlimit(*(UNLIMITED if n == resource.RLIM_INFINITY else n for n in pair))
