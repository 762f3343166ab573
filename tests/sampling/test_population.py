"""What the processes of a target use together, with every unknown told; and who hides the others."""

import os

import pytest

from mnemo_cli.sampling.asked import Asked
from mnemo_cli.sampling.population import Population, hides_other_users
from mnemo_cli.sampling.target import TargetChoice

PAGE = os.sysconf("SC_PAGE_SIZE")
TREE = TargetChoice(kind="process", pid=7)


def process(pid: int, ppid: int, *, pages: object = 100, pss_kib: int | None = None, name: str = "x") -> dict[str, str]:
    tail = f"S {ppid} 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 {pid} 1000 10 0\n"
    files = {"stat": f"{pid} ({name}) {tail}", "statm": f"9 {pages} 1 1 0 1 0\n", "comm": f"{name}\n"}
    if pss_kib is not None:
        sizes = {"Rss": 100 * PAGE // 1024, "Pss": pss_kib, "Private_Clean": 0, "Private_Dirty": 1, "Swap": 0}
        files["smaps_rollup"] = "".join(f"{key}: {kib} kB\n" for key, kib in sizes.items())
    return {f"proc/{pid}/{file}": text for file, text in files.items()}


def host(*processes: dict[str, str], last_pid: int = 1) -> dict[str, str]:
    files = {"proc/self/mountinfo": "", "proc/loadavg": f"0 0 0 1/1 {last_pid}\n"}
    for files_of_one in processes:
        files |= files_of_one
    return files


@pytest.fixture
def population_of(fake_host):
    made = []

    def make(files, choice=TREE):
        root = fake_host(files)
        made.append(Population(choice, root, directory=None, most_descriptors=4))
        return root, made[-1]

    yield make
    for population in made:
        population.close()


def test_a_tree_uses_the_sum_of_pss(population_of):
    _, population = population_of(
        host(process(7, 1, pss_kib=300), process(8, 7, pss_kib=200), process(9, 1, pss_kib=999))
    )
    gaps = []
    population.refresh(gaps, 0.0)
    target = population.use(gaps, 0.0)
    assert (target.used_bytes, target.used_is_rss, target.processes) == (500 * 1024, False, 2)
    assert not gaps


def test_growth_since_the_last_pss_is_taken_from_rss(population_of):
    root, population = population_of(host(process(7, 1, pss_kib=300)))
    population.refresh([], 0.0)
    population.use([], 0.0)
    (root / "proc/7/statm").write_text("9 150 1 1 0 1 0\n")
    population.refresh([], 0.1)
    assert population.use([], 0.1).used_bytes == 300 * 1024 + 50 * PAGE


def test_rss_stands_in_where_pss_is_denied_and_that_is_said(population_of):
    _, population = population_of(host(process(7, 1, pss_kib=300), process(8, 7)))
    gaps = []
    population.refresh(gaps, 0.0)
    target = population.use(gaps, 0.0)
    assert (target.used_bytes, target.used_is_rss) == (300 * 1024 + 100 * PAGE, True)
    assert [(gap.field, gap.reason) for gap in gaps] == [("target.used_bytes", "PSS is denied for 1 processes")]


def test_a_member_of_unknown_size_makes_the_sum_unknown_and_not_smaller(population_of):
    _, population = population_of(host(process(7, 1, pss_kib=300), process(8, 7, pages="many")))
    gaps = []
    population.refresh(gaps, 0.0)
    assert population.use(gaps, 0.0).used_bytes is None
    assert "target.used_bytes" in {gap.field for gap in gaps}


def test_a_kernel_thread_without_memory_is_no_denied_one(population_of):
    _, population = population_of(host(process(7, 1, pages=0)))
    gaps = []
    population.refresh(gaps, 0.0)
    target = population.use(gaps, 0.0)
    assert (target.used_bytes, target.used_is_rss, gaps) == (0, False, [])
    assert population.describe(Asked(rows=5), gaps, 0.0)[0].rss_bytes == 0
    assert not gaps


def test_the_largest_are_sorted_by_pss_or_by_rss_where_it_is_denied(population_of):
    with_pss = [process(7, 1, pss_kib=50), process(9, 1, pss_kib=300)]
    files = host(*with_pss, process(8, 1, pages=20), process(10, 1, pages=1))
    _, population = population_of(files, TargetChoice(kind="host"))
    gaps = []
    population.refresh(gaps, 0.0)
    largest = population.describe(Asked(rows=3), gaps, 0.0)
    weights = {7: 50 * 1024, 8: 20 * PAGE, 9: 300 * 1024}
    assert [row.pid for row in largest] == sorted(weights, key=lambda pid: weights[pid], reverse=True)
    assert [gap.field for gap in gaps] == ["processes.pss_bytes"]


def test_a_row_of_unknown_size_says_so(population_of):
    _, population = population_of(host(process(7, 1, pages="many")))
    gaps = []
    population.refresh(gaps, 0.0)
    (row,) = population.describe(Asked(rows=5), gaps, 0.0)
    assert (row.rss_bytes, row.pss_bytes) == (None, None)
    assert {gap.field for gap in gaps} == {"processes.rss_bytes", "processes.pss_bytes"}


def test_the_details_of_a_trees_dead_members_are_forgotten(population_of):
    """A build starts thousands of processes: what is remembered must follow those that live."""
    children = [process(pid, 7, pss_kib=1) for pid in range(100, 140)]
    root, population = population_of(host(process(7, 1, pss_kib=300), *children))
    population.refresh([], 0.0)
    population.use([], 0.0)
    for pid in range(100, 140):
        (root / f"proc/{pid}").rename(root / f"gone-{pid}")
    (root / "proc/loadavg").write_text("0 0 0 1/1 999\n")
    population.refresh([], 1.0)
    population.use([], 1.0)
    assert population.pids == [7]
    assert len(population._details._known) == 1


def test_a_process_that_ends_between_two_samples_is_simply_gone(population_of):
    root, population = population_of(host(process(7, 1, pss_kib=300), process(8, 7, pss_kib=200)))
    population.refresh([], 0.0)
    (root / "proc/8").rename(root / "gone")
    (root / "proc/loadavg").write_text("0 0 0 1/1 9\n")
    gaps = []
    population.refresh(gaps, 1.0)
    target = population.use(gaps, 1.0, fresh=True)
    assert (target.used_bytes, target.processes, gaps) == (300 * 1024, 1, [])


PROC = "22 27 0:21 / /proc rw,relatime shared:5 - proc proc rw"


@pytest.mark.parametrize(
    ("mountinfo", "hides"),
    [
        (f"{PROC}\n", False),
        (f"{PROC},hidepid=0\n", False),
        (f"{PROC},hidepid=off\n", False),
        (f"{PROC},hidepid=1\n", True),
        (f"{PROC},gid=27,hidepid=invisible\n", True),
        (f"{PROC},hidepid=2,gid=27\n", True),
        (f"{PROC},hidepid=2\n".replace(" /proc ", " /jail/proc "), False),
        (f"{PROC},hidepid=2\n".replace("- proc", "- tmpfs"), False),
        ("\x00 nonsense hidepid=2\n - proc \n", False),
        ("", False),
        (None, False),
        ("absent", False),
    ],
)
def test_hidepid_is_seen_in_the_mounts_of_proc(fake_host, mountinfo, hides):
    root = fake_host({} if mountinfo == "absent" else {"proc/self/mountinfo": mountinfo})
    assert hides_other_users(root) is hides


def test_the_processes_that_hidepid_hides_are_a_gap(population_of):
    _, population = population_of(host(process(7, 1, pss_kib=1)) | {"proc/self/mountinfo": f"{PROC},hidepid=2\n"})
    gaps = []
    population.refresh(gaps, 0.0)
    assert [gap.field for gap in gaps] == ["processes"]
