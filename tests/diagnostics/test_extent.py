"""How much a run takes on: whose processes, and how large a member may be where memory is short."""

import os
from pathlib import Path

import pytest

from mnemo_cli.diagnostics.extent import member_max_bytes, target_pids
from mnemo_cli.errors import TargetError
from mnemo_cli.sampling.target import TargetChoice

HOSTS = Path(__file__).parents[1] / "hosts"
LARGEST, SMALLEST = 10 << 20, 64 << 10


@pytest.mark.parametrize(
    ("host", "most_bytes"),
    [
        ("6.1-v2-limit-zero", SMALLEST),
        ("6.1-v2-limit-below-use", SMALLEST),
        ("6.1-no-cgroup-mount", LARGEST),
        ("6.1-missing-meminfo", (90 << 20) // 16),
    ],
)
def test_the_cap_of_a_member_follows_the_headroom(host, most_bytes):
    assert member_max_bytes(HOSTS / host, portable=False) == most_bytes


def test_a_process_is_its_own_target():
    assert os.getpid() in target_pids(TargetChoice(kind="process", pid=os.getpid()), Path("/"), portable=False)


@pytest.mark.parametrize("kind", ["own", "host"])
def test_without_a_target_nobody_is_one(kind):
    assert target_pids(TargetChoice(kind=kind), Path("/"), portable=False) == ()


def test_a_target_that_is_not_there_is_said():
    with pytest.raises(TargetError):
        target_pids(TargetChoice(kind="process", pid=1 << 22), Path("/"), portable=False)
