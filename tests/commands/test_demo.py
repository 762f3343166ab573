"""`mnemo orchestrate demo`: every step of the ladder in order, the drain, and exit code 75."""

import re
import signal
import subprocess
import sys
from itertools import pairwise

import pytest

from tests.shared_memory import shared_memory_is_left_as_it_was  # noqa: F401 (a fixture)

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="fills memory and reads it with Linux's means"),
    pytest.mark.usefixtures("shared_memory_is_left_as_it_was"),
]
_DEMO = ("orchestrate", "demo", "--simulated", "--limit", "160Mi")


@pytest.fixture(autouse=True)
def a_temporary_folder_of_its_own(tmp_path, monkeypatch):
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    yield
    assert list((tmp_path / "tmp").iterdir()) == []


def test_every_step_is_seen_in_order_and_the_drain_ends_it_with_75(run):
    done = run(*_DEMO, "--duration", "6s")
    assert done.returncode == 75, done.stderr
    steps = re.findall(r"notify: (?:back to )?step (\w+)", done.stdout)
    assert steps == ["moderate", "high", "moderate", "high", "critical", "emergency"]
    actions = re.findall(r"mark: (\w+): ", done.stdout)
    assert {"evict", "throttle", "defer", "freeze"} < set(actions[: actions.index("drain")])
    assert [action for action, after in pairwise([*actions[actions.index("drain") :], ""]) if action != after][-4:] == [
        "drain", "save", "close", "terminate",
    ]  # fmt: skip
    assert "the 1 still in flight are waited for no longer" in done.stdout
    assert re.search(r"drained after 6s: \d+ items were done, \d+ are saved for the next run", done.stderr)


def test_a_limit_that_the_interpreter_alone_fills_is_refused(run):
    done = run("orchestrate", "demo", "--simulated", "--limit", "16Mi")
    assert (done.returncode, done.stdout) == (2, "")
    assert "are used before the load begins; give a higher --limit" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--duration", "0s"), "--duration: write a time from 1s to 600s"),
        (("--duration", "soon"), "--duration: "),
        (("--limit", "2Gi"), "--limit: write a size of 1Gi at most"),
        (("--limit", "0"), "--limit: write a size of 1Gi at most"),
        (("--limit", "much"), "--limit: "),
    ],
)
def test_a_wrong_option_is_told(run, words, said):
    done = run("orchestrate", "demo", *words)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


def test_an_interrupt_ends_it_early(tmp_path):
    words = [sys.executable, "-m", "mnemo_cli", *_DEMO, "--duration", "60s"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "the demo was ended early" in said
