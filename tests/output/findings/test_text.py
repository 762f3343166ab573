"""Findings for people: what is wrong first, unknown never hidden, every status a word beside its glyph."""

import pytest

from mnemo_cli.doctor.baseline import Baseline, identity
from mnemo_cli.doctor.gate import Gate
from mnemo_cli.doctor.result import Audit, Finding, Item, Severity, Subject
from mnemo_cli.model import UNLIMITED
from mnemo_cli.output.findings import FindingsFormat, Report, render
from mnemo_cli.output.findings.phrases import amounts, counts, heading, origin, status, title

USUAL = Gate()

PASSED = Finding("PR001", "nproc", "pass", None, "in order")
ERROR = Finding("FD003", "fd-usage", "finding", Severity.ERROR, "full")
NOTE = Finding("MM009", "no-swap", "finding", Severity.NOTE, "no swap")
UNKNOWN = Finding("IN002", "inotify", "unknown", None, "denied; run as root")
WAIVED = Finding("MM003", "rss", "waived", Severity.WARNING, "no effect")
SKIPPED = Finding("PR004", "pids", "skipped", None, "no group")
HOST = Subject("host")


def report_of(*findings, gate=USUAL, subject=HOST):
    return Report((Audit(subject, "default", findings),), 0, gate)


def table(report, **options):
    return render(report, FindingsFormat.TABLE, **options)


def plain(report, **options):
    return render(report, FindingsFormat.PLAIN, **options)


def ids(text):
    known = {one.id for one in (PASSED, ERROR, NOTE, UNKNOWN, WAIVED, SKIPPED)}
    return [word for word in text.split() if word in known]


def test_what_is_wrong_comes_first_and_the_worst_before_all():
    text = table(report_of(PASSED, WAIVED, UNKNOWN, NOTE, SKIPPED, ERROR))
    assert ids(text) == ["FD003", "MM009", "IN002", "MM003"]


def test_among_equals_the_fullest_comes_first_and_one_without_a_share_last():
    shares = [("A1", 10, 100), ("A2", 90, 100), ("A3", 5, None), ("A4", 5, 0)]
    found = [ERROR._replace(id=name, used=used, limit=limit) for name, used, limit in shares]
    lines = plain(report_of(*found)).splitlines()
    assert [line.split()[2] for line in lines[:-1]] == ["A4", "A2", "A1", "A3"]


def test_passes_and_skipped_ones_are_shown_when_asked_for():
    report = report_of(PASSED, SKIPPED, UNKNOWN)
    assert ids(table(report)) == ["IN002"]
    assert ids(table(report, verbose=True)) == ["IN002", "PR004", "PR001"]
    assert ids(plain(report)) == ["IN002"]
    assert plain(report).splitlines()[-1] == "no finding, 1 unknown, 1 skipped, 1 pass"
    assert ids(plain(report, verbose=True)) == ["IN002", "PR004", "PR001"]


def test_nothing_wrong_is_said_in_one_line():
    assert table(report_of(PASSED)) == "host  profile default\n\nno finding, 1 pass\n"
    assert plain(report_of(PASSED)) == "no finding, 1 pass\n"


def test_no_target_at_all_is_not_a_pass():
    nothing = Report((), 3)
    assert table(nothing) == "0 targets\n\nno finding\n"
    assert plain(nothing) == "no finding\n"


def test_everything_is_counted_and_waived_ones_are_too():
    report = report_of(PASSED, PASSED, ERROR, ERROR, NOTE, UNKNOWN, WAIVED, SKIPPED)
    assert counts(report) == "2 errors, 1 note, 1 unknown, 1 waived, 1 skipped, 2 pass"


def test_what_the_baseline_knows_is_marked_and_comes_after_what_is_new():
    gate = Gate(baseline=Baseline(known={identity(HOST, ERROR): Severity.ERROR}))
    report = report_of(ERROR, NOTE, gate=gate)
    assert plain(report).splitlines() == [
        "! NOTE      MM009 no-swap  host  no swap",
        "XX ERROR    FD003 fd-usage  host  known  full",
        "1 error (1 known), 1 note",
    ]
    assert "FD003  fd-usage  (known)\n" in table(report)


@pytest.mark.parametrize("width", [1, 40, 80, 140, 200])
def test_no_line_of_words_is_wider_than_the_screen(report, width):
    lines = table(report(), width=width).splitlines()
    words = [line for line in lines if "> " not in line and "/" not in line]
    assert max(map(len, words)) <= max(width, 40)


def test_a_command_to_be_typed_is_never_broken():
    command = "mnemo ulimit fix " + "--need nofile=65536 " * 20 + "--plan"
    assert f"> {command}\n" in table(report_of(ERROR._replace(fixes=(command,))), width=40)


def test_a_fix_of_several_lines_keeps_them():
    text = table(report_of(ERROR._replace(fixes=("[Service]\nLimitNOFILE=65536",))))
    assert [line.strip() for line in text.splitlines() if ">" in line] == ["> [Service]", "> LimitNOFILE=65536"]


