"""One control group on either version: each number is good, absent, unreadable or nonsense, and never 0 by mistake."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.model import UNLIMITED
from mnemo_cli.sampling.group import GroupV1, GroupV2, working_set

SENTINEL = 9223372036854771712
V2 = {
    "memory.max": "1000000\n", "memory.current": "700000\n", "memory.high": "900000\n", "memory.peak": "800000\n",
    "memory.swap.current": "5000\n", "memory.swap.max": "max\n",
    "memory.events": "low 0\nhigh 6\nmax 7\noom 1\noom_kill 2\noom_group_kill 0\n",
    "memory.stat": "anon 500000\nfile 150000\nkernel 30000\nkernel_stack 1\nshmem 40000\ninactive_anon 9\n"
    "inactive_file 100000\nactive_file 50000\nworkingset_refault_anon 0\nworkingset_refault_file 11\n"
    "pgfault 9\npgmajfault 12\n",
}  # fmt: skip
V1 = {
    "memory.limit_in_bytes": "1000000\n", "memory.usage_in_bytes": "700000\n", "memory.max_usage_in_bytes": "800000\n",
    "memory.kmem.usage_in_bytes": "30000\n", "memory.failcnt": "7\n",
    "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
    "memory.stat": "cache 1\nrss 2\ninactive_file 3\n"
    "hierarchical_memory_limit 1000000\nhierarchical_memsw_limit 1500000\n"
    "total_cache 150000\ntotal_rss 500000\ntotal_shmem 40000\ntotal_workingset_refault_file 11\ntotal_swap 5000\n"
    "total_pgmajfault 12\ntotal_inactive_file 100000\n",
}  # fmt: skip
GOOD = {
    "used_bytes": 600000, "limit_bytes": 1000000, "reclaimable_bytes": 100000, "usage_peak_bytes": 800000,
    "anon_bytes": 500000, "file_bytes": 150000, "shmem_bytes": 40000, "kernel_bytes": 30000, "swap_used_bytes": 5000,
    "major_faults_total": 12, "refaults_total": 11, "oom_kills_total": 2, "limit_hits_total": 7,
}  # fmt: skip
# file → the fields that are lost with it
LOST_V2 = {
    "memory.max": {"limit_bytes"}, "memory.current": {"used_bytes"}, "memory.high": {"high_bytes"},
    "memory.peak": {"usage_peak_bytes"}, "memory.swap.current": {"swap_used_bytes"},
    "memory.swap.max": {"swap_total_bytes"},
    "memory.events": {"oom_kills_total", "limit_hits_total"},
    "memory.stat": {"used_bytes", "reclaimable_bytes", "anon_bytes", "file_bytes", "shmem_bytes", "kernel_bytes",
                    "major_faults_total", "refaults_total"},
}  # fmt: skip
LOST_V1 = {
    "memory.limit_in_bytes": {"limit_bytes"}, "memory.usage_in_bytes": {"used_bytes"},
    "memory.max_usage_in_bytes": {"usage_peak_bytes"}, "memory.kmem.usage_in_bytes": {"kernel_bytes"},
    "memory.failcnt": {"limit_hits_total"}, "memory.oom_control": {"oom_kills_total"},
    "memory.stat": {"used_bytes", "reclaimable_bytes", "anon_bytes", "file_bytes", "shmem_bytes", "major_faults_total",
                    "refaults_total", "swap_used_bytes", "swap_total_bytes"},
}  # fmt: skip
VERSIONS = [(GroupV2, V2, LOST_V2), (GroupV1, V1, LOST_V1)]
FAILURES = [(version, good, lost, file) for version, good, lost in VERSIONS for file in good]
NONSENSE = ["", "12", "-1\n", "lots\n", "1" + "0" * 40 + "\n", "\x1b[2J\0\n", "max \n", "max"]


@pytest.fixture
def group_of(fake_host):
    made = []

    def make(version, files):
        root = fake_host({f"g/{name}": text for name, text in files.items() if text != "absent"})
        made.append(version(root / "g", path="/g"))
        return made[-1]

    yield make
    for group in made:
        group.close()


def unknown(memory):
    return {field for field in (*GOOD, "high_bytes", "swap_total_bytes") if getattr(memory, field) is None}


@pytest.mark.parametrize(("version", "good", "lost"), VERSIONS)
def test_a_good_group_is_read_whole(group_of, version, good, lost):
    gaps = []
    group = group_of(version, good)
    memory = group.read(gaps)
    assert {field: getattr(memory, field) for field in GOOD} == GOOD
    high_and_swap = (900000, UNLIMITED) if version is GroupV2 else (UNLIMITED, 500000)
    assert (memory.high_bytes, memory.swap_total_bytes) == high_and_swap
    assert memory.source.path == "/g"
    assert not gaps
    glance = group.glance(gaps)
    assert (glance.used_bytes, glance.limit_bytes, gaps) == (600000, 1000000, [])


@pytest.mark.parametrize(("version", "good", "lost", "file"), FAILURES)
@pytest.mark.parametrize(("state", "words"), [("absent", "No such"), (None, "Is a dir")])
def test_a_missing_or_unreadable_file_loses_its_own_fields_and_says_why(
    group_of, version, good, lost, file, state, words
):
    gaps = []
    memory = group_of(version, good | {file: state}).read(gaps)
    assert unknown(memory) == lost[file]
    assert {gap.field for gap in gaps} == {f"limits./g.{field}" for field in lost[file]}
    assert any(gap.source == f"/g/{file}" and gap.reason.startswith(words) for gap in gaps)


@pytest.mark.parametrize(("version", "good", "lost", "file"), FAILURES)
@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_loses_the_same_fields_and_is_never_zero(group_of, version, good, lost, file, text):
    gaps = []
    memory = group_of(version, good | {file: text}).read(gaps)
    assert unknown(memory) == lost[file]
    assert {gap.field for gap in gaps} == {f"limits./g.{field}" for field in lost[file]}
    assert all(gap.reason.isprintable() for gap in gaps)


@pytest.mark.parametrize(("version", "good", "lost"), VERSIONS)
def test_a_group_that_is_gone_is_unknown_in_a_glance_too(group_of, version, good, lost):
    gaps = []
    memory = group_of(version, {}).glance(gaps)
    assert (memory.used_bytes, memory.limit_bytes) == (None, None)
    assert {gap.field for gap in gaps} == {"limits./g.used_bytes", "limits./g.limit_bytes"}


@pytest.mark.parametrize(
    ("version", "good", "text"),
    [
        (GroupV2, V2, "max\n"),
        (GroupV1, V1, f"{SENTINEL}\n"),
        (GroupV1, V1, "9223372036854710272\n"),  # with pages of 64 KiB
        (GroupV1, V1, f"{2**63 - 1}\n"),  # before Linux 3.19
    ],
)
def test_no_limit_is_unlimited_and_not_a_huge_number(group_of, version, good, text):
    assert group_of(version, good | {version.LIMIT_FILE: text}).read([]).limit_bytes is UNLIMITED


@pytest.mark.parametrize(
    ("memory_limit", "both_limit", "swap"),
    [(1000, 1500, 500), (1000, 1000, 0), (1000, SENTINEL, UNLIMITED), (SENTINEL, SENTINEL, UNLIMITED)],
)
def test_on_v1_the_swap_limit_is_what_memsw_allows_beyond_memory(group_of, memory_limit, both_limit, swap):
    stat = V1["memory.stat"].replace("limit 1000000", f"limit {memory_limit}")
    stat = stat.replace("limit 1500000", f"limit {both_limit}")
    assert group_of(GroupV1, V1 | {"memory.stat": stat}).read([]).swap_total_bytes == swap


@pytest.mark.parametrize(
    ("version", "stat", "hidden"),
    [
        (GroupV1, "hierarchical_memory_limit 4096\n", 4096),
        (GroupV1, f"hierarchical_memory_limit {SENTINEL}\n", None),
        (GroupV1, "hierarchical_memory_limit lots\n", None),
        (GroupV1, None, None),
        (GroupV2, V2["memory.stat"], None),
    ],
)
def test_only_v1_tells_of_a_limit_above(group_of, version, stat, hidden):
    assert group_of(version, {"memory.stat": stat}).hidden_limit_bytes() == hidden


@given(st.none() | st.integers(0, 2**63), st.none() | st.integers(0, 2**63))
def test_the_working_set_is_never_negative_and_unknown_when_a_part_is(usage, inactive):
    used = working_set(usage, inactive)
    assert used == (None if usage is None or inactive is None else max(0, usage - inactive))


@pytest.mark.parametrize(
    ("with_swap", "limit", "peak", "hits", "reason"),
    [
        ("5\n", 1000, 1000, 12, None),
        ("0\n", SENTINEL, 900, 7, None),
        ("0\n", 1000, 900, 7, None),
        # Linux 6.15 and later do not count them.
        ("0\n", 1000, 999, None, "this kernel does not count"),
        ("0\n", "half", 900, None, "not a num"),
        ("0\n", 1000, "half", None, "not a num"),
        ("absent", 1000, 1000, 7, None),
        (None, 1000, 1000, None, "Is a dir"),
        ("half", 1000, 1000, None, "not a num"),
    ],
)
def test_on_v1_hits_of_the_limit_with_swap_count_too_where_the_kernel_has_one(
    group_of, with_swap, limit, peak, hits, reason
):
    gaps = []
    other = {"memory.memsw.limit_in_bytes": f"{limit}\n", "memory.memsw.max_usage_in_bytes": f"{peak}\n"}
    group = group_of(GroupV1, V1 | other | {"memory.memsw.failcnt": with_swap})
    assert group.read(gaps).limit_hits_total == hits
    assert [(gap.field, gap.source, gap.reason[: len(reason or "")]) for gap in gaps] == (
        [] if reason is None else [("limits./g.limit_hits_total", "/g/memory.memsw.failcnt", reason)]
    )
