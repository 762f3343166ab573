"""Prefixes: who wrote a line, and when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.forensics.log.dates import iso_seconds, local_seconds, month_number, syslog_seconds
from mnemo_cli.forensics.log.documents import journal_parts
from mnemo_cli.forensics.log.prefix import Zone, parts
from tests.forensics.oom_report.stock import NOW_SECONDS, PREFIXES, reading

ZONE = Zone(NOW_SECONDS)
BOOT = (10469.0, "boot")


@pytest.mark.parametrize(
    ("prefix", "time", "sender"),
    [
        ("dmesg", BOOT, None),
        ("dmesg, caller", BOOT, None),
        ("dmesg -T", (NOW_SECONDS - 31, "unix"), None),
        ("dmesg -T, German", (NOW_SECONDS - 31, "unix"), None),
        ("dmesg -T, French", (NOW_SECONDS - 31, "unix"), None),
        ("dmesg -T, Chinese", (NOW_SECONDS - 31, "unix"), None),
        ("dmesg -T, Russian", (NOW_SECONDS - 31, "unix"), None),
        ("dmesg -x", BOOT, None),
        ("dmesg -r", BOOT, None),
        ("dmesg -d", BOOT, None),
        ("dmesg -e", (None, None), None),
        ("dmesg iso", (NOW_SECONDS - 31 + 0.004, "unix"), None),
        ("dmesg colour", BOOT, None),
        ("syslog", (NOW_SECONDS - 31, "unix"), "kernel"),
        ("syslog iso", (NOW_SECONDS - 31 + 0.004, "unix"), "kernel"),
        ("syslog with priority", (NOW_SECONDS - 31, "unix"), "kernel"),
        ("syslog 5424", (NOW_SECONDS - 31 + 0.004, "unix"), "kernel"),
        ("journal short-monotonic", BOOT, "kernel"),
        ("journal short-precise", (NOW_SECONDS - 31 + 0.004, "unix"), "kernel"),
        ("journal short-iso", (NOW_SECONDS - 31, "unix"), "kernel"),
        ("journal short-full", (NOW_SECONDS - 31, "unix"), "kernel"),
        ("journal short-unix", (NOW_SECONDS + 0.004, "unix"), "kernel"),
        ("journal no host", (NOW_SECONDS - 31, "unix"), "kernel"),
        ("kmsg", (10469.0, "boot"), None),
        ("mail quote", BOOT, None),
    ],
)
def test_a_kernels_line_is_known_by_its_prefix(prefix, time, sender):
    raw = PREFIXES[prefix]([b"a message: of the kernel"]).decode().splitlines()[0]
    found = parts(raw, ZONE)
    assert (found.text, found.identifier, found.from_kernel) == ("a message: of the kernel", sender, True)
    assert (found.time_seconds, found.clock) == (pytest.approx(time[0]), time[1])


@pytest.mark.parametrize(
    ("raw", "identifier", "pid"),
    [
        ("Nov 22 14:02:31 node7 earlyoom[655]: text", "earlyoom", 655),
        ("Nov 22 14:02:31 node7 CRON[12]: text", "CRON", 12),
        ("Nov  2 14:02:31 node7 (sd-pam)[12]: text", "(sd-pam)", 12),
        ("2026-11-22T14:02:31.004+01:00 node7 systemd-oomd[9]: text", "systemd-oomd", 9),
        ("2026-11-22T14:02:31+0100 node7 app: text", "app", None),
        ("<30>1 2026-11-22T14:02:31Z node7 app 12 ID47 [a@1 b=\"]\"] text", "app", 12),
        ("<30>Nov 22 14:02:31 node7 app[12]: text", "app", 12),
        ("1795356151.004000 node7 app[12]: text", "app", 12),
    ],
)  # fmt: skip
def test_another_sender_is_named_and_is_no_kernel(raw, identifier, pid):
    found = parts(raw, ZONE)
    assert (found.identifier, found.pid, found.from_kernel) == (identifier, pid, False)
    assert found.text.endswith("text")


@pytest.mark.parametrize("raw", ["text alone", "", "[warn] text", "{no json", "12: text", "[1, 2] x", "(kern) x", "> "])
def test_a_line_without_a_prefix_has_no_sender_and_no_time(raw):
    found = parts(raw, ZONE)
    assert (found.from_kernel, found.time_seconds, found.identifier, found.known) == (None, None, None, False)


def test_what_a_program_writes_to_the_ring_buffer_is_not_the_kernels():
    assert parts("<12>[    1.5] x", ZONE).from_kernel is False
    assert parts("user  :notice: [    1.5] x", ZONE).from_kernel is False
    assert parts("12,1,1500000,-;x", ZONE).from_kernel is False
    found = parts("[    1.5] systemd[1]: x", ZONE)
    assert (found.from_kernel, found.identifier, found.pid) == (None, "systemd", 1)


def test_a_line_without_a_prefix_has_the_sender_of_the_line_before_it():
    [line] = reading("Nov 22 14:02:31 node7 app[12]: text\nwanted\n", (b"wanted",)).lines
    assert (line.from_kernel, line.stream) == (False, "node7")
    [line] = reading("Nov 22 14:02:31 node7 app[12]: text\n\nwanted\n", (b"wanted",)).lines
    assert line.from_kernel is None


def test_a_message_of_a_list_of_bytes_is_text():
    found = journal_parts('{"MESSAGE":[104,105,255],"_TRANSPORT":"kernel"}')
    assert found is not None and (found.text, found.from_kernel) == ("hi\udcff", True)


@pytest.mark.parametrize(
    "raw", ["{}", "{", "[]", '{"MESSAGE":null}', '{"MESSAGE":[1,"x"]}', "{" * 100_000, '{"MESSAGE":[999]}']
)
def test_what_is_no_entry_of_the_journal_is_none(raw):
    assert journal_parts(raw) is None


def test_a_date_without_a_year_is_the_latest_one_that_can_be():
    assert syslog_seconds("Nov 22 14:02:31", NOW_SECONDS, 0) == NOW_SECONDS
    assert syslog_seconds("Nov 22 14:02:32", NOW_SECONDS, 0) == NOW_SECONDS + 1
    assert syslog_seconds("Dec 31 23:59:59", NOW_SECONDS, 0) == 1767225599.0
    assert syslog_seconds("Nov 22 14:02:31", None, 0) is None
    assert syslog_seconds("Nov 32 14:02:31", NOW_SECONDS, 0) is None
    assert syslog_seconds("Xyz 22 14:02:31", NOW_SECONDS, 0) is None


def test_a_zone_is_taken_off_and_the_readers_own_is_used_without_one():
    assert iso_seconds("2026-11-22T14:02:31Z", 3600) == NOW_SECONDS
    assert iso_seconds("2026-11-22T15:02:31+01:00", 0) == NOW_SECONDS
    assert iso_seconds("2026-11-22T13:02:31-0100", 0) == NOW_SECONDS
    assert iso_seconds("2026-11-22 15:02:31", 3600) == NOW_SECONDS
    assert local_seconds("Sun Nov 22 15:02:31 2026", 3600) == NOW_SECONDS


def test_a_date_that_no_calendar_has_is_no_time():
    assert iso_seconds("2026-13-22T14:02:31Z", 0) is None
    assert local_seconds("Sun Foo 22 15:02:31 2026", 0) is None


@pytest.mark.parametrize(
    ("word", "month"), [("Mär", 3), ("mars", 3), ("mai", 5), ("juin", 6), ("juil.", 7), ("5月", 5), ("дек", 12)]
)
def test_months_are_read_in_many_languages(word, month):
    assert month_number(word) == month


@given(st.text(max_size=120))
def test_no_text_is_too_much(text):
    found = parts(text, ZONE)
    assert found.text in text or "\\x" in text or "\x1b" in text


def test_the_microseconds_of_a_record_are_seconds_exactly():
    assert parts("6,1,123456789012,-;a message", ZONE).time_seconds == 123456.789012
