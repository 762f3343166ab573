"""Which processes a sample describes, in full or in short, and that what is dear is read a little at a time."""

import os

import pytest

from mnemo_cli.sampling import describing
from mnemo_cli.sampling.asked import LARGEST, NOBODY, Asked, PssMode
from mnemo_cli.sampling.population import Population
from mnemo_cli.sampling.target import TargetChoice

PAGE = os.sysconf("SC_PAGE_SIZE")
HOST = TargetChoice(kind="host")


def process(pid: int, *, pages: object = None, pss_kib: int | None = 4) -> dict[str, str]:
    tail = f"S 1 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 {pid} 1000 10 0\n"
    size = 1000 - pid if pages is None else pages
    files = {
        "stat": f"{pid} (n{pid}) {tail}", "statm": f"9 {size} 1 1 0 1 0\n", "comm": f"n{pid}\n",
        "cmdline": f"run\0{pid}\0", "cgroup": f"0::/g{pid}\n", "status": f"VmSwap: {pid} kB\nThreads: 3\n",
    }  # fmt: skip
    if pss_kib is not None:
        sizes = {"Rss": 8, "Pss": pss_kib, "Private_Clean": 0, "Private_Dirty": 1, "Swap": pid}
        files["smaps_rollup"] = "".join(f"{key}: {kib} kB\n" for key, kib in sizes.items())
    return {f"proc/{pid}/{file}": text for file, text in files.items()}


@pytest.fixture
def sampled(fake_host):
    """`sampled(count, **changed)` → a function from what is asked, and when, to the processes by pid, and the gaps."""
    made = []

    def make(count, **options):
        files = {"proc/self/mountinfo": "", "proc/loadavg": "0 0 0 1/1 1\n"}
        for pid in range(1, count + 1):
            files |= process(pid, **options)
        root = fake_host(files)
        population = Population(HOST, root, directory=None, most_descriptors=4)
        made.append(population)

        def ask(asked, clock_seconds=0.0):
            gaps = []
            population.refresh(gaps, clock_seconds)
            found = population.describe(asked, gaps, clock_seconds)
            assert len({one.pid for one in found}) == len(found), "each once"
            return {one.pid: one for one in found}, gaps

        ask.population, ask.root = population, root
        return ask

    yield make
    for population in made:
        population.close()


@pytest.fixture
def few_at_once(monkeypatch):
    monkeypatch.setattr(describing, "_LABELS_AT_ONCE", 4)
    monkeypatch.setattr(describing, "_DETAILS_AT_ONCE", 2)
    monkeypatch.setattr(describing, "_AGAIN_AT_ONCE", 2)
    monkeypatch.setattr(describing, "_PSS_AT_ONCE", 3)


def test_nobody_is_described_where_nobody_is_asked_for(sampled):
    assert not NOBODY.anyone and LARGEST.anyone and Asked(rows=0, everyone=True).anyone
    assert Asked(rows=0, pids={1}).anyone
    assert sampled(3)(NOBODY) == ({}, [])


def test_the_largest_and_those_that_are_named_are_described_in_full(sampled):
    found, gaps = sampled(9)(Asked(rows=2, pids={7, 999}))
    assert set(found) == {1, 2, 7}
    assert {(one.pss_bytes, one.threads, one.command) for one in found.values()} == {
        (4096, 3, f"run {pid}") for pid in (1, 2, 7)
    }
    assert not gaps


def test_everyone_is_there_at_once_with_name_user_and_rss(sampled, few_at_once):
    found, gaps = sampled(9)(Asked(rows=1, everyone=True))
    assert set(found) == set(range(1, 10))
    assert all(one.name == f"n{one.pid}" and one.uid is not None for one in found.values())
    assert {pid: one.rss_bytes for pid, one in found.items()} == {pid: (1000 - pid) * PAGE for pid in range(1, 10)}
    assert sum(one.command is not None for one in found.values()) == 1 + 4
    assert {gap.field for gap in gaps} == {"processes.pss_bytes", "processes"}


def test_commands_and_groups_come_first_and_then_the_rest_some_at_a_time(sampled, few_at_once):
    ask, everyone = sampled(9), Asked(rows=1, everyone=True)
    commands, threads = [], []
    for second in range(8):
        found, _ = ask(everyone, float(second) / 10)
        commands.append(sum(one.command == f"run {one.pid}" and one.cgroup == f"/g{one.pid}" for one in found.values()))
        threads.append(sum(one.threads == 3 and one.swap_bytes == one.pid * 1024 for one in found.values()))
    assert commands == [5, 9, 9, 9, 9, 9, 9, 9]
    assert threads == [1, 1, 3, 5, 7, 9, 9, 9]
    assert sum(one.pss_bytes is not None for one in found.values()) == 1, "PSS is for the rows that are shown"


