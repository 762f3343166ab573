"""The sweep: a reading, an end, or unknown; idle processes rest; descriptors are few and given back."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.sampling.index import Entry
from mnemo_cli.sampling.resident import ResidentSweep


def entry(pid: int, started: int = 1) -> Entry:
    return Entry(pid, 1, started, f"p{pid}", 0, pid)


def statm(pages: int) -> str:
    return f"{pages * 2} {pages} 10 1 0 20 0\n"


def open_below(root) -> int:
    names = [f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd")]
    return sum(os.path.realpath(name).startswith(str(root)) for name in names)


@pytest.fixture
def swept(fake_host):
    """A sweep over processes of a faked machine."""
    sweeps = []

    def make(files, *, most_descriptors=8):
        root = fake_host({f"proc/{pid}/statm": text for pid, text in files.items() if text != "absent"})
        sweep = ResidentSweep(root, most_descriptors=most_descriptors)
        sweep.follow([entry(pid) for pid in files])
        sweeps.append(sweep)
        return root, sweep

    yield make
    for sweep in sweeps:
        sweep.close()


def pages(sweep):
    return {pid: process.pages for pid, process in sweep.tracked.items()}


def test_a_good_process_is_read_at_every_sweep_while_it_changes(swept):
    root, sweep = swept({7: statm(100)})
    assert sweep.sweep(0.0) == []
    assert pages(sweep) == {7: 100}
    (root / "proc/7/statm").write_text(statm(200))
    sweep.sweep(0.1)
    assert pages(sweep) == {7: 200}


def test_an_absent_process_has_ended(swept):
    _, sweep = swept({7: statm(100), 8: "absent"})
    assert sweep.sweep(0.0) == [8]
    assert pages(sweep) == {7: 100}


@pytest.mark.parametrize(
    "damaged", [None, "", "\n", "200", "a b c\n", "200 -5 1\n", "200 1_0 1\n", b"\xff\x00", "200 10"]
)
def test_an_unreadable_or_damaged_first_reading_is_unknown_and_not_zero(swept, damaged):
    _, sweep = swept({7: damaged})
    assert sweep.sweep(0.0) == []
    assert pages(sweep) == {7: None}


def test_a_damaged_later_reading_keeps_the_last_one(swept):
    root, sweep = swept({7: statm(100)})
    sweep.sweep(0.0)
    (root / "proc/7/statm").write_text("x\n")
    assert sweep.sweep(0.1, whole=True) == []
    assert pages(sweep) == {7: 100}


@given(st.binary(max_size=40))
def test_any_bytes_are_a_size_or_unknown(tmp_path_factory, text):
    root = tmp_path_factory.mktemp("host")
    (root / "proc/7").mkdir(parents=True)
    (root / "proc/7/statm").write_bytes(text)
    # Looked at where the size is 0: it lives.
    (root / "proc/7/stat").write_text("7 (p7) S 1\n")
    sweep = ResidentSweep(root, most_descriptors=1)
    sweep.follow([entry(7)])
    assert sweep.sweep(0.0) == []
    number = sweep.tracked[7].pages
    sweep.close()
    assert number is None or (number >= 0 and text.split()[1].isdigit())


def test_an_idle_process_is_read_more_and_more_rarely_but_within_eight_seconds(swept):
    root, sweep = swept({7: statm(100)})
    for clock in (0.0, 0.1, 0.7, 1.8, 4.0, 8.5):
        sweep.sweep(clock)
    (root / "proc/7/statm").write_text(statm(999))
    sweep.sweep(9.0)
    assert pages(sweep) == {7: 100}
    sweep.sweep(16.6)
    assert pages(sweep) == {7: 999}
    (root / "proc/7/statm").write_text(statm(1000))
    sweep.sweep(16.7)
    assert pages(sweep) == {7: 1000}


def test_a_whole_sweep_reads_those_at_rest_too(swept):
    root, sweep = swept({7: statm(100)})
    for clock in (0.0, 0.1, 0.7, 1.8, 4.0, 8.5):
        sweep.sweep(clock)
    (root / "proc/7/statm").write_text(statm(999))
    sweep.sweep(8.6, whole=True)
    assert pages(sweep) == {7: 999}


@pytest.mark.parametrize("most", [0, 1, 3])
def test_no_more_descriptors_are_kept_than_allowed_and_every_process_is_read(swept, most):
    root, sweep = swept({pid: statm(pid) for pid in range(100, 110)}, most_descriptors=most)
    for clock in (0.0, 1.0, 2.0):
        sweep.sweep(clock, whole=True)
        assert open_below(root) == most
    assert pages(sweep) == {pid: pid for pid in range(100, 110)}
    sweep.close()
    assert open_below(root) == 0


def test_processes_at_rest_give_their_descriptors_to_busy_ones(swept):
    root, sweep = swept({7: statm(100)}, most_descriptors=1)
    for clock in (0.0, 0.1, 0.7, 1.8, 4.0, 8.5):
        sweep.sweep(clock)
    assert sweep.tracked[7].descriptor >= 0
    (root / "proc/8").mkdir()
    (root / "proc/8/statm").write_text(statm(5))
    sweep.follow([sweep.tracked[7].entry, entry(8)])
    sweep.sweep(8.6)
    assert sweep.tracked[7].descriptor < 0 <= sweep.tracked[8].descriptor
    assert open_below(root) == 1


def test_following_keeps_those_that_stay_and_lets_go_of_the_others(swept):
    root, sweep = swept({7: statm(100), 8: statm(200)})
    sweep.sweep(0.0)
    sweep.follow([sweep.tracked[8].entry])
    assert pages(sweep) == {8: 200}
    assert open_below(root) == 1


def test_another_process_of_the_same_pid_starts_from_nothing(swept):
    root, sweep = swept({7: statm(100)})
    sweep.sweep(0.0)
    (root / "proc/7/statm").rename(root / "old")
    (root / "proc/7/statm").write_text(statm(3))
    sweep.follow([entry(7, started=2)])
    assert pages(sweep) == {7: None}
    sweep.sweep(0.1)
    assert pages(sweep) == {7: 3}
