"""The jobs' caches: who is asked, and who is left alone."""

import subprocess
import sys

import pytest

from mnemo_cli.orchestrate.run.shrinking import ask_jobs_to_shrink
from mnemo_cli.watch.trackers import PublishedTrackers
from tests.shared_memory import shared_memory_is_left_as_it_was  # noqa: F401 (a fixture)

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="counters files in /dev/shm"),
    pytest.mark.usefixtures("shared_memory_is_left_as_it_was"),
]
_PROGRAM = """
import sys
from mnemo_cli.tracker import MemoryTracker
tracker = MemoryTracker("shrinks", published=True)
print("ready", flush=True)
sys.stdin.readline()
print(*[(request.name, request.ratio) for request in tracker.requests().pending()], flush=True)
"""


@pytest.fixture
def program():
    words = [sys.executable, "-c", _PROGRAM]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as started:
        started.stdout.readline()
        yield started
        started.kill()


def trackers_of(pid):
    return PublishedTrackers(in_containers=False)({pid}, [], time_seconds=0.0)


def test_a_program_of_a_job_is_asked_for_this_share(program):
    assert ask_jobs_to_shrink(0.25, trackers_of(program.pid), {program.pid}) == 1
    asked, _ = program.communicate("\n")
    assert asked == "('shrink', 0.25)\n"


def test_a_program_that_is_no_job_of_ours_is_left_alone(program):
    assert ask_jobs_to_shrink(0.25, trackers_of(program.pid), {1}) == 0
    asked, _ = program.communicate("\n")
    assert asked == "\n"


def test_one_that_has_ended_meanwhile_is_passed_over(program):
    trackers = trackers_of(program.pid)
    program.communicate("\n")
    assert ask_jobs_to_shrink(0.25, trackers, {program.pid}) == 0
