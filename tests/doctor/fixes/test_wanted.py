"""The pair of limits to write is never lower than the present one, never above nr_open, and never infinity."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.doctor.fixes.wanted import Ceiling, Pair, raised_nofile, reaches, wanted_of
from mnemo_cli.doctor.profiles import PROFILES, Needs
from mnemo_cli.errors import RepairError
from mnemo_cli.model import UNLIMITED

USUAL = Ceiling(1_048_576, assumed=True)
limits = st.one_of(st.none(), st.just(UNLIMITED), st.integers(0, 3_000_000))


def test_a_need_goes_beyond_the_profile_and_never_below_it():
    assert wanted_of(PROFILES["default"], Needs(nofile=65536)).nofile == 65536
    assert wanted_of(PROFILES["server"], Needs(nofile=100, nproc=9999)) == wanted_of(
        PROFILES["server"], Needs(nproc=9999)
    )


def test_the_sysctls_of_a_profile_are_wanted():
    assert dict(wanted_of(PROFILES["database"], Needs()).sysctls).keys() == {"vm.max_map_count", "fs.aio-max-nr"}
    assert wanted_of(PROFILES["default"], Needs()).sysctls == ()


@pytest.mark.parametrize(
    ("present", "soft", "written"),
    [
        (Pair(), 65536, (65536, 524288)),
        (Pair(1024, 524288), 65536, (65536, 524288)),
        (Pair(1024, 4096), 4096, (4096, 524288)),
        (Pair(65535, 524288), 65536, (65536, 524288)),
        (Pair(65536, 524288), 65536, None),
        (Pair(65536, None), 65536, None),
        (Pair(65537, 70000), 65536, None),
        (Pair(1024, 900000), 65536, (65536, 900000)),
        (Pair(1024, UNLIMITED), 65536, (65536, 1048576)),
        (Pair(UNLIMITED, UNLIMITED), 65536, None),
        (Pair(1024, 4096), 1048576, (1048576, 1048576)),
        (Pair(100000, 4096), 65536, (100000, 524288)),
    ],
)
def test_what_is_written(present, soft, written):
    assert raised_nofile(present, soft, USUAL) == written


def test_a_number_above_nr_open_is_refused_and_the_default_is_said_to_be_one():
    with pytest.raises(RepairError, match=r"nofile=1048577 is above fs.nr_open, 1048576 \(the kernel's default"):
        raised_nofile(Pair(), 1048577, USUAL)
    with pytest.raises(RepairError, match=r"above fs.nr_open, 100, and"):
        raised_nofile(Pair(), 101, Ceiling(100, assumed=False))


def test_a_hard_limit_above_an_assumed_nr_open_is_not_lowered_but_left_and_said():
    with pytest.raises(RepairError, match=r"hard limit of 2000000 is above fs.nr_open, 1048576 .* is not lowered"):
        raised_nofile(Pair(1024, 2_000_000), 65536, USUAL)
    assert raised_nofile(Pair(65536, 2_000_000), 65536, USUAL) is None


@given(limits, limits, st.integers(1, 2_000_000), st.integers(1, 2_000_000))
def test_nothing_is_ever_lowered_or_above_the_ceiling(soft, hard, wanted, nr_open):
    ceiling = Ceiling(nr_open, assumed=False)
    try:
        pair = raised_nofile(Pair(soft, hard), wanted, ceiling)
    except RepairError:
        assert wanted > nr_open
        return
    if pair is None:
        assert reaches(soft, wanted)
        return
    assert wanted <= pair[0] <= pair[1] <= nr_open
    assert not isinstance(soft, int) or pair[0] >= min(soft, nr_open)
    assert not isinstance(hard, int) or pair[1] >= min(hard, nr_open)
    assert hard is not UNLIMITED or pair[1] == nr_open