def test_evidence_is_shown_when_asked_for():
    report = report_of(ERROR._replace(evidence=(Item("/proc/1/limits", "Max open files\t64"),)))
    assert "/proc/1/limits" not in table(report)
    assert "/proc/1/limits: Max open files 64\n" in table(report, verbose=True)


def test_the_same_finding_of_many_targets_is_told_once():
    subjects = [Subject("process", pid=pid, name="worker") for pid in range(1, 41)]
    text = table(Report(tuple(Audit(subject, "default", (NOTE,)) for subject in subjects), 0))
    assert ids(text) == ["MM009"]
    assert "in worker (pid 1), worker (pid 2), worker (pid 3) and 37 more\n" in text
    assert text.startswith("40 targets  profiles default\n") and "\n40 notes\n" in text


def test_what_is_unknown_of_many_targets_is_told_by_an_example():
    audits = [
        Audit(Subject("process", pid=pid, name="a"), "default", (UNKNOWN._replace(message=f"/proc/{pid}/fd: denied"),))
        for pid in (7, 8)
    ]
    text = table(Report(tuple(audits), 0))
    assert "in a (pid 7), a (pid 8)\n" in text and "for one: /proc/7/fd: denied\n" in text and "/proc/8" not in text


def test_findings_that_are_mended_differently_stay_apart():
    audits = [
        Audit(Subject("process", pid=pid, name="a"), "default", (ERROR._replace(fixes=(f"mend {pid}",)),))
        for pid in (7, 8)
    ]
    text = table(Report(tuple(audits), 0))
    assert "> mend 7\n" in text and "> mend 8\n" in text


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ({"used": 3810, "limit": 4096, "headroom": 286, "unit": "tasks"}, "93.0% of 4,096 tasks  headroom 286"),
        ({"used": 3 << 30, "limit": 4 << 30, "headroom": 1 << 30, "unit": "bytes"}, "75.0% of 4.00G  headroom 1.00G"),
        ({"used": 200, "limit": 100, "headroom": -100}, "200.0% of 100  headroom -100"),
        ({"used": 41, "limit": UNLIMITED, "headroom": UNLIMITED}, "used 41 of unlimited  headroom unlimited"),
        ({"used": 41, "unit": "tasks"}, "used 41 tasks"),
        ({"limit": 1024, "unit": "descriptors"}, "limit 1,024 descriptors"),
        ({"limit": UNLIMITED}, "limit unlimited"),
        ({"used": 0, "limit": 0}, "100.0% of 0"),
        ({"hits": 1200}, "hits 1,200"),
        ({"hits": 0}, ""),
        ({}, ""),
    ],
)
def test_amounts_tell_what_is_known_and_nothing_else(numbers, words):
    assert amounts(ERROR._replace(**numbers)) == words


@pytest.mark.parametrize(
    ("layer", "source", "words"),
    [
        ("soft", "unit a.service", "layer soft  set by unit a.service"),
        ("soft", None, "layer soft"),
        (None, "x", "set by x"),
        (None, None, ""),
    ],
)
def test_the_origin_is_the_layer_and_who_set_it(layer, source, words):
    assert origin(ERROR._replace(layer=layer, source=source)) == words


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        (Subject("process", pid=812, name="nginx"), "nginx (pid 812)"),
        (Subject("process", pid=812), "process (pid 812)"),
        (Subject("user", user="www-data"), "user www-data"),
        (Subject("unit", pid=7, unit="a.service"), "unit a.service (pid 7)"),
        (Subject("unit", name="a.service"), "unit a.service"),
        (Subject("host"), "host"),
        (Subject("host", name="host"), "host"),
        (Subject("tree", name="/mnt/image"), "tree /mnt/image"),
        (Subject("command", name="python train.py"), "command python train.py"),
        (Subject("process", pid=1, name="\x1b[31mred\n"), "\\x1b[31mred\\x0a (pid 1)"),
    ],
)
def test_a_target_has_a_short_name(subject, words):
    assert title(subject) == words


def test_the_heading_says_once_who_it_is():
    assert heading(Audit(Subject("user", user="redis"), "server", ())) == "user redis  profile server"
    process = Subject("process", pid=1, name="a", user="root", unit="a.service")
    assert heading(Audit(process, "auto", ())) == "a (pid 1)  user root  unit a.service  profile auto"


def test_every_status_is_a_glyph_of_its_own_and_a_word():
    every = [PASSED, SKIPPED, WAIVED, UNKNOWN, *(NOTE._replace(severity=severity) for severity in Severity)]
    told = [status(finding).split() for finding in every]
    assert [word for _, word in told] == ["PASS", "SKIPPED", "WAIVED", "UNKNOWN", "NOTE", "WARNING", "ERROR"]
    assert len({glyph for glyph, _ in told}) == len(every)
