"""Process limits: a number, UNLIMITED, or left out."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.model import UNLIMITED
from mnemo_cli.sampling.rlimits import Rlimit, descriptor_budget, parse_rlimits, read_rlimits

HEAD = b"Limit                     Soft Limit           Hard Limit           Units     \n"
NAMES = {
    "RLIMIT_CPU": ("Max cpu time", "seconds"), "RLIMIT_FSIZE": ("Max file size", "bytes"),
    "RLIMIT_DATA": ("Max data size", "bytes"), "RLIMIT_STACK": ("Max stack size", "bytes"),
    "RLIMIT_CORE": ("Max core file size", "bytes"), "RLIMIT_RSS": ("Max resident set", "bytes"),
    "RLIMIT_NPROC": ("Max processes", "processes"), "RLIMIT_NOFILE": ("Max open files", "files"),
    "RLIMIT_MEMLOCK": ("Max locked memory", "bytes"), "RLIMIT_AS": ("Max address space", "bytes"),
    "RLIMIT_LOCKS": ("Max file locks", "locks"), "RLIMIT_SIGPENDING": ("Max pending signals", "signals"),
    "RLIMIT_MSGQUEUE": ("Max msgqueue size", "bytes"), "RLIMIT_NICE": ("Max nice priority", ""),
    "RLIMIT_RTPRIO": ("Max realtime priority", ""), "RLIMIT_RTTIME": ("Max realtime timeout", "us"),
}  # fmt: skip
ROOT = Path("/")
LIMITS = st.just(UNLIMITED) | st.integers(0, 2**64 - 2)


def line(name: str, soft: object, hard: object) -> bytes:
    words, unit = NAMES[name]
    shown = ["unlimited" if limit is UNLIMITED else str(limit) for limit in (soft, hard)]
    return f"{words:<25} {shown[0]:<20} {shown[1]:<20} {unit:<10}".encode() + b"\n"


def test_the_limits_of_a_good_process_are_read(fake_host):
    text = HEAD + line("RLIMIT_NOFILE", 1024, 4096) + line("RLIMIT_AS", UNLIMITED, UNLIMITED)
    gaps = []
    assert read_rlimits(7, fake_host({"proc/7/limits": text}), gaps) == {
        "RLIMIT_NOFILE": Rlimit(soft=1024, hard=4096),
        "RLIMIT_AS": Rlimit(soft=UNLIMITED, hard=UNLIMITED),
    }
    assert not gaps


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "No such file or directory"),
        ({"proc/7/limits": None}, "Is a directory"),
        ({"proc/7/limits": b"\x1b[2J lots\n"}, "it holds no readable limit"),
        ({"proc/7/limits": b""}, "it holds no readable limit"),
    ],
)
def test_absent_unreadable_and_nonsense_limits_leave_one_gap(fake_host, files, words):
    gaps = []
    assert read_rlimits(7, fake_host(files), gaps) == {}
    assert [(gap.field, gap.source, gap.reason) for gap in gaps] == [("rlimits", "/proc/7/limits", words)]


@pytest.mark.parametrize(
    "damaged",
    [
        line("RLIMIT_NOFILE", -1, 4096),
        line("RLIMIT_NOFILE", "many", 4096),
        line("RLIMIT_NOFILE", 2**64, 2**64),
        line("RLIMIT_NOFILE", 1024, 4096).replace(b"files", b"fish ").replace(b"open", b"_pen"),
        line("RLIMIT_NOFILE", 1024, 4096)[:48],
        b"Max open files            1024\n",
    ],
)
def test_a_damaged_line_is_left_out_and_the_others_count(damaged):
    assert parse_rlimits(line("RLIMIT_CORE", 0, UNLIMITED) + damaged) == {"RLIMIT_CORE": Rlimit(soft=0, hard=UNLIMITED)}


def test_infinity_as_a_number_is_unlimited():
    infinity = 2**64 - 1
    assert parse_rlimits(line("RLIMIT_AS", 5, infinity)) == {"RLIMIT_AS": Rlimit(soft=5, hard=UNLIMITED)}


@given(st.dictionaries(st.sampled_from(sorted(NAMES)), st.tuples(LIMITS, LIMITS)))
def test_all_limits_survive_writing_and_reading(limits):
    text = HEAD + b"".join(line(name, soft, hard) for name, (soft, hard) in limits.items())
    assert parse_rlimits(text) == {name: Rlimit(soft=soft, hard=hard) for name, (soft, hard) in limits.items()}


@given(LIMITS, LIMITS, st.data())
def test_limits_cut_anywhere_are_right_or_left_out(soft, hard, data):
    text = HEAD + line("RLIMIT_NOFILE", soft, hard)
    found = parse_rlimits(text[: data.draw(st.integers(0, len(text)))])
    assert found in ({}, {"RLIMIT_NOFILE": Rlimit(soft=soft, hard=hard)})


@given(st.binary(max_size=300))
def test_any_bytes_hold_no_limit(text):
    assert parse_rlimits(text) == {}


def test_our_own_limits_are_those_that_the_kernel_gives_us():
    gaps = []
    limits = read_rlimits("self", ROOT, gaps)
    for name in ("RLIMIT_NOFILE", "RLIMIT_CORE", "RLIMIT_STACK", "RLIMIT_NPROC"):
        pair = resource.getrlimit(getattr(resource, name))
        soft, hard = (UNLIMITED if limit == resource.RLIM_INFINITY else limit for limit in pair)
        assert limits[name] == Rlimit(soft=soft, hard=hard)
    assert not gaps


@pytest.mark.parametrize(
    ("soft", "budget"), [(0, 0), (1, 0), (1024, 512), (10**9, 16384), (resource.RLIM_INFINITY, 16384)]
)
def test_half_of_the_soft_limit_may_be_kept_open(soft, budget):
    assert descriptor_budget(soft) == budget


def test_our_own_soft_limit_is_raised_to_the_hard_one():
    program = (
        "import resource; from mnemo_cli.sampling.rlimits import raise_own_descriptor_limit as up;"
        "hard = min(600, resource.getrlimit(resource.RLIMIT_NOFILE)[1]);"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard));"
        "print(up(), hard, *resource.getrlimit(resource.RLIMIT_NOFILE))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    budget, hard, soft_after, hard_after = map(int, done.stdout.split())
    assert (budget, soft_after, hard_after) == (hard // 2, hard, hard)
