"""The level as a finding: every level, and what is known where it is unknown."""

import pytest

from mnemo_cli.doctor.memory_level import ID, SLUG, level_finding, skipped_level
from mnemo_cli.doctor.result import Severity
from mnemo_cli.limits.engine import State, step
from mnemo_cli.limits.levels import Edges
from mnemo_cli.model import UNLIMITED, Gap, LimitSource, Memory, Moment, Sample, Scope

HOST = LimitSource(kind="host")
GROUP = LimitSource(kind="cgroup", path="/app", file="memory.max")


def moment(*limits, gaps=()):
    sample = Sample(time_seconds=0, clock_seconds=0, scope=Scope("host", "host"), limits=limits, gaps=gaps)
    return Moment(sample=sample, verdict=step(State(), sample, Edges())[1])


def host(used, limit=1000):
    return Memory(source=HOST, used_bytes=used, limit_bytes=limit)


@pytest.mark.parametrize(
    ("used", "state", "severity", "message"),
    [
        (399, "pass", None, "the memory level is normal at 39.9%"),
        (400, "finding", Severity.NOTE, "the memory level is moderate at 40.0%"),
        (600, "finding", Severity.NOTE, "the memory level is moderate at 60.0%"),
        (601, "finding", Severity.WARNING, "the memory level is high at 60.1%"),
        (800, "finding", Severity.WARNING, "the memory level is high at 80.0%"),
        (801, "finding", Severity.ERROR, "the memory level is critical at 80.1%"),
        (1200, "finding", Severity.ERROR, "the memory level is critical at 120.0%"),
    ],
)
def test_a_level_is_as_severe_as_the_gates_say(used, state, severity, message):
    finding = level_finding(moment(host(used)))
    assert (finding.id, finding.slug, finding.unit) == (ID, SLUG, "bytes")
    assert (finding.state, finding.severity, finding.message) == (state, severity, message)
    assert (finding.used, finding.limit, finding.headroom, finding.layer) == (used, 1000, 1000 - used, "host")


def test_the_binding_limit_gives_the_numbers():
    finding = level_finding(moment(Memory(source=GROUP, used_bytes=70, limit_bytes=100), host(100)))
    assert (finding.used, finding.limit, finding.layer) == (70, 100, "cgroup /app")


def test_an_unlimited_or_empty_limit_has_no_share():
    assert level_finding(moment(host(5, UNLIMITED))).message == "the memory level is normal"
    assert level_finding(moment(host(0, 0))).message == "the memory level is critical at a limit of 0"


def test_an_unreadable_limit_is_unknown_with_the_reason_and_never_a_pass():
    gap = Gap("limits./app", "/sys/fs/cgroup/app/memory.max", "Permission denied")
    finding = level_finding(moment(Memory(source=GROUP, used_bytes=1, limit_bytes=None), host(1), gaps=(gap,)))
    assert (finding.state, finding.severity) == ("unknown", None)
    assert finding.message == "the memory level is unknown (cgroup /app: a limit that cannot be read may bind)"
    assert [item.value for item in finding.evidence] == ["Permission denied"]


def test_what_is_known_of_an_unknown_level_still_counts():
    finding = level_finding(moment(Memory(source=GROUP, used_bytes=1, limit_bytes=None), host(700)))
    assert (finding.state, finding.severity) == ("finding", Severity.WARNING)
    assert finding.message.startswith("the memory level is unknown, but at least high (")


def test_nothing_known_at_all_is_unknown():
    finding = level_finding(moment(host(None)))
    assert (finding.state, finding.used, finding.limit) == ("unknown", None, None)


def test_where_nothing_runs_it_is_skipped():
    assert skipped_level("only files")[:5] == (ID, SLUG, "skipped", None, "only files")
