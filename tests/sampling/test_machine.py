"""One machine as a Sample: scopes, budgets, rows that were not asked for, and our own cost."""

import os
from pathlib import Path

import pytest

from mnemo_cli.errors import TargetError
from mnemo_cli.model import Sample
from mnemo_cli.sampling.asked import NOBODY, Asked, PssMode
from mnemo_cli.sampling.machine import Machine
from mnemo_cli.sampling.own import read_own_cost
from mnemo_cli.sampling.target import TargetChoice

MOUNT = "35 24 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"
PAGE = os.sysconf("SC_PAGE_SIZE")
PAGES = 1000


def statm(pages: int) -> str:
    return f"{pages} {pages} 1 1 0 1 0\n"


def rollup(pss_kib: int, pages: int = PAGES) -> str:
    sizes = {"Rss": pages * PAGE // 1024, "Pss": pss_kib, "Private_Clean": 0, "Private_Dirty": 1, "Swap": 0}
    return "".join(f"{key}: {kib} kB\n" for key, kib in sizes.items())


def host(group: str = "/") -> dict[str, str]:
    return {
        "proc/meminfo": "MemTotal: 8000 kB\nMemAvailable: 6000 kB\n",
        "proc/loadavg": "0 0 0 1/1 7\n",
        "proc/self/mountinfo": MOUNT,
        "proc/self/cgroup": f"0::{group}\n",
        "proc/7/stat": "7 (app) S 1 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 99 1000 10 0\n",
        "proc/7/statm": statm(PAGES),
        "proc/7/smaps_rollup": rollup(500),
        "proc/7/cgroup": "0::/\n",
    }


@pytest.fixture
def machine_of(fake_host):
    made = []

    def make(files, choice, **options):
        root = fake_host(files)
        made.append(Machine(choice, root=root, most_descriptors=4, **options))
        return root, made[-1]

    yield make
    for machine in made:
        machine.close()


def sample(machine: Machine, clock_seconds: float = 0.0) -> Sample:
    return machine.sample(time_seconds=1.5, clock_seconds=clock_seconds)


def glance(machine: Machine, clock_seconds: float) -> Sample:
    return machine.glance(time_seconds=1.5, clock_seconds=clock_seconds)


@pytest.mark.parametrize(
    ("choice", "group", "kind", "name"),
    [
        (TargetChoice(), "/", "host", "host"),
        (TargetChoice(), "/app", "cgroup", "/app"),
        (TargetChoice(kind="host"), "/app", "host", "host"),
        (TargetChoice(kind="process", pid=7), "/", "process", "pid 7"),
        (TargetChoice(kind="name", pattern="^app$"), "/", "name", "^app$"),
        (TargetChoice(kind="command", pid=7, pattern="app --run"), "/", "command", "app --run"),
        (TargetChoice(kind="cgroup", path="/app"), "/", "cgroup", "/app"),
    ],
)
def test_the_scope_says_what_is_watched(machine_of, choice, group, kind, name):
    app = {f"sys/fs/cgroup/app/memory.{file}": "4096\n" for file in ("max", "current")}
    _, machine = machine_of(host(group) | app, choice)
    seen = sample(machine)
    assert (seen.scope.kind, seen.scope.name, seen.scope.pid) == (kind, name, choice.pid)
    assert (seen.time_seconds, seen.clock_seconds) == (1.5, 0.0)


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (TargetChoice(kind="process", pid=8), "there is no process 8"),
        (TargetChoice(kind="name", pattern="^nobody$"), "no process has a name that matches"),
        (TargetChoice(kind="name", pattern="("), "is not a regular expression"),
        (TargetChoice(kind="cgroup", path="/gone"), "no memory control group /gone"),
    ],
)
def test_a_target_that_is_not_there_is_an_error_at_the_start(machine_of, choice, words):
    with pytest.raises(TargetError, match=words):
        machine_of(host(), choice)


def test_processes_that_were_not_asked_for_are_not_counted_as_none_there(machine_of):
    _, machine = machine_of(host(), TargetChoice(kind="host"), asked=NOBODY)
    seen = sample(machine)
    assert (seen.processes, seen.process_count) == ((), None)
    assert "target.processes" in {gap.field for gap in seen.gaps}
    assert seen.target is not None
    assert seen.target.used_bytes == 2000 * 1024


def test_processes_are_counted_without_rows_where_a_rule_asks_how_many(machine_of):
    root, machine = machine_of(host(), TargetChoice(kind="host"), asked=Asked(rows=0, counted=True))
    seen = sample(machine)
    assert seen.target is not None
    assert (seen.processes, seen.process_count, seen.target.processes) == ((), 1, 1)
    assert "target.processes" not in {gap.field for gap in seen.gaps}
    # Nothing is read of them but who they are.
    (root / "proc/7/statm").unlink()
    assert sample(machine).process_count == 1