def test_where_a_process_begins_before_each_sample_the_details_of_the_others_come_nevertheless(
    sampled, few_at_once, fake_host
):
    ask, everyone = sampled(6), Asked(rows=0, everyone=True, pss=PssMode.ALL)
    known = []
    for second in range(5):
        fake_host(process(100 + second) | {"proc/loadavg": f"0 0 0 1/1 {100 + second}\n"})
        found, _ = ask(everyone, second / 10)
        known.append(sum(one.threads == 3 and one.pss_bytes == 4096 for one in found.values()))
    assert len(found) == 11
    assert known == [0, 0, 3, 6, 9]


def test_what_was_read_longest_ago_is_read_first(sampled, few_at_once):
    ask, everyone = sampled(5), Asked(rows=0, everyone=True)
    for second in range(5):
        ask(everyone, float(second))
    for pid in range(1, 6):
        (ask.root / f"proc/{pid}/status").write_text("VmSwap: 0 kB\nThreads: 8\n")
    changed = []
    for second in (5.9, 6.0, 7.0, 8.0):
        found, _ = ask(everyone, second)
        changed.append(sum(one.threads == 8 for one in found.values()))
    assert changed == [0, 2, 4, 5]


def test_a_row_that_leaves_the_screen_keeps_its_details_and_its_pss_no_longer_than_it_is_fresh(sampled):
    ask = sampled(5)
    ask(Asked(rows=0, everyone=True, pids={4}), 0.0)
    found, _ = ask(Asked(rows=0, everyone=True), 1.0)
    assert (found[4].pss_bytes, found[4].threads) == (4096, 3)
    found, gaps = ask(Asked(rows=0, everyone=True), 60.0)
    assert (found[4].pss_bytes, found[4].uss_bytes, found[4].threads) == (None, None, 3)
    assert ("processes.pss_bytes", "PSS was not read for 5 others") in {(gap.field, gap.reason) for gap in gaps}


def test_without_pss_none_is_read_and_it_is_not_called_denied(sampled):
    ask = sampled(3)
    found, gaps = ask(Asked(rows=3, pss=PssMode.OFF))
    assert [(one.pss_bytes, one.uss_bytes, one.swap_bytes) for one in found.values()] == [
        (None, None, pid * 1024) for pid in (1, 2, 3)
    ]
    assert [(gap.field, gap.reason) for gap in gaps] == [("processes.pss_bytes", "PSS was not asked for")]
    assert ask.population.pss_seconds == 0.0
    found, _ = ask(Asked(rows=3), 0.1)
    assert {one.pss_bytes for one in found.values()} == {4096}, "asked for again, it is there at once"
    assert ask.population.pss_seconds > 0.0


def test_the_pss_of_all_comes_some_at_a_time_and_stays(sampled, few_at_once):
    ask, everyone = sampled(9), Asked(rows=0, everyone=True, pss=PssMode.ALL)
    known = []
    for second in range(7):
        found, _ = ask(everyone, second * 20.0)
        known.append(sum(one.pss_bytes == 4096 for one in found.values()))
    assert known == [0, 0, 3, 6, 9, 9, 9]


def test_the_pss_of_all_stops_for_this_sample_when_it_takes_too_long(sampled, monkeypatch):
    monkeypatch.setattr(describing, "_PSS_SECONDS", -1.0)
    ask, everyone = sampled(9), Asked(rows=0, everyone=True, pss=PssMode.ALL)
    ask(everyone)
    found, _ = ask(everyone, 0.1)
    assert sum(one.pss_bytes is not None for one in found.values()) == 1


def test_a_process_that_ended_is_forgotten(sampled):
    ask, everyone = sampled(5), Asked(rows=1, everyone=True)
    ask(everyone)
    (ask.root / "proc/3").rename(ask.root / "gone")
    (ask.root / "proc/loadavg").write_text("0 0 0 1/1 9\n")
    found, _ = ask(everyone, 1.0)
    assert set(found) == {1, 2, 4, 5}
    assert ask.population._details.known(3, 3) is None


def test_a_size_that_cannot_be_read_is_unknown_and_said(sampled):
    found, gaps = sampled(2, pages="many")(Asked(rows=1, everyone=True))
    assert [one.rss_bytes for one in found.values()] == [None, None]
    reasons = [gap.reason for gap in gaps if gap.field == "processes.rss_bytes"]
    assert reasons == ["RSS cannot be read for 1 of the rows", "RSS cannot be read for 1 others"]


def test_a_thread_of_the_kernel_lacks_nothing(sampled):
    _, gaps = sampled(3, pages=0, pss_kib=None)(Asked(rows=1, everyone=True))
    assert not gaps
