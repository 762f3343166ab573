"""The machine's memory: every line of meminfo and vmstat is a number or a gap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.sampling.host import HostMemory, Paging, parse_meminfo, parse_vmstat

KEYS = (
    "MemTotal", "MemFree", "MemAvailable", "Buffers", "Cached", "SwapTotal", "SwapFree", "AnonPages", "Shmem", "Slab",
    "KernelStack", "PageTables",
)  # fmt: skip
KIBIBYTES = {
    "MemTotal": 8000, "MemFree": 3000, "MemAvailable": 6000, "Buffers": 100, "Cached": 1900, "SwapTotal": 500,
    "SwapFree": 200, "AnonPages": 1500, "Shmem": 20, "Slab": 180, "KernelStack": 6, "PageTables": 14,
}  # fmt: skip
VMSTAT = "nr_free_pages 9\nworkingset_refault_anon 3\nworkingset_refault_file 4\npgmajfault 41\noom_kill 2\n"
SIZES = st.fixed_dictionaries({key: st.integers(1, 2**40) for key in KEYS})


def meminfo(numbers: dict[str, int]) -> str:
    return "".join(f"{key + ':':<16}{number:>8} kB\n" for key, number in numbers.items())


def test_a_good_machine_is_read_whole(fake_host):
    host = HostMemory(fake_host({"proc/meminfo": meminfo(KIBIBYTES), "proc/vmstat": VMSTAT}))
    gaps = []
    paging = host.read_paging(gaps)
    memory = host.read(gaps, paging)
    host.close()
    assert not gaps
    assert paging == Paging(oom_kills_total=2, major_faults_total=41, refaults_total=7)
    assert memory.source.kind == "host"
    assert (memory.used_bytes, memory.limit_bytes) == (2000 * 1024, 8000 * 1024)
    assert (memory.reclaimable_bytes, memory.file_bytes) == (3000 * 1024, 2000 * 1024)
    assert (memory.kernel_bytes, memory.anon_bytes, memory.shmem_bytes) == (200 * 1024, 1500 * 1024, 20 * 1024)
    assert (memory.swap_used_bytes, memory.swap_total_bytes) == (300 * 1024, 500 * 1024)
    assert (memory.oom_kills_total, memory.major_faults_total, memory.refaults_total) == (2, 41, 7)


@pytest.mark.parametrize(
    ("files", "reason"), [({}, "No such file"), ({"proc/meminfo": None, "proc/vmstat": None}, "Is a dir")]
)
def test_an_absent_or_unreadable_machine_is_unknown_and_says_why(fake_host, files, reason):
    host = HostMemory(fake_host(files))
    gaps = []
    paging = host.read_paging(gaps)
    memory = host.read(gaps, paging)
    assert paging == Paging(oom_kills_total=None, major_faults_total=None, refaults_total=None)
    assert (memory.used_bytes, memory.limit_bytes, memory.used_ratio) == (None, None, None)
    assert [(gap.source, gap.field) for gap in gaps] == [
        ("/proc/vmstat", "host_oom_kills_total"),
        ("/proc/meminfo", "limits.host"),
    ]
    assert all(gap.reason.startswith(reason) for gap in gaps)


@pytest.mark.parametrize(
    "text", ["", "MemTotal", "MemTotal: lots kB\n", "MemTotal: -8000 kB\n", "\x1b[2J\0\n", "x" * 9999]
)
def test_nonsense_is_unknown(fake_host, text):
    host = HostMemory(fake_host({"proc/meminfo": text, "proc/vmstat": text}))
    gaps = []
    assert host.read_paging(gaps).oom_kills_total is None
    memory = host.read(gaps)
    assert (memory.used_bytes, memory.limit_bytes, memory.swap_total_bytes) == (None, None, None)
    assert {f"limits.host.{key}" for key in KEYS} < {gap.field for gap in gaps}
    assert "\x1b" not in str(gaps)
    host.close()


@pytest.mark.parametrize("key", KEYS)
def test_one_missing_line_is_one_gap_and_takes_what_depends_on_it(key):
    gaps = []
    memory = parse_meminfo(meminfo({name: kib for name, kib in KIBIBYTES.items() if name != key}).encode(), gaps)
    assert [gap.field for gap in gaps] == [f"limits.host.{key}"]
    assert (memory.used_bytes is None) == (key in ("MemTotal", "MemAvailable"))
    assert (memory.swap_used_bytes is None) == (key in ("SwapTotal", "SwapFree"))
    assert (memory.kernel_bytes is None) == (key in ("Slab", "KernelStack", "PageTables"))


def test_a_machine_with_more_available_than_there_is_has_no_known_use():
    gaps = []
    memory = parse_meminfo(meminfo(KIBIBYTES | {"MemAvailable": 9000}).encode(), gaps)
    assert (memory.used_bytes, memory.limit_bytes) == (None, 8000 * 1024)
    assert [gap.field for gap in gaps] == ["limits.host.used_bytes"]


def test_a_kernel_without_oom_kill_does_not_count_zero_kills():
    gaps = []
    assert parse_vmstat(b"pgmajfault 41\n", gaps).oom_kills_total is None
    assert "limits.host.oom_kill" in {gap.field for gap in gaps}


@given(SIZES)
def test_any_sizes_are_read_in_bytes(sizes):
    gaps = []
    memory = parse_meminfo(meminfo(sizes).encode(), gaps)
    assert memory.limit_bytes == sizes["MemTotal"] * 1024
    if sizes["MemAvailable"] <= sizes["MemTotal"]:
        assert memory.used_bytes == (sizes["MemTotal"] - sizes["MemAvailable"]) * 1024
        assert not gaps
    assert memory.swap_used_bytes == max(0, sizes["SwapTotal"] - sizes["SwapFree"]) * 1024


@given(SIZES, st.data())
def test_meminfo_cut_anywhere_is_right_or_unknown(sizes, data):
    text = meminfo(sizes).encode()
    whole = parse_meminfo(text, [])
    part = parse_meminfo(text[: data.draw(st.integers(0, len(text)))], [])
    for field in ("used_bytes", "limit_bytes", "swap_total_bytes", "swap_used_bytes", "anon_bytes", "kernel_bytes"):
        assert getattr(part, field) in (None, getattr(whole, field))


@given(st.integers(0, 2**62), st.integers(0, 2**62), st.integers(0, 2**62), st.data())
def test_vmstat_cut_anywhere_is_right_or_unknown(refaults, faults, kills, data):
    lines = b"workingset_refault_anon 0\nworkingset_refault_file %d\npgmajfault %d\noom_kill %d\n"
    text = lines % (refaults, faults, kills)
    whole = parse_vmstat(text, [])
    assert whole == Paging(oom_kills_total=kills, major_faults_total=faults, refaults_total=refaults)
    part = parse_vmstat(text[: data.draw(st.integers(0, len(text)))], [])
    assert part.oom_kills_total in (None, kills)
    assert part.major_faults_total in (None, faults)
    assert part.refaults_total in (None, refaults)


@given(st.binary(max_size=300))
def test_any_bytes_leave_gaps_and_no_zero(text):
    gaps = []
    memory, paging = parse_meminfo(text, gaps), parse_vmstat(text, gaps)
    assert memory.used_bytes is None
    assert paging.oom_kills_total is None
    assert gaps
