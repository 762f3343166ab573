"""Reports that are cut, interleaved, forged or repeated: what is left is said, what is not known is a gap."""

import os
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.forensics.oom_report.stock import PREFIXES, REPORTS, kills, messages, reading, short_report

FUZZED_LOGS = 10_000 if os.environ.get("MNEMO_FULL_COUNTS") == "1" else 300
KILLED = (
    "Memory cgroup out of memory: Killed process 4666 (python3) total-vm:1kB, anon-rss:1kB, file-rss:1kB, shmem-rss:0kB"
)


def fields_of(gaps):
    return [gap.field for gap in gaps]


def test_a_killed_line_alone_is_a_kill_with_gaps():
    found = reading(f"[10469.5] {KILLED}, UID:0 pgtables:1kB oom_score_adj:0\n")
    [kill] = found.kills
    assert (kill.victim.pid, kill.scope, kill.suspicion) == (4666, "memcg", None)
    assert (kill.limit_bytes, kill.trigger, kill.limit_cgroup, kill.usage) == (None, None, None, None)
    assert fields_of(found.gaps) == ["kills.trigger", "kills.limit_bytes", "kills.limit_cgroup"]
    assert found.gaps[0].source == "log line 1"


@pytest.mark.parametrize("lines", range(1, len(REPORTS["6.18-v1"].splitlines())))
def test_a_report_cut_at_its_start_keeps_its_victim(lines):
    rest = "\n".join(REPORTS["6.18-v1"].splitlines()[lines:])
    [kill] = kills(rest)
    assert (kill.victim.pid, kill.victim.name, kill.suspicion) == (4666, "python3", None)


@pytest.mark.parametrize("lines", range(1, len(REPORTS["6.18-v1"].splitlines())))
def test_a_report_cut_at_its_end_says_so(lines):
    found = reading("\n".join(REPORTS["6.18-v1"].splitlines()[:lines]))
    has_selection = "oom-kill:constraint" in REPORTS["6.18-v1"].splitlines()[lines - 1]
    assert fields_of(found.gaps) == ["kills.victim"]
    assert [kill.victim.pid for kill in found.kills] == ([4666] if has_selection else [])
    assert all(kill.suspicion for kill in found.kills)


@given(st.integers(0, len(REPORTS["6.18-v1"])))
def test_a_report_cut_anywhere_never_names_a_wrong_victim(end):
    found = reading(REPORTS["6.18-v1"][:end])
    assert [kill.victim.pid for kill in found.kills] in ([], [4666])


def test_a_cut_killed_line_has_its_pid_and_a_suspicion():
    [kill] = kills("[1.5] Memory cgroup out of memory: Killed process 4666 (pyth")
    assert (kill.victim.pid, kill.victim.name) == (4666, None)
    assert kill.suspicion is not None and "cut" in kill.suspicion


def test_a_pid_that_is_cut_is_no_pid():
    assert kills("[1.5] Memory cgroup out of memory: Killed process 46") == ()


def test_an_announcement_without_its_killed_line_may_be_a_child():
    [kill] = kills("[1.5] Out of memory: Kill process 4600 (postgres) score 312 or sacrifice child\n")
    assert kill.victim.pid == 4600 and kill.suspicion is not None and "child of 4600" in kill.suspicion


def test_a_sacrificed_child_is_the_victim_not_its_parent():
    [kill] = kills(REPORTS["3.10-rhel7-early-sacrificed-child"])
    assert kill.victim.pid == 4666
    assert any("Kill process 4600" in evidence.text for evidence in kill.evidence)


def test_three_kills_in_a_moment_are_three_kills():
    lines = [line for at in range(3) for line in short_report(b"python3", pid=4666 + at, group=b"/app%d" % at)]
    found = kills(PREFIXES["dmesg"](lines))
    assert [(kill.victim.pid, kill.limit_cgroup) for kill in found] == [
        (4666, "/app0"), (4667, "/app1"), (4668, "/app2"),
    ]  # fmt: skip
    assert all(kill.limit_bytes == 98304 * 1024 and kill.trigger for kill in found)


def shuffled(one, other, chance):
    """Both reports, each in its own order."""
    left, right, lines = list(one), list(other), []
    while left or right:
        lines.append((left if left and (not right or chance.random() < 0.5) else right).pop(0))
    return lines


