"""Requests of one process to another: left in its counters file, read, answered, and never believed blindly."""

import ast
import fcntl
import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.tracker import MemoryTracker, layout
from mnemo_cli.tracker.asking import answer, ask


def asked(host, *pids, request="shrink", ratio=0.25):
    """The tickets, and the reasons why there are none."""
    gaps = []
    return ask(set(pids), request, ratio, gaps=gaps, root=host.root), [gap.reason for gap in gaps]


def heard(program, *words):
    return ast.literal_eval(program.ask(*words or ("what",)))


@pytest.fixture
def program(host):
    started = host.start("obeys.py")
    started.path = started.line()
    return started


def test_a_request_is_read_by_its_program_and_the_answer_by_who_asked(host, program):
    (ticket,), gaps = asked(host, program.pid)
    assert (ticket.pid, ticket.request, ticket.number, gaps) == (program.pid, "shrink", 1, [])
    assert answer(ticket) is None
    assert heard(program) == [("shrink", 1, 0.25)]
    assert heard(program, "answer", layout.DONE) == []
    assert answer(ticket) == "done"


@pytest.mark.parametrize(
    ("code", "word"), [(1, "done"), (2, "nothing"), (3, "refused"), (4, "failed"), (0, None), (99, None)]
)
def test_every_answer_has_its_word(host, program, code, word):
    (ticket,), _ = asked(host, program.pid, request="restart", ratio=1.0)
    heard(program, "answer", code)
    assert answer(ticket) == word


def test_requests_of_each_kind_stand_side_by_side_and_the_latest_of_a_kind_counts(host, program):
    for request, ratio in (("shrink", 0.25), ("throttle", 1.0), ("shrink", 0.5), ("restart", 1.0)):
        asked(host, program.pid, request=request, ratio=ratio)
    assert heard(program) == [("shrink", 2, 0.5), ("throttle", 1, 1.0), ("restart", 1, 1.0)]


def test_an_answer_to_a_later_request_answers_the_earlier_one_too(host, program):
    (first,), _ = asked(host, program.pid)
    (second,), _ = asked(host, program.pid)
    heard(program, "answer", layout.NOTHING)
    assert (answer(first), answer(second)) == ("nothing", "nothing")


def test_the_words_are_where_the_table_says(host, program):
    asked(host, program.pid, request="throttle", ratio=0.75)
    heard(program, "answer", layout.FAILED)
    content = Path(program.path).read_bytes()
    assert struct.unpack_from("=12q", content, 64 * 8) == (0, 0, 0, 0, 1, 750_000, 1, 4, 0, 0, 0, 0)


def test_every_file_of_a_process_is_asked_and_other_processes_are_not(host):
    many, other = host.start("obeys.py", 3), host.start("obeys.py")
    many.line(), other.line()
    tickets, _ = asked(host, many.pid)
    assert len(tickets) == 3
    assert heard(many) == [("shrink", 1, 0.25)] * 3 and heard(other) == []


def test_a_forked_child_begins_without_requests(host, program):
    asked(host, program.pid)
    assert heard(program, "fork") == []


def test_a_process_that_keeps_no_counters_or_is_gone_gets_no_ticket(host, program):
    assert asked(host, os.getpid()) == ((), [])
    program.kill()
    assert asked(host, program.pid) == ((), [])


def test_where_nobody_publishes_there_is_nobody_to_ask(tmp_path):
    gaps = []
    (tmp_path / "proc").symlink_to("/proc")
    assert ask({os.getpid()}, "shrink", gaps=gaps, root=tmp_path) == () and gaps == []


def test_a_file_that_cannot_be_asked_in_is_a_gap_with_the_reason(host, program):
    (host.folder / "1-2-3").symlink_to(program.path)
    assert asked(host, os.getpid()) == ((), ["it is a link, and is not followed"])


def test_who_asks_waits_for_another_one_and_gives_up_on_one_that_never_ends(host, program):
    with open(program.path, "rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert asked(host, program.pid) == ((), ["another process is asking, and does not finish"])
    assert len(asked(host, program.pid)[0]) == 1


def test_the_answer_of_a_file_that_is_gone_or_anothers_is_none(host, program):
    (ticket,), _ = asked(host, program.pid)
    heard(program, "answer", layout.DONE)
    assert answer(ticket._replace(header=ticket.header._replace(made_seconds=1.0))) is None
    program.kill()
    os.unlink(program.path)
    assert answer(ticket) is None
    assert answer(ticket._replace(root=str(host.root / "nowhere"))) is None


@pytest.mark.parametrize("ratio", [-0.1, 1.1, float("nan")])
def test_an_argument_that_is_no_share_is_refused(host, ratio):
    with pytest.raises(ValueError, match="a share from 0 to 1"):
        asked(host, 1, ratio=ratio)


def test_many_who_ask_at_once_all_get_a_number_of_their_own(host, program):
    code = f"""
from pathlib import Path
from mnemo_cli.tracker.asking import ask
root = Path({str(host.root)!r})
print(*(ask({{{program.pid}}}, "shrink", 0.5, gaps=[], root=root)[0].number for _ in range(50)))
"""
    askers = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(4)]
    said = [asker.communicate(timeout=60)[0].split() for asker in askers]
    assert sorted(int(number) for numbers in said for number in numbers) == list(range(1, 201))
    assert heard(program) == [("shrink", 200, 0.5)]


WORD = st.integers(-(1 << 63), (1 << 63) - 1)


@given(st.lists(st.tuples(WORD, WORD, WORD, WORD), min_size=3, max_size=3))
def test_whatever_stands_in_the_request_area_is_a_share_or_is_refused(rows):
    """The area may hold anything: a program of another language, or a broken one, has written it."""
    with MemoryTracker("any") as tracker:
        words = tracker._words
        for slot, row in enumerate(rows):
            first = layout.REQUESTS_AT + slot * layout.REQUEST_WORDS
            words[first : first + 4] = memoryview(struct.pack("=4q", *row)).cast("q")
        requests = tracker.requests()
        was_pending = requests.are_pending()
        pending = list(requests.pending())
        assert was_pending == any(number != acknowledged for number, _, acknowledged, _ in rows)
        for request in pending:
            assert 0 <= request.ratio <= 1
            requests.answer(request, layout.DONE)
        assert not requests.are_pending() and not list(requests.pending())


def test_a_damaged_number_is_mended_by_the_next_request(host, program):
    with open(program.path, "r+b") as file:
        file.seek(64 * 8)
        file.write(struct.pack("=4q", -5, 0, 7, 0))
    (ticket,), _ = asked(host, program.pid)
    assert ticket.number == 8 and heard(program) == [("shrink", 8, 0.25)]


def test_a_program_that_asks_nobody_and_obeys_nobody_loads_nothing_of_it(host):
    code = "import sys; from mnemo_cli.tracker import MemoryTracker; MemoryTracker('a'); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60).stdout.split()
    assert "mnemo_cli.tracker.memory" in loaded
    assert not {"mnemo_cli.tracker.requests", "mnemo_cli.tracker.asking"} & set(loaded)
