"""The doctor on real nested memory groups: the tightest level is named, with its own number."""

import datetime

import pytest

from mnemo_cli.doctor.audit import audit
from mnemo_cli.doctor.checks import CHECKS
from mnemo_cli.doctor.evidence import Evidence
from mnemo_cli.doctor.headroom import headrooms
from mnemo_cli.doctor.surroundings import Surroundings

MIB = 1 << 20
HOLD = "kept = bytearray({size})\nprint('ready', flush=True)\nimport sys; sys.stdin.read()"

pytestmark = pytest.mark.memory_group


def test_an_outer_group_that_is_tighter_and_nearly_full_is_found(memory_group):
    memory_group.limit(48 * MIB)
    inner = memory_group.below("inner")
    inner.limit(128 * MIB)
    program = inner.run(HOLD.format(size=38 * MIB))
    assert program.stdout is not None and program.stdout.readline() == "ready\n"
    with Evidence(Surroundings(), program.pid) as evidence:
        result = audit(evidence, CHECKS, today=datetime.date(2026, 11, 22))
        memory = next(each for each in headrooms(evidence) if each.name == "memory")
    found = {finding.slug: finding for finding in result.findings}
    layer = f"cgroup {memory_group.path}"
    assert (found["group-usage"].state, found["group-usage"].limit, found["group-usage"].layer) == (
        "finding",
        48 * MIB,
        layer,
    )
    assert found["group-usage"].used is not None and 38 * MIB < found["group-usage"].used < 48 * MIB
    assert (found["ancestor-tighter"].state, found["ancestor-tighter"].layer) == ("finding", layer)
    assert memory.binding is not None and memory.binding.name.endswith(f" of {memory_group.path}")
    assert isinstance(memory.left, int) and memory.left < 10 * MIB
