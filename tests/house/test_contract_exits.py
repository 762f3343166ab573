"""Each exit code that the manual gives a command is reached: by a line here, or by a test that is named here."""

import contextlib
import os
import re
import signal
import threading
from pathlib import Path

import pytest

from mnemo_cli.app import root_command
from mnemo_cli.errors import EXIT_CODES
from mnemo_cli.output.command_tree import command_tree
from mnemo_cli.output.man.exits import CODES

TESTS = Path(__file__).parents[1]
LEAVES = [command for command in command_tree(root_command()).walk() if not command.commands]
FILES = {
    "plan.toml": '[[job]]\nname = "a"\ncmd = ["true"]\n',
    "failing.toml": '[[job]]\nname = "a"\ncmd = ["false"]\n',
    "broken.tar.gz": "x",
    "empty": "",
    "page.log": "a line\n",
}
# The machine's memory is critical, whatever it uses.
CRITICAL = {"MODERATE": "0.01", "HIGH": "0.02", "CRITICAL": "0.03"}
REACHED = {
    "monitor": {
        0: "--once",
        1: "--host --once --fail-on critical",
        2: "--count 0",
        124: "--timeout 50ms --interval 50ms --format ndjson",
        126: "-- .",
        127: "-- ./missing",
        130: "--interval 50ms --format ndjson",
        143: "--interval 50ms --format ndjson",
    },
    "snapshot": {
        0: "",
        1: "--host --fail-on critical",
        2: "--pid 0",
        126: "-- .",
        127: "-- ./missing",
    },
    "limits": {
        0: "render --for docker",
        1: "check --select LV001",
        2: "check --select NONE",
        126: "check -- ./plan.toml",
        127: "show -- ./missing",
    },
    "ulimit": {
        0: "fix --list",
        1: "doctor --need nofile=2147483647 --select FD001",
        2: "protect --score 2000 --pid 1",
        4: "fix --need nofile=65536 --world pam --root . --apply --yes",
        126: "doctor -- ./plan.toml",
        127: "doctor -- ./missing",
    },
    "doctor": {
        0: "--select FD001 --fail-on never",
        1: "--need nofile=2147483647 --select FD001",
        2: "--profile none",
        126: "-- ./plan.toml",
        127: "-- ./missing",
    },
    "collect": {0: "--list", 1: "--verify broken.tar.gz", 2: "--budget-time 1ms", 3: "--verify missing.tar.gz"},
    "collect-diagnostics": {
        0: "--list",
        1: "-o missing/bundle.tar.gz",
        2: "--profile none",
        3: "--verify missing.tar.gz",
    },
    "explain": {0: "levels", 2: "nonsense", 3: "empty", 130: "--pid SELF --growth 60s", 143: "--pid SELF --growth 60s"},
    "orchestrate": {
        0: "check plan.toml",
        1: "failing.toml",
        2: "check failing.toml --slots 0",
        75: "plan.toml",
        126: "-- .",
        127: "-- ./missing",
    },
    "export": {
        0: "rules",
        1: "textfile missing",
        2: "textfile",
        130: "textfile . --interval 50ms",
        143: "textfile . --interval 50ms",
    },
    "config": {0: "path", 1: "set memory_high_pct 70 --config missing/mnemo.toml", 2: "get nonsense"},
    "completion": {0: "bash", 2: "csh"},
}
AT_CRITICAL = {("monitor", 1), ("snapshot", 1), ("limits", 1), ("orchestrate", 75)}
PASSED_ON = "commands/test_monitor_program.py::test_a_program_that_a_passed_on_signal_ended_is_128_plus_the_signal"
# What takes a mount of one's own, seconds, or several processes has a test elsewhere.
ELSEWHERE = {
    ("monitor", 3): "test_bad_input.py::test_an_unknown_level_is_told_in_every_view",
    ("snapshot", 3): "test_bad_input.py::test_an_unknown_level_is_told_in_every_view",
    ("snapshot", 130): PASSED_ON,
    ("snapshot", 143): PASSED_ON,
    ("limits", 3): "commands/test_limits_show.py::test_nothing_readable_of_the_target_is_shown_and_exits_3",
    ("ulimit", 3): "commands/test_doctor.py::test_an_unknown_check_is_exit_3_only_when_that_was_asked_for",
    ("doctor", 3): "commands/test_doctor.py::test_an_unknown_check_is_exit_3_only_when_that_was_asked_for",
    ("collect", 130): "commands/test_collect.py::test_a_signal_half_way_closes_the_archive",
    ("collect", 143): "commands/test_collect.py::test_a_signal_half_way_closes_the_archive",
    ("collect-diagnostics", 130): "commands/test_collect.py::test_a_signal_half_way_closes_the_archive",
    ("collect-diagnostics", 143): "commands/test_collect.py::test_a_signal_half_way_closes_the_archive",
    ("orchestrate", 3): "commands/orchestrate/test_orchestrate.py::test_a_full_disk_ends_admission_with_3",
    ("orchestrate", 130): "commands/orchestrate/test_orchestrate.py::test_a_second_signal_does_not_wait",
    ("orchestrate", 143): "commands/orchestrate/test_orchestrate.py::test_a_drain_that_runs_out_ends_what_is_left",
}
LINES = [(command, code) for command, codes in REACHED.items() for code in codes]
NAMES = [f"{command}-{code}" for command, code in LINES]
SIGNALS = {130: signal.SIGINT, 143: signal.SIGTERM}