@given(st.randoms(use_true_random=False))
def test_two_interleaved_reports_never_exchange_victims_groups_or_triggers(chance):
    one = short_report(b"first", pid=4666, group=b"/one")
    other = [line.replace(b"98304kB", b"51200kB") for line in short_report(b"second", pid=4777, group=b"/two")]
    found = kills(PREFIXES["dmesg"](shuffled(one, other, chance)))
    assert sorted((kill.victim.pid, kill.victim.name, kill.limit_cgroup) for kill in found) == [
        (4666, "first", "/one"), (4777, "second", "/two"),
    ]  # fmt: skip
    for kill in found:
        assert kill.trigger is None or kill.trigger.name == kill.victim.name
        assert kill.limit_bytes in (None, (98304 if kill.victim.pid == 4666 else 51200) * 1024)
        assert kill.suspicion is None


@given(st.randoms(use_true_random=False))
def test_two_interleaved_old_reports_never_exchange_victims_or_groups(chance):
    one = messages(REPORTS["4.19-v1"])
    other = [
        line.replace(b"4666", b"4777").replace(b"/app", b"/two").replace(b"51200kB", b"40960kB")
        for line in messages(REPORTS["4.19-v1"])
    ]
    found = kills(PREFIXES["dmesg"](shuffled(one, other, chance)))
    assert sorted(kill.victim.pid for kill in found) == [4666, 4777]
    for kill in found:
        own = "/app" if kill.victim.pid == 4666 else "/two"
        assert (kill.limit_cgroup, kill.victim_cgroup) in ((None, None), (own, None), (own, f"{own}/job"))
        assert kill.limit_bytes in (None, (51200 if kill.victim.pid == 4666 else 40960) * 1024)


def test_reports_interleaved_by_printing_tasks_or_machines_are_kept_apart():
    one, other = short_report(b"first", pid=4666, group=b"/one"), short_report(b"second", pid=4777, group=b"/two")
    for stamps in ((b"[1.5][ T11] ", b"[1.5][ T12] "), (b"Nov 22 14:02:31 a kernel: ", b"Nov 22 14:02:31 b kernel: ")):
        log = b"".join(
            stamps[0] + left + b"\n" + stamps[1] + right + b"\n" for left, right in zip(one, other, strict=True)
        )
        found = reading(log)
        assert [(kill.victim.name, kill.limit_cgroup, kill.trigger.name) for kill in found.kills if kill.trigger] == [
            ("first", "/one", "first"), ("second", "/two", "second"),
        ]  # fmt: skip
        assert found.gaps == ()


def test_a_report_that_lost_its_end_lends_nothing_to_the_next_one():
    lost = [line.replace(b"98304kB", b"51200kB") for line in short_report(b"first", pid=4600, group=b"/one")[:5]]
    log = PREFIXES["dmesg"](lost) + PREFIXES["dmesg"](short_report(b"second", pid=4777, group=b"/two"))
    [kill] = kills(log)
    assert (kill.victim.pid, kill.limit_bytes, kill.limit_cgroup) == (4777, 98304 * 1024, "/two")
    assert kill.trigger is not None and kill.trigger.name == "second"


def test_what_the_selection_and_the_killed_line_contradict_is_suspicious():
    report = REPORTS["6.18-v1"]
    for changed in (
        report.replace("Killed process 4666", "Killed process 1"),
        report.replace("Killed process 4666 (python3)", "Killed process 4666 (sshd)"),
        report.replace("UID:0 pgtables", "UID:7 pgtables"),
        report.replace("Memory cgroup out of memory: Killed", "Out of memory: Killed"),
    ):
        found = kills(changed)
        assert found and all(kill.suspicion for kill in found), changed


def test_an_application_that_quotes_the_kernel_kills_nobody():
    for stamp in (
        "Nov 22 14:02:31 node7 myapp[812]: ", "Nov 22 14:02:31 node7 myapp: ",
        "2026-11-22T14:02:31.004+00:00 node7 app[1]: ",
        "<14>1 2026-11-22T14:02:31.004Z node7 app 812 - - ", "user  :notice: [ 12.5] ", "<12>[ 12.5] ", "12,1,1,-;",
        "Nov 22 14:02:31 node7 kernel[812]: ", "[ 12.5] systemd[1]: ", "2026-11-22 14:02:31,004 ERROR watcher ",
    ):  # fmt: skip
        assert kills("".join(f"{stamp}{line}\n" for line in REPORTS["6.18-v1"].splitlines())) == (), stamp


