"""Is it memory that slows it: attributed to the innermost group that suffers and to the limit that presses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.errors import TargetError
from mnemo_cli.forensics.slow import slow_page
from mnemo_cli.forensics.slowness import StrainReading, read_strain, slowness, watch_slowness
from mnemo_cli.model import Gap
from mnemo_cli.sampling.strain import Strain
from mnemo_cli.sampling.target import TargetChoice
from tests.doctor.stock import v2_group
from tests.forensics.growth.hosts import PID, Stage, app

QUIET = Strain("", 50, 100, 0, 0, 0, 0, 0, 0, 0, 0.0, 0.0)
V1 = Strain("", 50, 100, refaults_total=0, major_faults_total=0, limit_hits_total=0)
PROCESS = TargetChoice(kind="process", pid=PID)


def between(*changes, before=QUIET, seconds=2.0, gaps=()):
    """The job, its service and the machine, with what each counted meanwhile."""
    names = ("cgroup /app/job", "cgroup /app", "the machine")
    first = tuple(before._replace(name=name) for name in names)
    last = tuple(level._replace(**change) for level, change in zip(first, changes, strict=True))
    return slowness(StrainReading(0.0, first), StrainReading(seconds, last, gaps=gaps), target="pid 100")


def names_of(found):
    return (
        None if found.sufferer is None else found.sufferer.name,
        None if found.cause is None else found.cause.name,
    )


SUFFERS = {"refaults_total": 4000}
FULL = {"usage_bytes": 99}


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        (({}, {}, {}), (None, None)),
        ((SUFFERS | FULL, SUFFERS, SUFFERS), ("cgroup /app/job", "cgroup /app/job")),
        ((SUFFERS, SUFFERS | FULL, SUFFERS), ("cgroup /app/job", "cgroup /app")),
        (({}, SUFFERS | FULL, SUFFERS), ("cgroup /app", "cgroup /app")),
        ((FULL, {}, SUFFERS | FULL), ("the machine", "the machine")),
        ((SUFFERS, SUFFERS, SUFFERS), ("cgroup /app/job", None)),
        ((FULL, {}, {}), (None, None)),
        (({"limit_hits_total": 900}, {}, {}), (None, None)),
        ((SUFFERS | {"limit_hits_total": 900}, {}, {}), ("cgroup /app/job", "cgroup /app/job")),
        (({"stalled_seconds_total": 0.02}, {}, {}), ("cgroup /app/job", None)),
        (({"stalled_seconds_total": 0.019}, {}, {}), (None, None)),
        (({"refaults_total": 200}, {}, {}), ("cgroup /app/job", None)),
        (({"refaults_total": 199}, {}, {}), (None, None)),
        (({"major_faults_total": 100}, {}, {}), ("cgroup /app/job", None)),
        (({"swapped_in_pages_total": 100}, {}, {}), ("cgroup /app/job", None)),
        (({"scanned_pages_total": 9000, "reclaimed_pages_total": 900}, {}, {}), ("cgroup /app/job", None)),
        (({"scanned_pages_total": 9000, "reclaimed_pages_total": 8900}, {}, {}), (None, None)),
    ],
)
def test_the_innermost_that_suffers_and_the_limit_that_presses_are_named(changes, names):
    assert names_of(between(*changes)) == names


def test_v1_is_judged_by_what_it_counts():
    found = between(SUFFERS | {"limit_hits_total": 50}, {}, {}, before=V1)
    assert names_of(found) == ("cgroup /app/job", "cgroup /app/job")
    assert found.levels[0].stalled_ratio is None and found.levels[0].scanned_pages is None
    assert "Control groups v1 count neither stalls nor reclaim" in slow_page(found).paragraphs[-1]


def test_a_group_that_was_made_anew_has_no_rate():
    found = between({}, {}, {"refaults_total": 5}, before=QUIET._replace(refaults_total=9))
    assert found.levels[0].refaults == 0 and found.levels[2].refaults is None


def test_a_level_that_is_new_has_no_rates():
    found = slowness(StrainReading(0.0, ()), StrainReading(1.0, (QUIET,)), target="x")
    assert found.levels[0].refaults is None and found.levels[0].usage_ratio == 0.5


@given(st.floats(-1, 1), st.integers(0, 1 << 60), st.integers(0, 1 << 60))
def test_any_two_readings_are_answered(seconds, before, after):
    level = QUIET._replace(name="g", refaults_total=before)
    found = slowness(
        StrainReading(0.0, (level,)), StrainReading(seconds, (level._replace(refaults_total=after),)), target="x"
    )
    rate = found.levels[0].refaults
    assert rate is None or (rate >= 0 and seconds > 0)
    assert slow_page(found).paragraphs


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (({}, {}, {}), "In these 2.0 s memory did not slow it"),
        ((SUFFERS | FULL, {}, {}), "cgroup /app/job suffers: 99.0% in use, 0.0% of the time stalled, 2,000 refaults/s"),
        ((SUFFERS | FULL, {}, {}), "The limit of cgroup /app/job presses, 99.0% of it in use: raise it"),
        ((SUFFERS | {"high_hits_total": 7}, {}, {}), "memory.high holds it back on purpose"),
        ((SUFFERS | FULL | {"swapped_in_pages_total": 7}, {}, {}), "what it needs is in swap"),
        ((SUFFERS, {}, {}), "No limit on its path is full"),
        (({}, {}, SUFFERS | FULL), "The machine lacks memory, and the target's own groups do not show it"),
    ],
)
def test_the_page_says_who_suffers_and_what_to_do(changes, words):
    page = slow_page(between(*changes))
    assert words in " ".join(page.paragraphs) and page.topic == "slow"
    assert [name for name, _ in page.rows] == ["cgroup /app/job", "cgroup /app", "the machine"]


def test_the_causes_are_told_where_it_suffers_or_nobody_was_asked():
    general, quiet, suffering = (
        " ".join(slow_page(found).paragraphs) for found in (None, between({}, {}, {}), between(SUFFERS, {}, {}))
    )
    for text, told in ((general, True), (quiet, False), (suffering, True)):
        assert ("copying" in text, "--growth 60s" in text) == (told, told)


def test_nothing_read_is_not_taken_for_health():
    unread = Strain("the machine")
    gap = Gap("strain.vmstat", "/proc/vmstat", "denied")
    found = slowness(StrainReading(0.0, (unread,)), StrainReading(1.0, (unread,), gaps=(gap,)), target="x")
    text = " ".join(slow_page(found).paragraphs)
    assert "did not slow it" not in text and "Missing: /proc/vmstat: denied." in text


def test_two_readings_of_a_process_are_taken_along_its_path(tmp_path):
    root = app(tmp_path)
    stat = root / "sys/fs/cgroup/app/memory.stat"

    def refault(_):
        stat.write_text(stat.read_text().replace("workingset_refault_file 0", "workingset_refault_file 5000"))

    found = watch_slowness(PROCESS, clock=Stage(refault), root=root)
    assert (found.target, found.seconds) == ("pid 100", 1.0)
    assert [level.name for level in found.levels] == ["cgroup /app", "the machine"]
    assert found.sufferer is found.levels[0] and found.levels[0].refaults == 5000
    assert found.major_faults_per_second == 0


def test_a_group_and_the_machine_can_be_asked_too(tmp_path):
    root = app(tmp_path, v2_group("/app/job"))
    paths = {
        choice: [level.name for level in read_strain(choice, None, root=root, clock_seconds=0.0).levels]
        for choice in (TargetChoice(kind="cgroup", path="/app/job"), TargetChoice(kind="host"))
    }
    assert list(paths.values()) == [["cgroup /app/job", "cgroup /app", "the machine"], ["the machine"]]


@pytest.mark.parametrize(
    "choice",
    [
        TargetChoice(kind="process", pid=4711),
        TargetChoice(kind="name", pattern="nobody"),
        TargetChoice(kind="cgroup", path="/none"),
    ],
)
def test_a_target_that_is_not_there_says_so(tmp_path, choice):
    with pytest.raises(TargetError):
        watch_slowness(choice, clock=Stage(), root=app(tmp_path))
