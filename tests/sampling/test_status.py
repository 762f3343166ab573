"""/proc/PID/status: every line that can be read, and nothing made up from one that cannot."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.sampling.status import CAP_IPC_LOCK, CAP_SYS_ADMIN, CAP_SYS_RESOURCE, Status, StatusParser, parse_status
from tests.doctor.stock import DOCKER_CAPABILITIES, status


def test_a_good_status_is_read():
    found = parse_status(status("nginx", pid=7, uid=33, threads=5, size_kib=1000, signals="2/63000").encode())
    assert found == Status(
        name="nginx",
        state="S",
        pid=7,
        ppid=1,
        real_uid=33,
        is_kernel_thread=False,
        virtual_bytes=1000 * 1024,
        data_bytes=20000 * 1024,
        stack_bytes=132 * 1024,
        locked_bytes=0,
        threads=5,
        signals_queued=2,
        signals_limit=63000,
        capabilities=0,
    )


@pytest.mark.parametrize(
    ("lines", "is_kernel"),
    [
        ("State:\tI (idle)\nPPid:\t2\nKthread:\t1\n", True),
        ("State:\tI (idle)\nPPid:\t2\n", True),
        ("State:\tS (sleeping)\nPPid:\t2\nKthread:\t0\n", False),
        ("State:\tS (sleeping)\nPPid:\t1\nVmSize:\t   10 kB\n", False),
        ("State:\tZ (zombie)\nPPid:\t2\n", False),
    ],
)
def test_a_thread_of_the_kernel_is_told_from_a_zombie_and_a_program(lines, is_kernel):
    assert parse_status(f"Name:\tx\n{lines}".encode()).is_kernel_thread is is_kernel


def test_capabilities_are_told_one_by_one():
    docker = parse_status(status(capabilities=DOCKER_CAPABILITIES).encode())
    assert [docker.has_capability(bit) for bit in (CAP_IPC_LOCK, CAP_SYS_ADMIN, CAP_SYS_RESOURCE)] == [False] * 3
    assert parse_status(b"").has_capability(CAP_SYS_ADMIN) is None
    assert parse_status(b"Name:\tx\nCapEff:\t0000000001000000\n").has_capability(CAP_SYS_RESOURCE) is True


@pytest.mark.parametrize(
    "damage", ["Uid:\t33\t33\n", "Uid:\t-1\t0\t0\t0\n", "Uid:\tx\t0\t0\t0\n", "Uid:\t33\t33\t33\t33"]
)
def test_a_damaged_line_is_left_out(damage):
    assert parse_status(f"Name:\tx\n{damage}".encode()).real_uid is None


def test_a_name_cannot_feign_a_line():
    assert parse_status(b"Name:\ta\\nUid:\t0\t0\t0\t0\n").real_uid is None
    assert parse_status(b"Name:\t\x1b[2J\n").name == "\\x1b[2J"


@given(st.binary(max_size=400))
def test_any_bytes_are_answered(text):
    found = parse_status(text)
    assert found.threads is None or found.threads >= 0


@given(st.data())
def test_a_text_cut_anywhere_gives_right_numbers_or_none(data):
    whole = status(uid=33, threads=5).encode()
    cut = parse_status(whole[: data.draw(st.integers(0, len(whole)))])
    assert all(getattr(cut, name) in (None, False, getattr(parse_status(whole), name)) for name in Status._fields)


@given(st.data())
def test_many_are_parsed_as_one_is(data):
    parser = StatusParser()
    whole = status(uid=33, threads=5).encode()
    for _ in range(100):
        parser.parse(whole)
    cut = whole[: data.draw(st.integers(0, len(whole)))]
    for text in (whole, cut, cut + data.draw(st.binary(max_size=20)), whole.replace(b"132", b"x")):
        assert parser.parse(text) == parse_status(text)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
def test_our_own_status_says_who_we_are():
    found = parse_status(Path("/proc/self/status").read_bytes())
    assert (found.pid, found.ppid, found.real_uid) == (os.getpid(), os.getppid(), os.getuid())
    parser = StatusParser()
    assert all(parser.parse(Path("/proc/self/status").read_bytes()).pid == os.getpid() for _ in range(120))
    assert found.virtual_bytes and found.threads and not found.is_kernel_thread
