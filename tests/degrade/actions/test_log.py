"""Alerts as lines: the log of the program, the memory log, and the sockets of syslog and journald, listened to."""

import fcntl
import logging
import os
import re
import socket
import struct
from pathlib import Path

import pytest

from mnemo_cli.degrade.actions.journald import Journald
from mnemo_cli.degrade.actions.log import Log, ProgramLog
from mnemo_cli.degrade.actions.notice import Episode
from mnemo_cli.degrade.actions.syslog import Syslog, priority
from mnemo_cli.errors import NotSentError
from tests.degrade.actions.stage import BEGIN, DEADLINE_SECONDS, SUMMARY, alert, notice, over


@pytest.fixture
def listening(tmp_path):
    """A datagram socket as those of the daemons."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(str(tmp_path / "socket"))
        heard.settimeout(DEADLINE_SECONDS)
        yield heard


def path_of(listening):
    return Path(listening.getsockname())


def log(outlet, *episodes, at=BEGIN + 200, **rest):
    Log(outlet, lambda: at).send(notice(*episodes, **rest))


def test_the_program_log_says_what_fires_what_still_does_and_what_is_over(caplog):
    caplog.set_level(logging.INFO, "mnemo")
    log(ProgramLog())
    log(ProgramLog(), Episode(alert("A", value=None, summary="", severity="note"), BEGIN), is_repeat=True)
    log(ProgramLog(), over(alert(value=12.5)))
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("ERROR", f"alert: MemoryCritical is firing: its value is 81.25 ({SUMMARY})"),
        ("INFO", "alert: A is still firing since 3m20s: its value is not known"),
        ("WARNING", "alert: MemoryCritical is resolved after 3m05s: its value is 12.5"),
    ]


@pytest.mark.parametrize(
    ("severity", "begins", "ends"),
    [("note", "INFO", "INFO"), ("info", "INFO", "INFO"), ("warning", "WARNING", "WARNING"),
     ("error", "ERROR", "WARNING"), ("critical", "CRITICAL", "WARNING")],
)  # fmt: skip
def test_each_severity_has_its_loudness(severity, begins, ends, caplog):
    caplog.set_level(logging.INFO, "mnemo")
    one = alert(severity=severity)
    log(ProgramLog(), Episode(one, BEGIN), over(one))
    assert [record.levelname for record in caplog.records] == [begins, ends]


def test_only_news_is_a_line_and_it_is_always_one_line(caplog):
    strange = Episode(alert("A\n\x1b[31m", summary="x\ny\udcff"), BEGIN)
    seen = notice(strange, Episode(alert("Old"), BEGIN))._replace(news=(strange,))
    Log(ProgramLog(), lambda: BEGIN).send(seen)
    (record,) = caplog.records
    assert record.getMessage() == "alert: A\\x0a\\x1b[31m is firing: its value is 81.25 (x\\x0ay\\xff)"


def test_syslog_gets_the_line_as_the_c_library_writes_it(listening, monkeypatch):
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    log(Syslog(path_of(listening)), at=BEGIN)
    text = listening.recv(65536).decode()
    match = re.fullmatch(r"<(\d+)>([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) mnemo\[(\d+)\]: (.*)", text)
    assert match is not None
    assert (match[1], match[2][:6], match[3]) == (str(3 * 8 + 3), "Jan 15", str(os.getpid()))
    assert match[4] == f"MemoryCritical is firing: its value is 81.25 ({SUMMARY})"


def test_a_long_line_is_cut_to_what_syslog_takes(listening):
    log(Syslog(path_of(listening)), Episode(alert(summary="é" * 100_000), BEGIN))
    assert len(listening.recv(1 << 20)) < 4200


def test_a_syslog_that_listens_to_a_stream_is_spoken_to(tmp_path):
    path = tmp_path / "stream"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stream:
        stream.bind(str(path))
        stream.listen()
        log(Syslog(path))
        connected, _ = stream.accept()
        with connected:
            connected.settimeout(DEADLINE_SECONDS)
            assert b"".join(iter(lambda: connected.recv(4096), b"")).endswith(b")\0")


def test_the_numbers_of_syslog():
    levels = (logging.CRITICAL, logging.ERROR, logging.WARNING, logging.INFO, logging.DEBUG)
    assert [priority(level) for level in levels] == [2, 3, 4, 6, 6]


def fields_of(entry):
    """The entry read back, as journald does."""
    found = {}
    while entry:
        end = entry.index(b"\n")
        name, sign, text = entry[:end].partition(b"=")
        entry = entry[end + 1 :]
        if not sign:
            (length,) = struct.unpack_from("<Q", entry)
            text, entry = entry[8 : 8 + length], entry[8 + length + 1 :]
        found[name.decode()] = text.decode()
    return found


def test_journald_gets_each_part_as_a_field(listening):
    log(Journald(path_of(listening)))
    assert fields_of(listening.recv(65536)) == {
        "MESSAGE": f"MemoryCritical is firing: its value is 81.25 ({SUMMARY})",
        "PRIORITY": "3",
        "SYSLOG_IDENTIFIER": "mnemo",
        "MNEMO_ALERT": "MemoryCritical",
        "MNEMO_STATE": "firing",
        "MNEMO_SEVERITY": "error",
        "MNEMO_VALUE": "81.25",
        "MNEMO_SUMMARY": SUMMARY,
    }


def test_lines_and_signs_in_a_name_make_no_fields_of_their_own(listening):
    log(Journald(path_of(listening)), Episode(alert("A\nPRIORITY=0\n", summary="b\udcff\n=", value=None), BEGIN))
    fields = fields_of(listening.recv(65536))
    assert fields["PRIORITY"] == "3" and "MNEMO_VALUE" not in fields
    assert (fields["MNEMO_ALERT"], fields["MNEMO_SUMMARY"]) == ("A\nPRIORITY=0\n", "b\\udcff\n=")


def test_a_large_entry_comes_as_a_sealed_file_in_memory(listening):
    log(Journald(path_of(listening)), Episode(alert(summary="x" * 3_000_000), BEGIN))
    empty, descriptors, _, _ = socket.recv_fds(listening, 4096, 4)
    (descriptor,) = descriptors
    with os.fdopen(descriptor, "rb") as file:
        seals = fcntl.fcntl(descriptor, fcntl.F_GET_SEALS)
        file.seek(0)
        fields = fields_of(file.read())
    assert empty == b"" and fields["MNEMO_SUMMARY"] == "x" * 3_000_000
    assert seals == fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE


@pytest.mark.parametrize("outlet", [Syslog, Journald])
def test_a_daemon_that_is_not_there_is_told_with_its_place(outlet, tmp_path):
    action = Log(outlet(tmp_path / "none"), lambda: BEGIN)
    with pytest.raises(NotSentError, match="cannot be written: No such file") as failed:
        action.send(notice())
    assert not failed.value.again and str(tmp_path / "none") in action.shown


def test_a_daemon_that_reads_no_more_does_not_hold_us_for_ever(listening):
    with pytest.raises(NotSentError, match="cannot be written"):
        for _ in range(10_000):
            log(Syslog(path_of(listening)))
