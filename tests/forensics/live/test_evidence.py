"""Files and pipes, recognised by content; logs added up, each kill once, what was read before an error kept."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.errors import SourceError
from mnemo_cli.forensics.case import Case
from mnemo_cli.forensics.live.evidence import Peeked, case_of_logs, read_evidence
from mnemo_cli.forensics.live.logs import Logs, without_gaps_of_others
from mnemo_cli.forensics.records.recognition import HEAD_BYTES
from mnemo_cli.forensics.truth import judge
from tests.forensics.live.machines import NOW

KILL = b"[    5.000000] Out of memory: Killed process 42 (x) total-vm:9kB, anon-rss:3kB, file-rss:0kB, shmem-rss:0kB\n"
OTHER = KILL.replace(b"42", b"43")


@given(st.binary(max_size=3 * HEAD_BYTES), st.integers(1, 5000))
def test_a_stream_that_was_looked_at_still_has_all_of_its_bytes(text, size):
    peeked = Peeked(io.BytesIO(text))
    assert peeked.head == text[:HEAD_BYTES]
    whole = io.BufferedReader(peeked, size)
    assert b"".join(iter(lambda: whole.read(size), b"")) == text


def logs_with(machine, *texts: tuple[str, bytes]) -> Logs:
    logs = Logs(machine.root, NOW)
    for source, text in texts:
        logs.add(source, [text])
    return logs


def test_one_kill_in_several_logs_counts_once(machine):
    syslog = b"Nov 22 10:00:00 host kernel: " + KILL
    logs = logs_with(machine, ("dmesg", KILL + OTHER), ("kern.log", syslog))
    assert sorted(kill.victim.pid for kill in logs.kills) == [42, 43]
    assert logs.into(Case()).logs == ("dmesg", "kern.log")


def test_what_supervisors_wrote_is_kept_from_every_log(machine):
    told = b"Nov 22 10:00:00 host systemd[1]: %s.service: A process of this unit has been killed by the OOM killer.\n"
    notices = logs_with(machine, ("a.log", told % b"web"), ("b.log", told % b"db")).into(Case()).notices
    assert [each.subject for each in notices] == ["web.service", "db.service"]


def test_a_log_that_breaks_off_is_kept_up_to_there(machine):
    def broken():
        yield KILL
        raise SourceError("gone")

    logs = Logs(machine.root, NOW)
    with pytest.raises(SourceError):
        logs.add("log", broken())
    assert [kill.victim.pid for kill in logs.kills] == [42]


def test_the_clock_of_a_strangers_log_is_not_ours(machine):
    assert logs_with(machine, ("log", KILL)).into(Case()).boot_seconds is None
    logs = Logs(machine.root, NOW)
    logs.read_kernel()
    assert logs.into(Case()).boot_seconds == NOW.boot_seconds


def test_a_text_that_is_no_log_is_no_evidence(machine):
    for text in (b"root:x:0:0:root:/root:/bin/bash\n", b"\0\1\2", b"", b'{"a": 1}'):
        with pytest.raises(SourceError, match="notes holds no line of a kernel"):
            case_of_logs(logs_with(machine, ("notes", text)), "notes")


def test_a_kernel_log_without_a_kill_is_evidence(machine):
    case = case_of_logs(logs_with(machine, ("log", b"[    1.000000] Linux version 6.18\n")), "log")
    assert case.kernel_log_read and judge(case).verdict == "unknown"


def test_a_journal_that_shows_nothing_was_not_read(machine):
    logs = logs_with(machine, ("journal", b""))
    assert not logs.were_read


def test_gaps_of_reports_that_are_not_told_of_are_left_out(machine):
    explanation = judge(logs_with(machine, ("log", KILL + OTHER)).into(Case()))
    assert {gap.source for gap in explanation.gaps} >= {"log line 1", "log line 2"}
    only_last = explanation._replace(kills=explanation.kills[-1:])
    assert {gap.source for gap in without_gaps_of_others(only_last).gaps} == {"log line 2"}


def test_a_record_is_joined_with_the_kernel_log_of_this_machine(machine):
    container = "ab" * 32
    machine.logs_kill(42, group=f"/docker/{container}", seconds=29_000.0)
    state = {"OOMKilled": True, "ExitCode": 137, "Running": False, "Status": "exited"}
    text = json.dumps([{"Id": container, "Name": "/web", "State": state}]).encode()
    case = read_evidence("inspect", [text[:50], text[50:]], "stdin", machine.root, NOW)
    explanation = judge(case)
    assert (explanation.confidence, explanation.kills[0].victim.pid) == ("proven", 42)


@pytest.mark.parametrize(
    ("form", "text", "message"),
    [
        ("inspect", b"[{", "no whole JSON document"),
        ("inspect", b"[]", "holds no container"),
        ("pod", b'{"kind": "Service"}', "holds no container"),
        ("unit", b"Result=x\nActiveState=y\n", "names no unit"),
    ],
)
def test_a_damaged_record_is_said_to_be_one(machine, form, text, message):
    with pytest.raises(SourceError, match=message):
        read_evidence(form, [text], "stdin", machine.root, NOW)