def test_a_count_of_what_may_be_hidden_says_so(machine_of):
    files = host() | {"proc/self/mountinfo": MOUNT + "36 24 0:31 / /proc rw - proc proc rw,hidepid=2\n"}
    _, machine = machine_of(files, TargetChoice(kind="host"), asked=Asked(rows=0, counted=True))
    assert "processes" in {gap.field for gap in sample(machine).gaps}


@pytest.mark.parametrize("rows", [0, 5])
@pytest.mark.parametrize(
    ("choice", "pids"),
    [(TargetChoice(kind="host"), {7, 8}), (TargetChoice(kind="process", pid=7), {7}),
     (TargetChoice(kind="cgroup", path="/app"), {8})],
)  # fmt: skip
def test_the_processes_in_scope_are_known_even_where_no_rows_were_asked_for(machine_of, choice, pids, rows):
    group = {"memory.max": "4096\n", "memory.current": "1\n", "cgroup.procs": "8\n"}
    second = {f"proc/8/{name.rpartition('/')[2]}": text for name, text in host().items() if name.startswith("proc/7/")}
    second["proc/8/stat"] = second["proc/8/stat"].replace("7 (app)", "8 (other)")
    files = host() | second | {f"sys/fs/cgroup/app/{name}": text for name, text in group.items()}
    _, machine = machine_of(files, choice, asked=Asked(rows=rows))
    sample(machine)
    assert set(machine.pids) == pids
    # Rows that are asked for later miss nobody: to be asked for pids has not used the news up.
    machine.asked = Asked(rows=5)
    assert {process.pid for process in sample(machine).processes} == pids


def test_a_sample_says_what_pss_has_cost_since_the_one_before(machine_of):
    _, machine = machine_of(host(), TargetChoice(kind="host"))
    first, second = sample(machine), sample(machine, 0.1)
    assert first.pss_seconds is not None and first.pss_seconds > 0
    assert second.pss_seconds == 0, "nothing was due"
    machine.asked = Asked(pss=PssMode.OFF)
    assert sample(machine, 60.0).pss_seconds == 0
    machine.asked = Asked(rows=0, pids={7})
    later = sample(machine, 61.0)
    assert later.pss_seconds is not None and later.pss_seconds > 0
    assert [process.pid for process in later.processes] == [7]


def test_the_use_of_a_tree_is_the_sum_of_its_pss_in_every_mode(machine_of):
    _, machine = machine_of(host(), TargetChoice(kind="process", pid=7), asked=Asked(pss=PssMode.OFF))
    seen = sample(machine)
    assert seen.target is not None
    assert (seen.target.used_bytes, seen.target.used_is_rss) == (500 * 1024, False)


def budget_of(seen: Sample) -> tuple[int | None, object]:
    assert seen.limits[0].source.kind == "budget"
    return seen.limits[0].used_bytes, seen.limits[0].limit_bytes


def test_a_budget_is_the_first_limit_and_holds_what_the_tree_uses(machine_of):
    budget_bytes = 4 * PAGES * PAGE
    _, machine = machine_of(host(), TargetChoice(kind="process", pid=7, budget_bytes=budget_bytes))
    assert budget_of(sample(machine)) == (500 * 1024, budget_bytes)


def test_between_samples_a_budget_follows_the_growth_of_rss(machine_of):
    budget_bytes = 4 * PAGES * PAGE
    root, machine = machine_of(host(), TargetChoice(kind="process", pid=7, budget_bytes=budget_bytes))
    sample(machine)
    (root / "proc/7/statm").write_text(statm(PAGES + 50))
    (root / "proc/7/smaps_rollup").write_text(rollup(510, PAGES + 50))
    assert budget_of(glance(machine, 0.1)) == (500 * 1024 + 50 * PAGE, budget_bytes)


def test_a_budget_that_seems_nearly_used_is_measured_again(machine_of):
    """RSS counts shared pages several times: it must not be what calls a budget broken."""
    budget_bytes = 2 * PAGES * PAGE
    root, machine = machine_of(host(), TargetChoice(kind="process", pid=7, budget_bytes=budget_bytes))
    sample(machine)
    (root / "proc/7/statm").write_text(statm(3 * PAGES))
    (root / "proc/7/smaps_rollup").write_text(rollup(510, 3 * PAGES))
    assert budget_of(glance(machine, 0.1)) == (510 * 1024, budget_bytes)


def test_a_budget_of_a_tree_of_unknown_size_is_unknown(machine_of):
    files = host() | {"proc/7/statm": "x\n"}
    del files["proc/7/smaps_rollup"]
    _, machine = machine_of(files, TargetChoice(kind="process", pid=7, budget_bytes=4096))
    seen = sample(machine)
    assert budget_of(seen) == (None, 4096)
    assert "target.used_bytes" in {gap.field for gap in seen.gaps}


def test_our_own_cost_is_known_where_proc_is_and_unknown_where_not(fake_host):
    own = read_own_cost(Path("/"))
    assert own.cpu_seconds_total > 0
    assert own.rss_bytes is not None
    assert own.rss_bytes > 1 << 20
    for text in ({}, {"proc/self/statm": "x\n"}):
        assert read_own_cost(fake_host(text)).rss_bytes is None