def test_an_application_that_goes_on_with_the_kernels_words_in_a_line_of_their_own_kills_nobody():
    quoted = REPORTS["6.18-v1"]
    assert kills(f"Nov 22 14:02:31 node7 myapp[812]: the log says\n{quoted}") == ()
    # An empty line ends the application's message: here somebody put a kernel log below it.
    assert len(kills(f"Nov 22 14:02:31 node7 myapp[812]: the log says\n\n{quoted}")) == 1


def test_a_journal_entry_of_an_application_kills_nobody():
    line = f'{{"_TRANSPORT":"stdout","SYSLOG_IDENTIFIER":"kernel","MESSAGE":"{KILLED}"}}\n'
    assert kills(line) == ()
    assert len(kills(line.replace("stdout", "kernel"))) == 1


def test_a_log_that_holds_a_report_twice_has_one_kill():
    log = PREFIXES["dmesg"](messages(REPORTS["6.18-v1"]))
    assert len(kills(log + log)) == 1


def test_a_pid_that_comes_round_again_is_another_kill():
    lines = PREFIXES["dmesg"](messages(REPORTS["6.18-v1"]))
    assert len(kills(lines + lines.replace(b"[10469.", b"[20469.").replace(b"[ 10469.", b"[ 20469."))) == 2


def test_members_of_a_group_without_the_first_report_are_still_a_group():
    lines = REPORTS["6.8-v2-oom-group"].splitlines()
    found = kills("\n".join(lines[-4:]))
    assert [(kill.victim.pid, kill.group_kill) for kill in found] == [(4600, True), (4666, True), (4700, True)]


def test_a_group_kill_ends_with_the_next_report():
    log = REPORTS["6.8-v2-oom-group"] + REPORTS["6.18-v1"].replace("4666", "4999")
    assert [(kill.victim.pid, kill.group_kill) for kill in kills(log)] == [
        (4666, True), (4600, True), (4700, True), (4999, False),
    ]  # fmt: skip


def test_no_victim_is_no_kill_and_a_gap():
    report = REPORTS["5.4-global"].splitlines()[:-3]
    found = reading("\n".join([*report, "Out of memory and no killable processes..."]))
    assert found.kills == ()
    assert any("no killable processes" in gap.reason for gap in found.gaps)


def test_a_victim_that_was_ending_by_itself_is_no_kill():
    lines = REPORTS["6.18-v1"].splitlines()
    lines[-1] = "Memory cgroup out of memory: OOM victim 4666 (python3) is already exiting. Skip killing the task"
    assert reading("\n".join(lines)).kills == ()


def test_suppressed_reports_are_a_gap():
    log = REPORTS["6.18-v1"] + "oom_kill_process: 12 callbacks suppressed\n"
    assert [gap.reason for gap in reading(log).gaps] == ["the kernel left out 12 reports, there were too many at once"]


def test_of_a_storm_the_last_ten_thousand_kills_are_kept():
    count = 10_050
    found = reading("".join(f"[{at}.5] {KILLED.replace('4666', str(at))}\n" for at in range(1, count + 1)))
    assert len(found.kills) == 10_000
    assert (found.kills[0].victim.pid, found.kills[-1].victim.pid) == (51, count)
    assert any("10,050 kills" in gap.reason for gap in found.gaps) and len(found.gaps) < 50


def mutated(log, chance):
    """The log with bytes changed, lines moved, doubled or lost, and its ends cut."""
    data = bytearray(log)
    for _ in range(chance.randrange(20)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    lines = bytes(data).split(b"\n")
    for _ in range(chance.randrange(5)):
        at, to = chance.randrange(len(lines)), chance.randrange(len(lines))
        lines.insert(to, lines[at] if chance.random() < 0.5 else lines.pop(at))
    cut = b"\n".join(lines)
    return cut[chance.randrange(len(cut) // 3 + 1) : len(cut) - chance.randrange(len(cut) // 3 + 1)]


def test_no_damaged_log_is_too_much():
    chance = random.Random(5)
    names, forms = list(PREFIXES), list(REPORTS)
    for _ in range(FUZZED_LOGS):
        log = PREFIXES[chance.choice(names)](messages(REPORTS[chance.choice(forms)]))
        found = reading(mutated(log, chance))
        assert all(kill.evidence and kill.signal == "SIGKILL" for kill in found.kills)


@given(
    st.binary(max_size=400),
    st.sampled_from([b"oom-kill:", b"Killed process 1 (", b"[ pid ] ", b"memory: usage ", b'{"MESSAGE":']),
)
def test_no_bytes_are_too_much(noise, start):
    reading(start + noise + b"\n" + noise)