@contextlib.contextmanager
def sent_when_it_listens(number):
    """Sends this process a signal as soon as the command in it has said what becomes of it."""
    assert threading.current_thread() is threading.main_thread()
    before = signal.getsignal(number)
    assert before is not signal.SIG_IGN, "whoever began the tests has this signal ignored: the command would not end"
    over = threading.Event()

    def send():
        while signal.getsignal(number) == before and not over.is_set():
            over.wait(0.01)
        if not over.is_set():
            os.kill(os.getpid(), number)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        yield
    finally:
        over.set()
        sender.join()


@pytest.mark.parametrize(("command", "code"), LINES, ids=NAMES)
def test_a_command_ends_with_each_of_its_codes(mnemo, tmp_path, monkeypatch, command, code):
    for name, text in FILES.items():
        (tmp_path / "here" / name).write_text(text)
    for name, percent in CRITICAL.items() if (command, code) in AT_CRITICAL else ():
        monkeypatch.setenv(f"MNEMOSYNE_MEMORY_{name}_PCT", percent)
        monkeypatch.setenv("MNEMOSYNE_MEMORY_RELEASE_MARGIN_PCT", "0")
    words = REACHED[command][code].replace("SELF", str(os.getpid())).split()
    with sent_when_it_listens(SIGNALS[code]) if code in SIGNALS else contextlib.nullcontext():
        done = mnemo(command, *words)
    assert done.code == code, done.err
    # Who was refused gets no half of a result.
    assert code not in (2, 4, 126, 127) or (done.out == "" and done.err.strip())
    assert "\x1b" not in done.out + done.err


def test_each_code_of_each_command_in_the_manual_is_reached():
    manual = {(command, int(code)) for command, codes in CODES.items() for code in codes}
    assert {*LINES, *ELSEWHERE} == manual
    assert not {*LINES} & {*ELSEWHERE}
    assert {code for _, code in manual} == {int(code) for code, _ in EXIT_CODES}


@pytest.mark.parametrize(("command", "code"), ELSEWHERE, ids=lambda one: str(one))
def test_the_test_elsewhere_is_there_and_names_the_code(command, code):
    file, _, name = ELSEWHERE[command, code].partition("::")
    _, is_there, text = (TESTS / file).read_text().partition(f"\ndef {name}(")
    assert is_there
    assert re.search(rf"\b{code}\b", text.partition("\n\n\n")[0])


@pytest.mark.parametrize("command", LEAVES, ids=lambda command: " ".join(command.words[1:]))
def test_an_unknown_option_is_wrong_usage_and_nothing_is_on_stdout(mnemo, command):
    done = mnemo(*command.words[1:], "--no-such-option")
    assert (done.code, done.out) == (2, "")
    assert "--no-such-option" in done.err
